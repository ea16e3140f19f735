"""The stand-ins of the embedded `dev` environment: what Airflow connects to instead of a real system."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

from airflow_llm.connectors.connector import Connector

EMBEDDED = "embedded"
"""The folder below AIRFLOW_HOME where the stand-ins keep their files, and the name of DuckDB's pool of one slot."""

_TOKEN = "embedded"  # noqa: S105 - the stub takes any token, but the hook asks for one


def embedded_path(connector: Connector, connection_name: str, home: Path) -> Path:
    """The DuckDB file of a SQL connection, the folder of a store; the folder of everything for the others."""
    folder = home / EMBEDDED
    if connector.standin == "duckdb":
        return folder / f"{connection_name}.duckdb"
    return folder / connection_name if connector.standin == "folder" else folder


def embedded_connection(
    connector: Connector, connection_name: str, home: Path, *, http_port: int | str, smtp_port: int | str
) -> str:
    """The Airflow connection (JSON, for `AIRFLOW_CONN_…`) that reaches the stand-in of a logical connection.

    The ports are those of the local HTTP stub and mail sink; they may be marks that the caller fills in later.
    """
    path = str(PurePosixPath(embedded_path(connector, connection_name, home)))
    match connector.standin:
        case "duckdb":
            connection: dict[str, object] = {"conn_type": "duckdb", "host": path}
        case "folder":
            connection = {"conn_type": "fs", "extra": {"path": path}}
        case "http" if connector.family == "chat":
            base = f"http://127.0.0.1:{http_port}/api/"
            connection = {"conn_type": connector.connection_type, "password": _TOKEN, "extra": {"base_url": base}}
        case "http":
            connection = {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": http_port}
        case "smtp":
            extra = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@localhost", "retry_limit": 0}
            connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": smtp_port, "extra": extra}
    return json.dumps(connection, ensure_ascii=False)


def embedded_settings(connector: Connector, connection_name: str) -> dict[str, str]:
    """The `dev` values of the settings that belong to a logical connection."""
    settings = {f"{connection_name}_conn_id": f"{connection_name}_dev"}
    if connector.standin == "folder":
        settings[f"{connection_name}_url"] = f"file://${{AIRFLOW_HOME}}/{EMBEDDED}/{connection_name}"
    return settings
