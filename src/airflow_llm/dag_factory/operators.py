"""What a task's `operator` means: the step, and the connection it goes through."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.registry import get, known
from airflow_llm.dag_factory.configs import TaskConfig
from airflow_llm.errors import InputError, UnsupportedError

Step = dict[str, Any]
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIXES = (" operator", " decorated")


def step_of(task: TaskConfig, sql: str | None) -> tuple[Step, Connector | None]:
    """The step as plain values, and the system it needs. `sql` is the content of the task's script."""
    name = _name(task.operator)
    if name in _WORK:
        step, system = _WORK[name](task)
        return step, get(system) if system else None
    connector = get(name)
    if connector is None and sql is not None and name in ("sql", "sql execute query"):
        raise InputError(f"{task.name}: {task.operator!r} does not say which system", hint='use operator="postgresql"')
    if connector is None:
        raise UnsupportedError(
            f"{task.name}: the operator {task.operator!r} is not known",
            hint=f"known: {', '.join(sorted({*_WORK, *(one.name for one in known())}))}",
        )
    return _on_system(task, connector, sql), connector


def _on_system(task: TaskConfig, connector: Connector, sql: str | None) -> Step:
    match connector.family:
        case "sql":
            return {"kind": "sql", "connection": connector.name, "statement": sql}
        case "http":
            return {"kind": "http", "connection": connector.name, "path": task.endpoint, "method": task.method.upper()}
        case "chat" | "mail":
            return {
                "kind": "notify",
                "connection": connector.name,
                "target": task.to,
                "subject": task.subject,
                "message": task.message or task.description,
            }
    raise UnsupportedError(
        f"{task.name}: {connector.title} alone does not say what to do",
        hint="describe it with NaturalLanguageDAGGenerator, or write an extract or load step in a spec file",
    )


def _python(task: TaskConfig) -> tuple[Step, str | None]:
    return {"kind": "python", "callable": task.python_callable, "arguments": task.parameters}, None


def _shell(task: TaskConfig) -> tuple[Step, str | None]:
    environment = {key: str(value) for key, value in task.parameters.items()}
    return {"kind": "shell", "command": _required(task, "bash_command"), "environment": environment}, None


def _container(task: TaskConfig) -> tuple[Step, str | None]:
    environment = {key: str(value) for key, value in task.parameters.items()}
    return {"kind": "container", "image": _required(task, "image"), "environment": environment}, None


def _spark(task: TaskConfig) -> tuple[Step, str | None]:
    return {"kind": "spark", "application": _required(task, "application"), "conf": task.parameters}, None


def _trigger(task: TaskConfig) -> tuple[Step, str | None]:
    return {"kind": "trigger", "dag_id": _required(task, "trigger_dag_id"), "conf": task.parameters}, None


def _plain(kind: str) -> Callable[[TaskConfig], tuple[Step, str | None]]:
    return lambda _task: ({"kind": kind}, None)


_WORK: dict[str, Callable[[TaskConfig], tuple[Step, str | None]]] = {
    **dict.fromkeys(("python", "python callable"), _python),
    **dict.fromkeys(("bash", "shell"), _shell),
    **dict.fromkeys(("docker", "container", "kubernetes", "kubernetes pod"), _container),
    **dict.fromkeys(("spark", "spark submit"), _spark),
    **dict.fromkeys(("trigger", "trigger dag run"), _trigger),
    **dict.fromkeys(("empty", "dummy", "marker"), _plain("marker")),
    "dbt": _plain("dbt"),
}


def _required(task: TaskConfig, field: str) -> str:
    value = getattr(task, field)
    if not value:
        raise InputError(f"{task.name}: the operator {task.operator!r} needs `{field}`")
    return str(value)


def _name(operator: str) -> str:
    """`PostgresOperator`, `postgres_operator` and `postgres` are the same."""
    words = " ".join(_CAMEL.sub(" ", operator.rpartition(".")[2]).replace("_", " ").replace("-", " ").lower().split())
    for suffix in _SUFFIXES:
        words = words.removesuffix(suffix)
    return words
