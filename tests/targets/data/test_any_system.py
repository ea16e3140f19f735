"""A SQL system that this package knows nothing about: what every DB-API driver can do, on a real PostgreSQL."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.airflow.data.support import support_source
from airflow_llm.targets.airflow.support.any_system import load_any, positional, unload_any
from airflow_llm.targets.airflow.support.load import Load
from tests.targets.data.conftest import rows

QUERY = "SELECT id FROM t WHERE at >= %(interval_start)s AND at < %(interval_end)s AND note LIKE '5%%' AND k = $item"


def test_parameters_get_the_marks_of_the_driver() -> None:
    values = {"interval_start": 1, "interval_end": 2, "item": "a"}
    statement, given = positional(QUERY, values, "?")
    assert statement == "SELECT id FROM t WHERE at >= ? AND at < ? AND note LIKE '5%' AND k = ?"
    assert given == [1, 2, "a"]
    assert positional(QUERY, values, "%s")[0].count("%s") == 3
    with sqlite3.connect(":memory:") as connection:
        connection.execute("CREATE TABLE t AS SELECT 7 AS id, 1 AS at, '5 %' AS note, 'a' AS k")
        assert connection.execute(statement, given).fetchall() == [(7,)]


def test_a_bundle_of_a_connector_from_outside_holds_the_general_path_and_no_other() -> None:
    from airflow_llm.connectors.systems.postgres import CONNECTOR

    connector = replace(CONNECTOR, name="questdb", connection_type="questdb")
    for verb, more in (("unload", ()), ("load", ("load_table", "Load"))):
        parts = Parts(Pipeline(id="p"), ExtractStep(id="e"))
        parts.use(verb if verb == "unload" else "load_table", *more)
        parts.use_system(verb, connector)
        source = support_source(frozenset(parts.support))
        compile(source, "staging.py", "exec")
        assert f'    "*": {verb}_any,\n    "duckdb": {verb}_duckdb,\n}}' in source
        assert f"{verb}_postgres" not in source


@pytest.fixture
def execute(postgres_server, monkeypatch: pytest.MonkeyPatch):
    import psycopg

    monkeypatch.setenv("AIRFLOW_CONN_PG", postgres_server.airflow_connection())

    def executed(statement: str) -> list[tuple[object, ...]]:
        options = {"host": "127.0.0.1", "port": postgres_server.port, "user": "postgres", "autocommit": True}
        with psycopg.connect(**options) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    executed("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other")
    return executed


@pytest.mark.airflow
@pytest.mark.server
def test_rows_come_and_go_without_a_path_of_their_own(execute, parquet, run, home: Path) -> None:
    first = parquet("FROM (VALUES (1, 'a%s', 1.5), (NULL, 'b', NULL)) AS t(id, \"no te\", price)", "first")
    with run():
        for mode in ("replace", "merge", "merge"):
            load_any("pg", Load(("other", "t"), mode, keys=("id",)), [first.removeprefix("file://")])
        assert execute("SELECT * FROM other.t ORDER BY 1") == [(1, "a%s", pytest.approx(1.5)), (None, "b", None)]
        path = home / "out.parquet"
        count = unload_any("pg", "SELECT * FROM other.t WHERE id = %(item)s", {"item": 1}, path)
    assert count == 1
    assert rows(f"file://{path}", 'SELECT "no te" FROM staged') == [("a%s",)]


@pytest.mark.airflow
@pytest.mark.server
def test_an_interval_is_swapped_and_other_rows_stay(execute, parquet, run) -> None:
    execute("CREATE TABLE other.t (id int, at timestamp, note text DEFAULT 'kept')")
    execute("INSERT INTO other.t VALUES (1, '2026-01-04 10:00'), (2, '2026-01-05 10:00')")
    new = parquet("FROM (VALUES (9, TIMESTAMP '2026-01-05 11:00'), (10, '2026-01-08 00:00')) x(id, \"AT\")", "new")
    with run(5):
        for _ in range(2):
            load_any("pg", Load(("other", "t"), "partition", partition="at"), [new.removeprefix("file://")])
    assert execute("SELECT id, note FROM other.t ORDER BY 1") == [(1, "kept"), (9, "kept")]
