"""What conditions can do is decided exactly: compared with trying very many values."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from airflow_llm.checks.conditions import first_true
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated
from airflow_llm.spec.pipeline import Pipeline

EMPTY = Pipeline(id="orders")
ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)
OPERATORS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
SIMPLE = st.builds(
    Comparison,
    source=st.sampled_from(["rows", "metric"]),
    name=st.just("orders"),
    operator=OPERATORS,
    right=st.integers(min_value=-2, max_value=4),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: (
        st.builds(Negated, condition=inner)
        | st.builds(Combined, match=st.sampled_from(["all", "any"]), conditions=st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=5,
)


def _holds(condition: Any, rows: int, metric: float) -> bool:
    if isinstance(condition, Negated):
        return not _holds(condition.condition, rows, metric)
    if isinstance(condition, Combined):
        results = [_holds(one, rows, metric) for one in condition.conditions]
        return all(results) if condition.match == "all" else any(results)
    left = rows if condition.source == "rows" else metric
    return bool(eval(f"left {condition.operator} right", {"left": left, "right": condition.right}))


@given(st.lists(CONDITIONS, min_size=1, max_size=3))
@settings(deadline=None)
def test_agrees_with_trying_every_value(conditions: list[Any]) -> None:
    tried = set()
    for rows, quarter in product(range(10), range(-16, 28)):
        holds = [_holds(one, rows, quarter / 4) for one in conditions]
        tried.add(holds.index(True) if True in holds else len(holds))
    assert first_true(EMPTY, conditions) == tried


def _comparison(**fields: Any) -> Any:
    return ADAPTER.validate_python({"kind": "comparison", **fields})


@pytest.mark.parametrize(
    ("fields", "can"),
    [
        ({"source": "calendar", "name": "weekday", "operator": ">", "right": 6}, {1}),
        ({"source": "calendar", "name": "month", "operator": ">=", "right": 1}, {0}),
        ({"source": "rows", "name": "orders", "operator": "<", "right": 0}, {1}),
        ({"source": "metric", "name": "share", "operator": "<", "right": 0}, {0, 1}),
        ({"source": "metric", "name": "found", "operator": "==", "right": True}, {0, 1}),
        ({"source": "metric", "name": "state", "operator": "in", "right": ["good", "bad"]}, {0, 1}),
        ({"source": "parameter", "name": "region", "operator": "==", "right": "asia"}, {1}),
        ({"source": "parameter", "name": "region", "operator": "not in", "right": ["eu"]}, {0, 1}),
    ],
)
def test_single_conditions(fields: dict[str, Any], can: set[int]) -> None:
    pipeline = Pipeline.model_validate({"id": "orders", "parameters": [{"name": "region", "values": ["eu", "us"]}]})
    assert first_true(pipeline, [_comparison(**fields)]) == can


def test_too_many_combinations_are_left_alone() -> None:
    many = [_comparison(source="metric", name=f"m{n}", operator=">", right=n) for n in range(20)]
    assert first_true(EMPTY, many) is None
