"""The text that is written without a dialect is the dialect's own."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from sqlglot import Dialect, TokenType, exp, parse_one
from sqlglot.errors import SqlglotError

from airflow_llm.connectors.sql import text as module
from airflow_llm.connectors.sql.extract import Cut, select
from airflow_llm.connectors.sql.names import NOT_COLUMNS, RESERVED, column, identifier, table
from airflow_llm.connectors.sql.operations import transform
from airflow_llm.connectors.sql.rules import broken_rows, kept_rows, violation_counts
from airflow_llm.connectors.sql.text import text
from airflow_llm.spec.operations import Operation
from airflow_llm.spec.rules import Rule

OPERATIONS: TypeAdapter[list[Operation]] = TypeAdapter(list[Operation])
RULES: TypeAdapter[list[Rule]] = TypeAdapter(list[Rule])
NAMES = st.sampled_from(["id", "Total", "order", "at", "map", "a b", 'qu"ote', "größe", "groups", "name", "1st"])


def own(query: exp.Expr, dialect: str) -> str:
    return query.sql(dialect, pretty=True)


@settings(deadline=None, max_examples=60)
@given(NAMES, NAMES, st.sampled_from(["x", "it's", "back\\slash"]), st.sampled_from(["inner", "left", "right", "full"]))
def test_rules_and_operations_are_written_as_duckdb_writes_them(one: str, other: str, value: str, how: str) -> None:
    rules = RULES.validate_python(
        [
            {"rule": "unique", "columns": list(dict.fromkeys([one, other]))},
            {"rule": "not_null", "columns": [one]},
            {"rule": "not_null"},
            {"rule": "range", "column": one, "minimum": 0, "maximum": 1.5},
            {"rule": "allowed", "column": other, "values": [value, 1, True]},
            {"rule": "foreign_key", "column": one, "references": "parents", "to_column": other},
            {"rule": "freshness", "column": one, "max_age": "1d"},
            {"rule": "row_count", "minimum": 1},
            {"rule": "pattern", "column": one, "regex": "a.c"},
        ]
    )
    for rule in rules:
        for query in (violation_counts([rule], one), broken_rows([rule], one), kept_rows([rule], other)):
            assert text(query.copy(), "duckdb") == own(query, "duckdb")
    operations = OPERATIONS.validate_python(
        [
            {"op": "join", "keys": [one], "how": how},
            {"op": "deduplicate", "keys": [one], "newest_by": other},
            {"op": "select", "columns": [one, other]},
            {"op": "drop", "columns": [other]},
            {"op": "sort", "columns": [one]},
        ]
    )
    for operation in operations:
        query = transform([operation], [other, "orders"])
        assert text(query.copy(), "duckdb") == own(query, "duckdb")


@pytest.mark.parametrize("dialect", ["duckdb", "mysql", "postgres", "snowflake"])
@given(NAMES, NAMES)
@settings(deadline=None, max_examples=30)
def test_an_extract_is_written_as_its_system_writes_it(dialect: str, one: str, other: str) -> None:
    query = (
        exp.select(column(one, dialect))
        .from_(table("shop.Orders", dialect))
        .where(exp.GTE(this=column(other, dialect), expression=exp.column("since")))
    )
    assert text(query.copy(), dialect) == own(query, dialect)


def test_words_that_duckdb_quotes_by_itself_are_known() -> None:
    assert {word.upper() for word in Dialect["duckdb"].generator_class.RESERVED_KEYWORDS} <= module._QUOTED


@pytest.mark.parametrize("dialect", sorted(NOT_COLUMNS))
def test_words_that_are_no_columns_are_those_of_the_parser(dialect: str) -> None:
    rules = Dialect[dialect]
    tables = [getattr(rules.parser_class, name) for name in dir(rules.parser_class) if name.isupper()]
    words = {word for found in tables if isinstance(found, (dict, set, frozenset)) for word in found}
    words |= {*rules.tokenizer_class.KEYWORDS, *(kind.name for kind in TokenType), *RESERVED, *NOT_COLUMNS[dialect]}
    words = {word.upper() for word in words if isinstance(word, str) and re.fullmatch(r"[A-Za-z_]\w*", word)}
    assert len(words) > 400
    for word in sorted(words):
        quoted = identifier(word.lower(), dialect).args["quoted"]
        assert quoted == (word in RESERVED or not parses_as_column(word.lower(), dialect)), word


def parses_as_column(word: str, dialect: str) -> bool:
    try:
        parsed = parse_one(word, dialect=dialect)
    except SqlglotError:
        return False
    return isinstance(parsed, exp.Column) and parsed.name == word


def test_a_plain_extract_loads_no_dialect() -> None:
    code = (
        "import sys; from airflow_llm.connectors.sql.extract import Cut, select;"
        "print(select('shop.orders', [], Cut(), 'postgres'), select('orders', ['id'], Cut(), 'duckdb'),"
        "[name for name in sys.modules if name.startswith('sqlglot.dialects.') and not name.endswith('.dialect')])"
    )
    finished = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    expected = (select("shop.orders", [], Cut(), "postgres"), select("orders", ["id"], Cut(), "duckdb"), [])
    assert finished.stdout == " ".join(map(str, expected)) + "\n"
