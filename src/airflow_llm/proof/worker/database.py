"""The metadata database: a copy of the migrated template for each process, and Airflow's engine moved onto it."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

_KEPT_ALIVE: list[Any] = []


def use(template: Path, copy: Path) -> None:
    """Copy the template and make this process's Airflow use the copy."""
    with closing(sqlite3.connect(template)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = f"sqlite:///{copy}"
    settings = import_module("airflow.settings")
    settings.dispose_orm()
    settings.configure_vars()
    settings.configure_orm()


def after_fork() -> None:
    """Give this fork its own in-process execution API: the thread of the parent's one did not come along.

    The application itself, which takes seconds to build, is kept.
    """
    supervisor = import_module("airflow.sdk.execution_time.supervisor")
    server = getattr(supervisor, "in_process_api_server", None)
    if server is None or not hasattr(server, "cache_clear"):
        return
    old = server()
    # Collecting the old one would wait for its thread for ever.
    _KEPT_ALIVE.append(old)
    server.cache_clear()
    server()._app = old.app
