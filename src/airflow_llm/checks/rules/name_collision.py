"""Two things with one name, or a name that something else needs.

## What it finds
A step called like a group, like a Python built-in or like a name that the DAG file imports; a pipeline called
like a module that its own code imports; a parameter called `on_invalid` beside a validation; and columns of one
dataset that differ only in case.

## Why it hurts
Airflow refuses two tasks or groups with one id; the other names hide what the generated code needs, or each
other.

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

from airflow_llm.spec.diagnostic import Diagnostic, Place, Severity
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ValidateStep

code = "name-collision"
_IN_DAG_FILE = frozenset(
    {
        "airflow",
        "asset",
        "chain",
        "context",
        "dag",
        "datetime",
        "duration",
        "get_current_context",
        "params",
        "path",
        "pendulum",
        "resources",
        "staging",
        "task",
        "task_group",
        "timedelta",
        "timetable",
        "yaml",
    }
)
_BUILTINS = frozenset(name for name in dir(builtins) if name.islower())
_MODULES = frozenset({"airflow", "pendulum", "yaml", "duckdb", "pyarrow", "pandas", "sqlalchemy", "requests"})


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every name that something else already has."""
    yield from _steps(pipeline)
    yield from _pipeline_id(pipeline)
    yield from _parameters(pipeline)
    yield from _columns(pipeline)


def _steps(pipeline: Pipeline) -> Iterator[Diagnostic]:
    groups = {step.group for step in pipeline.steps}
    for step in pipeline.steps:
        path = f"steps.{step.id}.id"
        if step.id in groups:
            message = f"{step.id!r} is the name of a step and of a group"
            yield _finding("error", path, message, "Airflow refuses two tasks or groups with one id")
        if step.id in _BUILTINS or step.id in _IN_DAG_FILE or step.id in sys.stdlib_module_names:
            what = "a Python built-in" if step.id in _BUILTINS else "a module or a name that the DAG file uses"
            message = f"the step {step.id!r} is called like {what}"
            yield _finding("warning", path, message, "the task's function hides it from the code after it")


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
