"""Apply every safe fix until nothing more can be mended."""

from __future__ import annotations

from airflow_llm.checks.registry import check
from airflow_llm.errors import InputError
from airflow_llm.spec.diagnostic import Diagnostic, apply
from airflow_llm.spec.pipeline import Pipeline


def fix(pipeline: Pipeline) -> tuple[Pipeline, tuple[Diagnostic, ...]]:
    """The mended pipeline and the findings whose safe fix was applied, in order. Doing it again changes nothing."""
    applied: list[Diagnostic] = []
    while (step := _next(pipeline, applied)) is not None:
        pipeline, finding = step
        applied.append(finding)
    return pipeline, tuple(applied)


def _next(pipeline: Pipeline, applied: list[Diagnostic]) -> tuple[Pipeline, Diagnostic] | None:
    """The pipeline after the first safe fix that changes it, never the same fix twice (so that it always ends)."""
    for finding in check(pipeline):
        if finding.fix is None or not finding.fix.safe or finding in applied:
            continue
        try:
            mended = apply(pipeline, finding.fix.edits)
        except InputError:
            continue
        if mended != pipeline:
            return mended, finding
    return None
