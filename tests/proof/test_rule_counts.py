"""The two definitions of a data-quality rule, the generated query's and the proof's, count the same rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from airflow_llm.connectors.sql.rules import violation_counts
from airflow_llm.proof.rule_counts import count_query
from airflow_llm.spec.rules import (
    Allowed,
    Expression,
    ForeignKey,
    Freshness,
    NotNull,
    Pattern,
    Range,
    RowCount,
    Rule,
    Unique,
)

END = datetime(2026, 3, 2)
ROWS = pa.table(
    {
        "id": [1, 1, 2, None, None, 3, 3, 3],
        "part": ["a", "a", None, "b", "b", "c", "c", "d"],
        "amount": [1.0, -1.0, 10.0, None, 11.0, 0.0, 5.5, 10.5],
        "mail": ["a@b.cd", "no", None, "x@y.z", "", "p@q.rs", "p@q", "ü@é.de"],
        "at": [END - timedelta(days=n) for n in range(2, 10)],
    }
)
PARENT = pa.table({"key": [1, 2, None]})
RULES: list[tuple[Rule, int]] = [
    (NotNull(columns=("id",)), 2),
    (NotNull(columns=("id", "part")), 3),
    (NotNull(), 3),
    (Unique(columns=("id",)), 3),
    (Unique(columns=("id", "part")), 2),
    (Range(column="amount", minimum=0, maximum=10), 3),
    (Range(column="amount", minimum=0, exclusive=True), 2),
    (Allowed(column="part", values=("a", "b")), 3),
    (Allowed(column="id", values=(1, "2")), 3),
    (Pattern(column="mail", format="email"), 3),
    (Pattern(column="part", regex="[ab]"), 3),
    (RowCount(minimum=9), 1),
    (RowCount(minimum=1, maximum=8), 0),
    (Freshness(column="at", max_age=timedelta(days=1)), 1),
    (Freshness(column="at", max_age=timedelta(days=3)), 0),
    (ForeignKey(column="id", references="parent", to_column="key"), 3),
    (Expression(sql="amount >= 0 OR part = 'a'"), 0),
    (Expression(sql="amount < 5"), 4),
]


@pytest.mark.parametrize(("rule", "broken"), RULES, ids=lambda value: getattr(value, "rule", None))
def test_both_definitions_count_the_same_rows(rule: Rule, broken: int) -> None:
    with duckdb.connect() as connection:
        connection.register("rows", ROWS)
        connection.register("parent", PARENT)
        generated = violation_counts([rule], "rows").sql("duckdb")
        bounds = {"interval_end": END} if "$interval_end" in generated else {}
        query, values = count_query(rule, '"rows"', END)
        counts = [connection.execute(*both).fetchall()[0][0] for both in ((generated, bounds), (query, values))]
    assert counts == [broken, broken]
