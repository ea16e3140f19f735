"""Hourly increment."""

import os
from pathlib import Path

import pendulum
import yaml
from airflow.sdk import DAG, CronDataIntervalTimetable, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/hourly_increment"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="hourly_increment",
    schedule=CronDataIntervalTimetable("@hourly", timezone="Europe/Berlin"),
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"])
    def extract_orders() -> str:
        """Extract orders."""
        from resources.hourly_increment.staging import interval, staged, unload

        return unload(
            CONFIG["shop_conn_id"],
            RESOURCES / "extract_orders.sql",
            staged(CONFIG["staging_url"], "orders"),
            interval(),
        )

    extract_orders()
