"""How often a schedule runs, counted without looking at the clock."""

from __future__ import annotations

from datetime import date, timedelta

from airflow_llm.spec.schedule import PRESETS, CronSchedule, IntervalSchedule, Schedule

_YEAR = date(2026, 1, 1)
"""Any year of 365 days serves; runs are counted over this one."""
_NAMES = {
    name: n
    for names, first in ((("jan feb mar apr may jun jul aug sep oct nov dec"), 1), (("sun mon tue wed thu fri sat"), 0))
    for n, name in enumerate(names.split(), start=first)
}


def runs_per_year(schedule: Schedule) -> int:
    """About how many runs a year has; 0 for a schedule without a clock."""
    if isinstance(schedule, IntervalSchedule):
        return int(timedelta(days=365) / schedule.every)
    if isinstance(schedule, CronSchedule):
        return sum(_cron_runs(expression) for expression in schedule.expressions)
    return 0


def has_fixed_hour(schedule: Schedule) -> bool:
    """Whether the time zone decides at which moment a run starts (`0 6 * * *` yes, `*/5 * * * *` no)."""
    if not isinstance(schedule, CronSchedule):
        return False
    return any(PRESETS.get(one, one).split()[1:] != ["*"] * 4 for one in schedule.expressions)


def _cron_runs(expression: str) -> int:
    minute, hour, day, month, weekday = PRESETS.get(expression, expression).lower().split()
    times = len(_values(minute, 0, 59)) * len(_values(hour, 0, 23))
    months = _values(month, 1, 12)
    if any(letter in day + weekday for letter in "l#"):
        return times * len(months)
    days, weekdays = _values(day, 1, 31), {n % 7 for n in _values(weekday, 0, 7)}
    either = day != "*" and weekday != "*"
    return times * sum(_runs_on(_YEAR + timedelta(days=n), days, months, weekdays, either) for n in range(365))


def _runs_on(when: date, days: set[int], months: set[int], weekdays: set[int], either: bool) -> bool:
    """Whether cron runs on that date: when day and weekday are both restricted, either of them is enough."""
    by_day, by_weekday = when.day in days, when.isoweekday() % 7 in weekdays
    return when.month in months and (by_day or by_weekday if either else by_day and by_weekday)


def _values(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        start = low if first == "*" else _number(first)
        end = _number(last) if last else high if first == "*" or step else start
        found |= set(range(start, end + 1, int(step or 1)))
    return found


def _number(text: str) -> int:
    return _NAMES[text] if text in _NAMES else int(text)
