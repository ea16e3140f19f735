"""Text that a mail program or an editor broke to a width."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.readers.prose.wrapping import unwrapped
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.pipeline import Pipeline

REQUEST = (
    "Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique "
    "and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with 10 "
    "minutes in between, and tell #data-alerts on Slack if anything fails"
)


def told(text: str) -> Pipeline:
    pipeline = read(Source(text=text)).pipeline
    steps = tuple(step.model_copy(update={"origin": None, "confidence": None}) for step in pipeline.steps)
    return pipeline.model_copy(update={"steps": steps, "description": "", "questions": (), "confidence": None})


@pytest.mark.parametrize("width", [60, 72, 80, 100, 120])
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_wrapped_text_is_read_as_the_same_text_in_one_line(width: int, indent: str) -> None:
    wrapped = textwrap.fill(REQUEST, width, subsequent_indent=indent)
    once, again = told(REQUEST), told(wrapped)
    assert [(step.id, step.kind) for step in again.steps] == [(step.id, step.kind) for step in once.steps]
    assert (again.schedule, again.defaults, again.alerts) == (once.schedule, once.defaults, once.alerts)


def test_line_ends_of_windows_are_line_ends() -> None:
    wrapped = textwrap.fill(REQUEST, 80).replace("\n", "\r\n")
    assert [step.id for step in told(wrapped).steps] == [step.id for step in told(REQUEST).steps]


@pytest.mark.parametrize(
    "text",
    [
        "- extract the orders of all of the shops from Postgres\n- load them into Snowflake",
        "extract the orders of all of the shops from Postgres\nload them into Snowflake",
        "The nightly load of the orders of all shops into Snowflake:\nextract from Postgres",
        "The orders of all of the shops are extracted from Postgres.\nthe refunds too",
        "1. extract the orders of all of the shops from Postgres\n2. load them",
        "run the checks of the warehouse and of all of the marts\nchecks ok → point the alias to the new tables",
        "pull orders\nclean\npush to s3",
        "pipeline: the orders of all of the shops every morning\nschedule: daily",
        "the orders of all of the shops are wanted every morning\n\nthe refunds of all of the shops as well",
    ],
)
def test_lines_that_stand_by_themselves_stay_lines(text: str) -> None:
    assert unwrapped(text) == text


@settings(deadline=None)
@given(st.text(alphabet="ab ,.\n-1:→andthe", max_size=200))
def test_every_place_stays_and_only_line_ends_change(text: str) -> None:
    joined = unwrapped(text)
    assert len(joined) == len(text)
    assert all(one == other or (one, other) == ("\n", " ") for one, other in zip(text, joined, strict=True))
