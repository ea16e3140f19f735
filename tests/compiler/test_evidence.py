"""Where each part of a pipeline comes from, also after it was changed."""

from __future__ import annotations

import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.compiler.evidence import SINCE, evidence
from airflow_llm.readers.questions import answered
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.diagnostic import Edit, apply
from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline

TEXT = (
    "Every day at 7 extract orders from MySQL, then check that order_id is unique, then load them into Snowflake. "
    "Retry twice."
)


def pipeline_of(text: str = TEXT) -> Pipeline:
    return complete(read(Source(text, by_rules=True)).pipeline)


def test_every_step_edge_and_value_of_a_fresh_pipeline_has_its_reason() -> None:
    pipeline = pipeline_of()
    found = evidence(pipeline)
    assert set(found.steps) == {step.id for step in pipeline.steps}
    assert tuple((link.before, link.after) for link in found.links) == edges(pipeline)
    assert not [one for one in (*found.links, *found.slots) if one.rule == SINCE]
    assert found.chosen == "grammar"
    assert all(slot.words or slot.rule for slot in found.slots)


def test_what_was_changed_by_hand_is_said_to_be_so() -> None:
    changed = apply(pipeline_of(), [Edit(op="set", path="defaults.retries", value=5)])
    by_subject = {slot.subject: slot for slot in evidence(changed).slots}
    assert by_subject["defaults.retries"].rule == SINCE
    assert by_subject["schedule"].words == "Every day at 7"


def test_a_step_and_an_edge_that_were_added_have_no_words() -> None:
    pipeline = pipeline_of()
    last = pipeline.steps[-1].id
    step = {"id": "done", "kind": "marker", "after": [last]}
    found = evidence(apply(pipeline, [Edit(op="add", path="steps", value=step)]))
    assert "done" not in found.steps
    assert [link.rule for link in found.before("done")] == [SINCE]


def test_an_answer_is_the_reason_for_its_value() -> None:
    reading = answered(read(Source(TEXT)), {"timezone": "Paris", "hour": "19:00"})
    by_subject = {slot.subject: slot for slot in evidence(complete(reading.pipeline)).slots}
    assert by_subject["schedule.timezone"].rule == "answered: Which time zone is meant? Europe/Paris"
    assert by_subject["schedule"].rule.startswith("answered: ")
    assert by_subject["defaults.retries"].words == "Retry twice"


@pytest.mark.parametrize("description", ["", "Copies the orders.", "no task here"])
def test_a_spec_that_nobody_read_from_text_has_no_words(description: str) -> None:
    spec = f"id: a\ndescription: '{description}'\nsteps:\n  - {{id: b, kind: marker}}\n"
    found = evidence(read(Source(spec)).pipeline)
    assert found.steps == {}
    assert found.chosen == ""


def test_a_description_that_asks_for_nothing_any_more_is_no_error() -> None:
    pipeline = pipeline_of().model_copy(update={"description": "What a lovely morning it is."})
    assert evidence(pipeline).steps == {}
