"""The rule of each task follows from the graph."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.plan import make_plan
from airflow_llm.targets.airflow.trigger_rules import MERGE, trigger_rules

ODD = {"kind": "comparison", "source": "calendar", "name": "day", "operator": "==", "right": 1}
FAILED = {"kind": "outcome", "step": "work", "state": "failed"}


def _marker(name: str, *after: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "kind": "marker", "after": [*after], **more}


def _choose(*branches: str, otherwise: tuple[str, ...] = (), name: str = "pick", **more: Any) -> dict[str, Any]:
    found = [{"when": ODD, "then": [branch]} for branch in branches]
    return {"id": name, "kind": "choose", "branches": found, "otherwise": [*otherwise], **more}


def _rules(*steps: dict[str, Any], **more: Any) -> dict[str, str]:
    return trigger_rules(make_plan(Pipeline.model_validate({"id": "p", "steps": [*steps], **more})))


def test_a_straight_line_needs_no_rule() -> None:
    assert _rules(_marker("a"), _marker("b", "a"), _marker("c", "b")) == {}


def test_a_merge_of_two_branches() -> None:
    steps = [_choose("a", "b"), _marker("a"), _marker("b"), _marker("merge", "a", "b"), _marker("end", "merge")]
    assert _rules(*steps) == {"merge": MERGE}


def test_what_is_split_and_joined_inside_of_one_branch_is_no_merge() -> None:
    steps = [_choose("a"), _marker("a"), _marker("b", "a"), _marker("c", "a"), _marker("d", "b", "c")]
    assert _rules(*steps) == {}


def test_an_order_after_a_branch_and_something_sure_does_not_wait_for_the_branch() -> None:
    assert _rules(_choose("a"), _marker("a"), _marker("sure"), _marker("end", "a", "sure")) == {"end": MERGE}


def test_a_branch_straight_into_the_merge() -> None:
    steps = [_choose("a", otherwise=("end",)), _marker("a"), _marker("end", "a")]
    assert _rules(*steps) == {"end": MERGE}


def test_a_branch_inside_of_a_branch_has_two_merges() -> None:
    steps = [
        _choose("inner", "b"),
        _choose("c", "d", name="inner"),
        *[_marker(name) for name in "bcd"],
        _marker("merge_inner", "c", "d"),
        _marker("merge", "merge_inner", "b"),
    ]
    assert _rules(*steps) == {"merge_inner": MERGE, "merge": MERGE}


def test_data_of_a_skipped_step_is_needed() -> None:
    steps = [
        {"id": "a", "kind": "python", "writes": ["x"], "when": ODD},
        {"id": "b", "kind": "python", "writes": ["y"]},
        {"id": "c", "kind": "python", "reads": ["x", "y"]},
    ]
    assert _rules(*steps, datasets=[{"name": "x"}, {"name": "y"}]) == {}


@pytest.mark.parametrize(
    ("when", "rule"),
    [
        (FAILED, "all_failed"),
        (FAILED | {"state": "success"}, None),
        (FAILED | {"state": "skipped"}, "all_skipped"),
        ({"kind": "combined", "match": "any", "conditions": [FAILED, FAILED | {"step": "other"}]}, "one_failed"),
        ({"kind": "combined", "match": "all", "conditions": [FAILED, FAILED | {"step": "other"}]}, "all_failed"),
    ],
)
def test_outcomes_are_trigger_rules(when: dict[str, Any], rule: str | None) -> None:
    rules = _rules(_marker("work"), _marker("other"), _marker("handle", when=when))
    assert rules.get("handle") == rule
    assert set(rules) <= {"handle"}


def test_an_outcome_beside_other_steps_is_a_guard() -> None:
    rules = _rules(_marker("work"), _marker("other"), _marker("handle", "other", when=FAILED))
    assert rules == {"if_handle": "all_done"}


def test_an_own_rule_stays() -> None:
    assert _rules(_choose("a"), _marker("a"), _marker("end", "a", trigger_rule="all_done")) == {"end": "all_done"}


def test_a_mapping_that_may_have_no_items() -> None:
    steps = [
        {"id": "files", "kind": "python"},
        {"id": "each", "kind": "python", "for_each": {"name": "file", "step": "files"}, "writes": ["x"]},
        {"id": "reader", "kind": "python", "reads": ["x"]},
        _marker("after", "each"),
    ]
    assert _rules(*steps, datasets=[{"name": "x"}]) == {"reader": "all_success", "after": "none_failed"}


def test_a_wait_that_gives_up_softly_skips_what_only_follows_it() -> None:
    wait = {"id": "wait", "kind": "wait", "wait_for": {"on": "delay", "delay": "1m"}, "soft_fail": True}
    assert _rules(wait, _marker("after", "wait"), _marker("sure"), _marker("end", "after", "sure")) == {"end": MERGE}
