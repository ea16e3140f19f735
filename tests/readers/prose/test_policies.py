"""Retries, time-outs, pools and priorities in prose."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.policies import (
    find_pool,
    find_pool_slots,
    find_priority,
    find_timeouts,
)
from airflow_llm.readers.prose.retries import find_retries
from airflow_llm.readers.prose.retry_delays import find_retry_delay

RETRIES = {
    "retry twice with 10 minutes in between": (2, 600, None),
    "don't retry": (0, None, None),
    "please never retry": (0, None, None),
    "no retries": (0, None, None),
    "three attempts": (2, None, None),
    "up to four retries with exponential backoff": (4, None, True),
    "3 retries 2 mins": (3, 120, None),
    "2 retries by default, after 8 sec": (2, 8, None),
    "retry once after 6h": (1, 21600, None),
    "retries=4, retry_delay=2 minutes": (4, 120, None),
    "3 automatic retries with 2-minute delay": (3, 120, None),
    "container retries (default: 2)": (2, None, None),
    "retried up to 3 times": (3, None, None),
    "retry every step up to 4 times with a delay of 90 seconds": (4, 90, None),
    "it should retry the load three times, 2 minutes apart, then give up": (3, 120, None),
    "Automatic retry with 3 attempts and 4-minute delay": (3, 240, None),
    "retry after 5 minutes": (None, 300, None),
}


@pytest.mark.parametrize(("words", "expected"), RETRIES.items())
def test_retries(words, expected):
    (hit,) = find_retries(words)
    delay = None if hit.value.delay is None else hit.value.delay.total_seconds()
    assert (hit.value.count, delay, hit.value.backoff) == expected
    assert words[hit.start : hit.end] == hit.text


@pytest.mark.parametrize(
    "words", ["Retry policy is not stated", "no mail on retry events", "two more tables", "try it out"]
)
def test_words_that_are_no_retries(words):
    assert find_retries(words) == []


@pytest.mark.parametrize("words", ["retry -3 times", "retry 100000 times"])
def test_impossible_numbers_are_refused(words):
    with pytest.raises(InputError, match=words):
        find_retries(words)


def test_attempts_say_how_they_were_read():
    assert "2 retries" in find_retries("three attempts")[0].assumption


def test_a_delay_by_itself():
    assert find_retry_delay("retry_delay: 3 minutes").value == timedelta(minutes=3)


LIMITS = {
    "45 min timeout": (45, "step"),
    "nothing may run longer than 20 minutes": (20, "task"),
    "each task max 1h": (60, "task"),
    "kill it after 2h": (120, "step"),
    "dagrun_timeout=3600 seconds": (60, "run"),
    "the whole run must finish within 3 hours": (180, "run"),
    "watch the cluster (6h max)": (360, "wait"),
    "execution_timeout: 30 minutes": (30, "task"),
}


@pytest.mark.parametrize(("words", "expected"), LIMITS.items())
def test_timeouts(words, expected):
    (hit,) = find_timeouts(words)
    assert (hit.value.length.total_seconds() / 60, hit.value.scope) == expected


def test_the_time_out_of_a_request_is_none_of_a_task():
    assert find_timeouts("30-second timeout for the HTTP call") == []


def test_pools_and_priorities():
    assert find_pool("pool='heavy_jobs', pool_slots=2").value == "heavy_jobs"
    assert find_pool_slots("pool='heavy_jobs', pool_slots=2").value == 2
    assert find_pool("in the reporting pool").value == "reporting"
    assert find_priority("priority_weight=7").value == 7
    assert find_priority("with high priority").assumption


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=120))
def test_any_text_is_read_or_refused(text):
    try:
        hits = [*find_retries(text), *find_timeouts(text)]
    except InputError:
        return
    assert all(text[hit.start : hit.end] == hit.text for hit in hits)
