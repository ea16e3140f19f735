"""Rows from a query into a table of the same SQL system: none of them leaves it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from airflow_llm.targets.airflow.support.engine import bound, quoted
from airflow_llm.targets.airflow.support.load import (
    DUCKDB,
    INCOMING,
    Dialect,
    Load,
    matched,
    swap,
)
from airflow_llm.targets.airflow.support.load_server import (
    MYSQL,
    POSTGRES,
    SNOWFLAKE,
    table_columns,
    table_exists,
    upper_name,
)
from airflow_llm.targets.airflow.support.sql_file import query_text

log = logging.getLogger(__name__)

DIALECTS = {
    "duckdb": DUCKDB,
    "mysql": MYSQL,
    "postgres": POSTGRES,
    "snowflake": SNOWFLAKE,
}
CURRENT_SCHEMA = {
    "duckdb": "current_schema()",
    "mysql": "database()",
    "postgres": "current_schema()",
    "snowflake": "current_schema()",
}


def load_query(conn_id: str, sql_file: Path, load: Load) -> int:
    """Write the rows of a query into a table of the same system and return their number; all of them appear
    in one transaction, or none. The table is created when it is missing.
    """
    from airflow.sdk import Connection

    connection = Connection.get(conn_id)
    kind, hook = str(connection.conn_type), connection.get_hook()
    query = query_text(sql_file, kind)
    dialect = DIALECTS[kind]
    with closing(hook.get_conn()) as session, closing(session.cursor()) as cursor:
        if kind == "duckdb":
            bound(cursor)
        cursor.execute(f"CREATE TEMPORARY TABLE {INCOMING} AS\n{query}")
        rows = number_of_rows(cursor, INCOMING)
        if load.mode == "merge":
            refuse_twins(cursor, load.keys, dialect)
        table = target_table(cursor, load.table, kind)
        columns = renamed_columns(cursor, table, dialect)
        cursor.execute("BEGIN")
        for statement in swap(load, table, INCOMING, columns, dialect):
            cursor.execute(statement)
        cursor.execute("COMMIT")
    log.info("%s: %d rows by %s", ".".join(load.table), rows, load.mode)
    return rows


def number_of_rows(cursor: Any, table: str) -> int:
    """The number of rows of a table, or of a query in brackets."""
    cursor.execute(f"SELECT count(*) FROM {table}")
    return int(cursor.fetchone()[0])


def refuse_twins(cursor: Any, keys: Sequence[str], dialect: Dialect) -> None:
    """A merge whose rows share a key has no single outcome: ValueError."""
    spelling = {name.casefold(): name for name in table_columns(cursor, INCOMING)}
    names = ", ".join(quoted(spelling[key.casefold()], dialect.mark) for key in keys)
    query = f"SELECT {names} FROM {INCOMING} GROUP BY {names} HAVING count(*) > 1"
    repeated = number_of_rows(cursor, f"({query}) AS repeated")
    if repeated:
        raise ValueError(
            f"{repeated} keys ({', '.join(keys)}) occur more than once in the rows to merge"
        )


def target_table(cursor: Any, parts: Sequence[str], kind: str) -> str:
    """The quoted name of the table, which exists from now on."""
    if kind in ("duckdb", "mysql"):
        # A database part of the name is the file, or the schema itself.
        parts = parts[-2:]
    if kind == "snowflake":
        parts = [upper_name(part) for part in parts]
    if kind == "duckdb" and len(parts) > 1:
        # A schema may have the name of the file, which is that of the database.
        cursor.execute("SELECT current_database()")
        parts = (cursor.fetchone()[0], *parts)
        schema = ".".join(map(quoted, parts[:2]))
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    table = ".".join(quoted(part, DIALECTS[kind].mark) for part in parts)
    if kind == "duckdb" or not table_exists(cursor, parts, CURRENT_SCHEMA[kind]):
        missing = "IF NOT EXISTS " if kind == "duckdb" else ""
        cursor.execute(
            f"CREATE TABLE {missing}{table} AS SELECT * FROM {INCOMING} WHERE 1 = 0"
        )
    return table


def renamed_columns(cursor: Any, table: str, dialect: Dialect) -> list[str]:
    """The incoming columns, quoted, after each got the table's own spelling of its name."""
    incoming = table_columns(cursor, INCOMING)
    names = matched(incoming, table_columns(cursor, table))
    for old, new in zip(incoming, names, strict=True):
        if old != new:
            pair = f"{quoted(old, dialect.mark)} TO {quoted(new, dialect.mark)}"
            cursor.execute(f"ALTER TABLE {INCOMING} RENAME COLUMN {pair}")
    return [quoted(name, dialect.mark) for name in names]
