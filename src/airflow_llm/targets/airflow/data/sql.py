"""SQL inside of one system: nothing leaves it."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.registry import find
from airflow_llm.connectors.sql.statements import action, is_query, translated
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import SqlStep
from airflow_llm.targets.airflow.data.hook import hook_code
from airflow_llm.targets.airflow.data.parts import Parts, staged_writes
from airflow_llm.targets.airflow.jinja import included, plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_sql(pipeline: Pipeline, step: SqlStep) -> TaskCode:
    """`SQLExecuteQueryOperator`; a query whose rows or scalars others need is read by a function instead."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return hook_code(pipeline, step, reason)
    parts = Parts(pipeline, step)
    connector = find(pipeline.connection(step.connection).connector)
    own = connector.dialect or "duckdb"
    staged = staged_writes(pipeline, step)
    query = step.statement is not None and is_query(step.statement, own)
    if query and staged:
        return _unloaded(parts, connector, staged[0])
    if query and step.returns:
        return _first_row(parts, connector, step)
    return _operator(parts, connector, step)


def _texts(parts: Parts, connector: Connector) -> tuple[str, str | None]:
    """The SQL in the system's own dialect, and for its stand-in when that is another."""
    step = parts.step
    own = connector.dialect or "duckdb"
    if not isinstance(step, SqlStep):
        raise TypeError(f"{step.id} is no sql step")
    if step.statement is not None:
        text = step.statement.strip() + "\n"
        return text, None if own == "duckdb" else translated(text, own, step.connection)
    dataset = parts.pipeline.dataset(step.writes[0])
    name = step.action or "truncate"
    stand_in = None if own == "duckdb" else action(name, dataset, "duckdb")
    return action(name, dataset, own), stand_in


def _file(parts: Parts, connector: Connector) -> str:
    """Adds the SQL files of a function: the name of the one that it is given, as a literal."""
    parts.requirements |= {connector.requirement, "airflow-provider-duckdb"}
    return parts.add_sql(*_texts(parts, connector))


def _operator(parts: Parts, connector: Connector, step: SqlStep) -> TaskCode:
    own, stand_in = _texts(parts, connector)
    name = parts.add_sql(plain(own), None if stand_in is None else plain(stand_in))
    parts.requirements |= {connector.requirement, "airflow-provider-duckdb"}
    return TaskCode(
        imports=("from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator",),
        operator="SQLExecuteQueryOperator",
        arguments={
            "conn_id": Expression(f'CONFIG["{step.connection}_conn_id"]'),
            "sql": Expression(name) if stand_in is None else included(step.id),
            "split_statements": literal(True),
            "do_xcom_push": literal(False),
        },
        files=parts.files,
        requirements=frozenset({*parts.requirements, "apache-airflow-providers-common-sql"} - {"pyarrow"}),
        uses_sql=True,
    )


def _unloaded(parts: Parts, connector: Connector, target: str) -> TaskCode:
    name = _file(parts, connector)
    parts.use("unload")
    parts.use_system("unload", connector)
    connection = f'CONFIG["{_connection(parts)}_conn_id"]'
    return parts.code([f"return unload({connection}, RESOURCES / {name}, {parts.staged(target)})"], "str")


def _first_row(parts: Parts, connector: Connector, step: SqlStep) -> TaskCode:
    name = _file(parts, connector)
    parts.use("first_row")
    parts.uses_sql = True
    connection = f'CONFIG["{step.connection}_conn_id"]'
    call = f"first_row({connection}, RESOURCES / {name}, {literal(list(step.returns))})"
    return parts.code([f"return {call}"], "dict[str, Any]")


def _connection(parts: Parts) -> str:
    step = parts.step
    return step.connection if isinstance(step, SqlStep) else ""
