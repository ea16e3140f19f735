"""Waiting for a query, a table or its rows: `SqlSensor` with one SQL file a dialect."""

from __future__ import annotations

from airflow_llm.connectors.registry import find
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import WaitStep
from airflow_llm.spec.waits import ForData, ForQuery
from airflow_llm.targets.airflow.jinja import included, plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_STANDIN = "duckdb"
_BOUNDS = {
    "airflow_llm_start": "{{ dag_run.data_interval_start or dag_run.run_after }}",
    "airflow_llm_end": "{{ dag_run.data_interval_end or dag_run.run_after }}",
}


def query_sensor(pipeline: Pipeline, step: WaitStep, wait: ForQuery) -> TaskCode:
    """The user's query, and its translation for the stand-in."""
    from airflow_llm.connectors.sql.extract import narrowed

    dialect = _dialect(pipeline, wait.connection)
    return _sensor(
        pipeline, step, wait.connection, {to: narrowed(wait.sql, None, dialect, to) for to in _both(dialect)}
    )


def table_sensor(pipeline: Pipeline, step: WaitStep, wait: ForData) -> TaskCode:
    """A table that is there, or that has at least one row of the data interval."""
    dataset = pipeline.dataset(wait.dataset)
    connection = dataset.connection or ""
    location = dataset.location or dataset.name
    query = _rows if wait.rows else _exists
    texts = {to: query(location, dataset.partition, to) for to in _both(_dialect(pipeline, connection))}
    return _sensor(pipeline, step, connection, texts)


def _exists(location: str, partition: str | None, dialect: str) -> str:  # noqa: ARG001 - one signature for both
    from sqlglot import exp

    from airflow_llm.connectors.sql.names import table_parts

    parts = table_parts(location)
    names = {"table_name": parts[-1]} | ({"table_schema": parts[-2]} if len(parts) > 1 else {})
    conditions = [
        exp.EQ(this=exp.Lower(this=exp.column(name)), expression=exp.Literal.string(value.lower()))
        for name, value in names.items()
    ]
    query = exp.select(exp.Count(this=exp.Star())).from_("information_schema.tables").where(*conditions)
    return query.sql(dialect, pretty=True) + "\n"


def _rows(location: str, partition: str | None, dialect: str) -> str:
    from sqlglot import exp

    from airflow_llm.connectors.sql.names import column, table

    query = exp.select("1").from_(table(location, dialect))
    if partition is not None:
        start, end = (exp.cast(exp.Literal.string(name), "timestamp") for name in _BOUNDS)
        moment = column(partition, dialect)
        query = query.where(exp.GTE(this=moment, expression=start), exp.LT(this=moment.copy(), expression=end))
    return query.limit(1).sql(dialect, pretty=True) + "\n"


def _sensor(pipeline: Pipeline, step: WaitStep, connection: str, texts: dict[str, str]) -> TaskCode:
    *_, production = texts.values()
    files = {f"{step.id}.sql": _template(production)}
    if len(texts) > 1:
        files[f"{step.id}.duckdb.sql"] = _template(texts[_STANDIN])
    connector = find(pipeline.connection(connection).connector)
    return TaskCode(
        imports=("from airflow.providers.common.sql.sensors.sql import SqlSensor",),
        operator="SqlSensor",
        arguments={
            "conn_id": Expression(f'CONFIG["{connection}_conn_id"]'),
            "sql": included(step.id) if len(texts) > 1 else literal(f"{step.id}.sql"),
        },
        files=files,
        requirements=frozenset({"apache-airflow-providers-common-sql", connector.requirement}),
        uses_sql=True,
    )


def _template(sql: str) -> str:
    """The file is rendered by Jinja: the text stays text, but for the bounds of the data interval."""
    text = plain(sql)
    for name, expression in _BOUNDS.items():
        text = text.replace(name, expression)
    return text


def _dialect(pipeline: Pipeline, connection: str) -> str:
    return find(pipeline.connection(connection).connector).dialect or _STANDIN


def _both(dialect: str) -> tuple[str, ...]:
    """The stand-in's dialect first; one of both when they are the same."""
    return tuple(dict.fromkeys((_STANDIN, dialect)))
