"""What an installed package might bring."""

from __future__ import annotations

from dataclasses import replace

from airflow_llm.connectors.systems.postgres import CONNECTOR

QUESTDB = replace(CONNECTOR, name="questdb", title="QuestDB", aliases=("quest db",))
POSTGRES_TWIN = replace(CONNECTOR, name="other", aliases=("pg",))
NOT_A_CONNECTOR = "postgres"
