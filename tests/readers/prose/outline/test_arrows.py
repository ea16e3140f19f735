"""Drawings of the order: brackets of all sorts, lanes, names with holes; what is no task breaks a chain."""

from __future__ import annotations

import pytest

from airflow_llm.readers.prose.outline.arrows import drawn
from airflow_llm.readers.prose.outline.names import Names, layout
from airflow_llm.readers.prose.outline.parts import parse

TASKS = ("fetch", "clean_eu", "clean_us", "load_eu", "load_us", "merge_all", "tell_team")
TEXT = "Pipeline Steps:\n\n" + "\n\n".join(f"{n}. {name}\n  - Objective: work" for n, name in enumerate(TASKS, 1))
NAMES = Names(layout(parse(TEXT).items).nodes())
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
}


@pytest.mark.parametrize(("words", "edges"), DRAWN.items())
def test_what_a_line_draws(words: str, edges: str) -> None:
    assert {f"{up}>{down}" for up, down in drawn(words, NAMES)} == set(edges.split())


def test_brackets_that_never_close_do_no_harm() -> None:
    assert drawn("[" * 3000 + "fetch → merge_all" + " → (" * 3000, NAMES) == []
