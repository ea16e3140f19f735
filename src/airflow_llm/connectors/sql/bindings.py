"""The bindings that every SQL system shares; only the hook's class differs."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding

_OPERATOR = Binding(
    "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator", {"conn_id": "connection", "sql": "sql"}
)
_SENSOR = Binding("airflow.providers.common.sql.sensors.sql.SqlSensor", {"conn_id": "connection", "sql": "sql"})


def sql_bindings(hook: str, connection_argument: str) -> dict[tuple[str, str], Binding]:
    """The bindings of a SQL system with that hook class, whose connection id is given by that argument."""
    through_hook = Binding(hook, {connection_argument: "connection"})
    kinds = ("extract", "load", "transform", "validate", "report", "cleanup", "train", "evaluate", "predict")
    return {
        **{("airflow", kind): through_hook for kind in kinds},
        ("airflow", "sql"): _OPERATOR,
        ("airflow", "wait"): _SENSOR,
    }
