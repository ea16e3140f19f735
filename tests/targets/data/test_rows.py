"""Rows of drivers without Arrow, whatever the first batch looks like."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.targets.airflow.support.rows import unique_names, write_rows


def written(path: Path, batches: list[list[tuple[Any, ...]]], names: list[str], **declared: pa.DataType) -> pa.Table:
    count = write_rows(batches, names, path / "rows.parquet", declared)
    table = pq.read_table(path / "rows.parquet")
    assert table.num_rows == count
    return table


def test_a_first_batch_of_nulls_takes_its_type_from_the_next(tmp_path: Path) -> None:
    table = written(tmp_path, [[(None, 1)], [(None, 2)], [("x", 3)]], ["a", "b"])
    assert table.schema.types == [pa.string(), pa.int64()]
    assert table.to_pydict() == {"a": [None, None, "x"], "b": [1, 2, 3]}


def test_numbers_widen_and_mixtures_become_text(tmp_path: Path) -> None:
    table = written(tmp_path, [[(1, 1)], [(2.5, "two")]], ["a", "b"])
    assert table.to_pydict() == {"a": [1.0, 2.5], "b": ["1", "two"]}


def test_decimals_of_any_scale_keep_their_value(tmp_path: Path) -> None:
    table = written(tmp_path, [[(Decimal("1.5"),)], [(Decimal("123456.789"),)]], ["a"])
    assert table.column("a").to_pylist() == [Decimal("1.500"), Decimal("123456.789")]


def test_a_column_that_never_has_a_value_is_text(tmp_path: Path) -> None:
    assert written(tmp_path, [[(1, None)]], ["a", "b"]).schema.field("b").type == pa.string()


def test_no_rows_still_have_columns_and_declared_types(tmp_path: Path) -> None:
    table = written(tmp_path, [], ["a", "b"], a=pa.int64())
    assert table.schema.names == ["a", "b"]
    assert table.schema.types == [pa.int64(), pa.string()]


def test_what_parquet_does_not_know_becomes_text(tmp_path: Path) -> None:
    values = (UUID(int=1), {"k": [1]}, ["é"], 2**70, memoryview(b"x"))
    table = written(tmp_path, [[values]], list("abcde"))
    assert table.to_pylist() == [
        {"a": str(UUID(int=1)), "b": '{"k": [1]}', "c": '["é"]', "d": str(2**70), "e": b"x"}
    ] or table.column("d").to_pylist() == [Decimal(2**70)]


def test_moments_are_kept_in_utc(tmp_path: Path) -> None:
    moment = datetime(2026, 1, 5, 6, 30, tzinfo=UTC)
    table = written(tmp_path, [[(moment, date(2026, 1, 5), datetime(2026, 1, 5))]], ["a", "b", "c"])
    assert table.schema.types == [pa.timestamp("us", "UTC"), pa.date32(), pa.timestamp("us")]


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["id", "id"], ["id", "id_1"]),
        (["id", "ID", "id_1"], ["id", "ID_1", "id_1_1"]),
        (['a"b', "ü", ""], ['a"b', "ü", ""]),
    ],
)
def test_no_two_columns_have_the_same_name(names: list[str], unique: list[str]) -> None:
    assert unique_names(names) == unique


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False), st.text(), st.dates()
)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.tuples(scalars, scalars), max_size=4), max_size=5))
def test_any_rows_are_written_and_none_is_lost(tmp_path_factory: pytest.TempPathFactory, batches: Any) -> None:
    path = tmp_path_factory.mktemp("rows")
    table = written(path, batches, ["a", "b"])
    given_rows = [row for batch in batches for row in batch]
    assert table.num_rows == len(given_rows)
    for column, position in (("a", 0), ("b", 1)):
        nulls = [row[position] is None for row in given_rows]
        assert table.column(column).is_null().to_pylist() == nulls
