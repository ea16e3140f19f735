"""The Airflow connections of the embedded environment, with marks for what only the worker knows."""

from __future__ import annotations

from pathlib import Path

from airflow_llm.connectors.embedded import embedded_connection
from airflow_llm.connectors.registry import get
from airflow_llm.spec.pipeline import Pipeline

HOME, HTTP_PORT, SMTP_PORT = "@HOME@", "@HTTP_PORT@", "@SMTP_PORT@"


def embedded_connections(
    pipeline: Pipeline, home: str = HOME, ports: tuple[int | str, int | str] | None = None
) -> dict[str, str]:
    """Connection id -> its JSON, for every connection whose system is known."""
    http_port, smtp_port = ports or (HTTP_PORT, SMTP_PORT)
    settings = {setting.name: setting.values.get("dev") for setting in pipeline.settings}
    found = {}
    for connection in pipeline.connections:
        conn_id = settings.get(f"{connection.name}_conn_id") or f"{connection.name}_dev"
        connector = get(connection.connector)
        if connector is not None:
            found[str(conn_id)] = embedded_connection(
                connector, connection.name, Path(home), http_port=http_port, smtp_port=smtp_port
            )
    return found
