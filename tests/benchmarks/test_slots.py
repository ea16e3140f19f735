"""Each slot: said and right, missing, wrong, invented."""

from __future__ import annotations

from typing import Any

import pytest
from benchmarks.reader.conditions import same_expression
from benchmarks.reader.schedule import cron_times, score_schedule

from tests.benchmarks.perfect import SALES, figures, moved, perfect

MAIL = {"channel": "e-mail", "target": "ops@example.com", "on": "failure"}
TELL = {"channel": "slack", "target": "#tills", "on": "step"}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"retries": None}, {"retries": 0.0}),
        ({"retries": 3}, {"retries": 0.0}),
        ({"retry_delay_minutes": 5.01}, {}),
        ({"retry_delay_minutes": 50}, {"retry_delay": 0.0}),
        ({"catchup": True}, {"catchup": 0.0}),
        ({"alerts": [MAIL]}, {}),  # the message that is a step is there as a task
        ({"alerts": [TELL]}, {"alerts": 0.667}),
        ({"alerts": [TELL, {**MAIL, "channel": "teams"}]}, {"alerts": 0.5}),
        ({"alerts": [MAIL, {**TELL, "on": "success", "target": "#all"}]}, {}),
        ({"conditions": []}, {"conditions": 0.0}),
        ({"conditions": [{"task": "decide_gap", "expr": "the gap exceeds 0.05"}]}, {}),
        ({"conditions": [{"task": "tell_tills", "expr": "the gap is below 5"}]}, {"conditions": 0.0}),
        ({"mapped": {}}, {"mapped": 0.0, "mapped_over, recall": None}),
        ({"mapped": {"extract_receipts": "shops", "net_sales": "shops"}}, {"mapped": 0.667}),
        ({"mapped": {"extract_receipts": "years"}}, {"mapped_over, recall": 0.0}),
        ({"task_retries": {"load_result": 3}}, {"task_retries": 0.0}),
        ({"timeouts_minutes": {"*": 30}}, {"timeouts": 0.0}),
        ({"trigger_rules": {"tell_tills": "one_failed"}}, {"trigger_rules": 0.0}),
        ({"schedule": {"cron": "@daily"}}, {"schedule exact": 0.0, "schedule exact, where said": 0.0}),
    ],
)  # fmt: skip
def test_a_slot_moves_its_own_measure(change: dict[str, Any], found: dict[str, float | None]) -> None:
    assert moved({**perfect(SALES), **change}) == found


def test_systems_are_found_under_other_names_and_more_of_them_are_no_fault() -> None:
    said = perfect(SALES)
    said["tasks"][0]["systems"], said["tasks"][3]["systems"] = [], ["Postgres", "s3"]
    assert moved(said) == {"systems, recall": 0.5}
    assert moved({**said, "systems": ["SFTP", "kafka"]}) == {}


def test_the_mean_of_slots_leaves_out_those_that_nothing_is_said_of() -> None:
    mean = figures({**perfect(SALES), "retries": None, "trigger_rules": {}})["slots, mean F1"]
    assert mean == pytest.approx(3 / 4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@daily", "0 0 * * *"), ("0 5 * * mon-fri", "0 5 * * 1-5"), ("0 5 * * 7", "0 5 * * SUN"),
        ("*/15 * * * *", "0,15,30,45 * * * *"), ("0 0 1 jan,jul *", "0 0 1 1/6 *"), ("manual", None),
    ],
)  # fmt: skip
def test_a_cron_is_its_times(one: str, other: str | None) -> None:
    assert cron_times(one) == cron_times(other)


@pytest.mark.parametrize("text", ["every 90 s", "0 5 * * xyz", "a b c d e", "0 0 * * */0"])
def test_what_is_no_cron_is_itself(text: str) -> None:
    assert cron_times(text.upper()) == text


def test_a_schedule_may_have_other_right_answers() -> None:
    wanted = {"cron": "0 6 * * *", "cron_alternatives": ["0 7 * * *"], "timezone": "UTC"}
    assert score_schedule(wanted, {"cron": "0 7 * * *"}).exact
    assert not score_schedule(wanted, {"cron": "0 7 * * *", "timezone": "Asia/Tokyo"}).exact
    assert score_schedule({"trigger": "asset:stations"}, {"trigger": "dataset: weather stations"}).exact
    assert score_schedule({"trigger": "manual"}, {}).said
    assert not score_schedule(None, None).said


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("at least 90 percent", "share >= 0.9", True),
        ("share > 0.9", "share < 0.9", False),
        ("share > 0.9", "share > 0.8", False),
        ("the file is missing", "file missing", True),
        ("the file is missing", "the file is there", False),
        ("the rows differ", "the tank is hot", False),
    ],
)
def test_conditions_say_the_same(wanted: str, found: str, same: bool) -> None:
    assert same_expression(wanted, found) is same
