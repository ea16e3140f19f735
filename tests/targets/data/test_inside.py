"""Queries that fill a table of their own system: on DuckDB, and on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.inside import load_query
from airflow_llm.targets.airflow.support.load import Load

pytestmark = pytest.mark.airflow

SOURCE = "SELECT * FROM (VALUES (1, 'a'), (2, 'b'), (NULL, 'c')) AS t(id, name)"


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.server)])
def system(request: pytest.FixtureRequest, database, sql, monkeypatch: pytest.MonkeyPatch):
    """The connection id of a system, and what runs statements there."""
    if request.param == "duckdb":
        conn_id = database()
        return conn_id, sql
    import psycopg

    server = request.getfixturevalue("postgres_server")
    monkeypatch.setenv("AIRFLOW_CONN_PG", server.airflow_connection())

    def executed(statement: str) -> list[tuple[object, ...]]:
        options = {"host": "127.0.0.1", "port": server.port, "user": "postgres", "autocommit": True}
        with psycopg.connect(**options) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    executed("DROP SCHEMA IF EXISTS mart CASCADE; CREATE SCHEMA mart")
    return "pg", executed


@pytest.fixture
def fill(system, home: Path, run):
    """Fills mart.t from a query, and gives what it holds then."""

    def filled(query: str, mode: str = "replace", **options: object) -> list[tuple[object, ...]]:
        (home / "q.sql").write_text(f"{query};\n")
        with run(5):
            load_query(system[0], home / "q.sql", Load(("mart", "t"), mode, **options))
        return system[1]("SELECT * FROM mart.t ORDER BY id NULLS LAST")

    return filled


def test_a_missing_table_is_made_and_its_rows_are_swapped(fill) -> None:
    assert fill(SOURCE) == [(1, "a"), (2, "b"), (None, "c")]
    assert fill("SELECT 9 AS id, 'z' AS name") == [(9, "z")]


def test_columns_are_matched_by_name(fill, system) -> None:
    fill(SOURCE)
    assert fill("SELECT 'new' AS name, 5 AS id", "append")[2] == (5, "new")
    with pytest.raises(ValueError, match="no column 'other'"):
        fill("SELECT 1 AS id, 2 AS other")
    assert len(system[1]("SELECT id FROM mart.t")) == 4


def test_a_merge_swaps_rows_of_the_same_key_even_a_null_one(fill) -> None:
    fill(SOURCE)
    changed = "SELECT * FROM (VALUES (2, 'B'), (NULL, 'C'), (3, 'd')) AS t(id, name)"
    for _ in range(2):
        assert fill(changed, "merge", keys=("id",)) == [(1, "a"), (2, "B"), (3, "d"), (None, "C")]
    with pytest.raises(ValueError, match="1 keys"):
        fill("SELECT * FROM (VALUES (2, 'x'), (2, 'y')) AS t(id, name)", "merge", keys=("ID",))


def test_an_interval_is_swapped(fill) -> None:
    fill("SELECT 1 AS id, TIMESTAMP '2026-01-04 10:00:00' AS at UNION ALL SELECT 2, TIMESTAMP '2026-01-05 10:00:00'")
    found = fill("SELECT 3 AS id, TIMESTAMP '2026-01-05 11:00:00' AS at", "partition", partition="at")
    assert [row[0] for row in found] == [1, 3]


def test_a_failure_leaves_the_table_as_it_was(fill, system) -> None:
    fill(SOURCE)
    with pytest.raises(Exception, match=r"(?i)null|convert|syntax|invalid"):
        fill("SELECT CAST('no number' AS INTEGER) AS id, 'x' AS name")
    assert len(system[1]("SELECT id FROM mart.t")) == 3
