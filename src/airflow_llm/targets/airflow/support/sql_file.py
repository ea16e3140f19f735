"""The SQL of a task, in the dialect of the system that it runs on."""

from __future__ import annotations

from pathlib import Path


def sql_text(sql_file: Path, conn_type: str) -> str:
    """The SQL in a file, or in the one beside it for that type of connection: `x.duckdb.sql` beside `x.sql`."""
    own = sql_file.with_name(f"{sql_file.stem}.{conn_type}.sql")
    return (own if own.exists() else sql_file).read_text(encoding="utf-8")


def query_text(sql_file: Path, conn_type: str) -> str:
    """The same, as a query that may stand inside of a statement."""
    return sql_text(sql_file, conn_type).strip().rstrip(";")
