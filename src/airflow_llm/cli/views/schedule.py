"""A schedule in words, and when it runs next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from airflow_llm.spec.model import format_duration
from airflow_llm.spec.schedule import (
    PRESETS,
    AssetSchedule,
    CronSchedule,
    IntervalSchedule,
    OnceSchedule,
    Schedule,
)

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DAY_NAMES = {name[:3].lower(): n for n, name in enumerate(_DAYS)}
_MONTH_NAMES = {name[:3].lower(): n for n, name in enumerate(_MONTHS, 1)}
_LOOK_AHEAD_DAYS = 366 * 5


def words(schedule: Schedule) -> str:
    """The schedule as a person says it."""
    match schedule:
        case CronSchedule():
            said = " and ".join(_cron_words(expression) for expression in schedule.expressions)
        case IntervalSchedule():
            said = f"every {format_duration(schedule.every)}"
        case AssetSchedule():
            joint = " or " if schedule.match == "any" else " and "
            said = "when " + joint.join(schedule.assets) + (" is" if len(schedule.assets) == 1 else " are") + " updated"
        case OnceSchedule():
            said = f"once, at {schedule.at:%Y-%m-%d %H:%M}" if schedule.at else "once"
        case _:
            return "only when somebody or another DAG starts it"
    zone = f", {schedule.timezone}" if schedule.timezone else ", UTC (no time zone was given)"
    return said + (zone if isinstance(schedule, CronSchedule) else "")


def next_run(schedule: Schedule, now: datetime | None = None) -> datetime | None:
    """The first time after now that a cron schedule fires; None for other schedules and for one that never does."""
    if not isinstance(schedule, CronSchedule):
        return None
    zone = ZoneInfo(schedule.timezone or "UTC")
    moment = (now or datetime.now(UTC)).astimezone(zone)
    found = [_next(PRESETS.get(text, text).split(), moment, schedule) for text in schedule.expressions]
    return min((run for run in found if run is not None), default=None)


def _next(fields: list[str], moment: datetime, schedule: CronSchedule) -> datetime | None:
    first = max(moment.date(), schedule.start)
    minutes, hours = _values(fields[0], 0, 59), _values(fields[1], 0, 23)
    for offset in range(_LOOK_AHEAD_DAYS):
        day = first + timedelta(days=offset)
        if schedule.end is not None and day > schedule.end:
            return None
        if _day_fits(fields, day):
            for hour, minute in ((h, m) for h in hours for m in minutes):
                run = datetime.combine(day, time(hour, minute), moment.tzinfo)
                if run > moment:
                    return run
    return None


def _day_fits(fields: list[str], day: date) -> bool:
    _, _, days, months, weekdays = fields
    if day.month not in _values(months, 1, 12, _MONTH_NAMES):
        return False
    by_day, by_weekday = _month_day_fits(days, day), any(_weekday_fits(part, day) for part in weekdays.split(","))
    # Cron's own rule: when both are restricted, either one is enough.
    if days != "*" and weekdays != "*":
        return by_day or by_weekday
    return by_day and by_weekday


def _month_day_fits(field: str, day: date) -> bool:
    last = (day + timedelta(days=1)).month != day.month
    parts = [part for part in field.split(",") if part.lower() != "l"]
    return (last and len(parts) < len(field.split(","))) or (bool(parts) and day.day in _values(",".join(parts), 1, 31))


def _weekday_fits(part: str, day: date) -> bool:
    number = (day.weekday() + 1) % 7
    ordinal = re.fullmatch(r"(\w+)#([1-5])", part)
    last = re.fullmatch(r"[lL](\d)|(\d)[lL]", part)
    if ordinal:
        return number in _weekdays(ordinal[1]) and (day.day - 1) // 7 + 1 == int(ordinal[2])
    if last:
        return number == int(last[1] or last[2]) % 7 and (day + timedelta(days=7)).month != day.month
    return number in _weekdays(part)


def _weekdays(field: str) -> set[int]:
    return {value % 7 for value in _values(field, 0, 7, _DAY_NAMES)}


def _values(field: str, low: int, high: int, names: dict[str, int] | None = None) -> list[int]:
    return sorted({value for part in field.split(",") for value in _part(part, low, high, names or {})})


def _part(part: str, low: int, high: int, names: dict[str, int]) -> Iterator[int]:
    span, _, step = part.partition("/")
    first, _, last = span.partition("-")
    if first == "*":
        start, stop = low, high
    else:
        start = _number(first, names)
        stop = _number(last, names) if last else high if step else start
    yield from range(start, stop + 1, int(step or 1))


def _number(text: str, names: dict[str, int]) -> int:
    return names[text.lower()] if text.lower() in names else int(text)


def _cron_words(expression: str) -> str:
    minute, hour, day, month, weekday = PRESETS.get(expression, expression).split()
    when = _clock_words(minute, hour)
    which = _day_words(day, month, weekday)
    if when is None or which is None:
        return f"cron `{expression}`"
    if when.startswith("at "):
        return f"{which} {when}"
    return when if which == "every day" else f"{when}, {which}"


def _clock_words(minute: str, hour: str) -> str | None:
    hours = hour.split(",")
    if minute.isdigit() and all(part.isdigit() for part in hours):
        return "at " + " and ".join(f"{int(part):02}:{int(minute):02}" for part in hours)
    if hour == "*" and (step := re.fullmatch(r"\*/(\d+)", minute)):
        return f"every {step[1]} minutes"
    if minute.isdigit() and hour == "*":
        return "every hour" + ("" if int(minute) == 0 else f" at minute {int(minute)}")
    if minute == "0" and (step := re.fullmatch(r"\*/(\d+)", hour)):
        return f"every {step[1]} hours"
    return "every minute" if (minute, hour) == ("*", "*") else None


def _day_words(day: str, month: str, weekday: str) -> str | None:
    if (day, month, weekday) == ("*", "*", "*"):
        return "every day"
    if (day, month) == ("*", "*"):
        return _weekday_words(weekday)
    if (month, weekday) == ("*", "*"):
        if day.lower() == "l":
            return "on the last day of every month"
        return f"on day {day} of every month" if re.fullmatch(r"[\d,]+", day) else None
    if day.isdigit() and weekday == "*" and re.fullmatch(r"[\d,]+", month):
        return f"on {day} " + " and ".join(_MONTHS[int(part) - 1] for part in month.split(","))
    return f"on day {day} of every third month" if day.isdigit() and (month, weekday) == ("*/3", "*") else None


def _weekday_words(field: str) -> str | None:
    if not re.fullmatch(r"[\w,-]+", field) or re.search(r"[lL#]", field):
        return None
    numbers = _weekdays(field)
    if numbers == {1, 2, 3, 4, 5}:
        return "every weekday"
    if numbers == {0, 6}:
        return "on weekends"
    names = [_DAYS[n] for n in sorted(numbers, key=lambda n: (n - 1) % 7)]
    return "every " + (", ".join(names[:-1]) + " and " + names[-1] if len(names) > 1 else names[0])
