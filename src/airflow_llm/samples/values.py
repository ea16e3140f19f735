"""Single values for a column, by its type, name and bounds."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from airflow_llm.samples.needs import ColumnNeed, require
from airflow_llm.samples.randomness import seeded
from airflow_llm.samples.regex import matching
from airflow_llm.samples.sql_usage import Comparison, Value, type_of
from airflow_llm.spec.datasets import ColumnType

Cell = str | int | float | bool | date | datetime | None
Interval = tuple[datetime, datetime]

_BY_NAME: tuple[tuple[re.Pattern[str], ColumnType], ...] = (
    (re.compile(r"(^|_)(id|ids|no|number|count|qty|quantity|year|age|rank|version)$"), "integer"),
    (re.compile(r"(^|_)(is|has|active|enabled|deleted|flag|valid)(_|$)"), "boolean"),
    (re.compile(r"(_at|_ts|^ts|timestamp|datetime|_time|^time)$|^(created|updated|modified)"), "timestamp"),
    (re.compile(r"(^|_)(date|day|dt|birthday|dob)$"), "date"),
    (
        re.compile(
            r"(amount|price|total|cost|revenue|sales|score|rate|ratio|value|balance|weight|fee|tax|discount|sum)$"
        ),
        "number",
    ),
)
_FORMATS = ("email", "uuid", "url", "phone")
_FIRST = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Leslie", "Radia", "Ken", "Margaret")
_LISTS = {
    "country": ("DE", "FR", "US", "GB", "JP"),
    "currency": ("EUR", "USD", "GBP"),
    "status": ("new", "open", "paid", "closed"),
    "city": ("Berlin", "Paris", "London", "Osaka"),
    "name": _FIRST,
}
_TRIES = 20


def guess_type(need: ColumnNeed) -> ColumnType:
    """The column's type: known, or from its values, bounds and name."""
    if need.type is not None:
        return _whole(need) if need.type == "number" and not need.declared else need.type
    if need.values:
        kinds = {type_of(value) for value in need.values}
        return kinds.pop() if len(kinds) == 1 else "number" if kinds == {"integer", "number"} else "string"
    if need.in_interval:
        return "timestamp"
    if need.pattern is not None:
        return "string"
    by_name = next((kind for pattern, kind in _BY_NAME if pattern.search(need.name.lower())), None)
    bounded = need.minimum is not None or need.maximum is not None
    hinted = next((type_of(hint.values[0]) for hint in need.hints), None)
    return by_name or hinted or ("number" if bounded else "string")


def _whole(need: ColumnNeed) -> ColumnType:
    """A number whose name says that it counts or names something is whole, when its bounds leave whole numbers."""
    by_name = _BY_NAME[0][0].search(need.name.lower()) is not None
    low, high = whole_bounds(need)
    return "integer" if by_name and (low is None or high is None or low <= high) else "number"


def whole_bounds(need: ColumnNeed) -> tuple[int | None, int | None]:
    """The least and greatest whole numbers within the bounds."""
    low = high = None
    if need.minimum is not None and math.isfinite(need.minimum):
        low = math.floor(need.minimum) + 1 if need.low_open else math.ceil(need.minimum)
    if need.maximum is not None and math.isfinite(need.maximum):
        high = math.ceil(need.maximum) - 1 if need.high_open else math.floor(need.maximum)
    return low, high


def nth(need: ColumnNeed, position: int, interval: Interval) -> Cell:
    """The value at a position of an endless row of values, different ones as long as the bounds allow it."""
    if need.values:
        return need.values[position % len(need.values)]
    match guess_type(need):
        case "integer":
            return _nth_integer(need, position)
        case "number":
            return _nth_number(need, position)
        case "boolean":
            return position % 2 == 0
        case "date":
            return interval[0].date() if need.in_interval else date(2020, 1, 1) + timedelta(days=position % 20_000)
        case "timestamp":
            start, end = _window(need, interval)
            return start + (end - start) * ((position % 9973) / 9973) + timedelta(microseconds=position)
    return text(need, position, seeded(need.name, position))


def draw(need: ColumnNeed, random: Random, interval: Interval, *, inside: bool = True) -> Cell:
    """A value by chance; `inside` meets the hints of a `narrowed` need, else one is missed where the rules allow it."""
    if need.hints and not need.in_interval:
        return _hinted(need, random, interval) if inside else _missed(need, random, interval)
    return _draw(need, random, interval)


def _draw(need: ColumnNeed, random: Random, interval: Interval) -> Cell:
    if need.values:
        return random.choice(need.values)
    if need.category:
        return nth(replace(need, category=False), random.randrange(5), interval)
    match guess_type(need):
        case "integer":
            low, high = _span(*whole_bounds(need), 1000)
            return random.randint(int(low), max(int(low), int(high)))
        case "number":
            return _number(need, random)
        case "boolean":
            return random.random() < 0.5
        case "date":
            return interval[0].date() if need.in_interval else date(2025, 1, 1) + timedelta(days=random.randrange(360))
        case "timestamp":
            start, end = _window(need, interval)
            return start + timedelta(seconds=int((end - start).total_seconds() * random.random()))
    return text(need, random.randrange(1000), random)


def text(need: ColumnNeed, position: int, random: Random) -> str:
    """A text that looks like the column's name says, and keeps its pattern."""
    if need.pattern is not None:
        if need.pattern.format == "custom":
            return matching(need.pattern.regex, random)
        return _formatted(need.pattern.format, position, random)
    if need.type == "json":
        return f'{{"value": {position}}}'
    name = need.name.lower()
    for kind in _FORMATS:
        if kind in name:
            return _formatted(kind, position, random)
    if need.unique or need.domain:
        return f"{re.sub(r'[^a-z0-9]+', '_', name).strip('_') or 'value'}_{position + 1:04d}"
    for word, members in _LISTS.items():
        if word in name:
            return members[position % len(members)]
    return f"{need.name} {position % 50 + 1}"


def _formatted(kind: str, position: int, random: Random) -> str:
    match kind:
        case "email":
            return f"{_FIRST[position % len(_FIRST)].lower()}.{position}@example.org"
        case "uuid":
            return str(UUID(int=random.getrandbits(128), version=4))
        case "iso_date":
            return (date(2025, 1, 1) + timedelta(days=position % 3650)).isoformat()
        case "url":
            return f"https://example.org/items/{position}"
    return f"+49 30 {1_000_000 + position % 9_000_000}"


def _nth_integer(need: ColumnNeed, position: int) -> int:
    low, high = whole_bounds(need)
    if low is not None:
        return low + (position % (high - low + 1) if high is not None and high >= low else position)
    if high is not None and high < 1_000_000:
        return high - position
    return 1 + position


def _nth_number(need: ColumnNeed, position: int) -> float:
    low, high = _span(need.minimum, need.maximum, 1_000_000)
    return low + (high - low) * ((position % 9973 + 1) / 9974)


def _number(need: ColumnNeed, random: Random) -> float:
    low, high = _span(need.minimum, need.maximum, 1000)
    value = low + (high - low) * random.random()
    cents = round(value, 2)
    within = (low < cents if need.low_open else low <= cents) and (cents < high if need.high_open else cents <= high)
    return cents if within else min(max(value, math.nextafter(low, high)), math.nextafter(high, low))


def _span(low: float | None, high: float | None, width: float) -> tuple[float, float]:
    """Both bounds; an open or endless side lies `width` away from the other, or from 0."""
    low = low if low is not None and math.isfinite(low) else None
    high = high if high is not None and math.isfinite(high) else None
    if low is None:
        low = min(0, high - width) if high is not None and high <= 0 else 0 if high is not None else 1
    return low, high if high is not None else max(low, 0) + width if low < width else low + max(width, abs(low))


def _window(need: ColumnNeed, interval: Interval) -> Interval:
    """The times that the column may hold: the data interval (or its fresh end), else the months before it."""
    start, end = interval
    if not need.in_interval:
        return start - timedelta(days=180), start
    if need.max_age is not None:
        start = max(start, end - need.max_age)
    return start, max(start, end - timedelta(seconds=1))


def narrowed(need: ColumnNeed) -> ColumnNeed:
    """The need with the filters' hints as bounds, as far as the rules leave room for them."""
    found = replace(need)
    for hint in need.hints:
        before = replace(found)
        require(found, hint)
        if not _possible(found):
            found = before
    return found


def _hinted(need: ColumnNeed, random: Random, interval: Interval) -> Cell:
    if guess_type(need) in ("date", "timestamp"):
        for hint in need.hints:
            moment = _moment(need, hint, random, met=True)
            if moment is not None:
                return moment
    return _avoiding(need, [hint for hint in need.hints if hint.operator == "!="], random, interval)


def _avoiding(need: ColumnNeed, hints: list[Comparison], random: Random, interval: Interval) -> Cell:
    value = _draw(need, random, interval)
    for _ in range(_TRIES):
        if all(value not in hint.values for hint in hints):
            break
        value = _draw(need, random, interval)
    return value


def _missed(need: ColumnNeed, random: Random, interval: Interval) -> Cell:
    """A value that the first hint leaves out, when the rules allow one."""
    hint, kind = need.hints[0], guess_type(need)
    free = replace(need, hints=[])
    if kind in ("date", "timestamp"):
        return _moment(need, hint, random, met=False) or _draw(free, random, interval)
    if hint.operator in ("==", "in", "!="):
        wanted = hint.operator == "!="
        pool: list[Value] = list(need.values) or _others(hint, kind)
        members = [value for value in [*pool, *hint.values] if (value in hint.values) == wanted]
        members = [value for value in members if not need.values or value in need.values]
        return random.choice(members) if members else _draw(free, random, interval)
    opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[hint.operator]
    require(free, Comparison("", need.name, opposite, hint.values))
    return _draw(free if _possible(free) else replace(need, hints=[]), random, interval)


def _others(hint: Comparison, kind: ColumnType) -> list[Value]:
    if kind == "boolean":
        return [True, False]
    first = hint.values[0]
    if isinstance(first, (int, float)) and kind != "string":
        return [max(v for v in hint.values if isinstance(v, (int, float))) + 1]
    return ["other"]


def _possible(need: ColumnNeed) -> bool:
    if need.minimum is None or need.maximum is None:
        return True
    low, high = whole_bounds(need)
    if guess_type(need) == "integer":
        return low is None or high is None or low <= high
    return need.minimum < need.maximum or (need.minimum == need.maximum and not (need.low_open or need.high_open))


def _moment(need: ColumnNeed, hint: Comparison, random: Random, *, met: bool) -> Cell:
    try:
        point = datetime.fromisoformat(str(hint.values[0]))
    except ValueError:
        return None
    if point.tzinfo is not None:
        point = point.astimezone(UTC).replace(tzinfo=None)
    away = timedelta(hours=24 + random.randrange(24 * 30))
    later = hint.operator in (">", ">=", "!=")
    if hint.operator in ("==", "in"):
        away = timedelta(0) if met else away
    moment = point + away if later == met else point - away
    return moment.date() if guess_type(need) == "date" else moment
