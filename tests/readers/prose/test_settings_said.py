"""Alerts, limits and needs in the words of tickets."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source

CASES = YAML(typ="safe").load(Path(__file__).with_name("settings_said.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_a_setting_is_read_where_it_belongs(case: dict[str, Any]) -> None:
    pipeline = READER.read(Source(text=case["text"])).pipeline
    connectors = {connection.name: connection.connector for connection in pipeline.connections}
    assert [f"{connectors[alert.connection]} {alert.target}" for alert in pipeline.alerts] == case.get("alerts", [])
    if "timeouts" in case:
        given = [step.timeout or pipeline.defaults.timeout for step in pipeline.steps]
        assert [length and length.total_seconds() / 60 for length in given] == case["timeouts"]
    if "memory" in case:
        assert [step.resources and step.resources.memory for step in pipeline.steps] == case["memory"]


def test_a_step_that_is_said_to_run_whatever_happens() -> None:
    text = "Cleanup must always run. Extract the visits from MySQL, load them into Redshift, delete the temp files."
    steps = READER.read(Source(text=text)).pipeline.steps
    assert [step.trigger_rule for step in steps] == [None, None, "all_done"]


def test_a_list_that_a_step_makes_is_what_the_next_ones_run_over() -> None:
    text = "Find the ports in the Postgres table ref.ports, then for each port fetch its tides from the tide API."
    first, second = READER.read(Source(text=text)).pipeline.steps
    assert second.for_each is not None
    assert (second.for_each.name, second.for_each.step) == ("port", first.id)


def test_a_check_with_an_otherwise_tells_only_when_it_fails() -> None:
    text = "Load seats.csv into MySQL, check that seat_id is unique and alert #boxoffice otherwise."
    steps = READER.read(Source(text=text)).pipeline.steps
    assert [step.trigger_rule for step in steps] == [None, None, "one_failed"]
