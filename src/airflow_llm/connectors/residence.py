"""Which steps stay inside of one SQL system, from the tables that they read to those that they write."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.registry import get
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, Step, TransformStep

_FILLED_BY_QUERY = frozenset({"duckdb", "mysql", "postgres", "snowflake"})


def stays_inside(pipeline: Pipeline, step: Step) -> Connector | None:
    """The system that the step never leaves; None when its rows go through staging.

    A load that copies from table to table, or a transform that can be said in the system's own SQL.
    """
    if not isinstance(step, (LoadStep, TransformStep)) or step.for_each is not None or step.returns:
        return None
    if isinstance(step, LoadStep) and step.incremental is not None:
        return None
    names = (*step.reads, *step.writes)
    connections = {pipeline.dataset(name).connection for name in names}
    connection = connections.pop() if len(connections) == 1 else None
    connector = sql_system(pipeline, connection) if connection is not None else None
    if connector is None or not step.reads or not step.writes or hook_reason(pipeline, step) is not None:
        return None
    if isinstance(step, LoadStep):
        return connector if len(step.reads) == len(step.writes) else None
    from airflow_llm.connectors.sql.inside import is_portable

    inputs = [pipeline.dataset(name) for name in step.reads]
    portable = len(step.writes) == 1 and is_portable(step.operations, inputs, connector.dialect or "")
    return connector if portable else None


def sql_system(pipeline: Pipeline, connection: str) -> Connector | None:
    """The connector of a connection to a SQL system whose tables we can fill from a query."""
    system = next((item.connector for item in pipeline.connections if item.name == connection), connection)
    connector = get(system)
    known = connector is not None and connector.family == "sql" and connector.connection_type in _FILLED_BY_QUERY
    return connector if known else None
