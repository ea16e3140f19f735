"""MySQL, and MariaDB, which speaks its protocol."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.bindings import sql_bindings

CONNECTOR = Connector(
    name="mysql",
    title="MySQL",
    aliases=("my sql", "mariadb", "maria db", "mysql db", "mysql database"),
    family="sql",
    connection_type="mysql",
    provider="apache-airflow-providers-mysql",
    dialect="mysql",
    standin="duckdb",
    secret_fields=("login", "password", "extra.ssl"),
    bindings=sql_bindings("airflow.providers.mysql.hooks.mysql.MySqlHook", "mysql_conn_id"),
)
