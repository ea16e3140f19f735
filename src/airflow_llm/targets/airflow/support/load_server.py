"""Parquet into the table of a database server: into a temporary table first, then in one transaction into place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.engine import engine, parquet, quoted, text
from airflow_llm.targets.airflow.support.load import (
    INCOMING,
    Dialect,
    Load,
    matched,
    swap,
)

if TYPE_CHECKING:
    import pyarrow as pa

POSTGRES = Dialect('"', "IS NOT DISTINCT FROM", "TIMESTAMP")
POSTGRES_TYPES = {
    "BLOB": "bytea",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "HUGEINT": "numeric(38)",
    "TINYINT": "smallint",
    "UBIGINT": "numeric(20)",
    "UINTEGER": "bigint",
    "VARCHAR": "text",
}
MYSQL = Dialect("`", "<=>", "DATETIME")
MYSQL_TYPES = {
    "BLOB": "longblob",
    "HUGEINT": "decimal(38)",
    "TIMESTAMP": "datetime(6)",
    "TIMESTAMP WITH TIME ZONE": "datetime(6)",
    "VARCHAR": "longtext",
}
SNOWFLAKE = Dialect('"', "IS NOT DISTINCT FROM", "TIMESTAMP")
SNOWFLAKE_TYPES = {
    "BLOB": "binary",
    "HUGEINT": "number(38)",
    "TIMESTAMP": "timestamp_ntz",
    "TIMESTAMP WITH TIME ZONE": "timestamp_tz",
}
STANDARD_TYPES = frozenset(
    {
        "BIGINT",
        "BOOLEAN",
        "DATE",
        "DOUBLE",
        "FLOAT",
        "INTEGER",
        "SMALLINT",
        "TIME",
        "TIMESTAMP",
    }
)


def column_types(paths: Sequence[str], names: Mapping[str, str]) -> dict[str, str]:
    """The staged columns with the server's types for them; `names` are those that differ from the standard's."""
    with engine() as connection:
        described = connection.execute(f"DESCRIBE FROM {parquet(paths)}").fetchall()
    return {column: column_type(kind, names) for column, kind, *_ in described}


def column_type(kind: str, names: Mapping[str, str]) -> str:
    """The server's type for one of DuckDB's; what it has no type for is text."""
    if kind in names:
        return names[kind]
    standard = kind in STANDARD_TYPES or kind.startswith(
        ("DECIMAL", "TIMESTAMP WITH TIME ZONE")
    )
    return kind.lower() if standard else names.get("VARCHAR", "varchar")


def table_columns(cursor: Any, table: str) -> list[str]:
    """The columns of a table, in its own spelling."""
    cursor.execute(f"SELECT * FROM {table} WHERE 1 = 0")
    return [column[0] for column in cursor.description]


def create_table(
    cursor: Any, table: str, columns: Mapping[str, str], mark: str
) -> None:
    """Create a table with these columns and types."""
    definition = ", ".join(
        f"{quoted(name, mark)} {kind}" for name, kind in columns.items()
    )
    cursor.execute(f"CREATE TABLE {table} ({definition})")


def table_exists(cursor: Any, parts: Sequence[str], current_schema: str) -> bool:
    """Whether there is such a table, or view, that this user may see."""
    schema = text(parts[-2]) if len(parts) > 1 else current_schema
    tables = (
        f"{quoted(parts[0])}.information_schema.tables"
        if len(parts) > 2
        else "information_schema.tables"
    )
    where = f"table_name = {text(parts[-1])} AND table_schema = {schema}"
    cursor.execute(f"SELECT count(*) FROM {tables} WHERE {where}")
    return bool(cursor.fetchone()[0])


def stage_table(cursor: Any, table: str, names: Sequence[str], mark: str) -> list[str]:
    """Make the temporary table with the columns, and types, that the staged rows have in the table."""
    columns = [
        quoted(name, mark) for name in matched(names, table_columns(cursor, table))
    ]
    cursor.execute(
        f"CREATE TEMPORARY TABLE {INCOMING} AS SELECT {', '.join(columns)} FROM {table} WHERE 1 = 0"
    )
    return columns


def load_postgres(conn_id: str, load: Load, paths: Sequence[str]) -> int:
    """Rows reach PostgreSQL by COPY."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    types = column_types(paths, POSTGRES_TYPES)
    table = ".".join(map(quoted, load.table))
    with (
        closing(PostgresHook(postgres_conn_id=conn_id).get_conn()) as connection,
        closing(connection.cursor()) as cursor,
    ):
        cursor.execute("SET TIME ZONE 'UTC'")
        if not table_exists(cursor, load.table, "current_schema()"):
            create_table(cursor, table, types, POSTGRES.mark)
        columns = stage_table(cursor, table, list(types), POSTGRES.mark)
        copy_in(
            cursor,
            f"COPY {INCOMING} ({', '.join(columns)}) FROM STDIN (FORMAT csv)",
            paths,
        )
        for statement in swap(load, table, INCOMING, columns, POSTGRES):
            cursor.execute(statement)
        rows = int(cursor.rowcount)
        connection.commit()
    return rows


def copy_in(cursor: Any, statement: str, paths: Sequence[str]) -> None:
    """Send the staged rows as CSV: nulls bare, every value quoted, binary as hexadecimal."""
    with tempfile.TemporaryDirectory() as folder, engine() as connection:
        file = Path(folder) / "rows.csv"
        described = connection.execute(f"DESCRIBE FROM {parquet(paths)}").fetchall()
        values = ", ".join(csv_value(name, kind) for name, kind, *_ in described)
        connection.execute(
            f"COPY (SELECT {values} FROM {parquet(paths)}) TO {text(file)} (FORMAT csv, HEADER false, FORCE_QUOTE *)"
        )
        with file.open("rb") as lines:
            if hasattr(cursor, "copy_expert"):  # psycopg2
                cursor.copy_expert(statement, lines)
                return
            with cursor.copy(statement) as copy:
                while chunk := lines.read(1 << 20):
                    copy.write(chunk)


def csv_value(name: str, kind: str) -> str:
    """A column as CSV text that PostgreSQL reads back."""
    column = quoted(name)
    if kind == "BLOB":
        return f"'\\x' || hex({column})"
    if kind.endswith("]") or kind.startswith(("STRUCT", "MAP")):
        return f"CAST(to_json({column}) AS VARCHAR)"
    return column


def load_mysql(conn_id: str, load: Load, paths: Sequence[str]) -> int:
    """Rows reach MySQL in batches of INSERT."""
    from airflow.providers.mysql.hooks.mysql import MySqlHook

    types = column_types(paths, MYSQL_TYPES)
    parts = load.table[-2:]
    table = ".".join(quoted(part, MYSQL.mark) for part in parts)
    with (
        closing(MySqlHook(mysql_conn_id=conn_id).get_conn()) as connection,
        closing(connection.cursor()) as cursor,
    ):
        cursor.execute("SET time_zone = '+00:00'")
        if not table_exists(cursor, parts, "database()"):
            create_table(cursor, table, types, MYSQL.mark)
        columns = stage_table(cursor, table, list(types), MYSQL.mark)
        names = ", ".join(columns).replace("%", "%%")
        marks = ", ".join(["%s"] * len(columns))
        for batch in staged_rows(paths):
            cursor.executemany(
                f"INSERT INTO {INCOMING} ({names}) VALUES ({marks})", batch
            )
        for statement in swap(load, table, INCOMING, columns, MYSQL):
            cursor.execute(statement)
        rows = int(cursor.rowcount)
        connection.commit()
    return rows


def staged_rows(
    paths: Sequence[str], where: str = "true"
) -> Iterator[list[tuple[Any, ...]]]:
    """The staged rows, in batches; lists and structures as JSON."""
    with engine() as connection:
        described = connection.execute(f"DESCRIBE FROM {parquet(paths)}").fetchall()
        nested = {
            name
            for name, kind, *_ in described
            if kind.endswith("]") or kind.startswith(("STRUCT", "MAP"))
        }
        values = [
            f"CAST(to_json({quoted(name)}) AS VARCHAR)"
            if name in nested
            else quoted(name)
            for name, *_ in described
        ]
        result = connection.execute(
            f"SELECT {', '.join(values)} FROM {parquet(paths)} WHERE {where}"
        )
        while batch := result.fetchmany(10_000):
            yield batch


def load_snowflake(conn_id: str, load: Load, paths: Sequence[str]) -> int:
    """Rows reach Snowflake as files that it copies in; only the swap is a transaction, since COPY needs DDL."""
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
    from pandas import ArrowDtype
    from snowflake.connector.pandas_tools import write_pandas

    types = {
        upper_name(name): kind
        for name, kind in column_types(paths, SNOWFLAKE_TYPES).items()
    }
    parts = [upper_name(part) for part in load.table]
    table = ".".join(map(quoted, parts))
    hook = SnowflakeHook(snowflake_conn_id=conn_id)
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("ALTER SESSION SET TIMEZONE = 'UTC'")
        if not table_exists(cursor, parts, "current_schema()"):
            create_table(cursor, table, types, SNOWFLAKE.mark)
        columns = stage_table(cursor, table, list(types), SNOWFLAKE.mark)
        spelling = table_columns(cursor, INCOMING)
        for batch in staged_batches(paths):
            frame = batch.rename_columns(spelling).to_pandas(types_mapper=ArrowDtype)
            write_pandas(connection, frame, INCOMING.upper(), use_logical_type=True)
        cursor.execute("BEGIN")
        for statement in swap(load, table, INCOMING, columns, SNOWFLAKE):
            cursor.execute(statement)
        rows = int(cursor.rowcount or 0)
        cursor.execute("COMMIT")
    return rows


def staged_batches(paths: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """The staged rows in Arrow batches."""
    with engine() as connection:
        rows: Any = connection.sql(f"FROM {parquet(paths)}")
        yield from rows.to_arrow_reader(100_000)


def upper_name(name: str) -> str:
    """Snowflake stores a plain name in upper case; one with other characters keeps its spelling."""
    return (
        name.upper()
        if name.isidentifier() and name.isascii() and name == name.lower()
        else name
    )
