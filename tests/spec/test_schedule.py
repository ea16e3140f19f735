"""Schedules: what cron and time zones are taken, what is refused and why."""

from datetime import UTC, date, datetime, timedelta

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from airflow_llm.spec.schedule import (
    PRESETS,
    CronSchedule,
    IntervalSchedule,
    ManualSchedule,
    check_cron,
    check_timezone,
)
from tests.spec.strategies import schedules

part = st.sampled_from(
    [
        "*",
        "0",
        "1",
        "5",
        "7",
        "12",
        "23",
        "31",
        "59",
        "60",
        "1-5",
        "5-1",
        "*/2",
        "*/40",
        "3/7",
        "jan",
        "SUN",
        "mon-fri",
        "L",
        "L5",
        "5#2",
        "#",
        "*-5",
        "",
        "²",
        "٣",
        "1-",
        "/2",
        "1#9",
        "5L",
        "?",
    ]
)  # a list of cases
field = st.lists(part, min_size=1, max_size=2).map(",".join)


@settings(deadline=None, max_examples=400)
@given(fields=st.lists(field, min_size=4, max_size=6), spaces=st.sampled_from([" ", "  ", "\t"]))
def test_what_is_taken_is_a_cron_expression_that_runs(fields, spaces):
    text = spaces.join(fields)
    try:
        taken = check_cron(text)
    except ValueError:
        return
    assert check_cron(taken) == taken
    assert croniter(taken, datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime)


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_presets_mean_valid_expressions(preset):
    assert check_cron(preset.upper()) == preset
    assert check_cron(PRESETS[preset]) == PRESETS[preset]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("75 25 * * *", "'75': a minute lies between 0 and 59"),
        ("0 25 * * *", "'25': a hour|'25': an hour|hour lies between"),
        ("0 0 0 * *", "day lies between 1 and 31"),
        ("0 0 * 13 *", "month"),
        ("0 0 * * 8", "weekday"),
        ("*/0 * * * *", "never runs"),
        ("*/90 * * * *", "passes the last minute"),
        ("5-1 * * * *", "backwards"),
        ("0 0 30 2 *", "never runs"),
        ("0 0 31 4,6,9,11 *", "never runs"),
        ("* * * *", "five fields"),
        ("0 0 * * * *", "five fields"),
        ("@reboot", "five fields"),
        ("x * * * *", "'x' is not a minute"),
        ("", "five fields"),
        ("٣ * * * *", "five fields"),
        ("0 0 * * 1,L5", "stands alone"),
    ],
)
def test_what_is_refused_names_the_value(expression, why):
    with pytest.raises(ValueError, match=why):
        check_cron(expression)


@pytest.mark.parametrize(
    "expression", ["0 0 29 2 *", "0 0 31 2 1", "0 0 L * *", "0 6 * * 5#1", "30 6 * * mon-fri", "0 */24 * * *"]
)
def test_unusual_but_right_expressions(expression):
    assert check_cron(f"  {expression} ") == expression


@pytest.mark.parametrize("name", ["Mars/Base", "", "../etc/passwd", "Europe/Berlin\x00", "a" * 5000, "."])
def test_unknown_time_zones_are_named(name):
    with pytest.raises(ValueError, match="not a known time zone"):
        check_timezone(name)


def test_an_interval_is_longer_than_nothing_and_a_schedule_ends_after_its_start():
    with pytest.raises(ValidationError, match="longer than 0s"):
        IntervalSchedule(every="0s")
    with pytest.raises(ValidationError, match="lies before start"):
        ManualSchedule(start=date(2026, 1, 2), end=date(2026, 1, 1))
    assert IntervalSchedule(every="45m").every == timedelta(minutes=45)
    assert CronSchedule(expressions=["@Daily"]).expressions == ("@daily",)


@settings(deadline=None, max_examples=60)
@given(schedule=schedules())
def test_every_schedule_survives_its_dump(schedule):
    assert type(schedule).model_validate(schedule.model_dump(mode="json", exclude_defaults=True)) == schedule
