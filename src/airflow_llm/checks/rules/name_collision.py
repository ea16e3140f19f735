"""Two things with one name, or a name that something else needs.

## What it finds
A step called like a group, or like a name that Python or the DAG file has already; a pipeline called like a
module that its own code imports; a parameter called `on_invalid` beside a validation; a step whose function file an
alert needs too; and columns of one dataset that differ only in case.

## Why it hurts
Airflow refuses two tasks or groups with one id; the other names hide what the generated code needs, or each other.

## Example
```yaml
steps:
  - {id: clean, kind: python}
  - {id: trim, kind: python, group: clean}
```

## Use instead
```yaml
steps:
  - {id: clean, kind: python}
  - {id: trim, kind: python, group: cleaning}
```
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.registry import get
from airflow_llm.spec.diagnostic import Diagnostic, Place, Severity
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ValidateStep

code = "name-collision"
_IN_DAG_FILE = frozenset({"chain", "dag", "datetime", "os", "pendulum", "resources", "task", "timedelta", "yaml"})
_TAKEN = _IN_DAG_FILE | {name for name in dir(builtins) if name.islower()}
_MODULES = frozenset({"airflow", "pendulum", "yaml", "duckdb", "pyarrow", "pandas", "sqlalchemy", "requests"})


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every name that something else already has."""
    yield from _steps(pipeline)
    yield from _pipeline_id(pipeline)
    yield from _parameters(pipeline)
    yield from _columns(pipeline)


def _steps(pipeline: Pipeline) -> Iterator[Diagnostic]:
    groups = {step.group for step in pipeline.steps}
    alerts = _written_alerts(pipeline)
    for step in pipeline.steps:
        path = f"steps.{step.id}.id"
        if step.id in groups:
            message = f"{step.id!r} is the name of a step and of a group"
            yield _finding("error", path, message, "Airflow refuses two tasks or groups with one id")
        if step.id in _TAKEN:
            message = f"{step.id!r} is also a name of Python or of the DAG file, so the task's function is renamed"
            yield _finding("info", path, message, "the name in the code is not the one in the spec")
        if step.id in alerts:
            message = f"{step.id!r} and the alerts over {step.id.removeprefix('alert_')!r} need one function file"
            yield _finding("error", path, message, "one would overwrite the other")


def _written_alerts(pipeline: Pipeline) -> set[str]:
    """The functions of alerts that no connector sends; a step of that name needs the same file."""
    used = {alert.connection for owner in (pipeline, *pipeline.steps) for alert in owner.alerts}
    systems = {connection.name: get(connection.connector) for connection in pipeline.connections}
    return {f"alert_{name}" for name in used if (found := systems.get(name)) is None or not _sends(found)}


def _sends(connector: Connector) -> bool:
    return connector.binding("airflow", "alert") is not None


def _pipeline_id(pipeline: Pipeline) -> Iterator[Diagnostic]:
    if pipeline.id == "resources":
        why = "dags/resources.py hides the folder dags/resources, from which the tasks import their functions"
        yield _finding("error", "id", "a pipeline cannot be called 'resources'", why)
    elif pipeline.id in _MODULES or pipeline.id in sys.stdlib_module_names:
        why = f"when the file is run by itself, `import {pipeline.id}` finds the DAG instead of the module"
        yield _finding("warning", "id", f"the pipeline {pipeline.id!r} is called like a Python module", why)


def _parameters(pipeline: Pipeline) -> Iterator[Diagnostic]:
    validates = any(isinstance(step, ValidateStep) for step in pipeline.steps)
    for parameter in pipeline.parameters:
        if parameter.name == "on_invalid" and validates:
            why = "a pipeline with a validation has such a parameter already: fail, quarantine or warn"
            yield _finding("error", "parameters.on_invalid", "a parameter cannot be called 'on_invalid' here", why)


def _columns(pipeline: Pipeline) -> Iterator[Diagnostic]:
    for dataset in pipeline.datasets:
        seen: dict[str, str] = {}
        for column in dataset.columns:
            twin = seen.setdefault(column.name.casefold(), column.name)
            if twin is not column.name:
                message = f"the columns {twin!r} and {column.name!r} of {dataset.name!r} differ only in case"
                yield _finding("error", f"datasets.{dataset.name}.columns", message, "in SQL they are the same column")


def _finding(severity: Severity, path: str, message: str, why: str) -> Diagnostic:
    hint = "choose another name"
    return Diagnostic(code=code, severity=severity, message=message, place=Place(path=path), why=why, hint=hint)
