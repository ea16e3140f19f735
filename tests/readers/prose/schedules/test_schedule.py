"""Schedules in prose, as people write them, become cron expressions, intervals and triggers."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.reader import ProseReader
from airflow_llm.readers.prose.schedules.reading import read_schedule
from airflow_llm.readers.reading import Source
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
    "every night at two take the stock out": ("0 2 * * *", None),
    "10am not sundays": ("0 10 * * 1-6", None),
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


AS_WRITTEN = {
    "nightly 0225, dump the ledger": ("25 2 * * *", None),
    "dump the ledger, sundays 5am lisbon": ("0 5 * * 0", "Europe/Lisbon"),
    "ship the ledger at 1915 athens, then zip it": ("15 19 * * *", "Europe/Athens"),
    "vacuum the ledger, sat 0440": ("40 4 * * 6", None),
    "the ledger goes out 2x a day (7 + 19)": ("0 7,19 * * *", None),
    "refresh q20m please": ("*/20 * * * *", None),
    "ping the meters hrly 6-21": ("0 6-21 * * *", None),
    "sum the tips, fri 1530": ("30 15 * * 5", None),
    "weekdays 0615 dublin": ("15 6 * * 1-5", "Europe/Dublin"),
    "1st of month 0530, print the ledger": ("30 5 1 * *", None),
    "on 2 and 17 day of month, 4 AM": ("0 4 2,17 * *", None),
    "Monthly, 7th day, 5:45 in morning": ("45 5 7 * *", None),
    "each 23 day of month the seals are counted": ("0 0 23 * *", None),
    "on every twelfth of the month count the seals": ("0 0 12 * *", None),
    "every month on the 9th at 6": ("0 6 9 * *", None),
    "every January 12th at 3am": ("0 3 12 1 *", None),
    "4th March at 6, once a year: renew the seals": ("0 6 4 3 *", None),
    "on the 3rd day of February, May, August and November": ("0 0 3 2,5,8,11 *", None),
    "once a year, on the 14 June": ("0 0 14 6 *", None),
    "from May to September every day at 5": ("0 5 * 5,6,7,8,9 *", None),
    "every day at 7, not in August": ("0 7 * 1,2,3,4,5,6,7,9,10,11,12 *", None),
    "every 30 minutes in summer": ("*/30 * * 6,7,8 *", None),
    "daily at 16:20h": ("20 16 * * *", None),
    "copy the seals at 04:50h, each for itself": ("50 4 * * *", None),
    "nightly at 3 o'clock 25 with one script": ("25 3 * * *", None),
    "all ten minutes fetch the level": ("*/10 * * * *", None),
    "count them all the nights at 2": ("0 2 * * *", None),
    "five minutes to nine on weekdays": ("55 8 * * 1-5", None),
    "Tuesdays, half past four in the afternoon": ("30 16 * * 2", None),
    "nine in the morning each Monday": ("0 9 * * 1", None),
    "every night at eleven": ("0 23 * * *", None),
    "every night 1115": ("15 23 * * *", None),
    "by evening 7 o clock daily": ("0 19 * * *", None),
    "every two days at 21:00": ("0 21 */2 * *", None),
    "every hour between 21 and 4": ("0 21-23,0-4 * * *", None),
    "every 20 minutes between 8h and 19h": ("*/20 8-19 * * *", None),
    "hourly at quarter past": ("15 * * * *", None),
    "at 7, 22, 37, 52: read the meter": ("7,22,37,52 * * * *", None),
    "at minute 5 and 35": ("5,35 * * * *", None),
    "count at ten past each full hour": ("10 * * * *", None),
    "each hour on the half hour, count": ("30 * * * *", None),
    "10-min cadence, read the meter": ("*/10 * * * *", None),
    "8-hourly read the meter": ("0 */8 * * *", None),
    "on a timer of 15 min": ("*/15 * * * *", None),
    "frequency ${coord:hours(3)}": ("0 */3 * * *", None),
    'crontab(minute="*/4")': ("*/4 * * * *", None),
    "OnCalendar=*-*-* 04:30:00": ("30 4 * * *", None),
    "Quartz says 0 45 3 * * ? and nothing else": ("45 3 * * *", None),
    "AWS says cron(30 2 * * ? *)": ("30 2 * * *", None),
    "0 15 6 ? * TUE": ("15 6 * * TUE", None),
    "10 4 * * * utc": ("10 4 * * *", "UTC"),
    "mon wed fri 8:10": ("10 8 * * 1,3,5", None),
    "Mo-Fr 6:15": ("15 6 * * 1-5", None),
    "weekdays + Saturday at 6": ("0 6 * * 1-6", None),
    "daily besides of Sunday at 5": ("0 5 * * 1-6", None),
    "Each day at 5. Not on Sundays.": ("0 5 * * 1-6", None),
    "daily at 5, Sundays excluded": ("0 5 * * 1-6", None),
    "not on Friday, but on Tuesday, 05:20": ("20 5 * * 2", None),
    "every trading day 17:45": ("45 17 * * 1-5", None),
    "daily@5": ("0 5 * * *", None),
    "0510Z load the fixes": ("10 5 * * *", "UTC"),
    "every day 15h UTC": ("0 15 * * *", "UTC"),
    "3:25, Vilnius": ("25 3 * * *", "Europe/Vilnius"),
    "the 6 and 18 utc vacuum": ("0 6,18 * * *", "UTC"),
    "read the gauge at 21h of Geneva": ("0 21 * * *", "Europe/Zurich"),
    "at 05:15 local, Seville, read the gauge": ("15 5 * * *", "Europe/Madrid"),
    "daily at 17:05. Zone: the gauge sits in Turin, time zone of Turin": ("5 17 * * *", "Europe/Rome"),
    "Runs at 23:35. WAREHOUSE TIME IS DENVER": ("35 23 * * *", "America/Denver"),
    "daily at 6, America/Lima": ("0 6 * * *", "America/Lima"),
    "Every <b>Friday</b> at 10:45": ("45 10 * * 5", None),
    "The gate closes at 17:30; count the tickets at 18:10": ("10 18 * * *", None),
    "Tickets arrive by 06:00 each day. They are counted at 06:25.": ("25 6 * * *", None),
    "Yearly: on 5 May at 4:40 the seals are renewed": ("40 4 5 5 *", None),
    "every trimester": ("0 0 1 */3 *", None),
    "every second month": ("0 0 1 */2 *", None),
    "at 17.40 every day": ("40 17 * * *", None),
    "Counting daily the tickets is all we want": ("0 0 * * *", None),
    "Start time 22:05. Then count the tickets": ("5 22 * * *", None),
}


@pytest.mark.parametrize(("words", "expected"), (CRON | AS_WRITTEN).items(), ids=(CRON | AS_WRITTEN).keys())
def test_cron(words, expected):
    schedule = read_schedule(words)
    assert schedule is not None
    assert isinstance(schedule.value, CronSchedule)
    assert (schedule.value.expressions[0], schedule.value.timezone) == expected
    assert words[schedule.start : schedule.end] == schedule.text


def test_two_times_of_week_are_two_expressions():
    schedule = read_schedule("weekdays at 6 and Sundays at 9")
    assert schedule.value.expressions == ("0 6 * * 1-5", "0 9 * * 0")


def test_two_times_with_different_minutes_are_two_expressions():
    assert read_schedule("06:10 and 18:40").value.expressions == ("10 6 * * *", "40 18 * * *")


@pytest.mark.parametrize(
    "words",
    ["Mondays at 9, weekly", "weekly, Monday 9:00", "on Monday at 9. Weekly.", "Weekly count. Monday, 9:00"],
)
def test_a_frequency_beside_its_day_is_one_schedule(words):
    assert read_schedule(words).value.expressions == ("0 9 * * 1",)


def test_periods_that_cron_cannot_say_are_intervals():
    for words, every in {
        "every 45 minutes": timedelta(minutes=45),
        "every other day": timedelta(days=2),
        "every other Friday": timedelta(weeks=2),
    }.items():
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


@pytest.mark.parametrize(
    ("words", "asset"),
    [
        ("Trigger: asset core/rates is updated. Rebuild the index", "core/rates"),
        ("The feed comes as asset core/rates; each update starts the run", "core/rates"),
        ("as soon as the asset core_rates has changed, rebuild the index", "core_rates"),
        ("on arrival of the asset core_rates", "core_rates"),
        ("whenever the table of rates is updated", "rates"),
        ("so soon as the table core.rates actualized is", "core.rates"),
        ("after core_rates (asset) gets new data: rebuild the index", "core_rates"),
        ("asset core.rates updated -> rebuild the index", "core.rates"),
        ("Trigger: dataset 'core.rates'", "core.rates"),
        ("after the update of core.rates, rebuild the index", "core.rates"),
        ('schedule=[Asset("core.rates")]', "core.rates"),
    ],
)
def test_an_asset_starts_the_pipeline(words, asset):
    assert read_schedule(words).value == AssetSchedule(assets=(asset,))


def test_an_asset_that_the_pipeline_writes_does_not_start_it():
    assert read_schedule("Every day at 5 publish the asset core.rates").value == CronSchedule(
        expressions=("0 5 * * *",), timezone=None
    )
    assert read_schedule('outlets=[Asset("core.rates")]') is None


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
        "the 06:00 file is loaded and checked",
        "the feed is out by 05:20; wait for it",
        "time-out at 5h for the whole run",
        "try again at intervals of ten minutes",
        "5 tries each 10m",
        "sensor on the asset file s3://gates/close.ok",
        "tidy each w/ his own broom",
        "rows between 02:00 and 04:00 are left out",
        "every 6 minutes is too often",
        "the weekly newsletter is copied",
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
        ("every day at 08:00, Europe/Gotham", "Europe/Gotham"),
        ("every night 26:10h", "26:10"),
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


@pytest.mark.parametrize(
    "words",
    [
        "Every day at 6:15 load the fares. Our time zone is Oslo.",
        "Every day at 6:15 load the fares (Europe/Oslo).",
        "Every day at 6:15 in Oslo load the fares.",
        "6:15 oslo every day",
        "zone Europe/Bergen does not exist, take Europe/Oslo; 6:15 every day",
    ],
)
def test_a_zone_is_found_where_it_stands(words):
    schedule = read_schedule(words).value
    assert (schedule.expressions, schedule.timezone) == (("15 6 * * *",), "Europe/Oslo")


@pytest.mark.parametrize("words", ["At 6:15 the US/CA fares are loaded", "At 6:15 french fares are loaded, every day"])
def test_other_names_are_no_zone(words):
    assert read_schedule(words).value.timezone is None


def test_times_and_assets_in_backticks_are_read():
    reading = ProseReader().read(Source("Load fares.csv into Postgres whenever `core.rates` is updated"))
    assert reading.pipeline.schedule == AssetSchedule(assets=("core.rates",))
    timed = ProseReader().read(Source("Load fares.csv into Postgres. Time: `06:15`, `Europe/Oslo`"))
    assert timed.pipeline.schedule.timezone == "Europe/Oslo"


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


def test_a_word_in_front_of_a_cron_expression_is_no_part_of_it():
    assert read_schedule("run it on 10 6 * * * (it was 0 5 * * *)").value.expressions == ("10 6 * * *",)
    assert read_schedule("mon-fri cron: 10 6 * * mon-fri").value.expressions == ("10 6 * * mon-fri",)
