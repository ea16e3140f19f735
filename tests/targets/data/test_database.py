"""Rows into and out of a database: DuckDB here, the stand-in of every other."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.load import Load
from airflow_llm.targets.airflow.support.load_table import load_table
from airflow_llm.targets.airflow.support.statements import first_row
from airflow_llm.targets.airflow.support.unload import unload
from tests.targets.data.conftest import rows

pytestmark = pytest.mark.airflow

HOSTILE = """
    1 AS "or""der", 'x''); DROP TABLE t; --' AS "se lect", '{{ ds }}' AS "größe", 'a\nb' AS "group", NULL AS "%s"
"""


@pytest.fixture
def table(database, sql, parquet, run):
    """Loads the rows of a query into shop.t and gives what the table holds then."""
    conn_id = database()

    def loaded(query: str, mode: str = "replace", **options: object) -> list[tuple[object, ...]]:
        with run():
            load_table(conn_id, parquet(query), Load(("company", "shop", "t"), mode, **options))
        return sql("FROM shop.shop.t ORDER BY ALL")

    return loaded


def test_a_query_becomes_parquet(database, sql, home: Path, run) -> None:
    sql("CREATE TABLE orders AS SELECT range AS id, NULL AS note FROM range(3)")
    (home / "q.sql").write_text("SELECT id, note FROM orders -- all\n")
    target = f"file://{home}/staging/orders.parquet"
    with run():
        assert unload(database(), home / "q.sql", target) == target
    assert rows(target) == [(0, None), (1, None), (2, None)]


@pytest.mark.parametrize(("beside", "read"), [("q.duckdb.sql", "duckdb"), ("q.mysql.sql", "all")])
def test_a_connection_reads_the_file_of_its_type(database, home: Path, run, beside: str, read: str) -> None:
    (home / "q.sql").write_text("SELECT 'all' AS file")
    (home / beside).write_text("SELECT 'duckdb' AS file;\n")
    target = f"file://{home}/file.parquet"
    with run():
        unload(database(), home / "q.sql", target)
        assert first_row(database(), home / "q.sql", ["file"]) == {"file": read}
    assert rows(target) == [(read,)]


def test_interval_bounds_are_bound(database, sql, home: Path, run) -> None:
    from airflow_llm.targets.airflow.support.location import interval

    sql("CREATE TABLE t AS SELECT TIMESTAMP '2026-01-04 12:00' + INTERVAL (range) DAY AS moment FROM range(4)")
    (home / "q.sql").write_text(
        "SELECT day(moment) AS day FROM t WHERE moment >= $interval_start AND moment < $interval_end"
    )
    target = f"file://{home}/out.parquet"
    with run(5):
        unload(database(), home / "q.sql", target, interval())
    assert rows(target) == [(5,)]


def test_a_missing_table_and_its_schema_are_made(table) -> None:
    assert table("SELECT 1 AS id, DATE '2026-01-05' AS day") == [(1, __import__("datetime").date(2026, 1, 5))]


@pytest.mark.parametrize("mode", ["replace", "merge", "partition"])
def test_the_same_load_twice_changes_nothing(table, mode: str) -> None:
    query = "SELECT range AS id, TIMESTAMP '2026-01-05 10:00' AS moment, NULL AS note FROM range(5)"
    options = {"merge": {"keys": ("id",)}, "partition": {"partition": "moment"}}.get(mode, {})
    assert table(query, mode, **options) == table(query, mode, **options)


def test_replace_swaps_all_rows(table) -> None:
    table("SELECT 1 AS id UNION ALL SELECT 2")
    assert table("SELECT 3 AS id") == [(3,)]


def test_append_only_adds(table) -> None:
    table("SELECT 1 AS id", "append")
    assert table("SELECT 1 AS id", "append") == [(1,), (1,)]


def test_merge_swaps_rows_of_the_same_keys_nulls_included(table) -> None:
    table("FROM (VALUES (1, 'a'), (2, 'b'), (NULL, 'c')) AS t(id, name)")
    merged = table("FROM (VALUES (2, 'B'), (NULL, 'C'), (3, 'd')) AS t(ID, name)", "merge", keys=("id",))
    assert merged == [(1, "a"), (2, "B"), (3, "d"), (None, "C")]


def test_merge_refuses_keys_that_repeat(table) -> None:
    with pytest.raises(ValueError, match=r"1 keys \(id\) occur more than once"):
        table("SELECT 1 AS id FROM range(2)", "merge", keys=("id",))


def test_partition_swaps_only_the_interval(table) -> None:
    moments = "(1, TIMESTAMP '2026-01-04 23:59'), (2, '2026-01-05 00:00'), (3, '2026-01-06 00:00')"
    table(f"FROM (VALUES {moments}) t(id, moment)")
    swapped = "FROM (VALUES (9, TIMESTAMP '2026-01-05 12:00'), (10, '2026-01-07 12:00')) t(id, moment)"
    rows_after = table(swapped, "partition", partition="MOMENT")
    assert [row[0] for row in rows_after] == [1, 3, 9]


def test_partition_by_a_date_takes_the_day(table) -> None:
    table("FROM (VALUES (1, DATE '2026-01-04'), (2, '2026-01-05'), (3, '2026-01-06')) t(id, day)")
    swapped = table("SELECT 9 AS id, DATE '2026-01-05' AS day", "partition", partition="day")
    assert [row[0] for row in swapped] == [1, 3, 9]


def test_an_empty_load_makes_an_empty_table(table) -> None:
    assert table("SELECT 1 AS id WHERE false") == []


def test_hostile_names_and_values_arrive_as_they_are(table, sql) -> None:
    assert table(f"SELECT {HOSTILE}") == table(f"SELECT {HOSTILE}", "merge", keys=('or"der', "%s"))
    assert sql("DESCRIBE shop.shop.t")[0][0] == 'or"der'
    assert sql("FROM shop.shop.t") == [(1, "x'); DROP TABLE t; --", "{{ ds }}", "a\nb", None)]


def test_a_column_that_the_table_lacks_is_named(table) -> None:
    table("SELECT 1 AS id")
    with pytest.raises(ValueError, match="'extra'"):
        table("SELECT 1 AS id, 2 AS extra")
    assert table("SELECT 5 AS ID") == [(5,)]


def test_a_load_that_fails_half_way_changes_nothing(table, sql) -> None:
    sql("CREATE SCHEMA shop.shop; CREATE TABLE shop.shop.t (id INTEGER NOT NULL); INSERT INTO shop.shop.t VALUES (7)")
    import duckdb

    with pytest.raises(duckdb.ConstraintException):
        table("SELECT NULL::INTEGER AS id")
    assert sql("FROM shop.shop.t") == [(7,)]


def test_parts_of_a_mapped_task_are_one_load(database, sql, parquet, run) -> None:
    parts = [parquet("SELECT 1 AS id, 'x' AS a", "p1"), parquet("SELECT 2 AS id, 3.5 AS b", "p2")]
    with run():
        load_table(database(), parts, Load(("t",)))
    assert sql("SELECT id, a, b::DOUBLE FROM t ORDER BY id") == [(1, "x", None), (2, None, 3.5)]


def test_the_first_row_gives_scalars(database, home: Path) -> None:
    file = home / "q.sql"
    file.write_text("SELECT 7 AS orders, 'x' AS note;\n")
    assert first_row(database(), file, ["note"]) == {"note": "x"}
    assert first_row(database(), file, ["a", "b"]) == {"a": 7, "b": "x"}
    with pytest.raises(ValueError, match="not \\['total'\\]"):
        first_row(database(), file, ["total"])
    file.write_text("SELECT 1 WHERE false")
    with pytest.raises(ValueError, match="no row"):
        first_row(database(), file, ["note"])
