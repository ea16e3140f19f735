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
    "dbt build. fail -> #night-desk": ("failure", "slack", "#night-desk", ""),
    "err => pagerduty": ("failure", "pagerduty", "", ""),
    "Failure notification: #epg": ("failure", "slack", "#epg", ""),
    "On failure | dpo@x.example |": ("failure", "email", "dpo@x.example", ""),
    "ops@x.example on any failure, 2 retries": ("failure", "email", "ops@x.example", ""),
    "#desk gets a red mark if the job dies": ("failure", "slack", "#desk", ""),
    "Failures go to PagerDuty service core-ingest": ("failure", "pagerduty", "core-ingest", ""),
    'failing steps are reported to Opsgenie team "floor"': ("failure", "opsgenie", "floor", ""),
    "faults are reported to our officer: o@x.example": ("failure", "email", "o@x.example", ""),
    "any problem: sms at +44 20 7946 0000": ("failure", "sms", "+44 20 7946 0000", ""),
    "should a step break down, vet@x.example ought to hear of it": ("failure", "email", "vet@x.example", ""),
    "see that failures reach noc@x.example": ("failure", "email", "noc@x.example", ""),
    "## Failure\nrehab@x.example": ("failure", "email", "rehab@x.example", ""),
}


@pytest.mark.parametrize(("words", "expected"), ALERTS.items())
def test_alerts(words, expected):
    (hit,) = find_alerts(words)
    assert (hit.value.on, hit.value.channel, hit.value.target, hit.value.subject) == expected


def test_one_sentence_may_ask_for_two_events():
    hits = find_alerts("send a slack message to #etl on success and failure")
    assert sorted(hit.value.on for hit in hits) == ["failure", "success"]


LISTS = {
    "failures to a@x.example and to #ops": ["a@x.example", "#ops"],
    "SLA miss -> #grid. On failure notify oncall@x.example.": ["#grid", "oncall@x.example"],
    "if the test fails page me and the boss b@x.example": ["", "b@x.example"],
}


@pytest.mark.parametrize(("words", "targets"), LISTS.items())
def test_several_are_told(words, targets):
    assert {hit.value.target for hit in find_alerts(words)} >= set(targets) - {""}


@pytest.mark.parametrize(
    ("words", "after", "by"),
    [
        ("sla 10m, late -> #golf", 600, None),
        ("SLA 45 minutes; a breach goes to toll@x.example", 2700, None),
        ("late is not finished by 05:00 -> #loyal", None, 300),
        ("late -> #golf", None, None),
    ],
)
def test_a_deadline_is_a_length_or_a_time_of_day(words, after, by):
    (hit,) = find_alerts(words)
    seconds = None if hit.value.after is None else hit.value.after.total_seconds()
    assert (hit.value.on, seconds, hit.value.by) == ("deadline", after, by)


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
        "when one failed, mail dpo@x.example instead",
        "the error is greater than 5: mail a@x.example",
        "then mail the report to board@x.example",
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


def test_a_late_run_is_told_with_the_time_of_day_that_the_text_names():
    (hit,) = find_alerts("Load a.csv into Postgres at 5:00 and tell #ops if it is not done by 6:30")
    assert (hit.value.on, hit.value.target, hit.value.by) == ("deadline", "#ops", 390)
