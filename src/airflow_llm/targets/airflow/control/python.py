"""The user's own Python."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import PythonStep
from airflow_llm.targets.airflow.control.user_code import (
    calling,
    described_task,
    staged_reads,
    staged_writes,
    support,
    task_returns,
)
from airflow_llm.targets.airflow.docs import step_doc
from airflow_llm.targets.airflow.task import TaskCode


def emit_python(pipeline: Pipeline, step: PythonStep) -> TaskCode:
    """A TaskFlow task that imports the callable late; without one it is a hook."""
    if step.callable is None:
        return described_task(pipeline, step, step_doc(step), step.arguments)
    module, _, name = step.callable.rpartition(".")
    written = staged_writes(pipeline, step)
    alias = name if name != step.id and name not in step.reads else f"{name}_function"
    line = f"from {module} import {name}" + (f" as {alias}" if alias != name else "")
    return TaskCode(
        decorator="task",
        parameters=(*staged_reads(pipeline, step), *([step.for_each.name] if step.for_each is not None else [])),
        body=tuple(calling(pipeline, step, line, alias, step.arguments)),
        returns=task_returns(pipeline, step),
        support=support(written),
    )
