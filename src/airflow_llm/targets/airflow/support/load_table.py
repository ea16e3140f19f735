"""The door to every table: which loader a connection takes is decided when the task runs."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from airflow_llm.targets.airflow.support.any_system import load_any
from airflow_llm.targets.airflow.support.load import (
    Load,
    Loader,
    load_duckdb,
    refuse_repeated_keys,
)
from airflow_llm.targets.airflow.support.load_server import (
    load_mysql,
    load_postgres,
    load_snowflake,
)
from airflow_llm.targets.airflow.support.location import local_copies
from airflow_llm.targets.airflow.support.unload import connection_type, for_connection

log = logging.getLogger(__name__)

LOADERS: dict[str, Loader] = {
    "*": load_any,
    "duckdb": load_duckdb,
    "mysql": load_mysql,
    "postgres": load_postgres,
    "snowflake": load_snowflake,
}


def load_table(conn_id: str, uris: str | Iterable[str], load: Load) -> int:
    """Write staged rows into a table and return their number; all of them appear in one transaction, or none.

    The table is created when it is missing.
    """
    load_rows = for_connection(LOADERS, conn_id, connection_type(conn_id))
    with local_copies(uris) as paths:
        if load.mode == "merge":
            refuse_repeated_keys(paths, load.keys)
        rows = load_rows(conn_id, load, paths)
    log.info("%s: %d rows by %s", ".".join(load.table), rows, load.mode)
    return rows
