"""A process that has imported Airflow once: loads DAG files and runs them, one request a line on its standard input.

Requests and answers are JSON. `load`: the structure of the DAGs in a file, as Airflow serialises it. `run`: `dag.test`
of a DAG, and how each task ended.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any


def load(path: str) -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag
    from airflow.serialization.serialized_objects import DagSerialization

    bag = DagBag(dag_folder=path, safe_mode=False, load_op_links=False)
    dags = {}
    for dag in bag.dags.values():
        dag.validate()
        serialized = DagSerialization.to_dict(dag)["dag"]
        dags[dag.dag_id] = {
            "timetable": type(dag.timetable).__name__,
            "start": str(dag.start_date),
            "catchup": dag.catchup,
            "max_active_runs": dag.max_active_runs,
            "timeout": str(dag.dagrun_timeout),
            "params": dag.params.dump(),
            "tags": sorted(dag.tags),
            "doc": dag.doc_md,
            "deadline": serialized.get("deadline"),
            "success_callbacks": _names(dag.on_success_callback),
            "tasks": {task.task_id: _task(task) for task in dag.tasks},
        }
    warnings = [str(warning) for found in bag.captured_warnings.values() for warning in found]
    return {"errors": list(bag.import_errors.values()), "warnings": warnings, "dags": dags}


def _task(task: Any) -> dict[str, Any]:
    arguments = getattr(task, "partial_kwargs", None)
    return {
        "type": getattr(task, "task_type", type(task).__name__),
        "mapped": arguments is not None,
        "upstream": sorted(task.upstream_task_ids),
        "rule": str(task.trigger_rule.value),
        "retries": task.retries,
        "delay": task.retry_delay.total_seconds(),
        "pool": task.pool,
        "slots": task.pool_slots,
        "owner": task.owner,
        "priority": task.priority_weight,
        "timeout": str(task.execution_timeout),
        "group": task.task_group.group_id if task.task_group is not None else None,
        "outlets": [asset.uri for asset in task.outlets],
        "failure_callbacks": _names(task.on_failure_callback),
        "retry_callbacks": _names(task.on_retry_callback),
        "success_callbacks": _names(task.on_success_callback),
    }


def _names(callbacks: Any) -> list[str]:
    found = callbacks if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks else []
    return [type(callback).__name__ for callback in found]


def run(path: str, conf: dict[str, Any]) -> dict[str, Any]:
    import pendulum
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=path, safe_mode=False, load_op_links=False)
    (dag,) = bag.dags.values()
    for task in dag.tasks:
        if not hasattr(task, "partial_kwargs"):
            task.retries = 0
    done = dag.test(run_conf=conf, logical_date=pendulum.datetime(2026, 3, 2, 6, 0, tz="UTC"))
    states: dict[str, Any] = {}
    for instance in done.get_task_instances():
        states.setdefault(instance.task_id, []).append(str(instance.state))
    return {"state": str(done.state), "tasks": {name: sorted(found) for name, found in states.items()}}


def main() -> None:
    """Answer until the input ends; what Airflow prints goes to the standard error."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if "--database" in sys.argv:
        from airflow.utils.db import initdb

        initdb()
    for line in sys.stdin:
        request = json.loads(line)
        folder = str(Path(request["path"]).parent)
        sys.path.insert(0, folder)
        try:
            answer = load(request["path"]) if request["do"] == "load" else run(request["path"], request["conf"])
        except Exception as error:
            answer = {"errors": [f"{type(error).__name__}: {error}"]}
        for name in [name for name in sys.modules if name.partition(".")[0] == "resources"]:
            del sys.modules[name]
        sys.path.remove(folder)
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
