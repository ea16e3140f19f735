"""The loaded DAG beside the spec: every difference, each in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from airflow_llm.proof.structure.alerts import alert_differences
from airflow_llm.proof.structure.edges import edge_differences, helpers_of
from airflow_llm.proof.structure.expected import Expected, differs
from airflow_llm.proof.structure.schedule import schedule_differences
from airflow_llm.proof.structure.tasks import task_differences
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ValidateStep

_INVALID = ("fail", "quarantine", "warn")


def differences(pipeline: Pipeline, dag: Mapping[str, Any], environment: str) -> tuple[str, ...]:
    """How the DAG, as loaded for that environment, differs from what the spec says; empty when it does not."""
    return tuple(dict.fromkeys(_differences(Expected(pipeline, environment), dag)))


def _differences(expected: Expected, dag: Mapping[str, Any]) -> Iterator[str]:
    pipeline = expected.pipeline
    yield from differs("the DAG's id", pipeline.id, dag["dag_id"])
    yield from differs("the DAG's time-out", expected.seconds(pipeline.timeout), dag["dagrun_timeout"])
    missing = sorted(set(pipeline.tags) - set(dag["tags"]))
    if missing:
        yield f"the DAG lacks the tags {missing}"
    yield from schedule_differences(expected, dag)
    yield from _parameter_differences(expected, dag["params"])
    tasks = dag["tasks"]
    wanted = {step.id for step in pipeline.steps}
    yield from (f"the task {name!r} is missing" for name in sorted(wanted - set(tasks)))
    helpers = helpers_of(pipeline)
    yield from (f"the task {name!r} is in no step" for name in sorted(set(tasks) - wanted - set(helpers)))
    yield from (f"the task {name!r}, which guards a step, is missing" for name in sorted(set(helpers) - set(tasks)))
    if wanted <= set(tasks):
        yield from edge_differences(pipeline, tasks)
    for step in pipeline.steps:
        if step.id in tasks:
            yield from task_differences(expected, step, tasks[step.id])
    yield from alert_differences(expected, dag)


def _parameter_differences(expected: Expected, params: Mapping[str, Any]) -> Iterator[str]:
    pipeline = expected.pipeline
    for parameter in pipeline.parameters:
        found = params.get(parameter.name)
        if found is None:
            yield f"the parameter {parameter.name!r} is missing"
            continue
        default = list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        yield from differs(f"the default of the parameter {parameter.name!r}", default, found["value"])
        if parameter.values:
            # Airflow refuses a default that is not among the values, so it has to be one of them.
            wanted = list(dict.fromkeys([*([] if default in parameter.values else [default]), *parameter.values]))
            allowed = found["schema"].get("enum")
            yield from differs(f"the values of the parameter {parameter.name!r}", wanted, allowed)
    validate = [step for step in pipeline.steps if isinstance(step, ValidateStep)]
    if validate and "on_invalid" not in {parameter.name for parameter in pipeline.parameters}:
        found = params.get("on_invalid")
        if found is None:
            yield "the parameter 'on_invalid' is missing"
            return
        defaults = {step.on_invalid for step in validate}
        yield from differs(
            "the default of 'on_invalid'", defaults.pop() if len(defaults) == 1 else None, found["value"]
        )
        absent = [mode for mode in _INVALID if mode not in (found["schema"].get("enum") or ())]
        if absent:
            yield f"the parameter 'on_invalid' does not allow {absent}"
