"""Lengths of time and times of day."""

from datetime import time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.clock import clock_time
from airflow_llm.readers.prose.durations import duration, find_durations

LENGTHS = {
    "10 minutes": 600,
    "1h30m": 5400,
    "half an hour": 1800,
    "an hour and a half": 5400,
    "two and a half hours": 9000,
    "5-minute": 300,
    "timedelta(days=1)": 86400,
    "3600 seconds": 3600,
    "PT5M": 300,
    "a quarter of an hour": 900,
    "15 s": 15,
    "a couple of days": 172800,
}


@pytest.mark.parametrize(("words", "seconds"), LENGTHS.items())
def test_lengths(words, seconds):
    assert duration(words) == timedelta(seconds=seconds)


def test_every_length_of_a_sentence_is_found_with_its_place():
    text = "wait 5 minutes, then half an hour"
    assert [(hit.text, text[hit.start : hit.end]) for hit in find_durations(text)] == [
        ("5 minutes", "5 minutes"),
        ("half an hour", "half an hour"),
    ]


def test_absurd_lengths_are_refused():
    with pytest.raises(InputError, match="900 years"):
        duration("900 years")


TIMES = {
    "6:30": time(6, 30),
    "5 am": time(5),
    "18h30": time(18, 30),
    "noon": time(12),
    "midnight": time(0),
    "half past six": time(6, 30),
    "quarter to 7 pm": time(18, 45),
    "5 p.m.": time(17),
    "12am": time(0),
    "3 o'clock in the afternoon": time(15),
}


@pytest.mark.parametrize(("words", "expected"), TIMES.items())
def test_times(words, expected):
    assert clock_time(words) == expected


@pytest.mark.parametrize("words", ["25:75", "24:30", "13 am", "7:60"])
def test_times_that_no_clock_shows(words):
    with pytest.raises(InputError) as error:
        clock_time(words)
    assert words in error.value.message


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text(text):
    for hit in find_durations(text):
        assert hit.value >= timedelta(0) or "-" in hit.text
