"""Airflow's own loading, serialisation and `dag.test()`, with what they did written down."""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from airflow_llm.proof.worker.airflow_api import find
from airflow_llm.proof.worker.channel import Channel
from airflow_llm.proof.worker.older_airflow import register_dags
from airflow_llm.proof.worker.running import current

_LOG_LINES = 40


@dataclass
class Attempt:
    """One attempt of one task instance, as the engine ran it."""

    task_id: str
    map_index: int
    seconds: float
    error: str = ""
    log: str = ""


@dataclass
class Run:
    """One DAG run."""

    state: str
    run_id: str
    seconds: float
    attempts: list[Attempt] = field(default_factory=list)
    tasks: list[dict[str, Any]] = field(default_factory=list)


def use_dags(folder: Path) -> None:
    """Make that folder the DAGs folder, on the path as Airflow has it, and forget the modules of any other."""
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(folder)
    settings: Any = import_module("airflow.settings")
    sys.path[:] = [entry for entry in sys.path if entry != settings.DAGS_FOLDER]
    settings.DAGS_FOLDER = str(folder)
    sys.path.append(str(folder))
    for name in [name for name in sys.modules if name == "resources" or name.startswith("resources.")]:
        del sys.modules[name]


def load(folder: Path) -> Any:
    """The DagBag of the folder: every file is parsed, whatever it says."""
    return find("DagBag")(dag_folder=str(folder), safe_mode=False, load_op_links=False)


def run(
    dag: Any, channel: Channel, *, logical_date: datetime | None, conf: dict[str, Any] | None, logs: bool | None = None
) -> Run:
    """`dag.test()`, and what became of each task."""
    attempts: list[Attempt] = []
    register_dags()
    started = time.perf_counter()
    with _recorded(attempts, channel, bool(logs)):
        dag_run = dag.test(logical_date=logical_date, run_conf=conf or {})
    seconds = time.perf_counter() - started
    return Run(str(_value(dag_run.state)), dag_run.run_id, seconds, attempts, _tasks(dag_run))


@contextmanager
def _recorded(attempts: list[Attempt], channel: Channel, logs: bool) -> Iterator[None]:
    module: Any = import_module("airflow.sdk.definitions.dag")
    original = module._run_task

    def _run_task(**arguments: Any) -> Any:
        instance, position, started = arguments["ti"], channel.position(), time.perf_counter()
        attempt = Attempt(instance.task_id, instance.map_index, 0.0)
        attempts.append(attempt)
        current.task_id, current.map_index = instance.task_id, instance.map_index
        try:
            result = original(**arguments)
            error = getattr(result, "error", None)
        finally:
            attempt.seconds = time.perf_counter() - started
        if error is not None or logs or str(_value(instance.state)) in ("failed", "up_for_retry"):
            attempt.error = "".join(traceback.format_exception_only(error)).strip() if error else ""
            lines = channel.tail(position).splitlines()
            attempt.log = "\n".join(lines if logs else lines[-_LOG_LINES:])
        return result

    module._run_task = _run_task
    try:
        yield
    finally:
        module._run_task = original


def _tasks(dag_run: Any) -> list[dict[str, Any]]:
    session = import_module("airflow.settings").Session()
    try:
        instances = dag_run.get_task_instances(session=session)
        values = _returned(dag_run, session)
        return [
            {
                "task_id": instance.task_id,
                "map_index": instance.map_index,
                "state": str(_value(instance.state)),
                "tries": instance.try_number,
                "pool": instance.pool,
                "value": values.get((instance.task_id, instance.map_index)),
            }
            for instance in sorted(instances, key=lambda item: (item.task_id, item.map_index))
        ]
    finally:
        session.close()


def _returned(dag_run: Any, session: Any) -> dict[tuple[str, int], Any]:
    model = find("XComModel")
    rows = session.query(model).filter(
        model.dag_id == dag_run.dag_id, model.run_id == dag_run.run_id, model.key == "return_value"
    )
    return {(row.task_id, row.map_index): _plain(model.deserialize_value(row)) for row in rows}


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool, type(None))):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return repr(value)


def _value(state: Any) -> Any:
    return getattr(state, "value", state)
