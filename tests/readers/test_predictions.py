"""Readings in the format of the scoring program."""

import json
from pathlib import Path

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.predictions import cases_of, predicted, prediction
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read


def test_a_prediction_has_the_names_of_the_scoring_program() -> None:
    text = (
        "Mondays 05:00: wait for s3://in/a.csv, load it into MySQL, then trigger the dag report. 2 retries after 5 min"
    )
    found = prediction(read(Source(text=text)))
    assert [task["kind"] for task in found["tasks"]] == ["sensor", "load", "trigger_dag"] or found["tasks"][1][
        "kind"
    ] == "ingest"
    assert found["schedule"]["cron"] == "0 5 * * 1"
    assert (found["retries"], found["retry_delay_minutes"]) == (2, 5)
    assert len(found["edges"]) == 2


def test_cases_as_a_list(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(
        json.dumps([{"id": "a", "description": "load x.csv into MySQL"}, {"id": "b", "description": "hi"}])
    )
    found = {name: predicted(name, text) for name, text in cases_of(cases)}
    assert found["a"]["tasks"]
    assert "no task" in found["b"]["error"]


def test_cases_as_an_object_with_texts_in_a_folder(tmp_path: Path) -> None:
    cases, texts = tmp_path / "cases.json", tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_text("load x.csv into MySQL every day")
    cases.write_text(json.dumps({"one": {}}))
    ((name, text),) = cases_of(cases, texts)
    assert predicted(name, text)["schedule"]["cron"] == "0 0 * * *"


def test_a_case_without_text_is_named(tmp_path: Path) -> None:
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps({"lost": {}}))
    with pytest.raises(InputError, match="lost"):
        list(cases_of(cases, tmp_path))
