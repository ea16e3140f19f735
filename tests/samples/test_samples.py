"""Good data passes every rule of its pipeline; broken data breaks the chosen rule and leaves the others alone."""

from datetime import datetime, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airflow_llm.connectors.sql.rules import subject, violations
from airflow_llm.errors import UnsupportedError
from airflow_llm.samples.breaking import breaking_tables
from airflow_llm.samples.collect import ITEMS
from airflow_llm.samples.data import sample_tables
from airflow_llm.spec.datasets import Column, Connection, Dataset
from airflow_llm.spec.operations import (
    Aggregate,
    Deduplicate,
    Derive,
    DropNulls,
    Filter,
    Join,
    Measure,
    Query,
    Rename,
    Union,
)
from airflow_llm.spec.pipeline import Parameter, Pipeline
from airflow_llm.spec.rules import (
    Allowed,
    Described,
    Expression,
    ForeignKey,
    Freshness,
    NotNull,
    Pattern,
    Range,
    RowCount,
    Unique,
)
from airflow_llm.spec.steps import ExtractStep, ForEach, LoadStep, TransformStep, ValidateStep
from tests.spec.strategies import pipelines

END = datetime(2026, 1, 2)
MEMORY = duckdb.connect()


def shop(*steps, datasets=(), columns=()):
    """Customers and orders in one database, extracted; then the steps."""
    return Pipeline(
        id="shop",
        connections=(Connection(name="pg", connector="postgres"),),
        datasets=(
            Dataset(name="customers", connection="pg", location="public.customers"),
            Dataset(name="orders", connection="pg", location="orders", columns=columns),
            Dataset(name="customers_staged"),
            Dataset(name="orders_staged"),
            *datasets,
        ),
        steps=(
            ExtractStep(id="get_customers", reads=("customers",), writes=("customers_staged",)),
            ExtractStep(id="get_orders", reads=("orders",), writes=("orders_staged",)),
            *steps,
        ),
    )


def checked(*rules, reads=("orders_staged", "customers_staged"), columns=()):
    return shop(ValidateStep(id="check", reads=reads, rules=rules), columns=columns)


def broken_rules(pipeline, tables, views=None):
    """The positions of the rules of the step `check` that the data breaks, as the database sees it."""
    step = pipeline.step("check")
    with MEMORY.cursor() as connection:
        for name, table in tables.items():
            for view in (name, f"{name}_staged"):
                connection.register(view, table)
        for name, query in (views or {}).items():
            connection.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {query}')
        found = set()
        for position, rule in enumerate(step.rules):
            text = violations(rule, subject(step, rule)).sql("duckdb")
            parameters = {"interval_end": END} if "$interval_end" in text else None
            if connection.execute(text, parameters).fetchone() is not None:
                found.add(position)
        return found


RULES = [
    NotNull(columns=("order_id",)),
    NotNull(),
    Unique(columns=("order_id",)),
    Unique(columns=("customer_id", "status")),
    Unique(columns=("status", "country")),
    Range(column="amount", minimum=0, maximum=0.5),
    Range(column="amount", minimum=10, exclusive=True),
    Range(column="order_id", maximum=-5),
    Range(column="quantity", minimum=1, maximum=3, exclusive=True),
    Allowed(column="status", values=("new", "it's", "x\ny")),
    Allowed(column="rank", values=(1, 2, 3)),
    Allowed(column="is_paid", values=(True,)),
    Pattern(column="email", format="email"),
    Pattern(column="token", format="uuid"),
    Pattern(column="day_text", format="iso_date"),
    Pattern(column="page", format="url"),
    Pattern(column="phone", format="phone"),
    Pattern(column="code", regex=r"[A-Z]{2}-\d{3,}(a|b)?[^x\s]"),
    RowCount(minimum=5),
    RowCount(minimum=0, maximum=30),
    Freshness(column="updated_at", max_age=timedelta(hours=2)),
    ForeignKey(column="customer_id", references="customers_staged", to_column="id"),
    Expression(sql="amount >= 0 and status in ('new', 'old')"),
    Expression(sql="shipped_at >= created_at"),
    Expression(sql="amount > 0 or status = 'free'"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.rule)
def test_each_rule_holds_on_samples_and_breaks_on_broken_ones(rule):
    pipeline = checked(rule)
    tables = sample_tables(pipeline, rows=60)
    assert all(table.num_rows for table in tables.values())
    assert broken_rules(pipeline, tables) == set()
    assert broken_rules(pipeline, breaking_tables(pipeline, "check", 0, tables)) == {0}


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(rules=st.lists(st.sampled_from(RULES), min_size=2, max_size=5, unique_by=repr), seed=st.integers(0, 99))
def test_rules_together_hold_and_break_alone(rules, seed):
    apart = {rule.column for rule in rules if hasattr(rule, "column")}
    if len(apart) < sum(hasattr(rule, "column") for rule in rules):
        return  # two rules on one column may contradict each other
    pipeline = checked(*rules)
    tables = sample_tables(pipeline, rows=50, seed=seed)
    assert broken_rules(pipeline, tables) == set()
    for position in range(len(rules)):
        assert position in broken_rules(pipeline, breaking_tables(pipeline, "check", position, tables))


@settings(deadline=None, max_examples=25)
@given(
    low=st.floats(-1e9, 1e9),
    width=st.floats(0, 1e6),
    exclusive=st.booleans(),
    name=st.sampled_from(["amount", "n", "id"]),
)
def test_any_range_holds_and_breaks(low, width, exclusive, name):
    rule = Range(column=name, minimum=low, maximum=low + width + 1, exclusive=exclusive)
    pipeline = checked(rule)
    tables = sample_tables(pipeline, rows=30)
    assert broken_rules(pipeline, tables) == set()
    assert broken_rules(pipeline, breaking_tables(pipeline, "check", 0, tables)) == {0}


def test_declared_columns_keep_their_types_and_values():
    columns = (
        Column(name="order_id", type="integer", nullable=False),
        Column(name="customer id", type="string"),
        Column(name="paid", type="boolean"),
        Column(name="day", type="date"),
        Column(name="at", type="timestamp"),
        Column(name="amount", type="number", values=(1.5, 2)),
        Column(name="extra", type="json"),
    )
    orders = sample_tables(checked(RowCount(), columns=columns), rows=40)["orders"]
    assert [str(field.type) for field in orders.schema] == [
        "int64",
        "string",
        "bool",
        "date32[day]",
        "timestamp[us]",
        "double",
        "string",
    ]
    assert orders.column_names == [column.name for column in columns]
    assert set(orders.column("amount").to_pylist()) <= {1.5, 2.0, None}
    assert orders.column("order_id").null_count == 0
    assert orders.column("at").null_count > 0


def test_the_same_arguments_give_the_same_data():
    pipeline = checked(*RULES[:3], RULES[12])
    assert sample_tables(pipeline, seed=3) == sample_tables(pipeline, seed=3)
    assert sample_tables(pipeline, seed=3) != sample_tables(pipeline, seed=4)
    assert sample_tables(pipeline, rows=7)["orders"].num_rows == 7


def test_unknown_sources_get_plausible_columns():
    tables = sample_tables(shop())
    assert set(tables) == {"customers", "orders"}
    assert tables["orders"].column_names == ["id", "value"]


def joined(*operations, rules=()):
    return shop(
        TransformStep(
            id="join", reads=("orders_staged", "customers_staged"), writes=("joined",), operations=operations
        ),
        ValidateStep(id="check", reads=("joined",), rules=rules),
        datasets=(Dataset(name="joined"),),
    )


def test_join_keys_overlap_and_the_rule_is_traced_through_the_join():
    rules = (Unique(columns=("order_id",)), Range(column="order_total", minimum=5), NotNull(columns=("customer_name",)))
    pipeline = joined(Join(keys=("customer_id",)), Rename(column="total", to="order_total"), rules=rules)
    view = {
        "joined": "SELECT o.*, c.* EXCLUDE (customer_id) "
        "FROM (SELECT * RENAME (total AS order_total) FROM orders) o JOIN customers c USING (customer_id)"
    }
    tables = sample_tables(pipeline, rows=80)
    assert set(tables["orders"].column_names) >= {"order_id", "customer_id", "total"}
    assert "customer_name" in tables["customers"].column_names
    assert broken_rules(pipeline, tables, view) == set()
    rows = (
        MEMORY.cursor()
        .register("o", tables["orders"])
        .register("c", tables["customers"])
        .execute("SELECT count(*) FROM o JOIN c USING (customer_id)")
    )
    assert rows.fetchone()[0] >= 60
    for position in range(3):
        assert broken_rules(pipeline, breaking_tables(pipeline, "check", position, tables), view) == {position}


def test_a_key_of_two_columns_meets_in_the_join():
    pipeline = joined(Join(keys=("region", "day")))
    tables = sample_tables(pipeline, rows=50)
    with MEMORY.cursor() as connection:
        connection.register("o", tables["orders"])
        connection.register("c", tables["customers"])
        assert connection.execute("SELECT count(*) FROM o JOIN c USING (region, day)").fetchone()[0] >= 40


def test_filters_keep_most_rows_and_not_all():
    pipeline = joined(Filter(predicate="status = 'paid' AND amount > 100 AND placed_at >= '2025-06-01'"))
    orders = sample_tables(pipeline)["orders"]
    with MEMORY.cursor() as connection:
        connection.register("o", orders)
        kept = connection.execute(
            "SELECT count(*) FROM o WHERE status = 'paid' AND amount > 100 AND placed_at >= '2025-06-01'"
        )
        assert 100 <= kept.fetchone()[0] < 200


def test_extract_queries_name_the_columns_of_their_tables():
    query = (
        "SELECT o.order_id, c.name AS buyer, SUM(o.amount) AS total FROM orders o "
        "JOIN customers c ON o.cust = c.id WHERE o.state <> 'void' GROUP BY 1, 2"
    )
    pipeline = Pipeline(
        id="a",
        connections=(Connection(name="pg", connector="postgres"),),
        datasets=(
            Dataset(name="orders", connection="pg"),
            Dataset(name="customers", connection="pg"),
            Dataset(name="s"),
        ),
        steps=(
            ExtractStep(id="get", reads=("orders", "customers"), writes=("s",), query=query),
            ValidateStep(id="check", reads=("s",), rules=(Allowed(column="buyer", values=("Ada", "Bob")),)),
        ),
    )
    tables = sample_tables(pipeline)
    assert set(tables["orders"].column_names) == {"order_id", "amount", "cust", "state"}
    assert set(tables["customers"].column_names) == {"id", "name"}
    assert set(tables["customers"].column("name").to_pylist()) == {"Ada", "Bob"}
    with MEMORY.cursor() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        assert len(connection.execute(query).fetchall()) > 50


def test_incremental_columns_lie_in_the_interval():
    interval = (datetime(2026, 3, 1, 6), datetime(2026, 3, 1, 7))
    pipeline = Pipeline(
        id="a",
        connections=(Connection(name="pg", connector="postgres"),),
        datasets=(
            Dataset(name="o", connection="pg"),
            Dataset(name="s"),
            Dataset(name="t", connection="pg", partition="day"),
        ),
        steps=(
            ExtractStep(id="get", reads=("o",), writes=("s",), incremental="changed"),
            LoadStep(id="put", reads=("s",), writes=("t",), mode="merge", keys=("no",)),
        ),
    )
    table = sample_tables(pipeline, interval=interval)["o"]
    assert all(interval[0] <= moment < interval[1] for moment in table.column("changed").to_pylist())
    assert all(interval[0] <= moment < interval[1] for moment in table.column("day").to_pylist())
    assert len(set(table.column("no").to_pylist())) == 200


def test_a_deduplicating_step_finds_copies_and_its_rule_cannot_break():
    rules = (Unique(columns=("order_id",)), NotNull(columns=("email",)))
    operations = (Deduplicate(keys=("order_id",), newest_by="changed"), DropNulls(columns=("email",)))
    pipeline = shop(
        TransformStep(id="clean", reads=("orders_staged",), writes=("clean",), operations=operations),
        ValidateStep(id="check", reads=("clean",), rules=rules),
        datasets=(Dataset(name="clean"),),
    )
    tables = sample_tables(pipeline)
    keys = tables["orders"].column("order_id").to_pylist()
    assert 0 < len(keys) - len(set(keys)) < 50
    assert tables["orders"].column("email").null_count > 0
    for position in range(2):
        with pytest.raises(UnsupportedError, match="no source data breaks"):
            breaking_tables(pipeline, "check", position, tables)


@pytest.mark.parametrize(
    ("operation", "rule"),
    [
        (Derive(column="net", expression="amount * 0.8"), Range(column="net", minimum=0)),
        (
            Aggregate(by=("status",), measures=(Measure(function="sum", column="amount", name="net"),)),
            Range(column="net", minimum=0),
        ),
        (Query(sql="SELECT amount + 1 AS net FROM orders_staged"), Range(column="net", minimum=0)),
        (Filter(predicate="true"), Described(text="it looks right")),
    ],
)
def test_what_no_source_can_break_is_said(operation, rule):
    pipeline = joined(operation, rules=(rule,))
    with pytest.raises(UnsupportedError, match="no source data breaks"):
        breaking_tables(pipeline, "check", 0, sample_tables(pipeline))


def test_union_and_queries_are_traced():
    pipeline = joined(Union(), rules=(Allowed(column="status", values=("a",)),))
    tables = sample_tables(pipeline)
    assert all(set(table.column("status").to_pylist()) == {"a"} for table in tables.values())
    pipeline = joined(Query(sql="SELECT id AS key, kind FROM customers_staged"), rules=(Unique(columns=("key",)),))
    tables = sample_tables(pipeline)
    assert set(tables["customers"].column_names) == {"id", "kind"}
    assert len(set(tables["customers"].column("id").to_pylist())) == 200


@pytest.mark.parametrize(
    ("each", "default", "values"),
    [
        (ForEach(name="region", items=("eu", "us")), None, {"eu", "us"}),
        (ForEach(name="region", parameter="regions"), ("eu", "us"), {"eu", "us"}),
        (ForEach(name="region", parameter="regions"), (), set(ITEMS)),
        (ForEach(name="region", step="get_customers"), None, set(ITEMS)),
        (ForEach(name="region", items=(1, 2)), None, {1, 2}),
    ],
)
def test_a_source_that_is_read_item_by_item_has_rows_for_the_items(each, default, values):
    pipeline = shop()
    customers, orders = pipeline.steps
    pipeline = pipeline.model_copy(
        update={
            "steps": (customers, orders.model_copy(update={"for_each": each})),
            "parameters": (Parameter(name="regions", default=default),),
        }
    )
    tables = sample_tables(pipeline)
    assert values <= set(tables["orders"].column("region").to_pylist())
    assert "region" not in tables["customers"].column_names


def test_only_validate_steps_have_rules():
    with pytest.raises(UnsupportedError, match="extract step"):
        breaking_tables(shop(), "get_orders", 0, {})


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(pipeline=pipelines(only=("extract", "load", "transform", "validate", "sql", "wait", "train"), max_steps=6))
def test_any_valid_spec_has_samples(pipeline):
    for table in sample_tables(pipeline, rows=5).values():
        assert table.num_columns
