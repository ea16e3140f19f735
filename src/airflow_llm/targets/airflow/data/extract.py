"""Rows of a system into staging."""

from __future__ import annotations

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.outputs import returned
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.airflow.data.sources import unloaded
from airflow_llm.targets.airflow.task import TaskCode


def emit_extract(pipeline: Pipeline, step: ExtractStep) -> TaskCode:
    """One call for each pair of what is read and what is written."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = Parts(pipeline, step)
    pairs = list(zip(step.reads, step.writes, strict=False))
    calls = {
        write: unloaded(parts, pipeline.dataset(read), parts.staged(write), several=len(pairs) > 1)
        for read, write in pairs
    }
    lines, note = returned(parts, calls)
    return parts.code(lines, note)
