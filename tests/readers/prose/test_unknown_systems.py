"""Names in the place of a system that no known system has."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.readers.prose.flow import SOURCE_TAKEN, TARGET_TAKEN
from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.spec.pipeline import Assumption

CASES = YAML(typ="safe").load(Path(__file__).with_name("unknown_systems.yml").read_text(encoding="utf-8"))


def assumed(text: str, *, by_rules: bool = True) -> list[Assumption]:
    pipeline = READER.read(Source(text=text, by_rules=by_rules)).pipeline
    return [one for one in pipeline.assumptions if SOURCE_TAKEN in one.text or TARGET_TAKEN in one.text]


@pytest.mark.parametrize("by_rules", [True, False], ids=["grammar", "auto"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_a_name_of_no_known_system_is_said(case: dict[str, Any], by_rules: bool) -> None:
    found = assumed(case["text"], by_rules=by_rules)
    if "said" in case:
        assert [one.text for one in found] == [case["said"]]
    else:
        assert all(one.text.startswith("the text names no ") for one in found)


def test_how_to_change_it_is_said() -> None:
    (one,) = assumed("load orders from Foobarbase into Snowflake")
    assert "airflow-llm connectors" in one.change
    assert "`connector` of connection `source`" in one.change


def test_it_is_asked_for_as_any_system_that_is_left_open() -> None:
    reading = READER.read(Source(text="load orders from Foobarbase into Snowflake", by_rules=True))
    assert "source" in [question.id for question in reading.questions]
