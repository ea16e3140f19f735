"""Who is told when something goes wrong."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.readers.prose.alerts import find_alerts, find_unwanted

ALERTS = {
    "tell #data-alerts on Slack if anything fails": ("failure", "slack", "#data-alerts", ""),
    "teams on failure": ("failure", "teams", "", ""),
    "when anything breaks mail night@shift.example": ("failure", "email", "night@shift.example", ""),
    "owner=ops, email_on_failure=True, tags=[]": ("failure", "email", "", ""),
    "ping me on teams if it breaks": ("failure", "teams", "", ""),
    "If the upload fails, email ops@x.example": ("failure", "email", "ops@x.example", "the upload"),
    "on failure notify #ops": ("failure", "slack", "#ops", ""),
    "failure alerts go to #ops": ("failure", "slack", "#ops", ""),
    "Alert via PagerDuty when a task fails": ("failure", "pagerduty", "", ""),
    "on_failure_callback=Slack.say_it_broke": ("failure", "slack", "", ""),
    "alerts to #data": ("failure", "slack", "#data", ""),
}


@pytest.mark.parametrize(("words", "expected"), ALERTS.items())
def test_alerts(words, expected):
    (hit,) = find_alerts(words)
    assert (hit.value.on, hit.value.channel, hit.value.target, hit.value.subject) == expected


def test_one_sentence_may_ask_for_two_events():
    hits = find_alerts("send a slack message to #etl on success and failure")
    assert sorted(hit.value.on for hit in hits) == ["failure", "success"]


def test_a_deadline_has_its_length():
    (hit,) = find_alerts("page oncall if the run is late by 2 hours")
    assert (hit.value.on, hit.value.after.total_seconds()) == ("deadline", 7200)


@pytest.mark.parametrize(
    "words",
    [
        "When both are loaded, mail the team that the job was successful",
        "e-mail the team at the end",
        "the report must run even when the export fails",
        "else hold on to the present model, and email the team",
        "Alerting: there is no email_on_failure and no callback",
    ],
)
def test_messages_that_are_steps_are_no_alerts(words):
    assert find_alerts(words) == []


@pytest.mark.parametrize("words", ["email_on_failure=False", "no e-mail alerts", "Email notifications: disabled"])
def test_alerts_that_are_ruled_out(words):
    assert find_unwanted(words) is not None
    assert find_alerts(words) == []


@settings(deadline=None, max_examples=80)
@given(st.text(max_size=150))
def test_any_text(text):
    assert all(text[hit.start : hit.end] == hit.text for hit in find_alerts(text))
