"""DuckDB: a database in one local file, or MotherDuck."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.bindings import sql_bindings

CONNECTOR = Connector(
    name="duckdb",
    title="DuckDB",
    aliases=("duck db", "motherduck", "mother duck"),
    family="sql",
    connection_type="duckdb",
    provider="airflow-provider-duckdb",
    dialect="duckdb",
    standin="duckdb",
    secret_fields=("password",),
    bindings=sql_bindings("duckdb_provider.hooks.duckdb_hook.DuckDBHook", "duckdb_conn_id"),
)
