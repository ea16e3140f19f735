"""The metadata database: a copy of the migrated template for each process, and Airflow's engine moved onto it."""

from __future__ import annotations

import ctypes
import os
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

_KEPT_ALIVE: list[Any] = []
_PARENT_DEATH_SIGNAL = 1


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
    """Make this fork fit to run: it ends with its parent, and has threads of its own where the parent's stayed behind.

    The in-process execution API keeps its application, which takes seconds to build, and gets a new loop.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    bridge: Any = sys.modules.get("asgiref.sync")
    if bridge is not None:
        # Triggers call synchronous code through this one thread, and would wait for the dead one for ever.
        bridge.SyncToAsync.single_thread_executor = ThreadPoolExecutor(max_workers=1)
    supervisor = import_module("airflow.sdk.execution_time.supervisor")
    server = getattr(supervisor, "in_process_api_server", None)
    if server is None or not hasattr(server, "cache_clear"):
        return
    old = server()
    # Collecting the old one would wait for its thread for ever.
    _KEPT_ALIVE.append(old)
    server.cache_clear()
    server()._app = old.app
