"""A named point of the graph."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import MarkerStep
from airflow_llm.targets.airflow.task import TaskCode


def emit_marker(pipeline: Pipeline, step: MarkerStep) -> TaskCode:  # noqa: ARG001 - every emitter takes both
    """An operator that does nothing; the scheduler does not even start a worker for it."""
    return TaskCode(
        imports=("from airflow.providers.standard.operators.empty import EmptyOperator",),
        operator="EmptyOperator",
        requirements=frozenset({"apache-airflow-providers-standard"}),
    )
