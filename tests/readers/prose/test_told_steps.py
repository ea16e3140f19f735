"""Graphs by the order of the text, in which two readings are compared."""

from __future__ import annotations

from airflow_llm.readers.prose.told_steps import Drawn, Graph, drawn
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read


def drawn_of(text: str) -> Drawn:
    return drawn(read(Source(text=text, by_rules=True)).pipeline)


def shape_of(text: str) -> list[frozenset[int]]:
    return list(drawn_of(text).merged.before)


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


def test_readings_agree_on_the_same_graph_over_the_same_words() -> None:
    plain = drawn_of("Extract orders from S3, clean them and load them into Postgres.")
    assert plain.agrees(drawn_of("Extract orders from S3, clean them and load them into Snowflake."))
    assert not plain.agrees(drawn_of("Extract orders from S3 and load them into Postgres."))


def test_readings_of_other_words_do_not_agree() -> None:
    first = drawn_of("Load orders.csv into Postgres. The export of refunds belongs to another team.")
    second = drawn_of("The export of refunds belongs to another team. Load orders.csv into Postgres.")
    assert first.merged.before == second.merged.before == (frozenset(),)
    assert not first.agrees(second)


def test_a_list_of_objects_is_the_same_as_one_step_or_as_many() -> None:
    places, none = ((0, 40), (0, 40), (0, 40)), frozenset[int]()
    listed = Drawn(Graph(places, (none, none, none)), Graph(places[:1], (none,)))
    apart = Graph(((0, 10), (12, 20), (24, 40)), (none, none, none))
    assert listed.agrees(Drawn(apart, apart))
    alone = Graph(((0, 10),), (none,))
    assert listed.agrees(Drawn(alone, alone))
    assert not Drawn(apart, apart).agrees(Drawn(alone, alone))
