"""The demo's DAG as a person in a hurry writes it: the yardstick for the parse time of the generated one."""

from datetime import timedelta

import pendulum
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.sdk import DAG, Asset, Param, task

with DAG(
    "customer_orders",
    schedule="30 6 * * 1-5",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin"),
    catchup=False,
    default_args={
        "retries": 2,
        "retry_delay": timedelta(minutes=10),
        "on_failure_callback": SlackNotifier(channel="#data-alerts", text="{{ ti.task_id }} failed"),
    },
    params={"on_invalid": Param("fail", enum=["fail", "quarantine", "warn"])},
):

    @task(pool="warehouse")
    def extract_customers():
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        PostgresHook("postgres").get_df("SELECT * FROM customers").to_parquet("/data/customers.parquet")
        return "/data/customers.parquet"

    @task(pool="warehouse")
    def extract_orders():
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        PostgresHook("postgres").get_df("SELECT * FROM orders").to_parquet("/data/orders.parquet")
        return "/data/orders.parquet"

    @task
    def check(customers):
        import pandas as pd

        ids = pd.read_parquet(customers)["customer_id"]
        if ids.isna().any() or ids.duplicated().any():
            raise ValueError("customer_id")
        return customers

    @task
    def join(customers, orders):
        import pandas as pd

        joined = pd.read_parquet(customers).merge(pd.read_parquet(orders), on="customer_id")
        joined.to_parquet("/data/customer_orders.parquet")
        return "/data/customer_orders.parquet"

    @task(pool="warehouse", outlets=[Asset("analytics.customer_orders")])
    def load(joined):
        import pandas as pd
        from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
        from snowflake.connector.pandas_tools import write_pandas

        connection = SnowflakeHook("snowflake").get_conn()
        write_pandas(connection, pd.read_parquet(joined), "customer_orders", schema="analytics", overwrite=True)

    orders = extract_orders()
    load(join(check(extract_customers()), orders))
