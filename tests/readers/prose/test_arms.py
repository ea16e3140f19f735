"""Choices drawn with arrows, and what a pipeline waits for before it begins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.graph import edges
from airflow_llm.spec.steps import ChooseStep
from tests.readers.prose.test_requests import reachable

HERE = Path(__file__).parent
ARMS = YAML(typ="safe").load((HERE / "arms.yml").read_text(encoding="utf-8"))
REQUIRED = YAML(typ="safe").load((HERE / "required.yml").read_text(encoding="utf-8"))


def _first(case: dict[str, Any]) -> str:
    return " ".join(case["text"].split())[:50]


@pytest.mark.parametrize("case", ARMS, ids=_first)
def test_what_stands_in_front_of_an_arrow_is_a_condition(case: dict[str, Any]) -> None:
    pipeline = read(Source(text=case["text"], by_rules=True)).pipeline
    choices = [step for step in pipeline.steps if isinstance(step, ChooseStep)]
    assert len(choices) == 1
    wanted = list(case["arms"].values())
    assert [list(branch.then) for branch in choices[0].branches] + (
        [list(choices[0].otherwise)] if "otherwise" in case["arms"] else []
    ) == wanted
    order = reachable(set(edges(pipeline)))
    arms = [name for names in wanted for name in names]
    assert not any((one, other) in order for one in arms for other in arms)


@pytest.mark.parametrize("case", REQUIRED, ids=_first)
def test_what_has_to_be_there_is_waited_for(case: dict[str, Any]) -> None:
    pipeline = read(Source(text=case["text"], by_rules=True)).pipeline
    waits = [step.id for step in pipeline.steps if step.kind == "wait"]
    assert len(waits) == case["waits"]
    others = [step.id for step in pipeline.steps if step.kind != "wait"]
    assert others
    order = reachable(set(edges(pipeline)))
    assert all((wait, others[0]) in order for wait in waits)
