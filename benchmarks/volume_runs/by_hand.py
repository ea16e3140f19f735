"""Extract, check, join and load as a person writes it with DuckDB alone: the yardstick of `volume`.

usage: python by_hand.py FOLDER      (FOLDER/embedded/postgres.duckdb holds customers and orders)
"""

import json
import sys
import time
from pathlib import Path

import duckdb

folder = Path(sys.argv[1])
begin, processor = time.perf_counter(), time.process_time()

with duckdb.connect(str(folder / "embedded/postgres.duckdb"), read_only=True) as source:
    source.execute(f"COPY (SELECT * FROM customers) TO '{folder}/customers.parquet'")
    source.execute(f"COPY (SELECT * FROM orders) TO '{folder}/orders.parquet'")

with duckdb.connect() as engine:
    nulls, copies = engine.execute(
        "SELECT count(*) FILTER (customer_id IS NULL), count(customer_id) - count(DISTINCT customer_id)"
        f" FROM '{folder}/customers.parquet'"
    ).fetchone()
    if nulls or copies:
        raise SystemExit("customer_id")
    engine.execute(
        f"COPY (SELECT * FROM '{folder}/customers.parquet' JOIN '{folder}/orders.parquet' USING (customer_id))"
        f" TO '{folder}/joined.parquet'"
    )

with duckdb.connect(str(folder / "by_hand.duckdb")) as target:
    target.execute("CREATE SCHEMA analytics")
    target.execute(f"CREATE TABLE analytics.customer_orders AS FROM '{folder}/joined.parquet'")

print(json.dumps({"seconds": time.perf_counter() - begin, "processor": time.process_time() - processor}))
