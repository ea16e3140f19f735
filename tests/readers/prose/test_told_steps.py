"""Graphs by the order of the text, in which two readings are compared."""

from __future__ import annotations

from airflow_llm.readers.prose.told_steps import shape
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read


def shape_of(text: str) -> list[frozenset[int]]:
    return shape(read(Source(text=text, by_rules=True)).pipeline)


def test_steps_of_the_same_words_at_the_same_place_are_one() -> None:
    split = shape_of("Extract customers and orders from Postgres, then join them and load the result into Snowflake.")
    whole = shape_of("Extract orders from Postgres, then join them and load the result into Snowflake.")
    assert split == whole == [frozenset(), frozenset({0}), frozenset({1})]


def test_an_edge_that_follows_from_others_is_none() -> None:
    text = "Extract orders from S3, clean them after the extract, load them after the extract and the clean."
    assert shape_of(text) == [frozenset(), frozenset({0}), frozenset({1})]


def test_steps_of_other_words_stay_apart() -> None:
    text = "Extract orders from S3 and extract refunds from MySQL in parallel, then join orders and refunds."
    assert shape_of(text) == [frozenset(), frozenset(), frozenset({0, 1})]
