"""A set of bundles under the LocalExecutor: real scheduling, real serialisation, a process for each task."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from airflow_llm.proof.interval import data_interval
from airflow_llm.proof.plan import Planner
from airflow_llm.proof.worker import standins
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import Pipeline
from tests.engines.local_executor import PARALLELISM, LocalInstallation
from tests.targets import goldens

pytestmark = [pytest.mark.airflow, pytest.mark.server]

FIXTURES = Path(__file__).parent / "fixtures"
GOLDENS = ("customer_orders", "hourly_increment", "manual")


def _fixture(name: str) -> Pipeline:
    return load((FIXTURES / f"{name}.yml").read_text(encoding="utf-8"))


def _broken_orders() -> Pipeline:
    """The golden pipeline as another one, whose only attempt asks for a table that is not there."""
    pipeline = goldens.pipeline("customer_orders")
    defaults = pipeline.defaults.model_copy(update={"retries": 0})
    lost = {"postgres_customers": {"location": "lost_customers"}}
    datasets = tuple(item.model_copy(update=lost.get(item.name, {})) for item in pipeline.datasets)
    return pipeline.model_copy(update={"id": "broken_orders", "defaults": defaults, "datasets": datasets})


@pytest.fixture(scope="module")
def plans() -> dict[str, Planner]:
    return {}


@pytest.fixture(scope="module")
def done(plans: dict[str, Planner], tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalInstallation]:
    servers = standins.start()
    installation = LocalInstallation(tmp_path_factory.mktemp("local"), servers)
    try:
        for name in GOLDENS:
            plans[name] = installation.add(goldens.pipeline(name))
        plans["store_visits"] = installation.add(_fixture("store_visits"))
        installation.add(_broken_orders())
        with duckdb.connect(str(installation.home / "embedded" / "postgres.duckdb")) as database:
            database.execute("DROP TABLE lost_customers")
        installation.work()
        yield installation
    finally:
        servers.stop()


def _table(done: LocalInstallation, connection: str, query: str) -> pa.Table:
    with duckdb.connect(str(done.home / "embedded" / f"{connection}.duckdb"), read_only=True) as database:
        return database.sql(query).to_arrow_table()


@pytest.mark.parametrize("name", [*GOLDENS, "store_visits"])
def test_every_run_succeeds(done: LocalInstallation, name: str) -> None:
    assert done.state(name) == "success", f"{done.tasks(name)}\n{done.logs()}"


def test_the_joined_rows_are_in_the_warehouse(done: LocalInstallation, plans: dict[str, Planner]) -> None:
    tables = plans["customer_orders"].tables
    customers, orders = tables["postgres_customers"], tables["postgres_orders"]
    expected = duckdb.sql("FROM customers JOIN orders USING (customer_id) ORDER BY order_id").to_arrow_table()
    assert expected.num_rows > 0
    assert customers.num_rows
    assert orders.num_rows
    loaded = _table(done, "snowflake", "FROM snowflake.analytics.customer_orders ORDER BY order_id")
    assert set(loaded.column_names) == set(expected.column_names)
    assert loaded.select(expected.column_names).to_pylist() == expected.to_pylist()


def test_only_rows_of_the_interval_were_extracted(done: LocalInstallation, plans: dict[str, Planner]) -> None:
    (staged,) = (done.home / "embedded" / "staging" / "hourly_increment").glob("*/orders.parquet")
    assert staged.parent.name == "20260115T110000"
    start, end = data_interval(plans["hourly_increment"].pipeline, plans["hourly_increment"].date)
    source = plans["hourly_increment"].tables["shop_orders"]
    inside = [row for row in source.to_pylist() if start <= row["updated_at"] < end]
    assert duckdb.read_parquet(str(staged)).order("updated_at").to_arrow_table().to_pylist() == sorted(
        inside, key=lambda row: row["updated_at"]
    )


def test_the_totals_and_the_chosen_branch(done: LocalInstallation, plans: dict[str, Planner]) -> None:
    visits = plans["store_visits"].tables["shop_visits"]
    expected = duckdb.sql("SELECT store, sum(amount) FROM visits GROUP BY ALL ORDER BY ALL").fetchall()
    totals = _table(done, "shop", "FROM totals ORDER BY ALL").to_pydict()
    assert [(store, pytest.approx(total)) for store, total in expected] == list(zip(*totals.values(), strict=True))
    assert visits.num_rows == 40
    tasks = done.tasks("store_visits")
    assert tasks["each_name"] == ["success", "success"]
    assert (tasks["tell_small"], tasks["tell_large"], tasks["finish"]) == (["skipped"], ["success"], ["success"])


def test_tasks_ran_in_processes_of_their_own(done: LocalInstallation) -> None:
    pids = [pid for (pid,) in done.rows("SELECT pid FROM task_instance WHERE pid IS NOT NULL")]
    assert len(pids) == len(set(pids)) > PARALLELISM


def test_tasks_in_the_pool_of_one_slot_never_overlap(done: LocalInstallation) -> None:
    query = "SELECT start_date, end_date FROM task_instance WHERE pool = ? AND pid IS NOT NULL ORDER BY start_date"
    spans = done.rows(query, "embedded")
    assert len(spans) == 8
    assert all(end <= start for (_, end), (start, _) in pairwise(spans)), spans
    others = done.rows(query, "default_pool")
    assert any(start < end for (_, end), (start, _) in pairwise(sorted([*spans, *others])))


def test_a_failure_in_a_worker_sends_its_alert_once(done: LocalInstallation) -> None:
    assert done.state("broken_orders") == "failed"
    tasks = done.tasks("broken_orders")
    assert tasks["extract_customers"] == ["failed"]
    assert tasks["extract_orders"] == ["success"]
    assert tasks["load_customer_orders"] == ["upstream_failed"]
    sent = [request["body"] for request in done.servers.received.requests]
    (alert,) = (body for body in sent if body["channel"] == "#data-alerts")
    assert "extract_customers of broken_orders failed" in alert["text"]
    assert "lost_customers" in alert["text"]
