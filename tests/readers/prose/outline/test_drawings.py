"""Drawings of the order: brackets of all sorts, lanes, names with holes; what is no task breaks a chain."""

from __future__ import annotations

import pytest

from airflow_llm.readers.prose.outline.mentions.drawings import alongside, drawn
from airflow_llm.readers.prose.outline.mentions.matching import Mentions, Named

TASKS = ("fetch", "clean_eu", "clean_us", "load_eu", "load_us", "merge_all", "tell_team")
MENTIONS = Mentions(Named(name, number=str(place)) for place, name in enumerate(TASKS, 1))
LANES = "clean_eu>load_eu clean_us>load_us"
DRAWN = {
    "fetch -> merge_all -> tell_team": "fetch>merge_all merge_all>tell_team",
    "fetch → [clean_eu, clean_us] → merge_all": "fetch>clean_eu fetch>clean_us clean_eu>merge_all clean_us>merge_all",
    "Flow: `fetch` >> `merge_all`.": "fetch>merge_all",
    "fetch → {merge_all → tell_team, clean_eu}": "merge_all>tell_team fetch>merge_all fetch>clean_eu",
    "fetch => (clean_eu => load_eu) ‖ (clean_us => load_us) => merge_all": (
        f"{LANES} fetch>clean_eu fetch>clean_us load_eu>merge_all load_us>merge_all"
    ),
    "clean_eu → load_eu, clean_us → load_us": LANES,
    "clean_eu → load_eu; clean_us → load_us": LANES,
    "[clean_eu] → merge_all as well as [clean_us] → merge_all": "clean_eu>merge_all clean_us>merge_all",
    "[clean_eu, clean_us] → [load_eu, load_us]": LANES,
    "clean_<region> → load_<region> → merge_all": f"{LANES} load_eu>merge_all load_us>merge_all",
    "clean_* → merge_all": "clean_eu>merge_all clean_us>merge_all",
    "fetch → the CSV file → merge_all → tell_team": "merge_all>tell_team",
    "fetch (at night) → merge_all (one task)": "fetch>merge_all",
    "Bronze → Silver → Gold": "",
    "clean_X >> load_X (X = eu, us)": LANES,
    "1 → [2, 3] → 6": "fetch>clean_eu fetch>clean_us clean_eu>merge_all clean_us>merge_all",
    "the fetch → both loads": "fetch>load_eu fetch>load_us",
}


@pytest.mark.parametrize(("words", "edges"), DRAWN.items())
def test_what_a_line_draws(words: str, edges: str) -> None:
    assert {f"{up}>{down}" for up, down in drawn(words, MENTIONS)} == set(edges.split())


def test_brackets_that_never_close_do_no_harm() -> None:
    assert drawn("[" * 3000 + "fetch → merge_all" + " → (" * 3000, MENTIONS) == []


def test_what_stands_alongside() -> None:
    assert alongside("fetch → [clean_eu, clean_us] → merge_all", MENTIONS) == [("clean_eu", "clean_us")]


def test_between_lists_each_takes_what_it_says() -> None:
    taken = {"merge_all": ("load_eu",), "tell_team": ("load_us",)}
    edges = drawn("[load_eu, load_us] → [merge_all, tell_team]", MENTIONS, takes=lambda task: taken[task])
    assert edges == [("load_eu", "merge_all"), ("load_us", "tell_team")]
