"""Transforms as queries of a SQL system: which can be said there, and that they mean the same."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
import sqlglot
from pydantic import TypeAdapter

from airflow_llm.connectors.sql.inside import inside_query, is_portable
from airflow_llm.connectors.sql.operations import transform_sql
from airflow_llm.spec.datasets import Column, Dataset
from airflow_llm.spec.operations import Operation

OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
ORDERS = Dataset(name="orders", connection="wh", location="raw.orders")
CUSTOMERS = Dataset(name="customers", connection="wh", location="raw.customers")
JOIN = {"op": "join", "keys": ["customer_id"]}
SUM = {"op": "aggregate", "by": ["region"], "measures": [{"function": "sum", "column": "amount", "name": "total"}]}
EVERYWHERE = [
    [{"op": "filter", "predicate": "amount > 10 AND region LIKE 'n%'"}, {"op": "select", "columns": ["id", "amount"]}],
    [{"op": "deduplicate"}, SUM],
    [{"op": "drop_nulls", "columns": ["region"]}, {"op": "sort", "columns": ["amount"]}, {"op": "limit", "rows": 2}],
]
NEWEST = [{"op": "deduplicate", "keys": ["id"], "newest_by": "amount"}]
STARS = [{"op": "drop", "columns": ["amount"]}, {"op": "rename", "column": "region", "to": "area"}]


def made(operations: list[dict[str, Any]]) -> list[Operation]:
    return [OPERATION.validate_python(one) for one in operations]


@pytest.mark.parametrize("operations", [*EVERYWHERE, NEWEST, STARS])
def test_a_query_inside_gives_the_rows_of_the_one_over_staged_files(operations: list[dict[str, Any]]) -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE SCHEMA raw")
        rows = "(VALUES (1, 5, 'north'), (1, 20, 'north'), (2, 30, NULL), (3, 40, 'south')) AS t(id, amount, region)"
        connection.execute(f"CREATE TABLE raw.orders AS FROM {rows}; CREATE VIEW orders AS FROM raw.orders")
        inside = connection.sql(inside_query(made(operations), [ORDERS], "duckdb"))
        staged = connection.sql(transform_sql(made(operations), ["orders"]))
        assert (inside.columns, sorted(map(str, inside.fetchall()))) == (
            staged.columns,
            sorted(map(str, staged.fetchall())),
        )


@pytest.mark.parametrize("dialect", ["duckdb", "mysql", "postgres", "snowflake"])
@pytest.mark.parametrize("operations", EVERYWHERE)
def test_what_every_system_can_say_is_said_in_its_own_words(operations: list[dict[str, Any]], dialect: str) -> None:
    assert is_portable(made(operations), [ORDERS], dialect)
    query = sqlglot.parse_one(inside_query(made(operations), [ORDERS], dialect), dialect=dialect)
    assert {table.sql(dialect) for table in query.find_all(sqlglot.exp.Table)} >= {"raw.orders AS orders"}


@pytest.mark.parametrize(
    ("operations", "dialect", "portable"),
    [
        (NEWEST, "postgres", True),
        (NEWEST, "mysql", False),
        (STARS, "snowflake", True),
        (STARS, "postgres", False),
        ([{"op": "normalize"}], "snowflake", False),
        ([{"op": "derive", "column": "x", "expression": "1"}], "duckdb", False),
        ([{"op": "limit", "rows": 3}], "postgres", False),
        ([{"op": "filter", "predicate": "customerID > 1"}], "postgres", False),
        ([{"op": "filter", "predicate": "customerID > 1"}], "snowflake", True),
        (EVERYWHERE[0], "tsql", False),
        ([], "postgres", False),
    ],
)
def test_what_would_need_the_columns_goes_through_staging(
    operations: list[dict[str, Any]], dialect: str, portable: bool
) -> None:
    assert is_portable(made(operations), [ORDERS], dialect) is portable


def test_a_join_stays_inside_when_no_two_columns_have_one_name() -> None:
    both = [ORDERS, CUSTOMERS]
    assert not is_portable(made([JOIN]), both, "postgres")
    assert is_portable(made([JOIN, SUM]), both, "postgres")
    known = [
        ORDERS.model_copy(update={"columns": (Column(name="customer_id"), Column(name="amount"))}),
        CUSTOMERS.model_copy(update={"columns": (Column(name="customer_id"), Column(name="region"))}),
    ]
    assert is_portable(made([JOIN]), known, "postgres")
    assert not is_portable(made([{**JOIN, "how": "full"}]), known, "mysql")
    assert not is_portable(made([SUM]), known, "postgres")


def test_one_row_of_each_key_is_chosen_the_same_way_every_time() -> None:
    assert "DISTINCT ON (id)" in inside_query(made(NEWEST), [ORDERS], "postgres")
    assert "CAST(orders AS TEXT)" in inside_query(made(NEWEST), [ORDERS], "postgres")
    assert "HASH(*)" in inside_query(made(NEWEST), [ORDERS], "snowflake")
