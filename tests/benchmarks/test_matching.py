"""Names, and which task is which."""

from __future__ import annotations

import pytest
from benchmarks.reader.cases import Graph, Task
from benchmarks.reader.matching import match
from benchmarks.reader.prediction import predicted
from benchmarks.reader.words import likeness, words_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fetch_orders", "pullOrder"),
        ("Check the parcels", "validate_parcels"),
        ("load_préfectures", "insert prefecture"),
        ("pg_dump", "PostgreSQL dumping"),
    ],
)
def test_names_that_mean_the_same_have_the_same_words(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)


def test_a_verb_tells_less_than_a_noun() -> None:
    assert likeness(words_of("load_parcels"), words_of("check_parcels")) > 0.5
    assert likeness(words_of("load_parcels"), words_of("load_weather")) < 0.5
    assert likeness(words_of("load_parcels"), words_of("tell_ops")) == 0.0
    assert likeness(words_of(""), words_of("")) == 0.0


def pairs(wanted: list[Task], *found: dict[str, str]) -> dict[str, str]:
    return dict(match(Graph(tuple(wanted), ()), predicted({"tasks": list(found)})).pairs)


def test_every_task_is_used_once_and_the_sum_is_highest() -> None:
    wanted = [Task("load_parcels", "load"), Task("load_parcels_backlog", "load")]
    found = [{"id": "load_parcel_backlog", "kind": "load"}, {"id": "parcels", "kind": "load"}]
    assert pairs(wanted, *found) == {"load_parcels": "parcels", "load_parcels_backlog": "load_parcel_backlog"}


def test_a_branch_needs_no_common_word() -> None:
    assert pairs([Task("route_gap", "branch")], {"id": "which_way", "kind": "branch"}) == {"route_gap": "which_way"}
    assert pairs([Task("route_gap", "branch")], {"id": "which_way", "kind": "sql"}) == {}


def test_an_optional_task_takes_nothing_from_a_required_one() -> None:
    wanted = [Task("weigh_parcels", "other", optional=True), Task("parcels", "other", names=("weigh the parcels",))]
    assert pairs(wanted, {"id": "weigh_parcels", "kind": "other"}) == {"parcels": "weigh_parcels"}


def test_a_title_or_another_name_is_as_good_as_the_id() -> None:
    wanted = [Task("step_one", "load", names=("store turbines",))]
    assert pairs(wanted, {"id": "x9", "kind": "load", "text": "Store the turbines"}) == {"step_one": "x9"}
