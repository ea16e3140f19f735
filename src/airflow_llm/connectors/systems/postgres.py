"""PostgreSQL."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.bindings import sql_bindings

CONNECTOR = Connector(
    name="postgres",
    title="PostgreSQL",
    aliases=("postgresql", "pg", "psql", "postgre", "postgres db", "postgres database", "pgsql"),
    family="sql",
    connection_type="postgres",
    provider="apache-airflow-providers-postgres",
    dialect="postgres",
    standin="duckdb",
    secret_fields=("login", "password", "extra.sslkey", "extra.sslpassword"),
    bindings=sql_bindings("airflow.providers.postgres.hooks.postgres.PostgresHook", "postgres_conn_id"),
)
