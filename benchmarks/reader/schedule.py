"""Whether a schedule is the wanted one: the same times, zone and trigger, however they are written."""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_PRESETS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@quarterly": "0 0 1 */3 *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_DAYS = {name.lower(): number % 7 for number, name in enumerate(calendar.day_abbr, 1)}
_FIELDS: tuple[tuple[range, Mapping[str, int]], ...] = (
    (range(60), {}), (range(24), {}), (range(1, 32), {}), (range(1, 13), _MONTHS), (range(7), _DAYS),
)  # fmt: skip
_PART = re.compile(r"(\*|[a-z]{3}|\d+)(?:-([a-z]{3}|\d+))?(?:/(\d+))?")
_NONE = ("", "none", "null", "manual", "unspecified")
_UTC = ("", "none", "null", "utc", "etc/utc", "gmt", "z")

Cron = tuple[frozenset[int], ...] | str | None


@dataclass(frozen=True)
class ScheduleScore:
    """Which parts are right, and whether the text says when the pipeline runs."""

    cron: bool = False
    timezone: bool = False
    trigger: bool = False
    said: bool = True

    @property
    def exact(self) -> bool:
        """All parts are right."""
        return self.cron and self.timezone and self.trigger


def score_schedule(wanted: Mapping[str, Any] | None, found: Mapping[str, Any] | None) -> ScheduleScore:
    """The parts compared; a wanted schedule may hold other crons and zones that are as right."""
    wanted, found = wanted or {}, found or {}
    crons = [wanted.get("cron"), *(wanted.get("cron_alternatives") or [])]
    zones = [wanted.get("timezone"), *(wanted.get("timezone_alternatives") or [])]
    trigger, other = _trigger(wanted), _trigger(found)
    by_hand = str(wanted.get("trigger")).lower() == "manual"
    return ScheduleScore(
        cron=cron_times(found.get("cron")) in [cron_times(cron) for cron in crons],
        timezone=_zone(found.get("timezone")) in [_zone(zone) for zone in zones],
        trigger=trigger == other or _alike(trigger, other),
        said=by_hand or trigger is not None or cron_times(wanted.get("cron")) is not None,
    )


def cron_times(cron: object) -> Cron:
    """Minutes, hours, days, months and weekdays as sets; the text itself where it is no cron; None for no time."""
    text = "" if cron is None else str(cron).strip().lower()
    if text in _NONE:
        return None
    fields = _PRESETS.get(text, text).split()
    if len(fields) != len(_FIELDS):
        return text
    try:
        times = [_values(part, *known) for part, known in zip(fields, _FIELDS, strict=True)]
    except (KeyError, ValueError):
        return text
    return (*times[:4], frozenset(day % 7 for day in times[4]))


def _values(field: str, limits: range, names: Mapping[str, int]) -> frozenset[int]:
    values: set[int] = set()
    for part in field.split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise ValueError(part)
        first, last, step = matched.groups()
        start = limits[0] if first == "*" else _number(first, names)
        end = limits[-1] if first == "*" or (step and not last) else _number(last or first, names)
        values |= set(range(start, end + 1, int(step or 1)))
    return frozenset(values)


def _number(text: str, names: Mapping[str, int]) -> int:
    return names[text] if text in names else int(text)


def _zone(zone: object) -> str | None:
    name = str(zone or "").strip().lower()
    return None if name in _UTC else name


def _trigger(schedule: Mapping[str, Any]) -> str | None:
    said = schedule.get("trigger")
    if not said and schedule.get("asset"):
        said = f"asset:{schedule['asset']}"
    text = str(said or "").strip().lower()
    if text in _NONE:
        return None
    text = re.sub(r"^(dataset|asset|table|data)[:_ ]*", "asset:", text)
    return re.sub(r"[^a-z0-9:]+", "_", text).strip("_")


def _alike(one: str | None, other: str | None) -> bool:
    """Whether one names the other within a longer name."""
    if not one or not other:
        return False
    return one.split(":")[-1] in other or other.split(":")[-1] in one
