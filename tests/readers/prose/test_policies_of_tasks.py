"""Policies find the task that they are said of, whoever reads the tasks; a message of a failure is no task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from airflow_llm.readers.predictions import prediction
from airflow_llm.readers.prose.alerts import find_alerts
from airflow_llm.readers.prose.named_systems import named_systems
from airflow_llm.readers.prose.retries import find_retries
from airflow_llm.readers.prose.retry_delays import find_retry_delay
from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read

CASES = yaml.safe_load((Path(__file__).parent / "policies_of_tasks.yml").read_text(encoding="utf-8"))


def _by_words(said: dict[str, Any], words: dict[str, Any]) -> dict[str, Any]:
    return {word: next((value for name, value in said.items() if name.startswith(word)), None) for word in words}


@pytest.mark.parametrize("by_rules", [True, False], ids=["grammar", "both"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][-40:])
def test_a_policy_finds_its_task(case: dict[str, Any], by_rules: bool) -> None:
    told = prediction(read(Source(case["text"], by_rules=by_rules)))
    if "tries" in case:
        assert _by_words(told["task_retries"], case["tries"]) == case["tries"]
        assert len(told["task_retries"]) == len(case["tries"])
        assert told["retries"] == case.get("all")
    if "limits" in case:
        assert _by_words(told["timeouts_minutes"], case["limits"]) == case["limits"]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("nightly, 4 retires 5 mins apart", 4), ("6:15, retries 2 w/ 3 min", 2), ("Retries: three.", 3),
        ("retries none anywhere", 0), ("don't wake anybody and don't repeat.", 0),
        ("wait 2 min between retries, 5 of them", 5), ("Restart of a broken task: 2, after 20 minutes.", 2),
        ("it is tried again every hour, up to 6 times", 6), ("the run restarts, restart up to: 3 times", 3),
        ("retry a task thrice before you tell us", 3), ("a small job that retries twice.", 2),
        ("ask again up to four times, every ten minutes.", 4), ("one try. no mail", 0), ("tries: 3 in total", 2),
        ("each may fail twice before we give up", 2), ("if it errors 4x try again w/ 1 min pause", 4),
        ("after two failed retries call the duty", 2), ("About the retry, 3 times is fine.", 3),
        ("x3 retries", 3), ("retry x5", 5), ("don't start again of its own accord", 0), ("retry nothing, please", 0),
    ],
)  # fmt: skip
def test_counts_in_other_words(text: str, count: int) -> None:
    assert count in [hit.value.count for hit in find_retries(text)]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("Three minutes between retries (there are 2)", 3), ("7 min before the first retry, then doubling", 7),
        ("seven retries, all else two; 10 min in between", 10), ("Back-off? Yes, first wait 2 minutes. retry", 2),
    ],
)  # fmt: skip
def test_pauses_in_other_words(text: str, minutes: int) -> None:
    hit = find_retry_delay(text)
    assert hit is not None
    assert hit.value.total_seconds() == minutes * 60


@pytest.mark.parametrize(
    ("text", "alerts"),
    [
        ("On failure: PagerDuty night-desk", {("failure", "pagerduty", "night-desk")}),
        ("When the scan never came: page harbour-it on PagerDuty.", {("failure", "pagerduty", "harbour-it")}),
        ("Any failure pages grid-oncall in PagerDuty.", {("failure", "pagerduty", "grid-oncall")}),
        ("On failure ring the desk via Opsgenie (wards, P2).", {("failure", "opsgenie", "wards")}),
        ("Any red: #lifts.", {("failure", "slack", "#lifts")}),
        ("tug@example.com gets a mail when something goes red.", {("failure", "email", "tug@example.com")}),
        ("if the crane doesn't come up → PagerDuty quay-two", {("failure", "pagerduty", "quay-two")}),
        ("if all three tries are used up → mail hub@example.com", {("failure", "email", "hub@example.com")}),
        (
            "mail ok@example.com on success, bad@example.com on failure",
            {("success", "email", "ok@example.com"), ("failure", "email", "bad@example.com")},
        ),
        (
            "Success and failure both to ward@example.com.",
            {("success", "email", "ward@example.com"), ("failure", "email", "ward@example.com")},
        ),
        ("mail graph@example.com on every retry.", {("retry", "email", "graph@example.com")}),
        (
            "If the run needs more than 45 minutes, write to the Harbour channel in Teams.",
            {("deadline", "teams", "Harbour")},
        ),
        ("email=[batch@example.com], email_on_failure=True", {("failure", "email", "batch@example.com")}),
        ("alert to opsgenie mill-oncall", {("failure", "opsgenie", "mill-oncall")}),
        ("a failed check pings @mill-eng", {("failure", "slack", "@mill-eng")}),
        ("if give error send in Telegram @mill_night", {("failure", "telegram", "@mill_night")}),
        ("Any failure has to reach the night phone by PagerDuty.", {("failure", "pagerduty", "night phone")}),
        ("dies? text carla not me", {("failure", "sms", "carla")}),
        ("weigh_silo breaks = sms to the shift leader. sundays", {("failure", "sms", "the shift leader")}),
        ("if the scale dies pager to milling, no retry", {("failure", "pagerduty", "milling")}),
        ("fail means mail mill@example.com", {("failure", "email", "mill@example.com")}),
        ("Should the scale refuse, tell mill@example.com.", {("failure", "email", "mill@example.com")}),
        ("when it fails, the duty miller is paged through PagerDuty.", {("failure", "pagerduty", "duty miller")}),
        ("page mill-oncall in pagerduty if it falls over", {("failure", "pagerduty", "mill-oncall")}),
        ('if the test goes red wake me up: opsgenie, "mill-night"', {("failure", "opsgenie", "mill-night")}),
        ('on error telegram chat "mill-night".', {("failure", "telegram", "mill-night")}),
        ("red check -> #mill-red.", {("failure", "slack", "#mill-red")}),
        ("breaks? mail mill@example.com", {("failure", "email", "mill@example.com")}),
        ("If it doesn't turn up, mill@example.com should hear of it.", {("failure", "email", "mill@example.com")}),
        ("two tries 20 minutes apart, then an SMS to the head miller.", {("failure", "sms", "the head miller")}),
        ("If it fails leave it. Only email mill@example.com then.", {("failure", "email", "mill@example.com")}),
        ("alarms to #mill-red", {("failure", "slack", "#mill-red")}),
        ("The overdue ones go to mill@example.com", set()),
        ("the failed ones go to the #mill-review channel", set()),
        ("one mail to mill@example.com at the end, even if one of them broke", set()),
        ("scheduled @daily; on error stop the load", set()),
        ("the text file fails the check", set()),
        ("The red wine list is mailed to cellar@example.com every Friday", set()),
        ("make the breakdown by team, post in #costs", set()),
        ("if there are more than 40 breaks tell #ledger", set()),
    ],
)  # fmt: skip
def test_who_is_told(text: str, alerts: set[tuple[str, str, str]]) -> None:
    assert {(hit.value.on, hit.value.channel, hit.value.target) for hit in find_alerts(text)} == alerts


def test_a_message_of_a_failure_is_no_step() -> None:
    told = prediction(read(Source("hi, refresh_tides.sh on Tuesdays at 3am, shout in #tides if it's red")))
    assert [task["kind"] for task in told["tasks"] if task["kind"] == "notify"] == []
    assert told["alerts"] == [{"channel": "slack", "target": "#tides", "on": "failure"}]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pull the visits out of the Medico, send them to Harbourmaster", {"medico", "harbourmaster"}),
        ("run `psql -f load.sql`, then `terraform apply`", {"postgres", "terraform"}),
        ("get the letters (Lettera) from Monday to Friday in Berlin", {"lettera"}),
    ],
)
def test_systems_that_a_text_names(text: str, names: set[str]) -> None:
    assert set(named_systems(text)) == names


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("4x/10min retry", 10), ("try again each half an hour, six times in total", 30),
        ("it is repeated after twenty minutes, twice at most", 20), ("do it again after 3 minutes, up to 5 times", 3),
        ("twice more with five minutes in between if it breaks", 5),
        ("at 5:00, with one repeat after half an hour", 30),
    ],
)  # fmt: skip
def test_pauses_beside_a_count(text: str, minutes: int) -> None:
    pauses = [hit.value.delay for hit in find_retries(text) if hit.value.delay is not None]
    assert [pause.total_seconds() for pause in pauses] == [minutes * 60]


@pytest.mark.parametrize(
    "text",
    [
        "Ship the boxes twice a day.", "Twice more boxes arrive on Mondays.", "All four loads must be there.",
        "Sort the pages again and once more by name.", "The more the better, three of them.",
    ],
)  # fmt: skip
def test_other_counts_are_no_tries(text: str) -> None:
    assert find_retries(text) == []
