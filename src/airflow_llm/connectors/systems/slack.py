"""Slack, through its Web API."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding, Connector

CONNECTOR = Connector(
    name="slack",
    title="Slack",
    aliases=("slack api", "slack channel", "slack message"),
    family="chat",
    connection_type="slack",
    provider="apache-airflow-providers-slack",
    standin="http",
    secret_fields=("password",),
    bindings={
        ("airflow", "notify"): Binding(
            "airflow.providers.slack.operators.slack.SlackAPIPostOperator",
            {"slack_conn_id": "connection", "channel": "recipient", "text": "text"},
        ),
        ("airflow", "alert"): Binding(
            "airflow.providers.slack.notifications.slack.SlackNotifier",
            {"slack_conn_id": "connection", "channel": "recipient", "text": "text"},
        ),
    },
)
