"""The data interval that Airflow gives to the runs of a proof, so that sample data can lie in it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from airflow_llm.proof.structure.schedule import works_on_intervals
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import PRESETS, CronSchedule, IntervalSchedule

_DAY = timedelta(days=1)
_AFTER_START = timedelta(days=14)
_MOST_MINUTES = 60 * 24 * 366
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_LOW, _HIGH = (0, 0, 1, 1, 0), (59, 23, 31, 12, 7)


def proof_date(pipeline: Pipeline) -> datetime:
    """The logical date of the runs: fixed by the spec, after its start, never in the future."""
    start = datetime.combine(pipeline.schedule.start, time(12), UTC) + _AFTER_START
    latest = datetime.combine(datetime.now(UTC).date(), time(12), UTC) - _DAY
    return min(start, latest)


def data_interval(pipeline: Pipeline, date: datetime) -> tuple[datetime, datetime]:
    """Start and end (UTC, without a time zone) of the interval of a run with that logical date.

    Pipelines that do not work on intervals get the day before the date: their data must only be fresh.
    """
    schedule = pipeline.schedule
    start, end = date - _DAY, date
    if isinstance(schedule, IntervalSchedule):
        start = date - schedule.every
    elif isinstance(schedule, CronSchedule) and works_on_intervals(pipeline):
        found = _last_two(schedule.expressions[0], date.astimezone(ZoneInfo(schedule.timezone or "UTC")))
        if found is not None:
            start, end = found
    return start.astimezone(UTC).replace(tzinfo=None), end.astimezone(UTC).replace(tzinfo=None)


def _last_two(expression: str, date: datetime) -> tuple[datetime, datetime] | None:
    """The last two moments of the cron expression up to the date, the earlier one first."""
    try:
        minutes, hours, days, months, weekdays = _fields(expression)
    except ValueError:
        return None
    both = {1, 31} <= days and len(days) == len(range(1, 32))
    found: list[datetime] = []
    moment = date.replace(second=0, microsecond=0)
    for _ in range(_MOST_MINUTES):
        on_day = moment.day in days and (moment.isoweekday() % 7) in weekdays
        if not both and len(weekdays) < len(_WEEKDAYS):
            # Cron takes either when both the day and the weekday are restricted.
            on_day = moment.day in days or (moment.isoweekday() % 7) in weekdays
        if not on_day or moment.month not in months or moment.hour not in hours:
            moment = moment.replace(minute=0) - timedelta(minutes=1)
            continue
        if moment.minute in minutes:
            found.append(moment)
            if len(found) == 2:
                return found[1], found[0]
        moment -= timedelta(minutes=1)
    return None


def _fields(expression: str) -> list[set[int]]:
    fields = PRESETS.get(expression, expression).lower().split()
    values = [_values(text, low, high) for text, low, high in zip(fields, _LOW, _HIGH, strict=True)]
    values[4] = {value % 7 for value in values[4]}
    return values


def _values(text: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        start = low if first == "*" else _number(first)
        stop = high if first == "*" or (step and not dash) else _number(last) if dash else start
        found |= set(range(start, stop + 1, int(step or 1)))
    return found


def _number(text: str) -> int:
    for names, first in ((_MONTHS, 1), (_WEEKDAYS, 0)):
        if text in names:
            return names.index(text) + first
    return int(text)
