"""Parts of a schedule that stand together become cron expressions or an interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import time, timedelta
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import SECONDS
from airflow_llm.readers.prose.schedules.atom import DAILY_SET, Atom
from airflow_llm.spec.schedule import CronSchedule, IntervalSchedule, check_cron

HOURS = {"morning": 6, "noon": 12, "afternoon": 15, "evening": 18, "night": 0, "daily": 0}
_FIXED = {
    "weekly": ("*", "*", "0"),
    "monthly": ("1", "*", "*"),
    "monthstart": ("1", "*", "*"),
    "monthend": ("L", "*", "*"),
    "quarterly": ("1", "*/3", "*"),
    "bimonthly": ("1", "*/2", "*"),
    "halfyearly": ("1", "*/6", "*"),
    "yearly": ("1", "1", "*"),
    "yearend": ("31", "12", "*"),
    "quarterend": ("L", "3,6,9,12", "*"),
}
_MINUTES = {"hourly": 60, "halfhourly": 30, "quarterhourly": 15}
_LONG_UNITS = {"mo": "month", "y": "year", "w": "week", "d": "day"}


_MOST_DAYS = 15


@dataclass
class _Parts:
    """What the atoms of one schedule say, sorted by field."""

    days: frozenset[int] | None = None
    excluded: frozenset[int] = frozenset()
    fixed: tuple[str, str, str] | None = None
    nth: str | None = None
    every: tuple[float, str] | None = None
    minutes: int | None = None
    offset: str | None = None
    window: tuple[int, int] | None = None
    months: tuple[str, ...] = ()
    times: list[time] = field(default_factory=list)
    due: time | None = None
    dates: list[tuple[str, int]] = field(default_factory=list)
    part_of_day: str = ""
    hourset: list[int] | None = None


def build(atoms: Sequence[Atom]) -> tuple[CronSchedule | IntervalSchedule, str]:
    """The schedule that the atoms say together, and what was assumed. InputError for a value that cannot be."""
    crons = [atom for atom in atoms if atom.kind == "cron"]
    zones = [atom.value for atom in atoms if atom.kind == "zone"]
    zone = next((name for name in zones if not name.startswith("Etc/")), zones[0] if zones else None)
    if crons:
        expressions = tuple(dict.fromkeys(_cron(atom.value) for atom in crons))
        return CronSchedule(expressions=expressions, timezone=zone), ""
    expressions_found: list[str] = []
    assumptions: list[str] = []
    for group in _groups(atoms):
        parts = _collect(group)
        if parts.every is not None:
            interval = _interval(parts)
            if interval is not None:
                return interval.model_copy(update={"timezone": zone}), ""
        expressions_found += _expressions(parts, assumptions)
    unique = tuple(dict.fromkeys(_cron(expression) for expression in expressions_found))
    return CronSchedule(expressions=unique[:24], timezone=zone), "; ".join(dict.fromkeys(assumptions))


def _cron(text: str) -> str:
    try:
        return check_cron(text)
    except ValueError as error:
        raise InputError(f"the schedule {text!r} is not valid: {error}", hint="five cron fields or @daily") from error


def _groups(atoms: Sequence[Atom]) -> list[list[Atom]]:
    """Atoms cut before a second frequency that follows a time: `weekdays at 6 and Sundays at 9` is two schedules."""
    groups: list[list[Atom]] = [[]]
    for atom in atoms:
        starts = not _repeats(atom) and atom.kind in ("days", "named", "monthday", "every", "nth", "date")
        kinds = {other.kind for other in groups[-1]}
        if starts and kinds & {"time", "hours"} and kinds & {"days", "named", "monthday", "every", "nth", "date"}:
            groups.append([])
        groups[-1].append(atom)
    return groups


def _repeats(atom: Atom) -> bool:
    """`Mondays at 9, weekly`: a frequency behind the day and the time says no second schedule."""
    if atom.kind == "named":
        return atom.value in _FIXED or atom.value == "daily"
    return atom.kind == "every" and bool(atom.value[0] == 1 and atom.value[1] in ("d", "w", "mo", "y"))


def _collect(atoms: Sequence[Atom]) -> _Parts:
    parts = _Parts()
    for atom in sorted(atoms, key=lambda atom: (atom.kind != "named", atom.kind == "also")):
        _COLLECT.get(atom.kind, _ignore)(parts, atom.value)
    if parts.due is not None and not (parts.times or parts.minutes or parts.offset or parts.every):
        parts.times = [parts.due]  # nothing else says when: it runs when it is wanted
    return parts


def _ignore(parts: _Parts, value: Any) -> None:
    """An atom that says nothing about when: the zone is read by the caller."""


def _named(parts: _Parts, value: str) -> None:
    if value in _FIXED:
        parts.fixed = _FIXED[value]
    elif value in _MINUTES:
        parts.minutes = _MINUTES[value]
    elif value in ("weekdays", "weekends"):
        parts.days = frozenset(range(1, 6)) if value == "weekdays" else frozenset({0, 6})
    elif value == "fortnightly":
        parts.every = (2.0, "w")
    else:
        parts.days = parts.days if parts.days is not None else DAILY_SET
        parts.part_of_day = value


def _days(parts: _Parts, value: frozenset[int]) -> None:
    parts.days = value if parts.days in (None, DAILY_SET) else (parts.days or frozenset()) | value


def _also(parts: _Parts, value: frozenset[int]) -> None:
    """`at 6 on weekdays, on Sundays too` adds a day; where no day is named, every one is meant already."""
    if parts.days is not None:
        parts.days |= value


def _date(parts: _Parts, value: tuple[str, int]) -> None:
    """`1 February, 1 May and 1 August` are one day in three months; `3 April and 9 October` are two dates."""
    parts.dates.append(value)
    months = [month for month, day in parts.dates if day == value[1]]
    parts.fixed = (str(value[1]), ",".join(dict.fromkeys(months)), "*")


def _every(parts: _Parts, value: tuple[float, str]) -> None:
    count, unit = value
    if unit == "d" and count == 1:
        parts.days = parts.days or DAILY_SET
    else:
        parts.every = value


def _often(parts: _Parts, value: tuple[int, str]) -> None:
    count, unit = value
    seconds = SECONDS[{"day": "d", "hour": "h", "week": "w"}[unit]] / max(count, 1)
    parts.every = (seconds, "s")


def _time(parts: _Parts, value: time | str | None) -> None:
    if isinstance(value, str):
        raise InputError(value, hint="write it like 06:30, from 00:00 to 23:59")
    if value is not None and value not in parts.times:
        parts.times.append(value)


def _hours(parts: _Parts, value: list[int]) -> None:
    for hour in value:
        if hour > 24:
            raise InputError(f"'at {hour}' is not a time of day", hint="write it like 06:30, from 00:00 to 23:59")
        parts.times.append(time(hour % 24))


def _set(name: str) -> Any:
    return lambda parts, value: setattr(parts, name, value)


_COLLECT: dict[str, Any] = {
    "named": _named,
    "days": _days,
    "except": _set("excluded"),
    "every": _every,
    "often": _often,
    "time": _time,
    "hours": _hours,
    "hourset": lambda parts, value: setattr(parts, "hourset", value),
    "minute": _set("offset"),
    "window": _set("window"),
    "months": _set("months"),
    "nth": lambda parts, value: setattr(
        parts, "nth", f"L{value[1]}" if value[0] == "last" else f"{value[1]}#{value[0]}"
    ),
    "monthday": lambda parts, value: setattr(
        parts, "fixed", (",".join(value), parts.fixed[1] if parts.fixed else "*", "*")
    ),
    "part": _set("part_of_day"),
    "date": _date,
    "also": _also,
    "due": _set("due"),
}


def _interval(parts: _Parts) -> IntervalSchedule | None:
    """The interval, when cron cannot say it; else the parts are filled so that cron can."""
    count, unit = parts.every or (1.0, "d")
    if parts.times and (unit == "s" or (unit, count) == ("h", 24.0)):
        parts.days = parts.days or DAILY_SET
        return None
    seconds = count * SECONDS[unit]
    if unit == "d" and parts.times and 1 < count <= _MOST_DAYS and count == int(count):
        parts.fixed = (f"*/{count:g}", "*", "*")
        return None
    if unit == "mo" and parts.fixed and parts.fixed[1] == "*" and count in (2, 3, 4, 6):
        parts.fixed = (parts.fixed[0], f"*/{count:g}", "*")
        return None
    if unit == "mo" and parts.fixed and count == 1:
        return None
    if unit == "mo" and count in (1, 2, 3, 4, 6, 12):
        parts.fixed = ("1", "*" if count == 1 else f"*/{count:g}", "*") if count < 12 else ("1", "1", "*")
    elif unit == "y" and count == 1:
        parts.fixed = parts.fixed or ("1", "1", "*")
    elif seconds == SECONDS["w"]:
        parts.fixed = parts.fixed or _FIXED["weekly"]
    elif seconds == SECONDS["d"]:
        parts.days = parts.days or DAILY_SET
    elif seconds % 60 == 0 and _divides_a_day(int(seconds // 60)):
        parts.minutes = int(seconds // 60)
    else:
        return IntervalSchedule(every=timedelta(seconds=seconds))
    return None


def _divides_a_day(minutes: int) -> bool:
    return 60 % minutes == 0 if minutes <= 60 else minutes % 60 == 0 and 1440 % minutes == 0


def _expressions(parts: _Parts, assumptions: list[str]) -> list[str]:
    weekday = _weekday(parts)
    day, month, fixed_weekday = parts.fixed or ("*", "*", "*")
    if parts.fixed == _FIXED["weekly"] and parts.days:
        day, month, fixed_weekday = "*", "*", "*"
    if len({day for _, day in parts.dates}) > 1:
        return [
            expression
            for months, day in parts.dates
            for expression in _expressions(replace(parts, fixed=(str(day), months, "*"), dates=[]), assumptions)
        ]
    if parts.nth:
        day, weekday = "*", parts.nth
    month = ",".join(parts.months) or month
    weekday = weekday if weekday != "*" else fixed_weekday
    tail = f"{day} {month} {weekday}"
    if parts.hourset is not None:
        minute = parts.offset or (parts.times[0].minute if parts.times else 0)
        hours = "*/2" if parts.hourset[0] == 0 else f"{parts.hourset[0]}-23/2"
        return [f"{minute} {hours} {tail}"]
    if parts.minutes is not None or parts.offset is not None:
        return [_within_day(parts, tail)]
    if not parts.times:
        hour = HOURS.get(parts.part_of_day, 0)
        assumptions.append(f"no time of day is named: {hour:02d}:00 is taken")
        return [f"0 {hour} {tail}"]
    return [f"{minute} {hours} {tail}" for minute, hours in _by_minute(parts)]


def _weekday(parts: _Parts) -> str:
    days = (parts.days if parts.days is not None else DAILY_SET) - parts.excluded
    if not days:
        raise InputError("the schedule names no day that is left", hint="name at least one day")
    if days == DAILY_SET:
        return "*"
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]}-{ordered[-1]}"
    return ",".join(str(day) for day in ordered)


def _by_minute(parts: _Parts) -> list[tuple[int, str]]:
    """Times that share a minute share an expression: 8:00 and 18:00 are `0 8,18`."""
    hours: dict[int, list[int]] = {}
    for moment in parts.times:
        hours.setdefault(_evening(parts, moment).minute, []).append(_evening(parts, moment).hour)
    return [(minute, ",".join(str(hour) for hour in sorted(set(found)))) for minute, found in hours.items()]


def _evening(parts: _Parts, moment: time) -> time:
    """`every evening at 6` is 18:00, `every night at 11:30` 23:30; `every evening at 18:00` stays."""
    late = 1 <= moment.hour <= 11 if parts.part_of_day in ("evening", "afternoon") else 10 <= moment.hour <= 11
    late = late and parts.part_of_day in ("evening", "afternoon", "night")
    return moment.replace(hour=moment.hour + 12) if late else moment


def _within_day(parts: _Parts, tail: str) -> str:
    minutes = parts.minutes or 60
    first = parts.times[0] if parts.times else time(0)
    offset = parts.offset if parts.offset is not None else str(first.minute)
    low, high = parts.window or (0, 23)
    span = f"{low}-{high}" if low <= high else f"{low}-23,0-{high}"
    if minutes >= 60:
        step = minutes // 60
        hours = "*" if (low, high) == (0, 23) else span
        if step > 1:
            start = first.hour % step if parts.times else 0
            hours = f"{hours}/{step}" if start == 0 and low <= high else f"{start}-23/{step}"
        return f"{offset} {hours} {tail}"
    hours = "*" if parts.window is None else span
    if parts.offset is not None and ("," in parts.offset or 0 < int(parts.offset) < minutes):
        said = parts.offset if "," in parts.offset else f"{parts.offset}-59/{minutes}"
        return f"{said} {hours} {tail}"
    return f"{'*' if minutes == 1 else f'*/{minutes}'} {hours} {tail}"
