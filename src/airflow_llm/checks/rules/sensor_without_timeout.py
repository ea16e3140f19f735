"""A sensor without a time-out of its own.

## What it finds
A `wait` step without `timeout`, neither on the step nor in the defaults. In the DAG file, also where it was changed by
hand, a sensor (`FileSensor(…)`, `@task.sensor`) without `timeout`, neither in the call nor in `default_args`.

## Why it hurts
The sensor that is written for the step gives up after six hours (after a fixed delay: six hours more), a limit that
nobody chose: a file that is due later fails the run, and that one never comes is told six hours late. A sensor
written by hand has Airflow's own limit, seven days: until then nobody hears of it, and the next runs queue up behind.

## Example
```yaml
steps:
  - {id: wait_for_file, kind: wait, wait_for: {on: data, dataset: incoming}}
```

## Use instead
```yaml
steps:
  - {id: wait_for_file, kind: wait, wait_for: {on: data, dataset: incoming}, timeout: 1h}
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import timedelta

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import aliases, at_run_time, dotted, python_files
from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import WaitStep
from airflow_llm.spec.waits import LONGEST_WAIT, ForDelay, ForTime

code = "sensor-without-timeout"
_CHOSEN_BY_NOBODY = "that limit fits by luck: what is due later fails the run, what never comes is told late"
_SEVEN_DAYS = "Airflow gives up only after seven days; until then nobody hears that what it waits for never came"
_TASK_SENSORS = ("airflow.sdk.task.sensor", "airflow.decorators.task.sensor")


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Waits without a limit; the fix is a choice that changes when the run fails, so it is not made without asking."""
    if pipeline.defaults.timeout is not None:
        return
    for step in pipeline.steps:
        if isinstance(step, WaitStep) and step.timeout is None:
            limit, default = format_duration(_limit(step)), format_duration(_default(step))
            path = f"steps.{step.id}.timeout"
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} has no time-out of its own: it gives up after {default}",
                place=Place(path=path),
                why=_CHOSEN_BY_NOBODY,
                hint=f"set `timeout`, for instance {limit}",
                fix=Fix(title=f"give up after {limit}", edits=(Edit(op="set", path=path, value=limit),), safe=False),
            )


def _default(step: WaitStep) -> timedelta:
    """What the generated sensor does without a word about it."""
    return LONGEST_WAIT + (step.wait_for.delay if isinstance(step.wait_for, ForDelay) else timedelta(0))


def _limit(step: WaitStep) -> timedelta:
    match step.wait_for:
        case ForDelay(delay=delay):
            return delay + timedelta(hours=1)
        case ForTime():
            return timedelta(days=1)
    return timedelta(hours=1)


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Sensors in the DAG files that are made without a limit."""
    dags = {path: text for path, text in files.items() if path.startswith("dags/") and path.count("/") == 1}
    for path, tree in python_files(dags, ("Sensor", ".sensor")):
        names = aliases(tree)
        nodes = tuple(at_run_time(tree))
        if any(_default_limit(node) for node in nodes):
            continue
        for node in nodes:
            for place, name in _unlimited(node, names):
                yield Diagnostic(
                    code=code,
                    severity="warning",
                    message=f"{name} has no time-out",
                    place=Place(file=path, line=place.lineno, column=place.col_offset + 1),
                    why=_SEVEN_DAYS,
                    hint="pass `timeout`, in seconds, for instance timeout=3600",
                )


def _unlimited(node: ast.AST, names: dict[str, str]) -> Iterator[tuple[ast.expr, str]]:
    """The sensor that a node makes without a limit, with its name; `**arguments` may hold one."""
    if isinstance(node, ast.Call):
        name = dotted(node.func, names).removesuffix(".partial")
        if _is_sensor(name) and not any(keyword.arg in ("timeout", None) for keyword in node.keywords):
            yield node, "task.sensor" if name in _TASK_SENSORS else name.rpartition(".")[2]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        yield from (
            (decorator, "task.sensor") for decorator in node.decorator_list if dotted(decorator, names) in _TASK_SENSORS
        )


def _is_sensor(name: str) -> bool:
    """Whether the full name is that of a sensor of Airflow or of a package of operators."""
    module, _, last = name.rpartition(".")
    ours = module.startswith("airflow.") or "sensors" in module.split(".")
    return name in _TASK_SENSORS or (ours and last.endswith(("Sensor", "SensorAsync", "SensorOperator")))


def _default_limit(node: ast.AST) -> bool:
    """Whether this is `default_args` with a limit for every sensor."""
    match node:
        case ast.keyword(arg="default_args", value=ast.Dict() as value):
            found = value
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as value)
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Dict() as value)
        ) if "default" in name.lower():
            found = value
        case _:
            return False
    return any(isinstance(key, ast.Constant) and key.value == "timeout" for key in found.keys)
