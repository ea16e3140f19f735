from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from airflow_llm.targets.airflow.support.files import Files, place, unload_files, write_files
from tests.targets.data.conftest import rows

pytestmark = pytest.mark.airflow

HOSTILE = """
    1 AS "or""der", 'x''); DROP TABLE t; --' AS "se lect", '=1+1' AS "größe", 'a,"b' AS "group"
"""


@pytest.fixture
def read(home: Path, run):
    def done(pattern: str, **options: object) -> str:
        columns = options.pop("columns", ())
        incremental = options.pop("incremental", None)
        with run(5):
            files = Files(place("file://${AIRFLOW_HOME}/in", pattern), **options)
            return unload_files(files, f"file://{home}/out.parquet", columns=columns, incremental=incremental)

    (home / "in").mkdir()
    return done


@pytest.mark.parametrize("kind", ["csv", "json", "jsonl", "parquet", "excel"])
def test_what_is_written_is_read_back(home: Path, parquet, run, kind: str) -> None:
    suffix = "xlsx" if kind == "excel" else kind
    with run():
        uri = write_files(parquet(f"SELECT {HOSTILE}"), Files(f"file://{home}/out/orders.{suffix}"))
        assert uri.endswith(f"orders.{suffix}")
        again = unload_files(Files(uri), f"file://{home}/again.parquet")
    assert rows(again) == [(1, "x'); DROP TABLE t; --", "=1+1", 'a,"b')]
    with duckdb.connect() as connection:
        found = connection.sql(f"FROM read_parquet('{home}/again.parquet')").columns
    assert found == ['or"der', "se lect", "größe", "group"]


def test_a_folder_a_pattern_and_a_file(home: Path, read) -> None:
    for number in range(3):
        (home / "in" / f"part{number}.csv").write_text(f"id,v\n{number},x\n")
    assert rows(read("")) == [(0, "x"), (1, "x"), (2, "x")]
    assert rows(read("part[12].csv")) == [(1, "x"), (2, "x")]
    assert rows(read("part2.csv", columns=("v",))) == [("x",)]
    with pytest.raises(FileNotFoundError, match="nothing"):
        read("nothing*.csv")


def test_columns_are_matched_by_name(home: Path, read) -> None:
    (home / "in" / "a.csv").write_text("id,v\n1,x\n")
    (home / "in" / "b.csv").write_text("w,id\n2.5,2\n")
    assert rows(read("*.csv"), "SELECT id, v, w FROM staged ORDER BY id") == [(1, "x", None), (2, None, 2.5)]


def test_a_late_value_of_another_type_is_no_surprise(home: Path, read) -> None:
    (home / "in" / "a.csv").write_text("id\n" + "1\n" * 50_000 + "n/a\n")
    assert rows(read("a.csv"), "SELECT count(*) FROM staged WHERE id = 'n/a'") == [(1,)]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "shift_jis"])
def test_an_odd_encoding_is_said(home: Path, read, encoding: str) -> None:
    word = "日本" if encoding == "shift_jis" else "Größe€"
    (home / "in" / "a.csv").write_bytes(f"id,name\n1,{word}\n".encode(encoding))
    assert rows(read("a.csv", encoding=encoding)) == [(1, word)]


def test_a_file_named_like_a_pattern(home: Path, read) -> None:
    (home / "in" / "a[1].csv").write_text("id\n7\n")
    (home / "in" / "a1.csv").write_text("id\n1\n")
    assert rows(read("a[1].csv")) == [(7,)]


def test_only_the_interval(home: Path, read) -> None:
    (home / "in" / "a.csv").write_text("id,day\n1,2026-01-04\n2,2026-01-05\n3,2026-01-06\n")
    assert rows(read("a.csv", incremental="day"), "SELECT id FROM staged") == [(2,)]


def test_a_folder_gets_one_file_for_each_interval(home: Path, parquet, run) -> None:
    for day in (5, 5, 6):
        with run(day):
            write_files(parquet(f"SELECT {day} AS day"), Files(f"file://{home}/out", file_format="csv"))
    assert sorted(path.name for path in (home / "out").iterdir()) == ["20260105T000000.csv", "20260106T000000.csv"]


@pytest.mark.parametrize(
    ("mode", "options", "ids"),
    [
        ("replace", {}, [2, 9]),
        ("append", {}, [1, 2, 2, 9]),
        ("merge", {"keys": ("id",)}, [1, 2, 9]),
        ("partition", {"partition": "day"}, [1, 2]),
    ],
)
def test_modes_of_a_named_file(  # noqa: PLR0917 - fixtures and cases
    home: Path, parquet, run, mode: str, options: dict[str, object], ids: list[int]
) -> None:
    files = Files(f"file://{home}/out/t.parquet")
    old = parquet("FROM (VALUES (1, DATE '2026-01-04'), (2, DATE '2026-01-05')) t(id, day)", "old")
    new = parquet("FROM (VALUES (2, DATE '2026-01-05'), (9, DATE '2026-01-09')) t(id, day)", "new")
    with run(5):
        write_files(old, files)
        write_files(new, files, mode=mode, **options)
        assert [row[0] for row in rows(files.uri)] == ids
        if mode != "append":
            write_files(new, files, mode=mode, **options)
            assert [row[0] for row in rows(files.uri)] == ids
