"""Schedules in prose, as people write them, become cron expressions, intervals and triggers."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.schedule import read_schedule
from airflow_llm.spec.schedule import AssetSchedule, CronSchedule, IntervalSchedule, ManualSchedule, OnceSchedule

CRON = {
    "every weekday at 6:30 Berlin time": ("30 6 * * 1-5", "Europe/Berlin"),
    "Wednesdays 7 pm": ("0 19 * * 3", None),
    "TUE-THU 21:15: copy the ledger": ("15 21 * * 2-4", None),
    "on the 3rd of every month at 4 am": ("0 4 3 * *", None),
    "every 6 hours": ("0 */6 * * *", None),
    "each half hour": ("*/30 * * * *", None),
    "every quarter of an hour": ("*/15 * * * *", None),
    "at quarter past every hour from 9 to 17 on weekdays, Tokyo time": ("15 9-17 * * 1-5", "Asia/Tokyo"),
    "nightly import of the ledger": ("0 0 * * *", None),
    "runs hourly": ("0 * * * *", None),
    "@weekly please": ("@weekly", None),
    "cron 15 4 * * *": ("15 4 * * *", None),
    "last Friday of the month at 17:00": ("0 17 * * L5", None),
    "last day of the month": ("0 0 L * *", None),
    "every month on the last day at 23:00": ("0 23 L * *", None),
    "first Monday of every month at 9": ("0 9 * * 1#1", None),
    "quarterly": ("0 0 1 */3 *", None),
    "twice a day at 8 and 18": ("0 8,18 * * *", None),
    "three times a day": ("0 */8 * * *", None),
    "all days but Monday at 7": ("0 7 * * 0,2,3,4,5,6", None),
    "every day except weekends at 5:15 pm New York time": ("15 17 * * 1-5", "America/New_York"),
    "on the 1st and 15th of each month at noon": ("0 12 1,15 * *", None),
    "every 15 minutes between 9 and 17 on weekdays": ("*/15 9-17 * * 1-5", None),
    "each year on March 1st": ("0 0 1 3 *", None),
    "every Tuesday and Thursday at 14:00": ("0 14 * * 2,4", None),
    "every evening at 6": ("0 18 * * *", None),
    "every hour at minute 15": ("15 * * * *", None),
    "Weekly on Mondays at 08:00 Europe/Paris": ("0 8 * * 1", "Europe/Paris"),
    "in January and July on the 1st at 3am": ("0 3 1 1,7 *", None),
    "every 3rd hour": ("0 */3 * * *", None),
    "mon, wed and fri at 8": ("0 8 * * 1,3,5", None),
    "Build a daily stock pipeline from MySQL": ("0 0 * * *", None),
    "every wensday at 5pm": ("0 17 * * 3", None),
    "load it daily instead of weekly": ("0 0 * * *", None),
    "6:45, load the invoices": ("45 6 * * *", None),
    "load the invoices at 22h": ("0 22 * * *", None),
    "at 22h load the invoices": ("0 22 * * *", None),
    "every evening at 22h": ("0 22 * * *", None),
    "daily @ 7am NYC time": ("0 7 * * *", "America/New_York"),
    "each morning at 7 (paris) load the invoices": ("0 7 * * *", "Europe/Paris"),
    "each day at 21 o'clock, hour of Madrid": ("0 21 * * *", "Europe/Madrid"),
    "wednesdays at 14:00 Lisbon.": ("0 14 * * 3", "Europe/Lisbon"),
    "3am daily Asia/Tokyo, load the invoices": ("0 3 * * *", "Asia/Tokyo"),
    "two times per day, at 8h and 20h": ("0 8,20 * * *", None),
    "twice daily": ("0 */12 * * *", None),
    "The nightly job at 01:30 loads the invoices. Don't run it on Sundays.": ("30 1 * * 1-6", None),
    "Nightly copy of the ledger. Load it to S3. 02:30 UTC.": ("30 2 * * *", "UTC"),
    "sunday nights": ("0 0 * * 0", None),
    "MWF 6am": ("0 6 * * 1,3,5", None),
    "runs mon 9am": ("0 9 * * 1", None),
    "5 past every hour": ("5 * * * *", None),
    "Fridays at half past five in the evening": ("30 17 * * 5", None),
    "quarterly on the 5th (Jan/Apr/Jul/Oct) at 06:00": ("0 6 5 1,4,7,10 *", None),
    "yearly on 2 January 00:30": ("30 0 2 1 *", None),
    "every hour during business hours": ("0 9-17 * * *", None),
    "nightly retrain: pull the features": ("0 0 * * *", None),
}


@pytest.mark.parametrize(("words", "expected"), CRON.items(), ids=CRON.keys())
def test_cron(words, expected):
    schedule = read_schedule(words)
    assert schedule is not None
    assert isinstance(schedule.value, CronSchedule)
    assert (schedule.value.expressions[0], schedule.value.timezone) == expected
    assert words[schedule.start : schedule.end] == schedule.text


def test_two_times_of_week_are_two_expressions():
    schedule = read_schedule("weekdays at 6 and Sundays at 9")
    assert schedule.value.expressions == ("0 6 * * 1-5", "0 9 * * 0")


def test_periods_that_cron_cannot_say_are_intervals():
    for words, every in {"every 45 minutes": timedelta(minutes=45), "every other day": timedelta(days=2)}.items():
        assert read_schedule(words).value == IntervalSchedule(every=every)


@pytest.mark.parametrize(
    "words",
    ["only run by hand", "None (manual trigger only)", "schedule_interval=None", "no schedule", "manually triggered"],
)
def test_manual(words):
    assert isinstance(read_schedule(words).value, ManualSchedule)


def test_an_update_of_a_table_triggers():
    schedule = read_schedule("Rebuild the index whenever price_list is updated.")
    assert schedule.value == AssetSchedule(assets=("price_list",))
    every = read_schedule("After every update of the asset dwh.price_list: rebuild the index")
    assert every.value == AssetSchedule(assets=("dwh.price_list",))
    both = read_schedule("whenever both price_list and stock are refreshed")
    assert both.value == AssetSchedule(assets=("price_list", "stock"), match="all")


def test_lengths_of_time_stay_quick_to_find():
    """A megabyte of digits takes as long as a megabyte of words: no expression looks at a place twice."""
    assert find_durations("1" * 1_000_000) == []


def test_once():
    assert isinstance(read_schedule("a one-off migration of the archive").value, OnceSchedule)


@pytest.mark.parametrize(
    "words",
    [
        "wait until 10:30 and copy the file",
        "retry every 5 minutes",
        "check every 5 minutes whether the file is there",
        "the daily sales report goes out",
        "When it's Monday, send the report",
        "split the rows 80:20",
        "it listens on localhost:3003",
        "delete files older than 30 days",
        "Schedule: not specified",
        "it used to run nightly",
        "If today is the first of the month, also load the archive.",
        "",
    ],
)
def test_words_that_are_no_schedule(words):
    assert read_schedule(words) is None


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ("every day at 25:75", "25:75"),
        ("every 0 minutes", "every 0 minutes"),
        ("daily at 6:30 in Mars/Olympus time", "Mars/Olympus"),
        ("at 6:30 Gondor time every day", "Gondor"),
        ("99 2 * * *", "99"),
        ("on the 42nd of each month", "42"),
        ("every day at 31", "31"),
        ("Every day at 26:10 copy the table", "26:10"),
        ("daily at 08:00, time zone Atlantis/Capital", "Atlantis/Capital"),
    ],
)
def test_values_that_cannot_be_are_named(words, named):
    with pytest.raises(InputError) as error:
        read_schedule(words)
    assert named in error.value.message


def test_what_was_left_open_is_said():
    assert "00:00" in read_schedule("every Sunday").assumption


def test_a_general_time_zone_counts():
    words = "Every day at 6:15 load the fares. All times are in Oslo time."
    assert read_schedule(words).value.timezone == "Europe/Oslo"


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=200))
def test_any_text_is_read_or_refused(text):
    try:
        schedule = read_schedule(text)
    except InputError:
        return
    assert schedule is None or text[schedule.start : schedule.end] == schedule.text


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day(hour, minute):
    schedule = read_schedule(f"every day at {hour:02d}:{minute:02d}")
    assert schedule.value.expressions == (f"{minute} {hour} * * *",)
