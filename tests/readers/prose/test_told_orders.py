"""Texts that tell the order of their steps: no run can have some of them, and nothing is refused that only looks so."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.acts import told_orders
from airflow_llm.readers.prose.contradictions import refuse_contradictions
from airflow_llm.readers.prose.labels import told_labels
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.spec import graph

CASES = YAML(typ="safe").load(Path(__file__).with_name("told_orders.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", [case for case in CASES if "quote" in case], ids=lambda case: case["text"][:60])
def test_an_order_that_no_run_can_have_is_refused_in_its_own_words(case: dict[str, Any]) -> None:
    with pytest.raises(ContradictionError) as caught:
        READER.read(Source(text=case["text"]))
    assert case["quote"] in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("case", [case for case in CASES if "quote" not in case], ids=lambda case: case["text"][:60])
def test_an_order_that_a_run_can_have_is_read(case: dict[str, Any]) -> None:
    pipeline = READER.read(Source(text=case["text"], by_rules=True)).pipeline
    assert len(pipeline.steps) > 1
    assert graph.cycle(pipeline) == ()


def test_an_order_is_told_by_acts() -> None:
    (told,) = told_orders("Extract rides from MySQL. Load them into Postgres only after the extraction.")
    assert (told.late.stem, told.early.stem) == ("load", "extract")
    assert told.words == "Load them into Postgres only after the extraction"


def test_an_order_is_told_by_labels() -> None:
    text = "Step A: extract rides. Step B: clean them. Step C: load them, needs steps A and B."
    assert [pair[:2] for pair in told_labels(text)] == [("step C", "step A"), ("step C", "step B")]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.sampled_from(
            ["load", "extraction", "after", "before", "needs", "step A", "1.", ":", ",", ";", "then", "\n", "(", "not"]
        ),
        max_size=30,
    )
)
def test_any_order_of_words_is_looked_through(words: list[str]) -> None:
    text = " ".join(words)
    assert all(told.words and told.late.stem in ("load", "extract") for told in told_orders(text))
    assert all(late != early and words for late, early, words in told_labels(text))
    with suppress(InputError):
        refuse_contradictions(text)
