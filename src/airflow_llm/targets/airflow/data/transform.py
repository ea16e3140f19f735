"""One dataset made from others, by SQL over staged files."""

from __future__ import annotations

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.residence import stays_inside
from airflow_llm.connectors.sql.operations import transform_sql
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import TransformStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.inside import inside_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import Parts, staged_writes
from airflow_llm.targets.airflow.data.sinks import written
from airflow_llm.targets.airflow.data.sources import input_uris
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_transform(pipeline: Pipeline, step: TransformStep) -> TaskCode:
    """`run_sql` with the step's query; rows of a system are unloaded before, and loaded after it."""
    reason = hook_reason(pipeline, step)
    if reason is not None or not step.reads:
        return hook_code(pipeline, step, reason or "it reads no dataset")
    system = stays_inside(pipeline, step)
    if system is not None:
        return inside_code(pipeline, step, system)
    parts = Parts(pipeline, step)
    parts.use("run_sql")
    parts.files[parts.file_name()] = transform_sql(step.operations, step.reads)
    inputs = literal({name: Expression(input_uris(parts, name)) for name in step.reads})
    staged = staged_writes(pipeline, step)
    target = parts.staged(staged[0] if staged else f"{step.id}-result")
    run = f"run_sql(RESOURCES / {literal(parts.file_name())}, {inputs}, {target})"
    external = [name for name in step.writes if name not in staged]
    if not external:
        lines, note = returned(parts, dict.fromkeys(staged, run) if staged else {step.id: run})
        return parts.code(lines, note)
    lines = [f"result = {run}", *(written(parts, pipeline.dataset(name), "result") for name in external)]
    more, note = returned(parts, dict.fromkeys(staged, "result"))
    return parts.code([*lines, *more], note)
