"""Rows into and out of a SQL system without a bulk path of its own here: what every DB-API driver can do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from airflow_llm.targets.airflow.support.engine import engine, parquet, quoted
from airflow_llm.targets.airflow.support.load import Load, matched
from airflow_llm.targets.airflow.support.load_server import (
    column_types,
    create_table,
    staged_rows,
)
from airflow_llm.targets.airflow.support.location import interval
from airflow_llm.targets.airflow.support.rows import fetched, write_rows

ANSI_TYPES = {
    "BLOB": "blob",
    "DOUBLE": "double precision",
    "FLOAT": "real",
    "HUGEINT": "decimal(38)",
    "VARCHAR": "varchar(4000)",
}


@dataclass(frozen=True)
class Place:
    """A table, its own spelling of each staged column, and the driver's mark for a value."""

    table: str
    spelling: Mapping[str, str]
    mark: str

    def own_name(self, name: str) -> str:
        """A staged column as the table spells it, quoted."""
        folded = {key.casefold(): value for key, value in self.spelling.items()}
        return quoted(folded[name.casefold()])


def unload_any(
    conn_id: str, query: str, parameters: dict[str, Any] | None, path: Path
) -> int:
    """The rows as the driver hands them over, batch by batch."""
    from airflow.sdk import Connection

    hook: Any = Connection.get(conn_id).get_hook()
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        if parameters:
            cursor.execute(*positional(query, parameters, hook.placeholder))
        else:
            cursor.execute(query)
        names = [column[0] for column in cursor.description]
        return write_rows(fetched(cursor), names, path)


def positional(
    query: str, parameters: Mapping[str, Any], mark: str
) -> tuple[str, list[Any]]:
    """The query with the driver's own marks for its parameters, and their values in that order."""
    names = "|".join(map(re.escape, parameters))
    values = []

    def marked(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name is None:
            # Only drivers that look for percent signs want them doubled.
            return "%%" if mark == "%s" else "%"
        values.append(parameters[name])
        return mark

    doubled = "|%%" if "%(" in query else ""
    statement = re.sub(rf"%\(({names})\)s|\$({names})\b{doubled}", marked, query)
    return statement, values


def load_any(conn_id: str, load: Load, paths: Sequence[str]) -> int:
    """One transaction of DELETE and batches of INSERT, with nothing that only some systems have."""
    from airflow.sdk import Connection

    hook: Any = Connection.get(conn_id).get_hook()
    table = ".".join(map(quoted, load.table))
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        if hook.supports_autocommit:
            hook.set_autocommit(connection, False)
        types = column_types(paths, ANSI_TYPES)
        existing = present_columns(connection, cursor, table)
        if existing is None:
            create_table(cursor, table, types, '"')
            existing = list(types)
        spelling = dict(zip(types, matched(list(types), existing), strict=True))
        target = Place(table, spelling, hook.placeholder)
        for statement, batch in removals(load, target, paths):
            if batch:
                cursor.executemany(statement, batch)
            else:
                cursor.execute(statement)
        rows = insert_rows(cursor, load, target, paths)
        connection.commit()
    return rows


def present_columns(connection: Any, cursor: Any, table: str) -> list[str] | None:
    """The table's columns in its own spelling; None when it cannot be read, which is taken for missing."""
    try:
        cursor.execute(f"SELECT * FROM {table} WHERE 1 = 0")
    except Exception:
        # Every driver has errors of its own; if it is another one, creating the table shows it.
        connection.rollback()
        return None
    return [column[0] for column in cursor.description]


def removals(
    load: Load, target: Place, paths: Sequence[str]
) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """The statements that make room for the rows to come, each with its values."""
    table, mark = target.table, target.mark
    if load.mode == "replace":
        yield f"DELETE FROM {table}", []
    elif load.mode == "partition":
        column = target.own_name(str(load.partition))
        inside = f"{column} >= {mark} AND {column} < {mark}"
        yield f"DELETE FROM {table} WHERE {inside}", [plain_interval()]
    elif load.mode == "merge":
        keys = ", ".join(map(quoted, load.keys))
        with engine() as connection:
            query = f"SELECT DISTINCT {keys} FROM {parquet(paths)}"
            found = connection.execute(query).fetchall()
        # Nothing equals null, so rows with gaps in their key need a statement of their own.
        for gaps, same in groupby(sorted(found, key=gaps_of), key=gaps_of):
            tests = [
                target.own_name(key) + (" IS NULL" if gap else f" = {mark}")
                for key, gap in zip(load.keys, gaps, strict=True)
            ]
            rows = [tuple(value for value in row if value is not None) for row in same]
            where = " AND ".join(tests)
            yield f"DELETE FROM {table} WHERE {where}", rows if rows[0] else []


def gaps_of(row: tuple[Any, ...]) -> tuple[bool, ...]:
    """Which of the values are null."""
    return tuple(value is None for value in row)


def plain_interval() -> tuple[Any, Any]:
    """The bounds of the data interval in UTC, without a time zone."""
    bounds = interval()
    start, end = bounds["interval_start"], bounds["interval_end"]
    return start.replace(tzinfo=None), end.replace(tzinfo=None)


def insert_rows(cursor: Any, load: Load, target: Place, paths: Sequence[str]) -> int:
    """Insert the staged rows, in partition mode those of the interval; return their number."""
    table, names = target.table, ", ".join(map(quoted, target.spelling.values()))
    marks = ", ".join([target.mark] * len(target.spelling))
    where = "true"
    if load.mode == "partition":
        column = quoted(str(load.partition))
        start, end = plain_interval()
        where = f"{column} >= TIMESTAMP '{start}' AND {column} < TIMESTAMP '{end}'"
    if target.mark == "%s":
        names, table = names.replace("%", "%%"), table.replace("%", "%%")
    rows = 0
    for batch in staged_rows(paths, where):
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", batch)
        rows += len(batch)
    return rows
