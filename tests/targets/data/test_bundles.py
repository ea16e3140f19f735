"""Whole bundles of data steps, as the real Airflow runs them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.connectors.embedded import embedded_connection
from airflow_llm.connectors.registry import find as find_connector
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.data.support import support_functions, support_source
from airflow_llm.targets.registry import find
from tests.targets.conftest import Airflow

CONNECTIONS = [
    {"name": "source", "connector": "postgres"},
    {"name": "warehouse", "connector": "snowflake"},
    {"name": "lake", "connector": "s3"},
]
DATASETS = [
    {"name": "customers_source", "connection": "source", "location": "crm.customers"},
    {"name": "orders_file", "connection": "lake", "location": "s3://shop-data/in/orders.csv"},
    *({"name": name} for name in ("customers", "orders", "good_orders", "joined", "scored", "metrics", "page")),
    {"name": "totals", "connection": "warehouse", "location": "analytics.totals"},
    {"name": "joined_table", "connection": "warehouse", "location": "company.analytics.joined"},
    {"name": "export", "connection": "lake", "location": "out/joined.parquet"},
    {"name": "model", "kind": "model"},
]
# DuckDB does not know ZEROIFNULL: what asks for it runs only from the file in DuckDB's dialect.
STEPS: list[dict[str, Any]] = [
    {"id": "extract_customers", "kind": "extract", "reads": ["customers_source"], "writes": ["customers"]},
    {"id": "extract_orders", "kind": "extract", "reads": ["orders_file"], "writes": ["orders"]},
    {
        "id": "check_orders",
        "kind": "validate",
        "reads": ["orders"],
        "writes": ["good_orders"],
        "rules": [{"rule": "not_null", "columns": ["customer_id"]}, {"rule": "unique", "columns": ["order_id"]}],
        "on_invalid": "quarantine",
    },
    {
        "id": "join_all",
        "kind": "transform",
        "reads": ["good_orders", "customers"],
        "writes": ["joined"],
        "operations": [
            {"op": "join", "keys": ["customer_id"]},
            {"op": "derive", "column": "large", "expression": "amount > 20"},
        ],
    },
    {
        "id": "load_joined",
        "kind": "load",
        "reads": ["joined"],
        "writes": ["joined_table"],
        "mode": "merge",
        "keys": ["order_id"],
    },
    {"id": "export_joined", "kind": "load", "reads": ["joined"], "writes": ["export"]},
    {
        "id": "total",
        "kind": "sql",
        "connection": "warehouse",
        "after": ["load_joined"],
        "statement": "CREATE OR REPLACE TABLE analytics.totals AS "
        "SELECT '{{ ds }}' AS ds, ZEROIFNULL(count(*)) AS n FROM analytics.joined",
    },
    {
        "id": "wait_for_totals",
        "kind": "wait",
        "after": ["total"],
        "wait_for": {"on": "query", "connection": "warehouse", "sql": "SELECT ZEROIFNULL(n) FROM analytics.totals"},
    },
    {
        "id": "count",
        "kind": "sql",
        "connection": "warehouse",
        "after": ["wait_for_totals"],
        "statement": "SELECT ZEROIFNULL(n) AS n FROM analytics.totals",
        "returns": ["n"],
    },
    {
        "id": "train_model",
        "kind": "train",
        "reads": ["joined"],
        "writes": ["model"],
        "algorithm": "random forest",
        "target": "large",
    },
    {
        "id": "score",
        "kind": "evaluate",
        "reads": ["model", "joined"],
        "target": "large",
        "metrics": ["accuracy"],
        "returns": ["accuracy"],
    },
    {"id": "promote", "kind": "promote", "reads": ["model"], "after": ["score"]},
    {"id": "guess", "kind": "predict", "reads": ["model", "joined"], "writes": ["scored"]},
    {"id": "report", "kind": "report", "reads": ["scored", "totals"], "writes": ["page"], "after": ["count"]},
    {
        "id": "tidy",
        "kind": "cleanup",
        "staging": True,
        "older_than": "30d",
        "after": ["report", "promote", "export_joined"],
    },
]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    data = {"id": "shop_data", "connections": CONNECTIONS, "datasets": DATASETS, "steps": STEPS}
    return complete(Pipeline.model_validate(data))


@pytest.fixture(scope="module")
def bundle(pipeline: Pipeline, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("bundle")
    for path, text in find("airflow").emit(pipeline).files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


def tool(*command: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_the_generated_code_is_formatted_and_has_no_finding(bundle: Path) -> None:
    assert tool("ruff", "format", "--isolated", "--check", ".", cwd=bundle) == ""
    rules = "E,F,W,I,N,UP,B,A,C4,C90,PIE,RET,SIM,TID,ARG,PL,RUF,D1,AIR"
    ignored = "E501,D104,D105,D107,PLR2004,PLR0911,PLC0415,INP001,RUF002"
    assert tool("ruff", "check", "--isolated", "--select", rules, "--ignore", ignored, ".", cwd=bundle) == ""


def test_the_generated_code_is_typed(bundle: Path) -> None:
    options = [
        "--ignore-missing-imports",
        "--follow-imports=silent",
        "--disallow-untyped-defs",
        "--explicit-package-bases",
    ]
    assert tool("mypy", *options, ".", cwd=bundle / "dags") == ""


def test_every_function_of_the_plumbing_can_be_alone() -> None:
    for name in sorted(support_functions()):
        compile(support_source(frozenset({name})), f"{name}.py", "exec")


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Airflow]:
    for name in ("source", "warehouse", "lake"):
        system = next(one["connector"] for one in CONNECTIONS if one["name"] == name)
        text = embedded_connection(find_connector(system), name, tmp_path, http_port=1, smtp_port=1)
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}_DEV", text)
    monkeypatch.setenv("AIRFLOW__CORE__UNIT_TEST_MODE", "False")
    running = Airflow(tmp_path)
    yield running
    running.close()


@pytest.mark.airflow
def test_the_bundle_runs_and_runs_again(host: Airflow, pipeline: Pipeline) -> None:
    embedded = host.home / "embedded"
    (embedded / "lake" / "in").mkdir(parents=True)
    lines = [f"{n},{n % 10 if n % 9 else ''},{n % 40}" for n in range(200)]
    (embedded / "lake" / "in" / "orders.csv").write_text("order_id,customer_id,amount\n" + "\n".join(lines) + "\n")
    with duckdb.connect(str(embedded / "source.duckdb")) as connection:
        connection.execute("CREATE SCHEMA crm")
        connection.execute("CREATE TABLE crm.customers AS SELECT range AS customer_id, 'n' AS n FROM range(10)")
    in_default_pool = {"sql_pool": "default_pool"}
    settings = tuple(
        setting.model_copy(
            update={"values": {**setting.values, "dev": in_default_pool.get(setting.name, setting.values["dev"])}}
        )
        for setting in pipeline.settings
    )
    for _ in range(2):
        done = host.run(pipeline.model_copy(update={"settings": settings}))
        assert {name: states for name, states in done["tasks"].items() if states != ["success"]} == {}
        with duckdb.connect(str(embedded / "warehouse.duckdb")) as connection:
            assert connection.execute("FROM analytics.totals").fetchall() == [("{{ ds }}", 177)]
            assert connection.execute("SELECT count(*) FROM analytics.joined").fetchall() == [(177,)]
        assert (embedded / "lake" / "out" / "joined.parquet").exists()
