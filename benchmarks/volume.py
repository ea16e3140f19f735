"""Ten million rows through extract, validate, join and load on the stand-ins, beside DuckDB by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from airflow_llm.compiler.bundle import write
from airflow_llm.compiler.compile import compile_source
from airflow_llm.connectors.embedded import embedded_connection
from airflow_llm.connectors.registry import find
from airflow_llm.proof.installation import airflow_environment, find_installation, migrated_database
from airflow_llm.readers.reading import Source
from benchmarks.figure import Figure
from benchmarks.requests import DEMO

ROWS = 10_000_000
HERE = Path(__file__).parent / "volume_runs"


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        make_source(home / "embedded", orders=ROWS, customers=ROWS // 20)
        dag_file = write(compile_source(Source(DEMO)), home, force=True).dag_file
        shutil.copy(HERE / "warm_up.py", dag_file.parent)
        ours = run([str(HERE / "generated.py"), str(dag_file)], environment(home))
        by_hand = run([str(HERE / "by_hand.py"), str(home)], dict(os.environ))
    if ours["state"] != "success":
        raise RuntimeError(f"the generated DAG ended as {ours['state']}")
    name = f"{ROWS:,} rows: the generated DAG against DuckDB by hand"
    for unit, label in (("seconds", name), ("processor", f"{name}, processor seconds")):
        note = f"{ours[unit]:.1f} s against {by_hand[unit]:.1f} s; single runs, Airflow warm"
        yield Figure(label, ours[unit] / by_hand[unit], "x", 1.5, note=note)
    yield Figure(f"{ROWS:,} rows: peak of resident memory, Airflow included", ours["peak_mb"], "MB", 1000)


def make_source(folder: Path, *, orders: int, customers: int) -> None:
    """`customers` and `orders` in the stand-in for PostgreSQL, the schema in the one for Snowflake."""
    folder.mkdir(parents=True)
    with duckdb.connect(str(folder / "postgres.duckdb")) as source:
        source.execute(
            "CREATE TABLE customers AS SELECT i AS customer_id, 'Customer ' || i AS name, i % 7 AS segment"
            f" FROM range({customers}) t(i)"
        )
        source.execute(
            f"CREATE TABLE orders AS SELECT i AS order_id, (i * 7919) % {customers} AS customer_id,"
            " i % 1000 / 10 AS amount, TIMESTAMP '2026-01-01' + to_seconds(i % 5000000) AS ordered_at"
            f" FROM range({orders}) t(i)"
        )
    with duckdb.connect(str(folder / "snowflake.duckdb")) as target:
        target.execute("CREATE SCHEMA analytics")


def environment(home: Path) -> dict[str, str]:
    """An Airflow of its own in that folder, with the embedded connections."""
    installation = find_installation()
    shutil.copy(migrated_database(installation), home / "airflow.db")
    connections = {
        f"AIRFLOW_CONN_{name.upper()}_DEV": embedded_connection(find(name), name, home, http_port=9, smtp_port=9)
        for name in ("postgres", "snowflake", "slack")
    }
    return {**os.environ, **airflow_environment(home), **connections, "PYTHONPATH": str(home / "dags")}


def run(arguments: list[str], variables: dict[str, str]) -> dict[str, Any]:
    """What the program printed last, as JSON."""
    done = subprocess.run([sys.executable, *arguments], env=variables, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
