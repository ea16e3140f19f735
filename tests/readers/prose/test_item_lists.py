"""Items that a text lists: `for each of eu, us and asia extract …`."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source

CASES = YAML(typ="safe").load(Path(__file__).with_name("item_lists.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("by_rules", [True, False], ids=["grammar", "auto"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:60])
def test_listed_items_are_what_the_steps_run_for_each_of(case: dict[str, Any], by_rules: bool) -> None:
    steps = READER.read(Source(text=case["text"], by_rules=by_rules)).pipeline.steps
    mapped = [step.for_each for step in steps if step.for_each is not None]
    if "kinds" in case:
        assert [step.kind for step in steps] == case["kinds"]
        assert len(steps) - len(mapped) == case.get("once", 0)
    assert {each.name for each in mapped} == ({case["item"]} if case["item"] else set())
    assert all([*(each.items or ())] == case["items"] for each in mapped)


_WORDS = st.sampled_from(
    [
        "for each",
        "of",
        "the",
        "regions",
        "eu",
        "us",
        ",",
        "and",
        "/",
        "(",
        ")",
        ":",
        "per",
        "it",
        "load",
        "'a b'",
        ".",
        "\n",
    ]
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_WORDS, max_size=25))
def test_no_word_gets_lost_where_items_are_listed(parts: list[str]) -> None:
    text = " ".join(parts)
    said = [token for token in tokenise(text).items if token.start < token.end]
    assert all(one.start < other.start for one, other in pairwise(said))
    assert {found.start() for found in re.finditer("eu", text)} <= {token.start for token in said}
