"""Steps that go back to an earlier one, and choices that headings draw."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.errors import ContradictionError
from airflow_llm.readers.prose.loops import find_loops
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.spec.conditions import Described
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep

CASES = YAML(typ="safe").load(Path(__file__).with_name("loops.yml").read_text(encoding="utf-8"))


def read(text: str) -> Pipeline:
    return READER.read(Source(text=text, by_rules=True)).pipeline


@pytest.mark.parametrize("case", [case for case in CASES if "quote" in case], ids=lambda case: case["quote"])
def test_a_way_back_is_an_error_that_quotes_it(case: dict[str, Any]) -> None:
    with pytest.raises(ContradictionError) as caught:
        READER.read(Source(text=case["text"]))
    assert repr(case["quote"]) in str(caught.value)


@pytest.mark.parametrize("case", [case for case in CASES if "kinds" in case], ids=lambda case: case["text"][:60])
def test_a_wait_or_a_retry_is_none(case: dict[str, Any]) -> None:
    kinds = [step.kind for step in read(case["text"]).steps]
    assert [kind for kind in kinds if kind != "choose"] == case["kinds"]


def arms(pipeline: Pipeline) -> dict[str, list[str]]:
    (choice,) = [step for step in pipeline.steps if isinstance(step, ChooseStep)]
    found = {branch.when.text: list(branch.then) for branch in choice.branches if isinstance(branch.when, Described)}
    return found | ({"": list(choice.otherwise)} if choice.otherwise else {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Extract rides from MySQL. City rides: load them into city_rides in Postgres; country rides: load them "
            "into land_rides in Postgres.",
            {"City rides": ["load_city_rides"], "country rides": ["load_land_rides"]},
        ),
        (
            "Download rides from the API. Valid: load them into Postgres. Invalid: write them to s3://bucket/rejects.",
            {"Valid": ["load_postgres"], "Invalid": ["write_bucket_rejects"]},
        ),
        (
            "Extract rides from MySQL. Depending on the number of rows, load them into Snowflake or mail a@b.example.",
            {"Depending on the number of rows": ["load_snowflake"], "": ["mail_team"]},
        ),
    ],
)
def test_headings_that_tell_the_data_apart_are_arms(text: str, expected: dict[str, list[str]]) -> None:
    assert arms(read(text)) == expected


def test_which_sort_a_run_holds_is_asked() -> None:
    text = "Extract rides from MySQL. City rides: load them into Postgres; country rides: load them into Snowflake."
    assert any(question.quote == "City rides; country rides" for question in read(text).questions)


@pytest.mark.parametrize(
    "text",
    [
        "Daily report: build it from Postgres and mail it to a@example.com. Weekly report: post it on Slack.",
        "Extract rides from MySQL. Notes: nothing. Load: put them into Snowflake.",
    ],
)
def test_other_headings_draw_no_choice(text: str) -> None:
    assert not [step for step in read(text).steps if step.kind == "choose"]


@settings(deadline=None, max_examples=100)
@given(st.text(alphabet=st.sampled_from("go back to step 2 repeat from the top. until extract"), max_size=150))
def test_any_words_are_looked_through(text: str) -> None:
    assert all(text[hit.start : hit.end] == hit.text for hit in find_loops(text))
