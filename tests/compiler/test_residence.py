"""Results between two steps of one SQL system stay there, as tables of the pipeline's own."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.connectors.residence import stays_inside
from airflow_llm.spec.pipeline import Pipeline

SUM = {"op": "aggregate", "by": ["page"]}


def pipeline(**changes: Any) -> Pipeline:
    whole: dict[str, Any] = {
        "id": "pages",
        "connections": [{"name": "wh", "connector": "postgres"}, {"name": "other", "connector": "postgres"}],
        "datasets": [
            {"name": "clicks", "connection": "wh", "location": "raw.clicks"},
            {"name": "counted"},
            {"name": "totals", "connection": "wh", "location": '"my mart".totals'},
        ],
        "steps": [
            {"id": "count", "kind": "transform", "reads": ["clicks"], "writes": ["counted"], "operations": [SUM]},
            {"id": "load", "kind": "load", "reads": ["counted"], "writes": ["totals"]},
        ],
    }
    for place, value in changes.items():
        part, number, field = place.split("__")
        whole[part][int(number)][field] = value
    return complete(Pipeline.model_validate(whole))


def test_a_result_waits_as_a_table_beside_its_target() -> None:
    found = pipeline()
    kept = found.dataset("counted")
    assert (kept.connection, kept.location) == ("wh", '"my mart".pages__counted')
    assert any(item.subject == "datasets.counted" and "PostgreSQL" in item.text for item in found.assumptions)
    assert all(stays_inside(found, step) is not None for step in found.steps)
    assert complete(found) == found


@pytest.mark.parametrize(
    "changes",
    [
        {"datasets__2__connection": "other"},
        {"datasets__0__connection": "other"},
        {"steps__0__operations": [{"op": "derive", "column": "x", "expression": "1"}]},
        {"steps__0__operations": []},
        {"steps__0__returns": ["rows"]},
        {"steps__1__when": {"kind": "comparison", "source": "rows", "name": "counted", "operator": ">", "right": 0}},
        {"connections__0__connector": "redshift"},
    ],
)
def test_everything_else_goes_through_staging(changes: dict[str, Any]) -> None:
    assert pipeline(**changes).dataset("counted").staged


def test_a_long_name_stays_within_what_databases_keep_of_it() -> None:
    long = "a" * 70
    found = pipeline(datasets__1__name=long, steps__0__writes=[long], steps__1__reads=[long]).dataset(long)
    name = found.location.rpartition(".")[2]
    assert len(name) <= 63
    assert name.startswith("pages__aaaa")
