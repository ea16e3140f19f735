"""The sentence of the demo, read to the last field."""

from datetime import timedelta

from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.graph import edges

TEXT = (
    "Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique "
    "and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with "
    "10 minutes in between, and tell #data-alerts on Slack if anything fails"
)


def test_the_steps_and_their_order() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    assert pipeline.id == "customer_orders"
    assert [step.kind for step in pipeline.steps] == ["extract", "extract", "validate", "transform", "load"]
    check = pipeline.steps[2].id
    assert {(up, down) for up, down in edges(pipeline) if check in (up, down)} == {
        ("extract_customers", check),
        (check, pipeline.steps[3].id),
    }


def test_the_rules_belong_to_the_dataset_whose_key_the_column_is() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    rules = pipeline.steps[2].rules
    assert [(rule.rule, rule.dataset, rule.columns) for rule in rules] == [
        ("unique", "customers", ("customer_id",)),
        ("not_null", "customers", ("customer_id",)),
    ]


def test_the_data_flow() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    extract, join, load = pipeline.step("extract_customers"), pipeline.steps[3], pipeline.steps[4]
    assert pipeline.dataset(extract.reads[0]).connection == "postgres"
    assert pipeline.dataset(extract.reads[0]).location == "customers"
    assert pipeline.dataset(extract.writes[0]).staged
    assert join.operations[0].op == "join"
    assert join.operations[0].keys == ("customer_id",)
    assert pipeline.dataset(load.writes[0]).location == "analytics.customer_orders"
    assert pipeline.dataset(load.writes[0]).connection == "snowflake"
    assert load.mode == "replace"


def test_the_settings() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    assert pipeline.schedule.expressions == ("30 6 * * 1-5",)
    assert pipeline.schedule.timezone == "Europe/Berlin"
    assert (pipeline.defaults.retries, pipeline.defaults.retry_delay) == (2, timedelta(minutes=10))
    assert [(alert.on, alert.connection, alert.target) for alert in pipeline.alerts] == [
        ("failure", "slack", "#data-alerts")
    ]


def test_what_is_not_said_is_an_assumption_with_a_remedy() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    subjects = {assumption.subject for assumption in pipeline.assumptions}
    assert "schedule.start" in subjects
    assert any(subject.endswith(".mode") for subject in subjects)
    assert all(assumption.change for assumption in pipeline.assumptions)


def test_every_step_knows_its_words() -> None:
    pipeline = read(Source(text=TEXT)).pipeline
    for step in pipeline.steps:
        assert step.origin is not None
        assert step.origin.start is not None
        assert TEXT[step.origin.start :].startswith(step.origin.text)


def test_the_same_text_gives_the_same_pipeline() -> None:
    assert read(Source(text=TEXT)).pipeline == read(Source(text=TEXT)).pipeline


def test_the_id_that_the_user_asked_for_wins() -> None:
    assert read(Source(text=TEXT, pipeline_id="mine")).pipeline.id == "mine"
