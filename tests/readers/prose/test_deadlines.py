"""Deadlines and pools in prose, and what becomes of them in the spec."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.readers.prose.deadlines import find_deadlines
from airflow_llm.readers.prose.pools import find_pools
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source

CASES = YAML(typ="safe").load(Path(__file__).with_name("deadlines.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES["deadlines"], ids=lambda case: case["text"][:50])
def test_a_deadline_is_an_alert_or_a_question_and_never_a_schedule(case: dict[str, Any]) -> None:
    pipeline = READER.read(Source(text=case["text"], by_rules=True)).pipeline
    late = [f"{alert.target} {alert.after}" for alert in pipeline.alerts if alert.on == "deadline"]
    assert late == case.get("late", [])
    assert getattr(pipeline.schedule, "expressions", None) == (tuple(case["cron"]) if "cron" in case else None)
    assert [question.quote for question in pipeline.questions] == case.get("asked", [])
    assert [step.id for step in pipeline.steps] == case["steps"]


@pytest.mark.parametrize("case", CASES["pools"], ids=lambda case: case["text"][:50])
def test_a_pool_is_that_of_its_step_or_of_all(case: dict[str, Any]) -> None:
    pipeline = READER.read(Source(text=case["text"], by_rules=True)).pipeline
    assert pipeline.defaults.pool == case.get("default")
    assert [f"{step.pool or '-'} {step.pool_slots}" for step in pipeline.steps] == case["steps"]


@pytest.mark.parametrize("words", CASES["no_deadlines"])
def test_a_time_that_bounds_something_else_is_no_deadline(words: str) -> None:
    assert find_deadlines(words) == []


@pytest.mark.parametrize("words", CASES["no_pools"])
def test_words_about_other_pools(words: str) -> None:
    assert find_pools(words) == []


def test_a_deadline_in_another_zone_is_that_of_the_clock_there() -> None:
    text = "Every day at 5:00 UTC load a.csv into MySQL; it must be done by 8:00 Berlin time. If it fails mail a@b.ex."
    (alert,) = READER.read(Source(text=text, by_rules=True)).pipeline.alerts[1:]
    assert alert.after == timedelta(hours=2)


def test_the_zone_of_a_deadline_is_that_of_a_schedule_without_one() -> None:
    text = "Load a.csv into Postgres every day at 5:00. It must be done by 7:00 Berlin time."
    assert READER.read(Source(text=text, by_rules=True)).pipeline.schedule.timezone == "Europe/Berlin"


def test_a_deadline_of_each_task_is_left_out_and_said_so() -> None:
    text = "On failure mail ops@example.com. Load a.csv into Postgres daily at 6. SLA of 20 minutes for every task."
    pipeline = READER.read(Source(text=text, by_rules=True)).pipeline
    assert [alert.on for alert in pipeline.alerts] == ["failure"]
    assert any("SLA of 20 minutes for every task" in assumption.text for assumption in pipeline.assumptions)


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.sampled_from("sla deadline by 0:179am pool(slots)must be done\n,."), max_size=160))
def test_any_words_are_read(text: str) -> None:
    for hit in (*find_deadlines(text), *find_pools(text)):
        assert text[hit.start : hit.end] == hit.text
