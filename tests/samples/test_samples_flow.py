"""Rules far from the sources: the steps between are really run, on good data and on broken data."""

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_llm.connectors.sql.operations import transform_sql
from airflow_llm.connectors.sql.rules import violation_counts, violations
from airflow_llm.errors import UnsupportedError
from airflow_llm.samples.breaking import breaking_tables
from airflow_llm.samples.data import sample_tables
from airflow_llm.spec.datasets import Column, Connection, Dataset
from airflow_llm.spec.operations import Cast, Deduplicate, Derive, Fill, Filter, Join, Normalize, Rename, Select
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Allowed, Expression, NotNull, Range, RowCount, Unique
from airflow_llm.spec.steps import ExtractStep, LoadStep, SqlStep, TransformStep, ValidateStep

MEMORY = duckdb.connect()
ORDERS = (
    Column(name="order_id", type="integer"),
    Column(name="customer_id", type="integer"),
    Column(name="amount", type="number"),
    Column(name="status"),
    Column(name="placed_at", type="timestamp"),
)
CUSTOMERS = (Column(name="customer_id", type="integer"), Column(name="country"), Column(name="email"))

FIRST = [
    Filter(predicate="status = 'paid'"),
    Filter(predicate="amount > 10 AND placed_at < '2026-01-01'"),
    Deduplicate(keys=("order_id",), newest_by="placed_at"),
    Normalize(columns=("status",), case="lower"),
    Fill(column="status", value="none"),
    Derive(column="net", expression="amount * 0.8"),
    Cast(column="amount", type="number"),
]
SECOND = [
    Filter(predicate="country IN ('DE', 'FR')"),
    Derive(column="large", expression="amount > 100"),
    Rename(column="country", to="land"),
]
RULES = [
    NotNull(columns=("order_id",)),
    NotNull(columns=("email", "amount")),
    Unique(columns=("order_id",)),
    Unique(columns=("customer_id",)),
    Range(column="amount", minimum=5, maximum=900),
    Allowed(column="status", values=("paid", "none")),
    RowCount(minimum=3),
    Expression(sql="amount < 5000 AND order_id > 0"),
]


def flow(first, second, rules):
    return Pipeline(
        id="flow",
        connections=(Connection(name="pg", connector="postgres"),),
        datasets=(
            Dataset(name="orders", connection="pg", columns=ORDERS),
            Dataset(name="customers", connection="pg", columns=CUSTOMERS),
            *(Dataset(name=name) for name in ("s_orders", "s_customers", "clean", "joined")),
            Dataset(name="target", connection="pg"),
        ),
        steps=(
            ExtractStep(id="get_orders", reads=("orders",), writes=("s_orders",)),
            ExtractStep(id="get_customers", reads=("customers",), writes=("s_customers",)),
            TransformStep(id="tidy", reads=("s_orders",), writes=("clean",), operations=tuple(first)),
            TransformStep(
                id="join",
                reads=("clean", "s_customers"),
                writes=("joined",),
                operations=(Join(keys=("customer_id",)), *second),
            ),
            ValidateStep(id="check", reads=("joined",), rules=tuple(rules)),
            LoadStep(id="put", reads=("joined",), writes=("target",)),
        ),
    )


def broken(pipeline, tables):
    """The positions of the rules that the joined data breaks."""
    tidy, join, check = (pipeline.step(name) for name in ("tidy", "join", "check"))
    with MEMORY.cursor() as connection:
        connection.register("s_orders", tables["orders"])
        connection.register("s_customers", tables["customers"])
        connection.execute(f"CREATE OR REPLACE TEMP TABLE clean AS {transform_sql(tidy.operations, ['s_orders'])}")
        query = transform_sql(join.operations, ["clean", "s_customers"])
        connection.execute(f"CREATE OR REPLACE TEMP TABLE joined AS {query}")
        counts = connection.execute(violation_counts(check.rules, "joined").sql("duckdb")).fetchone()
        rows = connection.execute("SELECT count(*) FROM joined").fetchone()[0]
    return {position for position, count in enumerate(counts) if count}, rows


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    first=st.lists(st.sampled_from(FIRST), max_size=3, unique_by=repr),
    second=st.sampled_from([[], SECOND[:1], SECOND]),
    rules=st.lists(st.sampled_from(RULES), min_size=1, max_size=4, unique_by=repr),
)
def test_rules_hold_after_the_steps_and_break_when_asked(first, second, rules):
    pipeline = flow(first, second, rules)
    tables = sample_tables(pipeline, rows=120)
    found, rows = broken(pipeline, tables)
    assert found == set()
    assert rows >= 10
    for position, rule in enumerate(rules):
        try:
            changed = breaking_tables(pipeline, "check", position, tables)
        except UnsupportedError:
            assert any(isinstance(operation, Deduplicate | Filter) for operation in first), rule
            continue
        assert position in broken(pipeline, changed)[0]


def test_rules_are_traced_through_sql_in_the_warehouse():
    query = (
        "SELECT region, CAST(sold_at AS DATE) AS day, SUM(amount) AS total FROM raw.orders "
        "WHERE amount > 0 GROUP BY region, CAST(sold_at AS DATE)"
    )
    pipeline = Pipeline(
        id="a",
        connections=(Connection(name="dw", connector="snowflake"),),
        datasets=(
            Dataset(name="orders", connection="dw", location="raw.orders"),
            Dataset(name="daily", connection="dw", location="mart.daily"),
        ),
        steps=(
            SqlStep(
                id="make",
                connection="dw",
                reads=("orders",),
                writes=("daily",),
                statement=f"CREATE TABLE mart.daily AS {query}",
            ),
            ValidateStep(
                id="check",
                reads=("daily",),
                rules=(
                    NotNull(columns=("day",)),
                    Allowed(column="region", values=("N", "S")),
                    Range(column="total", minimum=0),
                ),
            ),
        ),
    )
    tables = sample_tables(pipeline)
    assert set(tables["orders"].column_names) == {"region", "sold_at", "amount"}
    assert set(tables["orders"].column("region").to_pylist()) == {"N", "S"}
    for position, rule in enumerate(pipeline.step("check").rules[:2]):
        with MEMORY.cursor() as connection:
            for broken_one in (False, True):
                data = breaking_tables(pipeline, "check", position, tables) if broken_one else tables
                connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
                connection.register("orders_view", data["orders"])
                connection.execute("CREATE OR REPLACE TABLE raw.orders AS SELECT * FROM orders_view")
                connection.execute(f"CREATE OR REPLACE TEMP TABLE daily AS {query}")
                assert bool(connection.execute(violations(rule, "daily").sql("duckdb")).fetchall()) == broken_one
    with pytest.raises(UnsupportedError):
        breaking_tables(pipeline, "check", 2, tables)


def test_a_select_keeps_what_it_names():
    pipeline = flow([], [Select(columns=("order_id", "email"))], [Unique(columns=("order_id",))])
    assert broken(pipeline, sample_tables(pipeline))[0] == set()
