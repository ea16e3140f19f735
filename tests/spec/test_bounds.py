"""Texts and lists that are too short or too long are refused, with their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from airflow_llm.errors import InputError
from airflow_llm.spec.document import load
from airflow_llm.spec.json_schema import tasks_schema
from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import MarkerStep

CASES = YAML(typ="safe").load((Path(__file__).parent / "bounds.yml").read_text(encoding="utf-8"))
LONGEST = Model.model_config["str_max_length"] or 0


def filled(data: Any, value: Any) -> Any:
    """The data with the value in its place."""
    if isinstance(data, dict):
        return {name: filled(held, value) for name, held in data.items()}
    if isinstance(data, list):
        return [filled(held, value) for held in data]
    return value if data == "VALUE" else data


def refusal(case: dict[str, Any], value: Any) -> str:
    """The places that are refused with the value; empty when nothing is."""
    try:
        Pipeline.model_validate({"id": "p", "steps": filled(case["steps"], value)})
    except ValidationError as error:
        return " ".join(".".join(map(str, found["loc"])) for found in error.errors())
    return ""


@pytest.mark.parametrize("case", CASES["texts"], ids=lambda case: case["place"])
def test_an_empty_text_and_one_that_is_too_long_are_refused_with_their_place(case: dict[str, Any]) -> None:
    assert case["place"] in refusal(case, "")
    most = case.get("most", LONGEST)
    assert refusal(case, "x" * most) == ""
    assert case["place"] in refusal(case, "x" * (most + 1))


@pytest.mark.parametrize("case", CASES["lists"], ids=lambda case: case["place"])
def test_a_list_that_is_too_short_or_too_long_is_refused_with_its_place(case: dict[str, Any]) -> None:
    least, most = case.get("least", 0), case.get("most")
    assert refusal(case, [case["one"]] * least) == ""
    if least:
        assert case["place"] in refusal(case, [case["one"]] * (least - 1))
    if most:
        assert refusal(case, [case["one"]] * most) == ""
        assert case["place"] in refusal(case, [case["one"]] * (most + 1))


def test_the_file_names_the_line_of_a_text_that_is_too_short() -> None:
    with pytest.raises(InputError, match=r"dag_id|at least 1") as caught:
        load("id: p\nsteps:\n  - kind: trigger\n    id: a\n    dag_id: ''\n", None)
    assert "5" in str(caught.value.place)


def test_any_text_has_an_end() -> None:
    assert MarkerStep(id="a", title="x" * LONGEST).title
    with pytest.raises(ValidationError, match="title"):
        MarkerStep(id="a", title="x" * (LONGEST + 1))


def test_every_bound_of_the_schema_is_tested_above() -> None:
    """Counted in the published schema, so that a bound that is lost or added shows here."""
    text = json.dumps(tasks_schema())
    bounds = sorted(
        {part for name in ("minLength", "minItems", "maxItems", "minProperties") for part in _said(text, name)}
        | {part for part in _said(text, "maxLength") if part != f"maxLength {LONGEST}"}
    )
    assert bounds == [
        "maxItems 100", "maxItems 10000", "maxItems 100000", "maxItems 20", "maxItems 200", "maxItems 2000",
        "maxItems 20000", "maxItems 24", "maxItems 50", "maxLength 250", "maxLength 255", "maxLength 500",
        "minItems 1", "minItems 2", "minLength 1",
    ]  # fmt: skip


def _said(text: str, name: str) -> list[str]:
    parts = text.split(f'"{name}": ')[1:]
    return [f"{name} {part.split(',')[0].split('}')[0]}" for part in parts]
