"""The SQL of transforms and extracts, as DuckDB and the other dialects run it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from airflow_llm.connectors.sql.extract import Cut, narrowed, select
from airflow_llm.connectors.sql.names import identifier, table, table_parts
from airflow_llm.connectors.sql.operations import transform_sql
from airflow_llm.errors import InputError
from airflow_llm.spec.operations import Operation

OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)
CUSTOMERS = """
    FROM (VALUES (1, ' Ann ', 5.5, DATE '2026-01-01'), (2, 'Bob', NULL, NULL), (1, 'Eve', 7, DATE '2026-01-02'))
    t(id, name, score, "order")"""
ORDERS = "FROM (VALUES (1, 10, 'X'), (2, 20, 'Y')) t(id, amount, name)"


def result(
    *operations: dict[str, Any], inputs: tuple[str, ...] = ("customers", "orders")
) -> tuple[list[str], list[Any]]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE customers AS {CUSTOMERS}; CREATE TABLE orders AS {ORDERS}")
        sql = transform_sql([OPERATION.validate_python(one) for one in operations], inputs)
        found = connection.execute(f"CREATE TABLE result AS {sql}; FROM result ORDER BY ALL")
        return [column[0] for column in found.description], found.fetchall()


@pytest.mark.parametrize(
    ("operations", "columns", "count"),
    [
        ([], ["id", "name", "score", "order"], 3),
        ([{"op": "join", "keys": ["id"]}], ["id", "name", "score", "order", "amount", "name_1"], 3),
        ([{"op": "union"}], ["id", "name", "score", "order", "amount"], 5),
        ([{"op": "filter", "predicate": "score > 5 AND name LIKE '%e'"}], ["id", "name", "score", "order"], 1),
        ([{"op": "aggregate", "by": ["id"]}], ["id", "count"], 2),
        ([{"op": "deduplicate", "keys": ["id"]}], ["id", "name", "score", "order"], 2),
        ([{"op": "deduplicate"}], ["id", "name", "score", "order"], 3),
        ([{"op": "select", "columns": ["order", "id"]}], ["order", "id"], 3),
        ([{"op": "drop", "columns": ["order"]}], ["id", "name", "score"], 3),
        ([{"op": "rename", "column": "order", "to": "group"}], ["id", "name", "score", "group"], 3),
        (
            [{"op": "derive", "column": "twice", "expression": "score * 2"}],
            ["id", "name", "score", "order", "twice"],
            3,
        ),
        ([{"op": "derive", "column": "SCORE", "expression": "1"}], ["id", "name", "order", "SCORE"], 3),
        ([{"op": "drop_nulls"}], ["id", "name", "score", "order"], 2),
        ([{"op": "drop_nulls", "columns": ["score"]}], ["id", "name", "score", "order"], 2),
        ([{"op": "limit", "rows": 2}], ["id", "name", "score", "order"], 2),
        ([{"op": "convert", "format": "csv"}], ["id", "name", "score", "order"], 3),
        (
            [{"op": "filter", "predicate": "id = 1"}, {"op": "query", "sql": "SELECT count(*) AS n FROM input"}],
            ["n"],
            1,
        ),
    ],
)
def test_every_operation(operations: list[dict[str, Any]], columns: list[str], count: int) -> None:
    found, rows = result(*operations)
    assert (found, len(rows)) == (columns, count)


def test_values_of_operations() -> None:
    newest = result({"op": "deduplicate", "keys": ["id"], "newest_by": "order"})[1]
    assert [row[1] for row in newest] == ["Eve", "Bob"]
    assert result({"op": "normalize", "case": "upper"}, {"op": "select", "columns": ["name"]})[1][0] == ("ANN",)
    assert result({"op": "cast", "column": "name", "type": "integer", "strict": False})[1][0][1] is None
    top = result({"op": "sort", "columns": ["score"], "descending": True}, {"op": "limit", "rows": 1})[1]
    assert top[0][1] == "Eve"
    assert (
        result({"op": "fill", "column": "score", "value": 0}, {"op": "filter", "predicate": "score = 0"})[1][0][0] == 2
    )


@pytest.mark.parametrize(
    ("row", "tidied"),
    [
        ("' x' AS a, 'Y ' AS b", ("X", "Y")),
        ("1 AS a, DATE '2026-01-01' AS b", (1, date(2026, 1, 1))),
        ("' x' AS a, ['q '] AS b, ' z'::BLOB AS c, '{\"k\": \" v\"}'::JSON AS d", ("X", ["q "], b" z", '{"k": " v"}')),
        ("NULL::VARCHAR AS a, 1.50 AS b", (None, Decimal("1.50"))),
    ],
)
def test_all_text_columns_are_tidied_whatever_the_others_are(row: str, tidied: tuple[Any, ...]) -> None:
    sql = transform_sql([OPERATION.validate_python({"op": "normalize", "case": "upper"})], ["t"])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t AS SELECT {row}")
        before, after = connection.table("t"), connection.sql(sql)
        assert (after.columns, after.types) == (before.columns, before.types)
        assert after.fetchall() == [tidied]


@pytest.mark.parametrize("text", ["1; DROP TABLE customers", "(SELECT 1", "x AS y", "COPY customers TO 'x'", ""])
def test_an_expression_is_one_expression(text: str) -> None:
    with pytest.raises(InputError):
        result({"op": "derive", "column": "x", "expression": text})


@pytest.mark.parametrize(
    ("dialect", "mark"), [("postgres", "%({})s"), ("snowflake", "%({})s"), ("mysql", "%({})s"), ("duckdb", "${}")]
)
def test_bounds_are_parameters_of_the_driver(dialect: str, mark: str) -> None:
    sql = select("shop.orders", (), Cut("made", "region"), dialect)
    for name in ("interval_start", "interval_end", "item"):
        assert mark.format(name) in sql


def test_percent_signs_survive_the_driver_only_where_it_looks_at_them() -> None:
    query = "SELECT * FROM t WHERE name LIKE '50%'"
    assert "'50%%'" in narrowed(query, "made", "postgres", "postgres")
    assert "'50%'" in narrowed(query, None, "postgres", "postgres")
    assert "'50%'" in narrowed(query, "made", "postgres", "duckdb")


def test_the_stand_in_is_one_file() -> None:
    assert table("db.shop.orders").sql("duckdb") == "shop.orders"
    assert table("db.shop.orders", connection="shop").sql("duckdb") == "shop.shop.orders"
    assert table_parts('"my.schema"."t""x"') == ("my.schema", 't"x')
    with pytest.raises(InputError, match=r"a\.\.b"):
        table_parts("a..b")


@settings(deadline=None, max_examples=200)
@given(st.text(min_size=1, max_size=30).filter(lambda name: "\x00" not in name and name.isprintable()))
def test_any_name_is_one_column(name: str) -> None:
    sql = identifier(name).sql("duckdb")
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT {sql} FROM (SELECT 1 AS {sql}) AS s").fetchall() == [(1,)]
