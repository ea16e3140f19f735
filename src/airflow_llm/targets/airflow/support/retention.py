"""Removing what is too old."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow_llm.targets.airflow.support.files import Files
from airflow_llm.targets.airflow.support.location import (
    expand,
    interval_end,
    interval_key,
)
from airflow_llm.targets.airflow.support.sql_file import sql_text

log = logging.getLogger(__name__)


def clean_staging(staging_url: str, older_than: timedelta | None = None) -> int:
    """Remove what this pipeline staged: for runs older than that, or for this run.

    Returns the number of runs.
    """
    from airflow.sdk import ObjectStoragePath, get_current_context

    dag_id = get_current_context()["dag"].dag_id
    root = ObjectStoragePath(f"{expand(staging_url).rstrip('/')}/{dag_id}")
    removed = 0
    for folder in root.iterdir() if root.exists() else ():
        own = folder.name == interval_key()
        if own if older_than is None else newest(folder) < interval_end() - older_than:
            folder.fs.rm(folder.path, recursive=True)
            removed += 1
    log.info("%s: %d runs removed", root, removed)
    return removed


def newest(folder: Any) -> datetime:
    """When anything in a folder was last written."""
    times = [modified(folder.fs, path) for path in folder.fs.find(folder.path)]
    return max(times, default=datetime.min.replace(tzinfo=UTC))


def modified(fs: Any, path: str) -> datetime:
    """When a file was last written."""
    moment: datetime = fs.modified(path)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def remove_files(files: Files, older_than: timedelta) -> int:
    """Remove the files at a path that are older than that, and return their number."""
    from airflow.sdk import ObjectStoragePath

    root = ObjectStoragePath(files.uri, conn_id=files.conn_id)
    limit = interval_end() - older_than
    old = [path for path in matching(root) if modified(root.fs, path) < limit]
    for path in old:
        root.fs.rm_file(path)
    log.info("%s: %d files removed", files.uri, len(old))
    return len(old)


def matching(root: Any) -> Iterator[str]:
    """The files at a path, in a folder or of a pattern."""
    found = (
        root.fs.find(root.path) if root.fs.isdir(root.path) else root.fs.glob(root.path)
    )
    yield from sorted(found)


def remove_rows(conn_id: str, sql_file: Path, older_than: timedelta) -> int:
    """Run a DELETE whose parameter `cutoff` is that long before the interval's end."""
    from airflow.sdk import Connection

    parameters = {"cutoff": interval_end() - older_than}
    airflow_connection = Connection.get(conn_id)
    statement = sql_text(sql_file, str(airflow_connection.conn_type))
    hook = airflow_connection.get_hook()
    with closing(hook.get_conn()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(statement, parameters)
        rows = int(cursor.rowcount)
        connection.commit()
    log.info("%s: %d rows removed", sql_file.name, rows)
    return rows
