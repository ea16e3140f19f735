"""Minutes of the hour: `at minute 15`, `5 past every hour`, `at :10 and :40`, `quarter to every hour`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import finds, hints, pattern, says

_LAST = 59
_FEW = (
    r"(?:\d{1,2}|five|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty-five|twenty"
    r"|thirty-five|thirty|forty-five|forty|fifty-five|fifty|one|two|three|four|six|seven|eight|nine|half|(?:a\s+)?quarter)"
)
_HOUR = r"(?:the|every|each)(?:\s+(?:full|single))?(?:\s+(?:hour|hr)\b)"
_JOIN = r"\s*(?:,\s*and|,|and|&|\+)\s*"


def minutes(text: str) -> Iterator[Atom]:
    """The minutes at which a run starts in each hour."""
    yield from _past(text)
    yield from _colons(text)
    expression = (
        rf"\b(?:at\s+)?(?:minutes?\s+(?P<a>\d{{1,2}}(?:\s*(?:,|and|&)\s*\d{{1,2}})*)"
        rf"|(?P<b>{_FEW})\s+(?:minutes?|mins?)\s+(?:past|after)\s+(?:the|every|each)(?!\s+(?:\w+\s+)?(?:hour|hr)\b)"
        r"(?=\s*(?:[.,;)]|$))"
        r"|(?:hh|xx):(?P<e>\d{2})"
        r"|(?:every|each)\s+hour\s+on\s+the\s+(?P<f>half)[\s-]hour"
        rf"|(?:hourly|hrly|(?:every|each)\s+(?:hour|hr)|every)[\s,]+(?:(?:at|on)\s+)?(?:the\s+)?(?P<g>{_FEW})[\s-]+past(?!\s+(?:\d|one\b|two\b|three\b)))\b"
    )
    if not hints(text, r"past|hh:|xx:|half|\b(?:minutes?|mins?)\s+(?:\d|after)"):
        return
    for match in pattern(expression).finditer(text):
        yield from _said(match.span(), [next(words for words in match.groups() if words)])


def _past(text: str) -> Iterator[Atom]:
    """`20 and 50 past the hour`, `5 past, 25 past and 45 past every hour`, `at 12 past.`, `quarter to each hour`."""
    if not says(text, "past", "after the", "after e", "before the", "before e", "to the", "to e", "past, e"):
        return
    tail = r"(?:\s+(?:minutes?|mins?))?\s+(?:past|after)"
    listed = rf"\b(?:at\s+|on\s+)?({_FEW}(?:{tail})?(?:{_JOIN}{_FEW}(?:{tail})?)*)(?:\s+(?:minutes?|mins?))?\s+"
    for match in pattern(rf"{listed}(?:(?<=past\s)(?:of\s+)?|(?:past|after)\s+(?:of\s+)?){_HOUR}").finditer(text):
        yield from _said(match.span(), pattern(_FEW).findall(match[1]))
    third = rf"\b(?:at\s+)?({_FEW}){tail}(?=\s+(?:every|each)\s+(?:\d{{1,2}}|second|third|other|two|three|four|six)\s+)"
    for match in pattern(third).finditer(text):
        yield from _said(match.span(), [match[1]])
    opened = r"(?:^|(?<=[.;,\n]\s)|(?<=[.;,\n])|(?<=\bruns\s)|(?<=\brun\s)|(?<=hourly\s))"
    bare = rf"{opened}at\s+({_FEW}(?:{_JOIN}{_FEW})*)\s+past(?=\s*(?:[.,;)]|$))"
    for match in pattern(bare).finditer(text):
        yield from _said(match.span(), pattern(_FEW).findall(match[1]))
    for match in finds(r"\b(?:on|at)\s+(?:the\s+)?(quarter|half)[\s-]past(?=\s*(?:[.,;)]|$))", text, "past"):
        yield from _said(match.span(), [match[1]])
    for match in pattern(rf"\b(?:at\s+)?({_FEW})(?:\s+(?:minutes?|mins?))?\s+(?:to|before)\s+{_HOUR}").finditer(text):
        yield from _said(match.span(), [match[1]], before=True)
    yield from _told_of_each(text)


def _told_of_each(text: str) -> Iterator[Atom]:
    """`5 and 35 past, every hour`, `at a quarter to every third hour`, `at each half past`, `Half past, each hour`."""
    apart = rf"(?<![\d.:])({_FEW}(?:{_JOIN}{_FEW})*)\s+past,\s+(?:every|each)\s+(?:hour|hr)\b"
    for match in pattern(apart).finditer(text):
        yield from _said(match.span(), pattern(_FEW).findall(match[1]))
    hours = r"\s+(?:every|each)\s+(?:\d{1,2}|second|third|fourth|sixth|other|two|three|four|six)\s+hour"
    to_each = rf"\bat\s+(?:a\s+)?({_FEW})\s+(?:to|before)(?={hours})"
    for match in pattern(to_each).finditer(text):
        yield from _said(match.span(), [match[1]], before=True)
    each = r"\b(?:at\s+)?each\s+(quarter|half)[\s-]past(?=\s*(?:[.,;)]|$|from\b|between\b|\d))"
    for match in finds(each, text, "past"):
        yield from _said(match.span(), [match[1]])
    for match in finds(
        r"(?:^|(?<=[.;\n]))\s*(quarter|half)[\s-]past[\s,]+(?:every|each)\s+(?:hour|hr)\b", text, "past"
    ):
        yield from _said(match.span(), [match[1]])


def _colons(text: str) -> Iterator[Atom]:
    """`at :10 and :40`, `hourly :20`."""
    if pattern(r"(?:^|[\s(,]):[0-5]\d(?![\w:])").search(text) is None:
        return
    listed = rf"(?:\bat\s+|(?<![^\s(,]))(:[0-5]\d(?:{_JOIN}(?:at\s+)?:[0-5]\d)*)(?![\w:])(?:\s+(?:past|of)\s+{_HOUR})?"
    for match in pattern(listed).finditer(text):
        yield from _said(match.span(), re.findall(r"\d\d", match[1]))


def _said(span: tuple[int, int], words: list[str], *, before: bool = False) -> Iterator[Atom]:
    values: list[int] = []
    for piece in words:
        said = piece.lower().split()[-1]
        if said[0].isdigit():
            values += [int(digits) for digits in re.findall(r"\d+", piece)]
        else:
            values.append({"half": 30, "quarter": 15}.get(said) or int(number(said)))
    values = [60 - value for value in values] if before else values
    if values and min(values) >= 0 and max(values) <= _LAST:
        yield Atom("minute", *span, ",".join(str(value) for value in values))
