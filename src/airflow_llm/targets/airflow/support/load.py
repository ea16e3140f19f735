"""Parquet into a table of a SQL system, so that loading it once more changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from airflow_llm.targets.airflow.support.engine import bound, engine, parquet, quoted
from airflow_llm.targets.airflow.support.location import interval

INCOMING = "airflow_incoming"


@dataclass(frozen=True)
class Load:
    """What to write where. `table` is its name in parts: schema and table, or database, schema and table.

    `replace` swaps all rows, `merge` those with the same keys, `partition` those of the data interval by that column,
    `append` only adds.
    """

    table: tuple[str, ...]
    mode: str = "replace"
    keys: tuple[str, ...] = ()
    partition: str | None = None


@dataclass(frozen=True)
class Dialect:
    """What a SQL system writes in its own way: the quote of a name, equality of nulls, the type of a point in time."""

    mark: str
    null_safe: str
    moment: str


Loader = Callable[[str, Load, Sequence[str]], int]


def refuse_repeated_keys(paths: Sequence[str], keys: Sequence[str]) -> None:
    """A merge whose rows share a key has no single outcome: ValueError."""
    columns = ", ".join(map(quoted, keys))
    with engine() as connection:
        query = f"SELECT count(*) FROM (SELECT {columns} FROM {parquet(paths)} GROUP BY ALL HAVING count(*) > 1)"
        result = connection.execute(query).fetchone()
    if result and result[0]:
        raise ValueError(
            f"{result[0]} keys ({', '.join(keys)}) occur more than once in the rows to merge"
        )


def swap(
    load: Load, table: str, source: str, columns: Sequence[str], dialect: Dialect
) -> Iterator[str]:
    """The statements that put the rows of `source` in their place; interval bounds are literals of our own making."""
    names = ", ".join(columns)
    insert = f"INSERT INTO {table} ({names}) SELECT {names} FROM {source}"
    by_name = {column[1:-1].casefold(): column for column in columns}
    if load.mode == "replace":
        yield f"DELETE FROM {table}"
    elif load.mode == "merge":
        mine = [
            by_name.get(key.casefold(), quoted(key, dialect.mark)) for key in load.keys
        ]
        same = " AND ".join(
            f"{INCOMING}.{key} {dialect.null_safe} {table}.{key}" for key in mine
        )
        yield f"DELETE FROM {table} WHERE EXISTS (SELECT 1 FROM {source} AS {INCOMING} WHERE {same})"
    elif load.mode == "partition":
        bounds = interval()
        column = by_name[str(load.partition).casefold()]
        start, end = (
            f"CAST('{bounds[name]:%Y-%m-%d %H:%M:%S.%f}' AS {dialect.moment})"
            for name in ("interval_start", "interval_end")
        )
        inside = f"{column} >= {start} AND {column} < {end}"
        yield f"DELETE FROM {table} WHERE {inside}"
        insert = f"{insert} WHERE {inside}"
    yield insert


DUCKDB = Dialect('"', "IS NOT DISTINCT FROM", "TIMESTAMP")


def load_duckdb(conn_id: str, load: Load, paths: Sequence[str]) -> int:
    """DuckDB reads the files itself; a database part of the name is the file."""
    from duckdb_provider.hooks.duckdb_hook import DuckDBHook

    parts, source = load.table[-2:], parquet(paths)
    with closing(DuckDBHook(duckdb_conn_id=conn_id).get_conn()) as connection:
        bound(connection)
        if len(parts) > 1:
            # A schema may have the name of the file, which is that of the database.
            file = connection.execute("SELECT current_database()").fetchall()[0][0]
            connection.execute(
                f"CREATE SCHEMA IF NOT EXISTS {quoted(file)}.{quoted(parts[0])}"
            )
            parts = (file, *parts)
        table = ".".join(map(quoted, parts))
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {table} AS FROM {source} LIMIT 0"
        )
        incoming = [
            column[0]
            for column in connection.execute(f"FROM {source} LIMIT 0").description
        ]
        existing = [
            column[0]
            for column in connection.execute(f"FROM {table} LIMIT 0").description
        ]
        columns = [quoted(name) for name in matched(incoming, existing)]
        connection.execute("BEGIN")
        rows = 0
        for statement in swap(load, table, source, columns, DUCKDB):
            result = connection.execute(statement).fetchone()
            rows = int(result[0]) if result else 0
        connection.execute("COMMIT")
    return rows


def matched(incoming: Sequence[str], existing: Sequence[str]) -> list[str]:
    """The table's own spelling of each incoming column. ValueError names those that the table lacks."""
    spelling = {name.casefold(): name for name in existing} | {
        name: name for name in existing
    }
    missing = [
        name
        for name in incoming
        if name not in spelling and name.casefold() not in spelling
    ]
    if missing:
        raise ValueError(
            f"the table has no column {', '.join(map(repr, missing))}; add it, or drop it before the load"
        )
    return [spelling.get(name) or spelling[name.casefold()] for name in incoming]
