"""Warehouse mart.

Owners: data-platform
"""

import os
from pathlib import Path

import pendulum
import yaml
from airflow.sdk import DAG, Asset, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/warehouse_mart"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="warehouse_mart",
    schedule="0 6 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "data-platform"},
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("mart.warehouse_mart__newest")])
    def keep_newest() -> None:
        """Keep newest."""
        from resources.warehouse_mart.staging import Load, load_query

        load_query(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "keep_newest.sql",
            Load(table=("mart", "warehouse_mart__newest"), mode="replace"),
        )

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("mart.totals")])
    def load_totals() -> None:
        """Load totals."""
        from resources.warehouse_mart.staging import Load, load_query

        load_query(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "load_totals.sql",
            Load(table=("mart", "totals"), mode="merge", keys=("order_id",)),
        )

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("mart.regions")])
    def sum_by_region() -> None:
        """Sum by region."""
        from resources.warehouse_mart.staging import Load, load_query

        load_query(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "sum_by_region.sql",
            Load(table=("mart", "regions"), mode="replace"),
        )

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("mart.customers")])
    def copy_customers() -> None:
        """Copy customers."""
        from resources.warehouse_mart.staging import Load, load_query

        load_query(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "copy_customers.sql",
            Load(table=("mart", "customers"), mode="replace"),
        )

    keep_newest_done = keep_newest()
    load_totals_done = load_totals()
    sum_by_region_done = sum_by_region()
    copy_customers()

    keep_newest_done >> load_totals_done
    load_totals_done >> sum_by_region_done
