"""Any HTTP API."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding, Connector

_HOOK = Binding("airflow.providers.http.hooks.http.HttpHook", {"http_conn_id": "connection", "method": "method"})

CONNECTOR = Connector(
    name="http",
    title="HTTP API",
    aliases=("https", "api", "rest", "rest api", "http api", "web api", "web service", "webhook", "endpoint"),
    family="http",
    connection_type="http",
    provider="apache-airflow-providers-http",
    standin="http",
    secret_fields=("login", "password", "extra.Authorization"),
    bindings={
        **{("airflow", kind): _HOOK for kind in ("extract", "load", "transform", "validate", "report")},
        ("airflow", "http"): Binding(
            "airflow.providers.http.operators.http.HttpOperator",
            {
                "http_conn_id": "connection",
                "endpoint": "path",
                "method": "method",
                "headers": "headers",
                "data": "body",
            },
        ),
        ("airflow", "wait"): Binding(
            "airflow.providers.http.sensors.http.HttpSensor", {"http_conn_id": "connection", "endpoint": "path"}
        ),
        ("airflow", "notify"): Binding(
            "airflow.providers.http.operators.http.HttpOperator",
            {"http_conn_id": "connection", "endpoint": "recipient", "method": "method", "data": "text"},
        ),
        ("airflow", "alert"): Binding(
            "airflow.providers.http.notifications.http.HttpNotifier",
            {"http_conn_id": "connection", "endpoint": "recipient", "json": "text"},
        ),
    },
)
