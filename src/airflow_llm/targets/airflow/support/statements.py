"""Statements inside of one SQL system."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from airflow_llm.targets.airflow.support.sql_file import query_text


def first_row(conn_id: str, sql_file: Path, names: Sequence[str]) -> dict[str, Any]:
    """The values of the first row of a query: columns of these names, else as many
    columns in this order. ValueError when neither fits, or there is no row.
    """
    from airflow.sdk import Connection

    airflow_connection = Connection.get(conn_id)
    query = query_text(sql_file, str(airflow_connection.conn_type))
    hook = airflow_connection.get_hook()
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(query)
        columns = [column[0].lower() for column in cursor.description]
        row = cursor.fetchone()
    if row is None:
        raise ValueError(f"{sql_file.name} gives no row")
    values = dict(zip(columns, row, strict=True))
    if all(name in values for name in names):
        return {name: values[name] for name in names}
    if len(names) != len(row):
        raise ValueError(f"{sql_file.name} gives {columns}, not {list(names)}")
    return dict(zip(names, row, strict=True))
