"""Staged rows, or rows of another system, into a system."""

from __future__ import annotations

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.residence import stays_inside
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.inside import inside_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.airflow.data.sinks import written
from airflow_llm.targets.airflow.data.sources import input_uris
from airflow_llm.targets.airflow.task import TaskCode


def emit_load(pipeline: Pipeline, step: LoadStep) -> TaskCode:
    """One call for each pair of what is read and what is written."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    system = stays_inside(pipeline, step)
    if system is not None:
        return inside_code(pipeline, step, system)
    parts = Parts(pipeline, step)
    lines = []
    for read, write in zip(step.reads, step.writes, strict=False):
        lines.append(written(parts, pipeline.dataset(write), input_uris(parts, read)))
    measures, note = returned(parts, {})
    return parts.code([*lines, *measures], note)
