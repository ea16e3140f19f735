"""Schedules as strangers say them: one list of texts with what each of them means."""

from pathlib import Path

import pytest
import yaml

from airflow_llm.readers.prose.schedules.reading import read_schedule
from airflow_llm.spec.schedule import AssetSchedule, ManualSchedule

SAID = yaml.safe_load((Path(__file__).parent / "said.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", SAID["cron"], ids=lambda case: case[0][:60])
def test_the_times_and_the_zone(case):
    text, cron, *zone = case
    schedule = read_schedule(text)
    assert schedule is not None
    wanted = (cron,) if isinstance(cron, str) else tuple(cron)
    assert (schedule.value.expressions, schedule.value.timezone) == (wanted, zone[0] if zone else None)
    assert text[schedule.start : schedule.end] == schedule.text


@pytest.mark.parametrize("text", SAID["none"])
def test_other_times_are_no_schedule(text):
    assert read_schedule(text) is None


@pytest.mark.parametrize("text", SAID["manual"])
def test_a_person_starts_it(text):
    assert isinstance(read_schedule(text).value, ManualSchedule)


@pytest.mark.parametrize("case", SAID["assets"], ids=lambda case: case[0][:60])
def test_an_update_starts_it(case):
    text, asset = case
    assert read_schedule(text).value == AssetSchedule(assets=(asset,))
