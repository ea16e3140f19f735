"""Answers and what they do to the spec; nothing that was not asked about changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import AirflowLLMError, InputError, NotFoundError
from airflow_llm.readers.questions import answered, picked
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.diagnostic import apply
from airflow_llm.spec.graph import cycle, upstream
from airflow_llm.spec.steps import LoadStep

BARE = "every day at 7 load orders into Snowflake and tell us if it fails"
BRANCHED = (
    "Get orders from MySQL. If the row count is above 100 train the model, otherwise score the orders, then ping #x."
)
CHECKED = (
    "Every day at 07:30 Berlin time extract orders from Postgres, check that order_id is unique, and load them into "
    "Snowflake table mart.orders"
)


def reading_of(text: str) -> Reading:
    return read(Source(text, by_rules=True))


def ids(text: str) -> list[str]:
    return [question.id for question in reading_of(text).worth_asking]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (BARE, ["source", "hour", "timezone"]),
        (CHECKED, ["load_mode", "invalid_rows"]),
        ("Upsert orders from MySQL into Snowflake every hour", ["key_upsert_orders_to_snowflake"]),
        ("Extract a from MySQL and b from Postgres, load it into Redshift", ["what_load_redshift", "load_mode"]),
        ("Copy the orders from MySQL to S3. Read the leads from Salesforce.", ["start_read_leads"]),
        ("Copy orders from MySQL to S3 every day at 06:15 UTC, tell us on Slack if it fails", ["channel"]),
        ("Copy orders from MySQL to S3 every day at 06:15 UTC, alert us on failure", ["recipient"]),
        ("Load a.csv into S3 only after the frobnication. Train the model.", ["after_load_s3"]),
        (BRANCHED, ["always_ping_x"]),
    ],
)
def test_what_is_asked(text: str, asked: list[str]) -> None:
    assert ids(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "Copy orders from MySQL to S3 every morning at 7 UTC",
        "Copy orders from MySQL to S3 every day at 7 am UTC",
        "Copy orders from MySQL to S3 every evening at 7, London time",
        "Copy orders from MySQL to S3 daily at 19h Berlin time",
        "Copy orders from MySQL to S3 every 15 minutes",
        "Copy orders from MySQL to S3 daily",
        "Merge orders from MySQL into the Snowflake table orders by order_id, hourly",
    ],
)
def test_what_is_said_is_not_asked(text: str) -> None:
    assert ids(text) == []


def test_an_ordinary_request_gets_three_questions_at_most_and_all_can_be_answered() -> None:
    reading = reading_of(BARE)
    assert len(reading.worth_asking) == 3
    assert {question.id for question in reading.questions} == {"source", "hour", "timezone", "recipient", "load_mode"}
    (step,) = answered(reading, {"load_mode": "append"}).pipeline.steps
    assert isinstance(step, LoadStep)
    assert step.mode == "append"


def test_the_default_is_what_was_read() -> None:
    for question in reading_of(BARE).questions:
        assert question.choice(question.default) == question.choices[0]
        assert question.taken


@pytest.mark.parametrize(
    ("answers", "path", "value"),
    [
        ({"source": "mysql"}, "connections.0.connector", "mysql"),
        ({"source": "My SQL"}, "connections.0.connector", "mysql"),
        ({"hour": "19:00"}, "schedule.expressions.0", "0 19 * * *"),
        ({"hour": "2"}, "schedule.expressions.0", "0 19 * * *"),
        ({"timezone": "paris"}, "schedule.timezone", "Europe/Paris"),
        ({"timezone": "Asia/Tokyo"}, "schedule.timezone", "Asia/Tokyo"),
        ({"timezone": "UTC"}, "schedule.timezone", "UTC"),
        ({"recipient": "#data-alerts"}, "alerts.0.target", "#data-alerts"),
        ({"recipient": "#data-alerts"}, "alerts.0.connection", "slack"),
        ({"recipient": "a@example.org"}, "alerts.0.connection", "email"),
        ({"load_mode": "merge"}, "steps.0.mode", "merge"),
        ({"load_mode": "merge"}, "steps.0.keys.0", "order_id"),
    ],
)
def test_each_answer_sets_its_place_of_the_spec(answers: dict[str, str], path: str, value: str) -> None:
    data: object = answered(reading_of(BARE), answers).pipeline.model_dump(mode="json")
    for part in path.split("."):
        data = data[int(part)] if isinstance(data, list) else data[part]  # type: ignore[index]  # JSON by its path
    assert data == value


def test_an_answer_takes_the_place_of_its_assumption_and_of_nothing_else() -> None:
    before = reading_of(BARE)
    after = answered(before, {"timezone": "Berlin"})
    assert {one.subject for one in before.pipeline.assumptions} - {
        one.subject for one in after.pipeline.assumptions
    } == {"schedule.timezone"}
    expected = before.pipeline.model_copy(
        update={
            "schedule": before.pipeline.schedule.model_copy(update={"timezone": "Europe/Berlin"}),
            "assumptions": after.pipeline.assumptions,
            "questions": after.pipeline.questions,
        }
    )
    assert after.pipeline == expected
    (kept,) = after.pipeline.questions
    assert (kept.id, kept.taken, kept.answered) == ("timezone", "Europe/Berlin", True)
    assert "timezone" not in [question.id for question in after.questions]


def test_a_connection_that_only_the_default_needed_goes() -> None:
    told = answered(reading_of(BARE), {"recipient": "#ops"}).pipeline
    assert {connection.name for connection in told.connections} == {"source", "snowflake", "slack"}


def test_what_it_means_narrows_what_is_loaded() -> None:
    reading = reading_of("Extract orders and customers from MySQL, load it into Snowflake")
    whole = reading.pipeline.step("load_snowflake")
    one = answered(reading, {"what_load_snowflake": "extract_orders"}).pipeline.step("load_snowflake")
    assert (whole.reads, one.reads) == (("orders", "customers"), ("orders",))
    assert len(one.writes) == 1


def test_a_step_behind_a_choice_may_run_whichever_way_was_taken() -> None:
    pipeline = answered(reading_of(BRANCHED), {"always_ping_x": "always"}).pipeline
    step = pipeline.step("ping_x")
    assert step.trigger_rule == "none_failed_min_one_success"
    assert upstream(pipeline)["ping_x"] == {"train_model", "score_orders"}
    assert not cycle(pipeline)


def test_a_disputed_order_can_be_turned_to_the_other_reading() -> None:
    text = (
        "Load the bookings into Redshift. That needs the rooms cleaned, which needs the rooms pulled from MySQL. "
        "Email the hotel at the end."
    )
    reading = read(Source(text))
    assert reading.other is not None
    assert upstream(reading.other.pipeline) != upstream(reading.pipeline)
    assert reading.worth_asking[0].id == "order"
    assert reading.pipeline.questions[0].id == "order"
    other = answered(reading, {"order": "other"})
    assert upstream(other.pipeline) == upstream(reading.other.pipeline)
    assert other.pipeline.questions[0].answered
    kept = answered(reading, {"order": "taken"})
    assert upstream(kept.pipeline) == upstream(reading.pipeline)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"colour": "red"}, "no question 'colour'"),
        ({"timezone": "Gondor"}, "'Gondor' is not a known time zone"),
        ({"hour": "noon"}, "does not answer"),
        ({"hour": "3"}, "does not answer"),
        ({"source": "a large drawer"}, "no system is called"),
        ({"recipient": "the boss"}, "no channel or address"),
    ],
)
def test_an_answer_that_is_none_is_refused_with_the_choices(answers: dict[str, str], words: str) -> None:
    with pytest.raises(AirflowLLMError) as caught:
        answered(reading_of(BARE), answers)
    assert words in caught.value.message
    assert caught.value.hint


def test_columns_are_names() -> None:
    reading = reading_of("Upsert orders from MySQL into Snowflake")
    (question, *_) = reading.questions
    (step,) = answered(reading, {question.id: "shop_id, order_id"}).pipeline.steps
    assert isinstance(step, LoadStep)
    assert step.keys == ("shop_id", "order_id")
    with pytest.raises(InputError):
        answered(reading, {question.id: "id; DROP TABLE x"})


def test_every_choice_makes_a_valid_spec() -> None:
    for text in (BARE, CHECKED, "Extract a from MySQL and b from Postgres, load it into Redshift"):
        reading = reading_of(text)
        for question in reading.questions:
            for choice in question.choices:
                assert not cycle(apply(reading.pipeline, choice.edits))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(["source", "hour", "timezone", "recipient", "load_mode"]), st.text(max_size=60))
def test_no_answer_does_more_than_set_a_value_or_be_refused(name: str, said: str) -> None:
    reading = reading_of(BARE)
    try:
        after = answered(reading, {name: said})
    except InputError:
        return
    assert {step.id for step in after.pipeline.steps} == {step.id for step in reading.pipeline.steps}


def test_no_answer_is_the_default() -> None:
    question = reading_of(BARE).questions[0]
    assert picked(question, "  ") == question.choice(question.default)
    with pytest.raises(NotFoundError):
        answered(replace(reading_of(BARE), questions=()), {"hour": "19:00"})
