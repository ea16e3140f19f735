"""Extracts that take everything on some days, and steps of which a run takes one."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.checks.registry import check
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.prose.reloads import find_reloads
from airflow_llm.readers.reading import Source
from airflow_llm.spec.conditions import Comparison
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, ExtractStep, LoadStep

CASES = YAML(typ="safe").load(Path(__file__).with_name("reloads.yml").read_text(encoding="utf-8"))


def read(text: str) -> Pipeline:
    return READER.read(Source(text=text, by_rules=True)).pipeline


@pytest.mark.parametrize("case", CASES["split"], ids=lambda case: case["text"][:50])
def test_a_choice_on_the_date_between_two_extracts(case: dict[str, Any]) -> None:
    pipeline = read(case["text"])
    choice, full, new, *_ = pipeline.steps
    assert isinstance(choice, ChooseStep)
    assert isinstance(full, ExtractStep | LoadStep)
    assert isinstance(new, ExtractStep | LoadStep)
    (branch,) = choice.branches
    assert isinstance(branch.when, Comparison)
    right = branch.when.right
    assert [branch.when.name, list(right) if isinstance(right, tuple) else right] == case["when"]
    assert (*branch.then, *choice.otherwise) == (full.id, new.id)
    assert (full.id, full.incremental, f"{new.id} {new.incremental}") == (case["full"], None, case["new"])
    assert full.writes == new.writes
    assert pipeline.schedule.kind == "cron"
    assert not [found for found in check(pipeline, None) if found.severity == "error"]


def test_what_is_loaded_behind_both_is_merged_and_says_so() -> None:
    pipeline = read(CASES["split"][0]["text"])
    (load,) = [step for step in pipeline.steps if isinstance(step, LoadStep)]
    assert (load.mode, load.keys, load.trigger_rule) == ("merge", ("ride_id",), "none_failed_min_one_success")
    assert [question.taken for question in pipeline.questions] == ["ride_id"]


def test_a_copy_of_everything_replaces_the_table() -> None:
    modes = {step.id: step.mode for step in read(CASES["split"][2]["text"]).steps if isinstance(step, LoadStep)}
    assert modes == {"load_riders_to_snowflake_full": "replace", "load_riders_to_snowflake": "partition"}


def test_extracts_of_an_if_and_its_otherwise_hand_one_dataset_on() -> None:
    pipeline = read(
        "Daily at 3: if it is Monday, extract all rides from Postgres, otherwise extract only yesterday's rides; "
        "load them into Snowflake."
    )
    choice, everything, new, load = pipeline.steps
    assert choice.kind == "choose"
    assert everything.writes == new.writes == load.reads
    assert len(load.writes) == 1
    assert {connection.name for connection in pipeline.connections} == {"postgres", "snowflake"}


@pytest.mark.parametrize(
    "text",
    ["Load rides.csv into Snowflake daily, full on Mondays.", "Extract rides from Postgres, full on Mondays."],
)
def test_what_cannot_be_said_is_said_to_be_left_out(text: str) -> None:
    pipeline = read(text)
    assert any("full on Mondays" in assumption.text for assumption in pipeline.assumptions)
    assert any(question.quote == "full on Mondays" for question in pipeline.questions)


@pytest.mark.parametrize("text", CASES["none"])
def test_other_words_are_no_reload(text: str) -> None:
    assert find_reloads(text) == []


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.sampled_from("full on Mondays, otherwise incremental everything all rows"), max_size=120))
def test_any_words_are_looked_through(text: str) -> None:
    assert all(text[hit.start : hit.end] == hit.text for hit in find_reloads(text))
