"""Words for schedules, and text that can do nothing to a terminal."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airflow_llm.cli.terminal import line, plain
from airflow_llm.cli.views.schedule import next_run, words
from airflow_llm.spec.schedule import AssetSchedule, CronSchedule, IntervalSchedule, ManualSchedule

FRIDAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "said", "following"),
    [
        ("30 6 * * 1-5", "every weekday at 06:30", "2026-11-23T06:30"),
        ("@daily", "every day at 00:00", "2026-11-21T00:00"),
        ("@hourly", "every hour", "2026-11-20T13:00"),
        ("*/15 * * * *", "every 15 minutes", "2026-11-20T12:15"),
        ("0 */6 * * *", "every 6 hours", "2026-11-20T18:00"),
        ("0 9 1 * *", "on day 1 of every month at 09:00", "2026-12-01T09:00"),
        ("0 9 L * *", "on the last day of every month at 09:00", "2026-11-30T09:00"),
        ("0 9 * * 1#1", "cron `0 9 * * 1#1`", "2026-12-07T09:00"),
        ("0 9 * * L5", "cron `0 9 * * L5`", "2026-11-27T09:00"),
        ("0 9 * * mon,wed", "every Monday and Wednesday at 09:00", "2026-11-23T09:00"),
        ("0 9 * * 6,0", "on weekends at 09:00", "2026-11-21T09:00"),
        ("0 9 29 2 *", "on 29 February at 09:00", "2028-02-29T09:00"),
        ("15 8,20 * * *", "every day at 08:15 and 20:15", "2026-11-20T20:15"),
        ("@quarterly", "on day 1 of every third month at 00:00", "2027-01-01T00:00"),
    ],
)
def test_a_cron_expression_in_words_and_its_next_run(cron: str, said: str, following: str) -> None:
    schedule = CronSchedule(expressions=(cron,), timezone="UTC")
    assert words(schedule) == f"{said}, UTC"
    found = next_run(schedule, FRIDAY)
    assert found is not None
    assert found.strftime("%Y-%m-%dT%H:%M") == following


def test_a_schedule_that_has_ended_has_no_next_run() -> None:
    assert next_run(CronSchedule(expressions=("@daily",), end=date(2026, 11, 1)), FRIDAY) is None


def test_other_schedules_in_words() -> None:
    assert words(IntervalSchedule(every="45m")) == "every 45m"
    assert words(AssetSchedule(assets=("a", "b"), match="any")) == "when a or b are updated"
    assert words(ManualSchedule()).startswith("only when")
    assert next_run(ManualSchedule()) is None


@given(st.text(max_size=300))
def test_no_control_or_direction_character_reaches_the_terminal(text: str) -> None:
    shown = plain(text)
    assert not any(ord(c) < 32 and c not in "\n\t" for c in shown)
    assert not any(c in shown for c in "\x7f\x9b\u202e\u2066")
    assert "\n" not in line(text)


def test_long_text_is_cut() -> None:
    assert len(line("x" * 10_000)) == 200
