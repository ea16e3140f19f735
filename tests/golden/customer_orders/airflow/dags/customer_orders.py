"""Customer orders.

Customers and orders from Postgres, joined into one table in Snowflake.

Owners: data-platform
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
import yaml
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.sdk import DAG, Asset, Param, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/customer_orders"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}
ON_FAILURE = [
    SlackNotifier(
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#data-alerts",
        text=(
            "Task {{ ti.task_id }} of {{ dag.dag_id }} failed in run {{ run_id }}: "
            "{{ exception | default('') }} {{ ti.log_url }}"
        ),
    ),
]

with DAG(
    dag_id="customer_orders",
    dag_display_name="Customer orders",
    schedule="30 6 * * 1-5",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "owner": "data-platform",
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "on_failure_callback": ON_FAILURE,
    },
    params={
        "on_invalid": Param(
            default="fail",
            enum=["fail", "quarantine", "warn"],
            description=(
                "What happens to rows that break a rule: stop, set them aside, or only "
                "report."
            ),
        ),
    },
    tags=["shop"],
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"])
    def extract_customers() -> str:
        """Extract customers."""
        from resources.customer_orders.staging import staged, unload

        return unload(
            CONFIG["postgres_conn_id"],
            RESOURCES / "extract_customers.sql",
            staged(CONFIG["staging_url"], "customers"),
        )

    @task(pool=CONFIG["sql_pool"])
    def extract_orders() -> str:
        """Extract orders."""
        from resources.customer_orders.staging import staged, unload

        return unload(
            CONFIG["postgres_conn_id"],
            RESOURCES / "extract_orders.sql",
            staged(CONFIG["staging_url"], "orders"),
        )

    @task
    def check_customers(customers: str) -> str:
        """Check customers."""
        from resources.customer_orders.staging import check_rules, staged

        checked = check_rules(
            RESOURCES / "check_customers.sql",
            {"customers": customers},
            passed={"customers": staged(CONFIG["staging_url"], "valid_customers")},
            quarantine={
                "customers": staged(
                    CONFIG["staging_url"],
                    "quarantine/check_customers__customers",
                ),
            },
            on_invalid="fail",
        )
        uri: str = checked["customers"]
        return uri

    @task
    def join_customer_orders(valid_customers: str, orders: str) -> str:
        """Join customer orders."""
        from resources.customer_orders.staging import run_sql, staged

        return run_sql(
            RESOURCES / "join_customer_orders.sql",
            {"valid_customers": valid_customers, "orders": orders},
            staged(CONFIG["staging_url"], "customer_orders"),
        )

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("analytics.customer_orders")])
    def load_customer_orders(customer_orders: str) -> None:
        """Load customer orders."""
        from resources.customer_orders.staging import Load, load_table

        load_table(
            CONFIG["snowflake_conn_id"],
            customer_orders,
            Load(table=("analytics", "customer_orders"), mode="replace"),
        )

    customers: Any = extract_customers()
    orders: Any = extract_orders()
    valid_customers: Any = check_customers(customers=customers)
    customer_orders: Any = join_customer_orders(
        valid_customers=valid_customers,
        orders=orders,
    )
    load_customer_orders(customer_orders=customer_orders)
