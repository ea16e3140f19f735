"""Zones as people call them."""

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.timezones import find_zones, zone

ZONES = {
    "at 6:30 Berlin time": "Europe/Berlin",
    "in chile time": "America/Santiago",
    "05:00 UTC": "UTC",
    "London time": "Europe/London",
    "Europe/Paris": "Europe/Paris",
    "UTC+2": "Etc/GMT-2",
    "Oslo time": "Europe/Oslo",
    "8 am ET": "America/New_York",
    "timezone: America/New_York": "America/New_York",
    "US/Eastern": "America/New_York",
    "new york time": "America/New_York",
    "06:00Z": "UTC",
}


@pytest.mark.parametrize(("words", "name"), ZONES.items())
def test_zones(words, name):
    assert [hit.value for hit in find_zones(words)] == [name]


@pytest.mark.parametrize("words", ["the run time is long", "this is the best option", "next time", "set the lead time"])
def test_no_zones(words):
    assert find_zones(words) == []


def test_ambiguous_abbreviations_are_said():
    assert "Asia/Kolkata" in find_zones("9:00 IST")[0].assumption


def test_an_unknown_label_is_refused():
    with pytest.raises(InputError, match="Nowhere/City"):
        find_zones("timezone: Nowhere/City")


def test_unknown_names_are_none():
    assert zone("gondor") is None
