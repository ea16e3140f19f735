"""Statements inside of one SQL system."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any


def first_row(conn_id: str, sql_file: Path, names: Sequence[str]) -> dict[str, Any]:
    """The values of the first row of a query, by these names in their order."""
    from airflow.sdk import Connection

    hook = Connection.get(conn_id).get_hook()
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(sql_file.read_text(encoding="utf-8").strip().rstrip(";"))
        columns = [column[0].lower() for column in cursor.description]
        row = cursor.fetchone()
    if row is None:
        raise ValueError(f"{sql_file.name} gives no row")
    values = dict(zip(columns, row, strict=True))
    return {
        name: values.get(name, row[position % len(row)])
        for position, name in enumerate(names)
    }
