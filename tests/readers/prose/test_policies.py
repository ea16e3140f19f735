"""Retries, time-outs, pools and priorities in prose."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.policies import (
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
    "six more tries": (6, None, None),
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
    "Two repetitions, ten minutes pause": (2, 600, None),
    "shall be repeated up to 4 times at intervals of 3 minutes": (4, 180, None),
    "5x retry w/ a minute in between": (5, 60, None),
    "can be tried two more times": (2, None, None),
    "2 further attempts spaced 90 seconds": (2, 90, None),
    "three attempts beyond the first": (3, None, None),
    "try everything once more": (1, None, None),
    "repeat it six times": (6, None, None),
    "Attempts after a failure: 3": (3, None, None),
    "Max attempts: 5": (4, None, None),
    "it is not to be repeated": (0, None, None),
    "retries are forbidden": (0, None, None),
    "we would refrain from retrying": (0, None, None),
    "Retries | 2 after 30 minutes |": (2, 1800, None),
    "thrice repeat it": (3, None, None),
    "retry every 10 minutes up to 6 times": (6, 600, None),
    "3 retries / 5 min": (3, 300, None),
    "4 tries, half an hour pause": (4, 1800, None),
}


@pytest.mark.parametrize(("words", "expected"), RETRIES.items())
def test_retries(words, expected):
    (hit,) = find_retries(words)
    delay = None if hit.value.delay is None else hit.value.delay.total_seconds()
    assert (hit.value.count, delay, hit.value.backoff) == expected
    assert words[hit.start : hit.end] == hit.text


@pytest.mark.parametrize(
    "words",
    [
        "Retry policy is not stated",
        "no mail on retry events",
        "two more tables",
        "try it out",
        "repeat this for each of 5 shops",
        "## 4 Repetition\n",
        "6.8 Retry",
        "past runs are not repeated",
        "refresh the report 3 times a day",
    ],
)
def test_words_that_are_no_retries(words):
    assert find_retries(words) == []


@pytest.mark.parametrize("words", ["retry -3 times", "retry 100000 times"])
def test_impossible_numbers_are_refused(words):
    with pytest.raises(InputError, match=words):
        find_retries(words)


SCOPES = {
    "The upload is shaky: 5 retries, everything else 1.": [(5, "", "upload"), (1, "rest", "")],
    "Retry the upload 7 times; the other steps none": [(7, "", "upload"), (0, "rest", "")],
    "3 retries for the download, none for the rest": [(3, "", "download"), (0, "rest", "")],
    "If the upload fails, repeat it 4 times": [(4, "", "upload")],
    "6 retries just that one": [(6, "", "it")],
    "2 retries per task": [(2, "all", "")],
    "retry failed tasks twice": [(2, "", "")],
    "load orders into the shop, 3 retries": [(3, "", "")],
}


@pytest.mark.parametrize(("words", "expected"), SCOPES.items())
def test_of_which_tasks_a_number_of_retries_is_said(words, expected):
    assert [(hit.value.count, hit.value.scope, hit.value.about) for hit in find_retries(words)] == expected


def test_attempts_say_how_they_were_read():
    assert "2 retries" in find_retries("three attempts")[0].assumption


@pytest.mark.parametrize(
    "words",
    ["retry_delay: 3 minutes", "between the attempts, three minutes", "retry_delay_seconds=180", "delay = 3 min"],
)
def test_a_delay_by_itself(words):
    assert find_retry_delay(words).value == timedelta(minutes=3)


LIMITS = {
    "45 min timeout": (45, "step"),
    "nothing may run longer than 20 minutes": (20, "task"),
    "each task max 1h": (60, "task"),
    "kill it after 2h": (120, "step"),
    "dagrun_timeout=3600 seconds": (60, "run"),
    "the whole run must finish within 3 hours": (180, "run"),
    "watch the cluster (6h max)": (360, "wait"),
    "execution_timeout: 30 minutes": (30, "task"),
    "Limits: 25 minutes": (25, "step"),
    "limit of two hours, the render": (120, "step"),
    "2 h limit for the render": (120, "step"),
    "cap it at 90 minutes": (90, "step"),
    "renders over 7 minutes count as failed": (7, "step"),
    "not through after 35 min? kill it": (35, "step"),
    "the render gets 20 min, not more": (20, "step"),
    "longer than one hour: break off": (60, "step"),
    "waiting is abandoned after 80 minutes": (80, "wait"),
    "give up after 3h": (180, "wait"),
    "15 minutes at the longest": (15, "wait"),
    "4 days then give up": (5760, "step"),
    "every step may run for 25 minutes": (25, "task"),
    "all steps have limit 35 min": (35, "task"),
    "the whole run is limited to 50 minutes": (50, "run"),
    "2 hours for the whole flow": (120, "run"),
    "TimeoutStartSec=2h": (120, "step"),
    "timeout=1800": (30, "step"),
    "the render must finish within 30 minutes": (30, "step"),
    "everything must be through in 4 hours": (240, "run"),
    "max runtime 45 min": (45, "step"),
    "kill anything that runs longer than 1h": (60, "step"),
    "no task over 1h": (60, "task"),
    "wait two hours for the file": (120, "wait"),
    "if it is not there within two hours, fail": (120, "step"),
}


@pytest.mark.parametrize(("words", "expected"), LIMITS.items())
def test_timeouts(words, expected):
    (hit,) = find_timeouts(words)
    assert (hit.value.length.total_seconds() / 60, hit.value.scope) == expected


@pytest.mark.parametrize(
    "words",
    [
        "30-second timeout for the HTTP call",
        "a lag of at most 9 s is fine",
        "gusts of 3 h exceed 22 m/s",
        "records older than 30 days",
        "a gap of 2 mins for the whole DAG",
        "a pause of 1 minute\ntimeout: not set",
    ],
)
def test_lengths_that_limit_no_task(words):
    assert find_timeouts(words) == []


def test_priorities():
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
