"""E-mail over SMTP."""

from __future__ import annotations

from airflow_llm.connectors.connector import Binding, Connector

CONNECTOR = Connector(
    name="email",
    title="E-mail (SMTP)",
    aliases=("e-mail", "mail", "smtp", "email address", "mail server"),
    family="mail",
    connection_type="smtp",
    provider="apache-airflow-providers-smtp",
    standin="smtp",
    secret_fields=("login", "password", "extra.client_secret", "extra.access_token"),
    bindings={
        ("airflow", "notify"): Binding(
            "airflow.providers.smtp.operators.smtp.EmailOperator",
            {
                "conn_id": "connection",
                "to": "recipient",
                "subject": "subject",
                "html_content": "text",
                "files": "files",
            },
        ),
        ("airflow", "alert"): Binding(
            "airflow.providers.smtp.notifications.smtp.SmtpNotifier",
            {"smtp_conn_id": "connection", "to": "recipient", "subject": "subject", "html_content": "text"},
        ),
    },
)
