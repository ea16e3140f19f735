"""What Airflow 3.0, 3.1 and 3.2 lack for `dag.test()` to run again and again in one process; 3.3 has it all."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import Any

from airflow_llm.proof.worker.airflow_api import find


def share_api_server() -> None:
    """One execution API for all tasks: up to 3.2 each task gets one of its own, which takes seconds to build."""
    supervisor: Any = import_module("airflow.sdk.execution_time.supervisor")
    server = supervisor.in_process_api_server
    if not hasattr(server, "cache_clear"):
        supervisor.in_process_api_server = cache(server)


def register_dags() -> None:
    """Write the DAGs of the folder and their assets to the database, as `dag.test()` does itself from 3.1 on.

    In 3.0 a task whose assets are unknown there does not run.
    """
    if hasattr(find("DagBag"), "sync_to_db"):
        settings: Any = import_module("airflow.settings")
        _register(settings.DAGS_FOLDER, os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])


@cache
def _register(folder: str, database: str) -> None:  # noqa: ARG001  # once for each database
    manager = import_module("airflow.dag_processing.bundles.manager").DagBundlesManager()
    manager.sync_bundles_to_db()
    bag = find("DagBag")(dag_folder=folder, safe_mode=False, load_op_links=False)
    bag.sync_to_db("dags-folder", None)
