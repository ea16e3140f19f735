"""The user's own files: any usual encoding and dirt, and every row kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.proof.user_data import files_by_stem, read_table


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes("id,name\n1,Jürgen\n2,Zoë\n".encode(encoding))
    assert read_table(path).to_pydict() == {"id": [1, 2], "name": ["Jürgen", "Zoë"]}


def test_types_need_all_values_and_keep_what_a_number_would_lose(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("n,price,zip,mixed,day\n1,30.80,01234,1,2026-01-01\n2,9,80331,x,2026-01-02\n")
    table = read_table(path).to_pydict()
    assert table["n"] == [1, 2]
    assert table["price"] == [30.8, 9.0]
    assert table["zip"] == ["01234", "80331"]
    assert table["mixed"] == ["1", "x"]
    assert str(table["day"][0]) == "2026-01-01"


def test_short_long_and_blank_rows(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('a;b\n1;"x;y"\n2\n\n3;z;more\n')
    assert read_table(path).num_rows == 3


@settings(deadline=None, max_examples=40)
@given(rows=st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=20))
def test_every_row_is_kept(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    import csv

    path = tmp_path_factory.mktemp("data") / "t.csv"
    with path.open("w", newline="", encoding="utf-8", errors="replace") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerows([("key", "value"), *rows])
    assert read_table(path).num_rows == len(rows)


def test_files_are_found_by_name(tmp_path: Path) -> None:
    (tmp_path / "Orders.CSV").write_text("a\n1\n")
    (tmp_path / "notes.txt").write_text("no data")
    assert files_by_stem(tmp_path) == {"orders": tmp_path / "Orders.CSV"}
    (tmp_path / "orders.json").write_text("[]")
    with pytest.raises(InputError, match="the same table"):
        files_by_stem(tmp_path)


@pytest.mark.parametrize(("name", "data"), [("t.parquet", b"no parquet"), ("t.json", b"{"), ("t.csv", b"")])
def test_what_is_no_table_is_a_clear_error(tmp_path: Path, name: str, data: bytes) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(InputError, match=name):
        read_table(tmp_path / name)
