"""When a pipeline runs."""

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import Duration, Identifier, Tagged, Text

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_MONTHS = {
    name: n
    for n, name in zip(
        range(1, 13), ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], strict=True
    )
}
_WEEKDAYS = {name: n for n, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_PART = re.compile(r"(?P<low>\*|\w+)(?:-(?P<high>\w+))?(?:/(?P<step>\d{1,4}))?$")
_SPECIAL = {"day": re.compile(r"[lL]$"), "weekday": re.compile(r"[0-6]#[1-5]$|[lL][0-6]$")}
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}


def _bound(text: str, field: str) -> int:
    names = _MONTHS if field == "month" else _WEEKDAYS if field == "weekday" else {}
    if text.lower() in names:
        return names[text.lower()]
    if not text.isdigit():
        raise ValueError(f"{text!r} is not a {field}")
    return int(text)


def _values(part: str, field: str, low: int, high: int) -> range:
    """The values that a part of a cron field means; empty for the special ones (`L`, `5#1`, `L5`)."""
    if field in _SPECIAL and _SPECIAL[field].match(part):
        return range(0)
    match = _PART.match(part)
    if match is None or (match["low"] == "*" and match["high"]):
        raise ValueError(f"{part!r} is not a cron {field}")
    ends = [_bound(end, field) for end in (match["low"], match["high"]) if end and end != "*"]
    if any(not low <= end <= high for end in ends):
        raise ValueError(f"{part!r}: a {field} lies between {low} and {high}")
    if len(ends) == 2 and ends[0] > ends[1]:
        raise ValueError(f"{part!r} runs backwards")
    step = int(match["step"] or 1)
    if step == 0:
        raise ValueError(f"{part!r}: a step of 0 never runs")
    if step > high - low + 1:
        raise ValueError(f"{part!r}: a step of {step} passes the last {field}")
    last = ends[-1] if len(ends) == 2 or (ends and not match["step"]) else high
    return range(ends[0] if ends else low, last + 1, step)


@lru_cache(maxsize=1024)
def check_cron(expression: str) -> str:
    """The expression itself, when it is a preset or five valid cron fields; ValueError names the bad field."""
    text = " ".join(expression.split())
    if text.lower() in PRESETS:
        return text.lower()
    fields = text.split(" ")
    if len(fields) != len(_FIELDS) or not text.isascii():
        raise ValueError(f"{expression!r} is not a cron expression: five fields or a preset such as @daily")
    if "," in fields[4] and re.search(r"[lL#]", fields[4]):
        raise ValueError(f"{fields[4]!r}: a special weekday such as L5 or 5#1 stands alone")
    values = {
        name: {number for part in value.split(",") for number in _values(part, name, low, high)}
        for value, (name, low, high) in zip(fields, _FIELDS, strict=True)
    }
    days, months = values["day"], values["month"]
    if days and fields[4] == "*" and min(days) > max(_LONGEST.get(month, 31) for month in months):
        raise ValueError(f"{expression!r} never runs: no such day in any of its months")
    return text


@lru_cache(maxsize=256)
def check_timezone(name: str) -> str:
    """An IANA time zone name; ValueError for an unknown one."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a known time zone; use an IANA name such as Europe/Berlin") from None
    return name


def _positive(value: timedelta) -> timedelta:
    if value <= timedelta(0):
        raise ValueError("an interval is longer than 0s")
    return value


Cron = Annotated[str, AfterValidator(check_cron)]
TimeZone = Annotated[str, AfterValidator(check_timezone)]


class ScheduleBase(Tagged):
    """What every schedule has. `start` is a fixed date, so that the same spec gives the same code."""

    timezone: TimeZone | None = None
    start: date = date(2026, 1, 1)
    end: date | None = None
    catchup: bool = False
    max_active_runs: int = Field(default=1, ge=1, le=1000)

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"end {self.end} lies before start {self.start}")
        return self


class CronSchedule(ScheduleBase):
    """One or more cron expressions or presets, in the schedule's time zone."""

    kind: Literal["cron"] = "cron"
    expressions: tuple[Cron, ...] = Field(min_length=1, max_length=24)


class IntervalSchedule(ScheduleBase):
    """Every so often, counted from the start date (for periods that cron cannot say, such as 45 minutes)."""

    kind: Literal["interval"] = "interval"
    every: Annotated[Duration, AfterValidator(_positive)]


class AssetSchedule(ScheduleBase):
    """When datasets of this spec, or assets named by URI, are updated."""

    kind: Literal["asset"] = "asset"
    assets: tuple[Text, ...] = Field(min_length=1, max_length=100)
    match: Literal["all", "any"] = "all"


class OnceSchedule(ScheduleBase):
    """Exactly one run."""

    kind: Literal["once"] = "once"
    at: datetime | None = None


class ManualSchedule(ScheduleBase):
    """Only when somebody, or another DAG, starts it."""

    kind: Literal["manual"] = "manual"


Schedule = Annotated[
    CronSchedule | IntervalSchedule | AssetSchedule | OnceSchedule | ManualSchedule,
    Deferred("kind"),
]

__all__ = [
    "PRESETS",
    "AssetSchedule",
    "CronSchedule",
    "Identifier",
    "IntervalSchedule",
    "ManualSchedule",
    "OnceSchedule",
    "Schedule",
    "ScheduleBase",
    "check_cron",
    "check_timezone",
]
