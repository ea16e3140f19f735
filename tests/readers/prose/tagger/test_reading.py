"""The shipped network inside the reader: what it adds, and what it may not change."""

from __future__ import annotations

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.tagger.network import FOLDER, network
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.graph import edges


def test_the_network_is_shipped_and_small() -> None:
    assert network() is not None
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 30_000_000


def test_operators_and_ids_that_no_grammar_knows_are_read() -> None:
    text = (
        "S3KeySensor drop_ready, afterwards SparkSubmit tidy_clicks; GlueJob crunch_totals behind it. "
        "EmailOperator brag_about_it closes the thing."
    )
    pipeline = read(Source(text=text)).pipeline
    assert len(pipeline.steps) >= 3
    assert len(set(edges(pipeline))) >= 2


def test_the_same_text_gives_the_same_reading() -> None:
    text = "tidy up kiosk feeds thing: grab csvs off the ftp box, squash dupes, shove the lot into bq"
    assert read(Source(text=text)).pipeline == read(Source(text=text)).pipeline


def test_the_grammar_alone_can_be_asked_for() -> None:
    text = "Copy a.csv from S3 to Postgres daily."
    assert read(Source(text=text, by_rules=True)).pipeline.steps


@pytest.mark.parametrize(
    "text",
    [
        "Loading needs cleaning to be finished, and cleaning only starts when loading is finished.",
        "Load orders into Postgres at 25:75 every day.",
        "thanks for yesterday, see you at lunch",
    ],
)
def test_what_cannot_be_stays_refused(text: str) -> None:
    with pytest.raises(InputError):
        read(Source(text=text))


def test_conditions_become_choices_whatever_shape_the_text_has() -> None:
    text = (
        "Kiosk returns: grab the returns feed off S3, eyeball the refund ratio with the ratio script. Ratio fine? "
        "push it to Snowflake returns.daily. Otherwise park the feed under s3://kiosk/odd/ and give #kiosk-ops a shout."
    )
    pipeline = read(Source(text=text)).pipeline
    assert all(step.branches for step in pipeline.steps if step.kind == "choose")
    assert len(pipeline.steps) >= 4


@pytest.mark.parametrize(
    "text",
    [
        "extract -> clean -> load",
        "load_a -> load_b -> load_c\nload_b -> load_d",
        "A → B → D, A → C → D. Daily at 5 UTC.",
    ],
)
def test_a_graph_of_bare_names_is_a_request_where_arrows_draw_it(text: str) -> None:
    drawn, alone = read(Source(text=text)).pipeline, read(Source(text=text, by_rules=True)).pipeline
    assert edges(drawn) == edges(alone) != ()


def test_a_circle_of_the_grammar_alone_is_no_contradiction_of_the_text() -> None:
    pipeline = read(Source(text="dbt deps -> dbt seed -> dbt run --select staging -> dbt test. Nothing else.")).pipeline
    assert len(pipeline.steps) == 4


def test_names_with_an_article_inside_stay_whole() -> None:
    steps = read(Source(text="load_a -> load_b -> load_c")).pipeline.steps
    assert [step.id for step in steps] == ["load_a", "load_b", "load_c"]


@pytest.mark.parametrize(
    "text",
    [
        "Nothing to do for you, the archive that we set up on Monday works. Regards to the team!",
        "Should we move the reports to Fridays? Let's discuss it over lunch.",
    ],
)
def test_what_asks_for_no_work_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no task is understood"):
        read(Source(text=text))


def test_what_the_two_read_otherwise_is_less_sure() -> None:
    text = "Every day at 6 UTC extract orders from Postgres, then load them into Snowflake table mart.orders."
    assert read(Source(text=text)).confidence >= 0.9
    disputed = read(
        Source(text="Odds out of bet365 and Betfair in two parallel pulls, consensus line, gap to our own line.")
    )
    assert disputed.confidence <= 0.85


def test_what_becomes_of_bad_rows_belongs_to_the_check() -> None:
    text = "Extract orders from MySQL, check that order_id is unique, quarantine the rest, load to Postgres."
    kinds = [(step.kind, getattr(step, "on_invalid", None)) for step in read(Source(text=text)).pipeline.steps]
    assert kinds == [("extract", None), ("validate", "quarantine"), ("load", None)]


def test_a_message_in_the_arm_of_a_choice_is_a_step() -> None:
    text = "Train a churn model every Sunday; if the AUC is at least 0.8 deploy it, else send an alert to #ml"
    kinds = [step.kind for step in read(Source(text=text)).pipeline.steps]
    assert sorted(kinds) == ["choose", "deploy", "notify", "train"]


def test_the_rules_of_one_check_are_one_step() -> None:
    text = (
        "Extract trips from MySQL. Check that there are no negative fares, quantity must be positive, trip_date is not "
        "in the future, email looks valid, and every trip has a rider. Load the trips into Snowflake."
    )
    assert [step.kind for step in read(Source(text=text)).pipeline.steps] == ["extract", "validate", "load"]


def test_each_one_with_a_verb_names_no_item() -> None:
    text = """tasks and what each one needs:
- load_rates: []
- load_deals: []
- value_book: [load_rates, load_deals]"""
    assert not any(step.for_each for step in read(Source(text=text)).pipeline.steps)


def test_a_wait_is_never_mapped() -> None:
    text = "for each of the 3 shops wait for its file in s3://in, then load it into Postgres"
    pipeline = read(Source(text=text)).pipeline
    waits = [step for step in pipeline.steps if step.kind == "wait"]
    assert waits
    assert not any(step.for_each for step in waits)


@pytest.mark.parametrize("text", ["backup the database", "please archive the logs", "Sync users.", "load a into b"])
def test_a_short_command_is_a_request_though_the_network_hardly_knows_such(text: str) -> None:
    assert len(read(Source(text=text)).pipeline.steps) == 1
