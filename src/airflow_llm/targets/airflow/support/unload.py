"""Rows of a SQL system as Parquet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.any_system import unload_any
from airflow_llm.targets.airflow.support.engine import bound, copy_to
from airflow_llm.targets.airflow.support.location import publish
from airflow_llm.targets.airflow.support.rows import fetched, write_rows, write_tables
from airflow_llm.targets.airflow.support.sql_file import query_text

if TYPE_CHECKING:
    import pyarrow as pa

log = logging.getLogger(__name__)

Unloader = Callable[[str, str, dict[str, Any] | None, Path], int]


def unload_duckdb(
    conn_id: str, query: str, parameters: dict[str, Any] | None, path: Path
) -> int:
    """DuckDB writes the file itself."""
    from duckdb_provider.hooks.duckdb_hook import DuckDBHook

    with closing(DuckDBHook(duckdb_conn_id=conn_id).get_conn()) as connection:
        bound(connection)
        return copy_to(connection, query, path, parameters)


def unload_postgres(
    conn_id: str, query: str, parameters: dict[str, Any] | None, path: Path
) -> int:
    """A server-side cursor keeps the result on the server until it is read."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    with closing(PostgresHook(postgres_conn_id=conn_id).get_conn()) as connection:
        with closing(connection.cursor()) as session:
            session.execute("SET TIME ZONE 'UTC'")
        with closing(connection.cursor("unload")) as cursor:
            cursor.execute(query, parameters)
            batches = fetched(cursor)
            # psycopg2 describes the columns of a server-side cursor only once rows were fetched.
            first = next(batches, [])
            names = [column[0] for column in cursor.description]
            return write_rows(
                chain([first], batches), names, path, postgres_types(cursor.description)
            )


def postgres_types(description: Any) -> dict[str, pa.DataType]:
    """Arrow types of the columns that PostgreSQL describes by their object ids."""
    import pyarrow as pa

    by_oid = {
        16: pa.bool_(),
        20: pa.int64(),
        21: pa.int64(),
        23: pa.int64(),
        700: pa.float64(),
        701: pa.float64(),
        1082: pa.date32(),
        1114: pa.timestamp("us"),
        1184: pa.timestamp("us", "UTC"),
    }
    return {
        column[0]: by_oid[column[1]] for column in description if column[1] in by_oid
    }


def unload_mysql(
    conn_id: str, query: str, parameters: dict[str, Any] | None, path: Path
) -> int:
    """An unbuffered cursor reads the rows from the server as they are needed."""
    from airflow.providers.mysql.hooks.mysql import MySqlHook
    from MySQLdb.cursors import SSCursor

    connection: Any = MySqlHook(mysql_conn_id=conn_id).get_conn()
    with closing(connection), closing(connection.cursor(SSCursor)) as cursor:
        cursor.execute("SET time_zone = '+00:00'")
        cursor.execute(query, parameters)
        names = [column[0] for column in cursor.description]
        types = mysql_types(cursor.description)
        return write_rows(fetched(cursor), names, path, types)


def mysql_types(description: Any) -> dict[str, pa.DataType]:
    """Arrow types of the columns that MySQL describes by its field types."""
    import pyarrow as pa
    from MySQLdb.constants import FIELD_TYPE

    by_field_type = {
        FIELD_TYPE.TINY: pa.int64(),
        FIELD_TYPE.SHORT: pa.int64(),
        FIELD_TYPE.LONG: pa.int64(),
        FIELD_TYPE.INT24: pa.int64(),
        FIELD_TYPE.LONGLONG: pa.int64(),
        FIELD_TYPE.FLOAT: pa.float64(),
        FIELD_TYPE.DOUBLE: pa.float64(),
        FIELD_TYPE.DATE: pa.date32(),
        FIELD_TYPE.DATETIME: pa.timestamp("us"),
        FIELD_TYPE.TIMESTAMP: pa.timestamp("us"),
    }
    return {
        column[0]: by_field_type[column[1]]
        for column in description
        if column[1] in by_field_type
    }


def unload_snowflake(
    conn_id: str, query: str, parameters: dict[str, Any] | None, path: Path
) -> int:
    """Snowflake sends the result in Arrow batches."""
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook

    hook = SnowflakeHook(snowflake_conn_id=conn_id)
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("ALTER SESSION SET TIMEZONE = 'UTC'")
        cursor.execute(query, parameters)
        tables = (lower_names(table) for table in cursor.fetch_arrow_batches())
        first = next(tables, None)
        if first is None:
            # Without a row there is no batch, but the columns are known all the same.
            first = lower_names(cursor.fetch_arrow_all(force_return_table=True))
        return write_tables(chain([first], tables), path, first.schema)


def lower_names(table: pa.Table) -> pa.Table:
    """Snowflake stores the names that nobody quoted in upper case; staged columns have them in lower case."""
    return table.rename_columns(
        [name.lower() if name.isupper() else name for name in table.column_names]
    )


UNLOADERS: dict[str, Unloader] = {
    "*": unload_any,
    "duckdb": unload_duckdb,
    "mysql": unload_mysql,
    "postgres": unload_postgres,
    "snowflake": unload_snowflake,
}


def unload(
    conn_id: str,
    sql_file: Path,
    target: str,
    parameters: dict[str, Any] | None = None,
) -> str:
    """Publish the rows of a query on a connection as Parquet at the target, and return the target."""
    kind = connection_type(conn_id)
    query = query_text(sql_file, kind)
    with publish(target) as attempt:
        unloader = for_connection(UNLOADERS, conn_id, kind)
        rows = unloader(conn_id, query, parameters, attempt)
        log.info("%s: %d rows", target, rows)
    return target


def connection_type(conn_id: str) -> str:
    """The type of an Airflow connection."""
    from airflow.sdk import Connection

    return str(Connection.get(conn_id).conn_type)


def for_connection(
    functions: Mapping[str, Callable[..., int]], conn_id: str, kind: str
) -> Callable[..., int]:
    """The function for a connection's type, or for any type. ValueError when there is neither."""
    found = functions.get(kind) or functions.get("*")
    if found is None:
        known = ", ".join(functions)
        raise ValueError(f"{conn_id!r} is a connection of type {kind!r}, not {known}")
    return found
