"""Rows into and out of a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.connectors.sql.names import identifier
from airflow_llm.targets.airflow.support.load import Load
from airflow_llm.targets.airflow.support.load_table import load_table
from airflow_llm.targets.airflow.support.location import interval
from airflow_llm.targets.airflow.support.unload import unload
from tests import postgres
from tests.targets.data.conftest import rows

pytestmark = [pytest.mark.airflow, pytest.mark.server]

HOSTILE = r"""
    1 AS "or""der", 'x''); DROP TABLE t; --' AS "se lect", '\N' AS "größe", E'a\n"b",' AS "group", '' AS "%s",
    NULL::VARCHAR AS nothing, 'ab'::BLOB AS bytes, {'k': [1]} AS nested, 1.50::DECIMAL(9, 2) AS price,
    TIMESTAMPTZ '2026-01-05 10:00:00+00' AS at_zone, true AS yes, DATE '2026-01-05' AS day
"""


@pytest.fixture
def execute(postgres_server: postgres.Server, monkeypatch: pytest.MonkeyPatch):
    import psycopg

    monkeypatch.setenv("AIRFLOW_CONN_PG", postgres_server.airflow_connection())

    def executed(statement: str) -> list[tuple[object, ...]]:
        options = {"host": "127.0.0.1", "port": postgres_server.port, "user": "postgres", "autocommit": True}
        with psycopg.connect(**options) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    executed("DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop")
    return executed


@pytest.mark.parametrize("mode", ["replace", "merge"])
@pytest.mark.usefixtures("execute")
def test_any_value_arrives_and_twice_is_once(parquet, run, home: Path, mode: str) -> None:
    uri = parquet(f"SELECT {HOSTILE}")
    with run():
        for _ in range(2):
            load_table("pg", uri, Load(("shop", "T"), mode, keys=('or"der', "nothing")))
        (home / "q.sql").write_text('SELECT * FROM shop."T"')
        again = unload("pg", home / "q.sql", f"file://{home}/again.parquet")
    (row,) = rows(again, "SELECT * EXCLUDE (at_zone), epoch(at_zone) FROM staged")
    assert row[:7] == (1, "x'); DROP TABLE t; --", r"\N", 'a\n"b",', "", None, b"ab")
    assert (str(row[8]), row[9], str(row[10]), row[11]) == ("1.50", True, "2026-01-05", 1767607200)


def test_partition_and_empty_and_null_columns(execute, parquet, run, home: Path) -> None:
    execute("CREATE TABLE shop.t (id int, at timestamp, note text DEFAULT 'kept')")
    execute("INSERT INTO shop.t VALUES (1, '2026-01-04 10:00'), (2, '2026-01-05 10:00')")
    with run(5):
        new = parquet("FROM (VALUES (9, TIMESTAMP '2026-01-05 11:00'), (10, '2026-01-08 00:00')) x(id, \"at\")")
        for _ in range(2):
            load_table("pg", new, Load(("shop", "t"), "partition", partition="at"))
        assert execute("SELECT id, note FROM shop.t ORDER BY 1") == [(1, "kept"), (9, "kept")]
        (home / "q.sql").write_text(
            "SELECT id, NULL::int AS n FROM shop.t WHERE at >= %(interval_start)s AND at < %(interval_end)s"
        )
        assert rows(unload("pg", home / "q.sql", f"file://{home}/o.parquet", interval())) == [(9, None)]
        (home / "q.sql").write_text("SELECT id, at FROM shop.t WHERE false")
        uri = unload("pg", home / "q.sql", f"file://{home}/o.parquet")
        assert [kind for _, kind, *_ in rows(uri, "DESCRIBE FROM staged")] == ["BIGINT", "TIMESTAMP"]
        load_table("pg", uri, Load(("shop", "t")))
        assert execute("SELECT * FROM shop.t") == []


def test_a_failed_load_changes_nothing(execute, parquet, run) -> None:
    execute("CREATE TABLE shop.t (id int NOT NULL); INSERT INTO shop.t VALUES (7)")
    with run(), pytest.raises(Exception, match="null value"):
        load_table("pg", parquet("SELECT NULL::INTEGER AS id"), Load(("shop", "t")))
    assert execute("SELECT id FROM shop.t") == [(7,)]


def test_every_word_of_the_language_may_be_a_name(execute) -> None:
    words = [str(row[0]) for row in execute("SELECT word FROM pg_get_keywords()")]
    for word in words:
        name = identifier(word, "postgres").sql("postgres")
        execute(f"SELECT s.{name}, {name} FROM (SELECT 1 AS {name}) AS s GROUP BY {name} ORDER BY {name}")
        execute(f"CREATE TEMP TABLE {name} ({name} int)")
