"""What the dag-factory version of the demo calls: the same bodies as `handwritten.py`."""


def extract_customers():
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    PostgresHook("postgres").get_df("SELECT * FROM customers").to_parquet("/data/customers.parquet")
    return "/data/customers.parquet"


def extract_orders():
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    PostgresHook("postgres").get_df("SELECT * FROM orders").to_parquet("/data/orders.parquet")
    return "/data/orders.parquet"


def check(customers):
    import pandas as pd

    ids = pd.read_parquet(customers)["customer_id"]
    if ids.isna().any() or ids.duplicated().any():
        raise ValueError("customer_id")
    return customers


def join(customers, orders):
    import pandas as pd

    joined = pd.read_parquet(customers).merge(pd.read_parquet(orders), on="customer_id")
    joined.to_parquet("/data/customer_orders.parquet")
    return "/data/customer_orders.parquet"


def load(joined):
    import pandas as pd
    from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
    from snowflake.connector.pandas_tools import write_pandas

    connection = SnowflakeHook("snowflake").get_conn()
    write_pandas(connection, pd.read_parquet(joined), "customer_orders", schema="analytics", overwrite=True)
