"""Removing what is too old."""

from __future__ import annotations

from datetime import timedelta

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.sql.statements import delete_older
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import CleanupStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.parts import STAGING, Parts
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import literal


def emit_cleanup(pipeline: Pipeline, step: CleanupStep) -> TaskCode:
    """The pipeline's own staging, rows of a table, or files."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = Parts(pipeline, step)
    if step.dataset is None:
        parts.use("clean_staging")
        older = [f"older_than={literal(step.older_than)}"] if step.older_than is not None else []
        return parts.code([f"clean_staging({', '.join([STAGING, *older])})"], "None")
    return parts.code([_removal(parts, step, step.dataset, step.older_than or timedelta())], "None")


def _removal(parts: Parts, step: CleanupStep, name: str, older_than: timedelta) -> str:
    dataset = parts.pipeline.dataset(name)
    connector = parts.connector(dataset)
    if connector.family != "sql":
        parts.use("remove_files")
        return f"remove_files({parts.files_at(dataset, connector, None)}, older_than={literal(older_than)})"
    parts.use("remove_rows")
    parts.uses_sql = True
    parts.requirements |= {connector.requirement, "airflow-provider-duckdb"}
    column = step.column or dataset.partition or ""
    own = connector.dialect or "duckdb"
    stand_in = None if own == "duckdb" else delete_older(dataset, column, "duckdb")
    file = parts.add_sql(delete_older(dataset, column, own), stand_in)
    connection = f'CONFIG["{dataset.connection}_conn_id"]'
    return f"remove_rows({connection}, RESOURCES / {file}, older_than={literal(older_than)})"
