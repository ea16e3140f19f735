"""Rules in the words of people, and the steps that they become."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.readers.reading import Source
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ValidateStep

CASES = YAML(typ="safe").load(Path(__file__).with_name("said_rules.yml").read_text(encoding="utf-8"))
LISTED = [case for case in CASES if case["rules"] and "," not in case["text"]]


def read(text: str) -> Pipeline:
    return READER.read(Source(text=text, by_rules=True)).pipeline


def checks(text: str) -> list[ValidateStep]:
    return [step for step in read(text).steps if isinstance(step, ValidateStep)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_what_the_words_mean(case: dict[str, Any]) -> None:
    hits = find_rules(case["text"])
    assert [hit.value.model_dump(exclude_defaults=True, mode="json") for hit in hits] == case["rules"]
    assert case.get("guess", "") in " ".join(hit.assumption for hit in hits)


@pytest.mark.parametrize("case", LISTED, ids=lambda case: case["text"])
def test_a_check_that_says_so_is_one_and_no_wait(case: dict[str, Any]) -> None:
    pipeline = read(f"Extract rides from Postgres, check that {case['text']}, then load them into Snowflake.")
    assert [step.kind for step in pipeline.steps] == ["extract", "validate", "load"]
    (step,) = [step for step in pipeline.steps if isinstance(step, ValidateStep)]
    said = case["rules"][0]["rule"]
    assert [rule.rule for rule in step.rules] == ["not_null" if said == "foreign_key" else said]


def test_a_list_of_rules_under_a_heading_is_one_check() -> None:
    listed = ", ".join(case["text"] for case in LISTED if "one of" not in case["text"])
    (step,) = checks(f"Extract rides from Postgres. Quality: {listed}. Load them into Snowflake.")
    assert len(step.rules) > 15
    assert all(rule.rule != "described" for rule in step.rules)


def test_a_partner_is_looked_up_where_the_partners_are_read_too() -> None:
    text = "Extract rides and drivers from Postgres, check that every ride has a driver, load rides into Snowflake."
    (step,) = checks(text)
    (rule,) = step.rules
    assert rule.model_dump(exclude_defaults=True) == {
        "rule": "foreign_key",
        "dataset": "rides",
        "column": "driver_id",
        "references": "drivers",
        "to_column": "driver_id",
    }
    assert set(step.reads) == {"rides", "drivers"}


def test_a_partner_that_is_not_read_may_only_not_be_missing_and_that_is_said() -> None:
    text = "Extract rides from Postgres, check that every ride has a driver, load rides into Snowflake."
    ((rule,),) = [step.rules for step in checks(text)]
    assert rule.rule == "not_null"
    assert any("no drivers are read" in assumption.text for assumption in read(text).assumptions)


@settings(deadline=None, max_examples=100)
@given(
    st.text(
        alphabet=st.sampled_from("no duplicates per day in the future is after a_at b_at two letters email"),
        max_size=150,
    )
)
def test_any_words_are_looked_through(text: str) -> None:
    assert all(text[hit.start : hit.end] == hit.text for hit in find_rules(text))
