"""From scores to marks and a graph."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.readers.prose.tagger.decode import graph, marked
from airflow_llm.readers.prose.tagger.labels import TAGS
from airflow_llm.readers.prose.tagger.wordpiece import Piece

BEGIN, INSIDE = TAGS.index("B-task"), TAGS.index("I-task")


def pieces_of(text: str) -> list[Piece]:
    found, at = [], 0
    for word in text.split(" "):
        found.append(Piece(0, at, at + len(word)))
        at += len(word) + 1
    return found


def row(tag: int, chance: float = 0.9) -> list[float]:
    rest = (1 - chance) / (len(TAGS) - 1)
    return [chance if number == tag else rest for number in range(len(TAGS))]


def test_marks_are_runs_that_begin_with_a_begin() -> None:
    text = "then load orders and mail them"
    found = marked(text, pieces_of(text), [row(0), row(BEGIN), row(INSIDE), row(0), row(BEGIN), row(INSIDE)])
    assert [text[mark.start : mark.end] for mark in found] == ["load orders", "mail them"]


def test_a_single_doubt_inside_does_not_cut_a_mark_from_its_beginning() -> None:
    text = "load all orders"
    found = marked(text, pieces_of(text), [row(BEGIN), row(INSIDE, 0.5), row(INSIDE)])
    assert [text[mark.start : mark.end] for mark in found] == ["load all orders"]


def test_nothing_begins_within_a_word() -> None:
    text = "page-primary"
    pieces = [Piece(0, 0, 4), Piece(0, 4, 5), Piece(0, 5, 12)]
    found = marked(text, pieces, [row(BEGIN), row(INSIDE), row(BEGIN, 0.6)])
    assert [text[mark.start : mark.end] for mark in found] in (["page-primary"], ["page-"])
    assert all(mark.start == 0 for mark in found)


def test_a_mark_does_not_end_between_its_auxiliary_and_its_verb() -> None:
    text = "the report is published then they load orders"
    tags = [BEGIN, INSIDE, INSIDE, BEGIN, 0, BEGIN, BEGIN, INSIDE]
    found = marked(text, pieces_of(text), [row(tag) for tag in tags])
    assert [text[mark.start : mark.end] for mark in found] == ["the report is published", "they load orders"]


def test_steps_without_a_stop_between_them_stay_apart() -> None:
    text = "clean them load it"
    found = marked(text, pieces_of(text), [row(tag) for tag in (BEGIN, INSIDE, BEGIN, INSIDE)])
    assert [text[mark.start : mark.end] for mark in found] == ["clean them", "load it"]


def test_the_graph_keeps_no_edge_that_follows_from_others() -> None:
    chances = [[0.0, 0.9, 0.8], [0.0, 0.0, 0.9], [0.0, 0.0, 0.0]]
    edges, sure = graph(chances)
    assert edges == {(0, 1), (1, 2)}
    assert sure <= 0.9


@settings(deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda n: st.lists(st.lists(st.floats(0, 1), min_size=n, max_size=n), min_size=n, max_size=n)
    )
)
def test_the_graph_never_has_a_circle(chances: list[list[float]]) -> None:
    edges, sure = graph(chances)
    order: list[int] = []
    left = set(range(len(chances)))
    while left:
        free = [node for node in left if not any(down == node and up in left for up, down in edges)]
        assert free
        order += free
        left -= set(free)
    assert 0.0 <= sure <= 1.0
