"""What a sentence changes in a pipeline: each case compares the whole difference of the spec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.editing import edit
from airflow_llm.spec.difference import difference
from airflow_llm.spec.document import load
from airflow_llm.spec.pipeline import Pipeline

HERE = Path(__file__).parent
CASES = YAML(typ="safe").load((HERE / "cases.yml").read_text(encoding="utf-8"))
REFUSED = YAML(typ="safe").load((HERE / "refused.yml").read_text(encoding="utf-8"))


def base(name: str) -> Pipeline:
    """One of the pipelines that are changed."""
    config = HERE / "bases" / f"{name}.config.yml"
    text = config.read_text(encoding="utf-8") if config.exists() else None
    return load((HERE / "bases" / f"{name}.yml").read_text(encoding="utf-8"), text)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['base']}: {' '.join(case['say'].split())[:60]}")
def test_a_sentence_changes_what_it_says_and_nothing_else(case: dict[str, Any]) -> None:
    old = base(case["base"])
    edited = edit(old, case["say"])
    found = {one.path: [one.old, one.new] for one in difference(old, edited.pipeline)}
    assert found == case["changes"]
    assert {change.path for change in edited.changes} == set(found)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case['base']}: {case['say'].strip()[:50] or 'blank'}")
def test_what_cannot_be_done_is_answered_and_never_guessed(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        edit(base(case["base"]), case["say"])
    for words in case["holds"]:
        assert words in str(caught.value)
    assert caught.value.hint


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 80
    assert len(REFUSED) >= 40
