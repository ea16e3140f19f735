"""SQL over staged files, in an in-process DuckDB."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.location import local_copies, publish

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

MEMORY_LIMIT = "512MB"
THREADS = 4


def bound(connection: DuckDBPyConnection) -> None:
    """Keep a DuckDB connection within its share of the worker: what does not fit is spilled to disk."""
    connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
    connection.execute(f"SET threads = {min(THREADS, os.cpu_count() or 1)}")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET TimeZone = 'UTC'")


@contextmanager
def engine() -> Iterator[DuckDBPyConnection]:
    """A DuckDB of its own, bounded in memory, that leaves nothing behind."""
    import duckdb

    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(config={"temp_directory": spill}) as connection,
    ):
        bound(connection)
        yield connection


def text(value: object) -> str:
    """A SQL string literal."""
    return "'" + str(value).replace("'", "''") + "'"


def quoted(name: str, mark: str = '"') -> str:
    """A SQL identifier that holds any name."""
    return mark + name.replace(mark, mark * 2) + mark


def parquet(paths: Iterable[str]) -> str:
    """The files as a SQL table expression, columns matched by name."""
    return f"read_parquet([{', '.join(map(text, paths))}], union_by_name = true)"


def copy_to(
    connection: DuckDBPyConnection,
    query: str,
    path: Path,
    parameters: Mapping[str, Any] | None = None,
) -> int:
    """Write the rows of a query to a Parquet file and return their number."""
    # The line break ends a comment on the query's last line.
    statement = (
        f"COPY (\n{query.strip().rstrip(';')}\n) TO {text(path)} (FORMAT parquet)"
    )
    result = connection.execute(statement, dict(parameters or {})).fetchone()
    return int(result[0]) if result else 0


def run_sql(
    sql_file: Path,
    inputs: Mapping[str, str | Iterable[str]],
    target: str,
    parameters: Mapping[str, Any] | None = None,
) -> str:
    """Publish the rows of a query over staged inputs, each a view under its dataset's name; return the target."""
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        for name, uris in inputs.items():
            paths = stack.enter_context(local_copies(uris))
            connection.execute(f"CREATE VIEW {quoted(name)} AS FROM {parquet(paths)}")
        attempt = stack.enter_context(publish(target))
        rows = copy_to(
            connection, sql_file.read_text(encoding="utf-8"), attempt, parameters
        )
        log.info("%s: %d rows", target, rows)
    return target


def row_count(uris: str | Iterable[str]) -> int:
    """The number of rows of a staged dataset."""
    with engine() as connection, local_copies(uris) as paths:
        counted = connection.execute(
            f"SELECT count(*) FROM {parquet(paths)}"
        ).fetchone()
    return int(counted[0]) if counted else 0
