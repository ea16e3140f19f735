"""Snowflake."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.bindings import sql_bindings

CONNECTOR = Connector(
    name="snowflake",
    title="Snowflake",
    aliases=("snowflake db", "snowflake warehouse", "snowflake data warehouse", "snow flake"),
    family="sql",
    connection_type="snowflake",
    provider="apache-airflow-providers-snowflake",
    dialect="snowflake",
    standin="duckdb",
    secret_fields=(
        "login",
        "password",
        "extra.private_key_content",
        "extra.private_key_file",
        "extra.client_secret",
        "extra.refresh_token",
    ),
    bindings=sql_bindings("airflow.providers.snowflake.hooks.snowflake.SnowflakeHook", "snowflake_conn_id"),
)
