"""Whole requests, each with the graph and the settings that the grammar must give."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline

HERE = Path(__file__).parent
REQUESTS = YAML(typ="safe").load((HERE / "requests.yml").read_text(encoding="utf-8"))
REFUSED = YAML(typ="safe").load((HERE / "refused.yml").read_text(encoding="utf-8"))


def reachable(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The transitive closure: two graphs that order the same steps the same way have the same one."""
    closed = set(pairs)
    while True:
        more = {(a, d) for a, b in closed for c, d in closed if b == c} - closed
        if not more:
            return closed
        closed |= more


def schedule_of(pipeline: Pipeline) -> str:
    schedule = pipeline.schedule
    if schedule.kind != "cron":
        return schedule.kind
    return f"{schedule.expressions[0]} {schedule.timezone or ''}".strip()


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: " ".join(case["text"].split())[:50])
def test_a_request_gives_its_graph(case: dict[str, Any]) -> None:
    pipeline = read(Source(text=case["text"], by_rules=True)).pipeline
    assert {step.id: step.kind for step in pipeline.steps} == case["steps"]
    expected = {tuple(edge.split(" > ")) for edge in case["edges"]}
    assert reachable(set(edges(pipeline))) == reachable(expected)
    assert schedule_of(pipeline) == case.get("schedule", "manual")
    assert pipeline.defaults.retries == case.get("retries")
    assert {step.id: step.trigger_rule for step in pipeline.steps if step.trigger_rule} == case.get("rules", {})
    assert {step.id: step.for_each.name for step in pipeline.steps if step.for_each} == case.get("mapped", {})


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["text"].strip()[:40] or "blank")
def test_what_cannot_be_read_is_refused_in_its_own_words(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        READER.read(Source(text=case["text"]))
    assert case["says"] in str(caught.value)


def test_there_are_enough_requests() -> None:
    assert len(REQUESTS) >= 60
