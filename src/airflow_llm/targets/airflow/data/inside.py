"""Steps that never leave their SQL system: a query there fills a table there."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.extract import Cut, select
from airflow_llm.connectors.sql.inside import inside_query
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, TransformStep
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.airflow.data.sinks import load_arguments
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import call


def inside_code(pipeline: Pipeline, step: LoadStep | TransformStep, connector: Connector) -> TaskCode:
    """One `load_query` for each table that is written."""
    parts = Parts(pipeline, step)
    parts.use("Load", "load_query")
    parts.requirements = {connector.requirement, "airflow-provider-duckdb", "duckdb"}
    parts.uses_sql = True
    pairs = [(step.reads, step.writes[0])]
    if isinstance(step, LoadStep):
        pairs = [((read,), write) for read, write in zip(step.reads, step.writes, strict=True)]
    lines = []
    for reads, write in pairs:
        dataset = pipeline.dataset(write)
        file = _file(parts, [pipeline.dataset(name) for name in reads], write if len(pairs) > 1 else None, connector)
        arguments = [f'CONFIG["{dataset.connection}_conn_id"]', file, call("Load", load_arguments(parts, dataset))]
        lines.append(f"load_query({', '.join(arguments)})")
    return parts.code(lines, "None")


def _file(parts: Parts, inputs: list[Dataset], name: str | None, connector: Connector) -> str:
    """The query in the system's dialect, and for its stand-in: the file, as an expression."""
    own = connector.dialect or "duckdb"
    stand_in = None if own == "duckdb" else _query(parts, inputs, "duckdb")
    return f"RESOURCES / {parts.add_sql(_query(parts, inputs, own), stand_in, name)}"


def _query(parts: Parts, inputs: list[Dataset], dialect: str) -> str:
    if isinstance(parts.step, TransformStep):
        return inside_query(parts.step.operations, inputs, dialect)
    return select(inputs[0].location or inputs[0].name, (), Cut(), dialect, inputs[0].connection or "")
