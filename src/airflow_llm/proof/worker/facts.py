"""What a loaded DAG is, as plain values: the proof compares them with the spec."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from airflow_llm.proof.worker.airflow_api import serialize

_CALLBACKS = ("on_failure_callback", "on_success_callback", "on_retry_callback")
_OPERATOR_FIELDS = (
    "retries",
    "retry_delay",
    "retry_exponential_backoff",
    "max_retry_delay",
    "execution_timeout",
    "trigger_rule",
    "pool",
    "pool_slots",
    "priority_weight",
    "depends_on_past",
    "owner",
    "doc_md",
    "max_active_tis_per_dagrun",
    "executor_config",
)
_SENSOR_FIELDS = ("poke_interval", "timeout", "mode", "soft_fail", "deferrable")


def facts(dag: Any) -> dict[str, Any]:
    """The DAG and its tasks. Raises what `validate` or the real serialisation raise."""
    dag.validate()
    stored = serialize(dag)["dag"]
    return {
        "dag_id": dag.dag_id,
        "timetable": _plain(stored.get("timetable")),
        "timezone": str(getattr(dag.timezone, "name", dag.timezone)),
        "start_date": _plain(dag.start_date),
        "end_date": _plain(dag.end_date),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "dagrun_timeout": _plain(dag.dagrun_timeout),
        "description": dag.description,
        "doc_md": dag.doc_md,
        "tags": sorted(dag.tags),
        "params": {name: _param(dag.params.get_param(name)) for name in dag.params},
        "callbacks": _callbacks(dag),
        "deadlines": [_deadline(item) for item in _listed(getattr(dag, "deadline", None))],
        "tasks": {task_id: _task(task) for task_id, task in sorted(dag.task_dict.items())},
    }


def _task(task: Any) -> dict[str, Any]:
    mapped = hasattr(task, "partial_kwargs")
    operator = task.operator_class if mapped else type(task)
    values = {name: _plain(getattr(task, name, None)) for name in _OPERATOR_FIELDS}
    arguments = task.partial_kwargs if mapped else vars(task)
    return {
        **values,
        **{name: _plain(arguments.get(name)) for name in _SENSOR_FIELDS},
        "operator": f"{operator.__module__}.{operator.__name__}",
        "bases": [base.__name__ for base in operator.__mro__],
        "upstream": sorted(task.upstream_task_ids),
        "downstream": sorted(task.downstream_task_ids),
        "callbacks": _callbacks(task),
        "outlets": [_asset(outlet) for outlet in getattr(task, "outlets", None) or ()],
        "group": getattr(getattr(task, "task_group", None), "group_id", None),
        "mapped": mapped,
        "mapped_over": _mapped_over(task) if mapped else None,
        "arguments": {
            name: _plain(arguments.get(name)) for name in sorted(_template_fields(task)) if name in arguments
        },
        "extras": {
            name: _plain(arguments[name])
            for name in ("external_dag_id", "trigger_dag_id", "conn_id", "wait_for_completion", "reset_dag_run", "conf")
            if name in arguments
        },
    }


def _template_fields(task: Any) -> Iterable[str]:
    return tuple(getattr(task, "template_fields", ()) or ())


def _mapped_over(task: Any) -> Any:
    expand = getattr(task, "op_kwargs_expand_input", None) or getattr(task, "expand_input", None)
    return _plain(getattr(expand, "value", None))


def _callbacks(owner: Any) -> dict[str, list[dict[str, Any]]]:
    arguments = getattr(owner, "partial_kwargs", None)
    found = {}
    for name in _CALLBACKS:
        value = arguments.get(name) if arguments is not None else getattr(owner, name, None)
        found[name.split("_")[1]] = [_notifier(item) for item in _listed(value)]
    return found


def _notifier(callback: Any) -> dict[str, Any]:
    fields = {name: _plain(getattr(callback, name, None)) for name in getattr(callback, "template_fields", ())}
    kind = type(callback)
    return {"class": f"{kind.__module__}.{kind.__name__}", **fields}


def _deadline(item: Any) -> dict[str, Any]:
    callback = getattr(item, "callback", None)
    return {
        "interval": _plain(getattr(item, "interval", None)),
        "reference": type(getattr(item, "reference", None)).__name__,
        "callback": _plain(getattr(callback, "path", None)),
        "arguments": _plain(getattr(callback, "kwargs", None)),
    }


def _param(param: Any) -> dict[str, Any]:
    return {"value": _plain(param.value), "schema": _plain(param.schema), "description": param.description}


def _asset(outlet: Any) -> str:
    return str(getattr(outlet, "uri", None) or getattr(outlet, "name", outlet))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, set)) else [value]


def _plain(value: Any) -> Any:
    match value:
        case timedelta():
            return value.total_seconds()
        case datetime():
            return value.isoformat()
        case dict():
            return {str(getattr(key, "value", key)): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case str() | int() | float() | bool() | None:
            return value if not isinstance(value, str) else str(getattr(value, "value", value))
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        reference = getattr(value, "operator", None)
        return {"output_of": reference.task_id} if reference is not None else f"<{type(value).__name__}>"
    return value
