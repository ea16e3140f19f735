"""Windows of hours: `between 9 and 17`, `from seven to nineteen`, `hourly 7-22`, `not between midnight and 5`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import finds, hints, pattern

_LAST_HOUR, _HALF_DAY = 24, 12
_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|midnight|noon"
)
_SPOKEN = {"midnight": 0, "noon": 12}
_ONE = (
    rf"(?:the\s+)?(\d{{1,2}}|(?:{_WORDS})\b)(?::(\d{{2}})|h\d{{2}})?\s*(a\.?m\b\.?|p\.?m\b\.?|h\b|o'clock"
    r"|in\s+the\s+(?:morning|afternoon|evening)|at\s+night)?"
)
_OFFICES = ("business", "office", "working", "trading", "opening", "market", "store", "shop", "service")
_OFTEN = (
    r"(?:\b(?:hourly|hrly|every\s+(?:full\s+)?(?:hour|hr)|on\s+the\s+hour|half[\s-]hour(?:ly)?)|(?<![a-z])(?:minutes?|mins?|m|hours?"
    r"|hrs?|h))"
)
_NO_COUNT = (
    r"(?![\w:%]|\.\d|\s*(?:times|x|tries|re-?tr\w+|attempts?|rows|files|pages|items|days|workers|min\w*|sec\w*"
    r"|at\s+a\s+time)\b)"
)
_JOIN = r"\s*(?:to|and|until|till|through|-|\u2013)\s*(?:around\s+)?"


def windows(text: str) -> Iterator[Atom]:
    """The hours of the day within which a run starts again and again."""
    between = hints(text, rf"\b(?:from|between)\s+(?:the\s+)?(?:\d|(?:{_WORDS})\b)")
    out = r"(\b(?:except|not|excluding|but\s+not|never|other\s+than)\s+)?"
    for match in (
        finds(rf"{out}\b(?:from|between)\s+{_ONE}{_JOIN}{_ONE}(?![\w:])", text, "from", "between") if between else ()
    ):
        if not pattern(r"\b(?:mov|chang|shift)(?:e[ds]?|s|ing|ed)?\s+$").search(
            text, max(0, match.start() - 12), match.start()
        ):
            yield from _window(match, match.groups()[1:], outside=match[1] is not None)
    yield from _bare(text)
    office = (
        rf"\b(?:(?:during|in)\s+)?(?:the\s+)?(?:{'|'.join(_OFFICES)})\s+(?:hours|times?)"
        rf"(?:\s*[,:(]?\s*(?:from\s+|between\s+)?{_ONE}\s*(?:-|\u2013|to|till|until|and)\s*{_ONE}\)?(?![\w:]))?"
    )
    for match in finds(office, text, *_OFFICES):
        if match[1] is not None:
            yield from _window(match, match.groups(), outside=False)
        elif not match.group().lower().endswith(("time", "times")):
            yield Atom("window", *match.span(), (9, 17), weak=True)


def _bare(text: str) -> Iterator[Atom]:
    """`hourly 7-22`, `06-22h`, `hours 7 to 20`, `9 till 21, Mon-Sat`, `9 to 18 o'clock`."""
    bare = (
        rf"{_OFTEN}[\s,:(]+(?:(?:from|between|during|only)\s+)?(\d{{1,2}})(?::\d\d)?\s*(?:-|\u2013|\s(?:to|till|until)\s)\s*"
        rf"(\d{{1,2}})(?::\d\d)?(?:\s?h\b)?{_NO_COUNT}"
        rf"|(?<![\w:.\-])(\d{{1,2}})\s*(?:-|\u2013)\s*(\d{{1,2}})\s?h(?!\w)"
        rf"|(?<![\w:.\-/])(\d{{1,2}})\s*(?:-|\u2013)\s*(\d{{1,2}})(?=\s+(?:hourly|hrly)\b)"
    )
    for match in pattern(bare).finditer(text) if hints(text, r"\d\s*(?:[-\u2013]|\s(?:to|till|until)\s)\s*\d") else ():
        place = next(number for number in (1, 3, 5) if match[number])
        low, high = int(match[place]), int(match[place + 1])
        if low < high <= _LAST_HOUR:
            yield Atom("window", match.start(place), match.end(), (low, min(high, 23)), weak=True)
    halves = r"(?<![\w:.])(\d{1,2})\s?([ap])\.?m\.?\s*(?:-|\u2013|to|till|until)\s*(\d{1,2})\s?([ap])\.?m\b"
    for match in (
        pattern(halves).finditer(text) if hints(text, r"\d\s?[ap]\.?m\.?\s*(?:-|\u2013|to|till|until)\s*\d") else ()
    ):
        low, high = _hour(match[1], f"{match[2].lower()}m"), _hour(match[3], f"{match[4].lower()}m") or _LAST_HOUR
        if low < high <= _LAST_HOUR:
            yield Atom("window", *match.span(), (low, min(high, 23)), weak=True)
    spoken = (
        r"(?:\bhours\s+(\d{1,2})\s+(?:to|till|until|through)\s+(\d{1,2})(?![\w:.])"
        r"|(?<=[,;.(]\s)(?:from\s+)?(\d{1,2})\s+(?:to|till|until)\s+(\d{1,2})(?:\s?h|\s+o'?\s?clock|(?=\s*[,.;)]))(?!\w))"
    )
    for match in pattern(spoken).finditer(text) if hints(text, r"\d\s+(?:to|till|until|through)\s+\d") else ():
        low, high = (int(digits) for digits in match.groups() if digits)
        if low < high <= _LAST_HOUR:
            yield Atom("window", *match.span(), (low, min(high, 23)), weak=True)


def _window(match: re.Match[str], said: tuple[str | None, ...], *, outside: bool) -> Iterator[Atom]:
    low, high = _hour(said[0] or "", said[2]), _hour(said[3] or "", said[5])
    high = _LAST_HOUR if high == 0 else high
    if high <= low <= _HALF_DAY and not said[5]:
        high += _HALF_DAY
    if low > _LAST_HOUR or high > _LAST_HOUR:
        return
    span = (high % _LAST_HOUR, (low - 1) % _LAST_HOUR) if outside else (low % _LAST_HOUR, min(high, 23))
    yield Atom("window", *match.span(), span, weak=True)


def _hour(digits: str, half: str | None) -> int:
    hour = _SPOKEN.get(digits.lower())
    hour = int(number(digits)) if hour is None else hour
    marker = (half or "").lower().replace(".", "")
    late = marker == "pm" or "afternoon" in marker or "evening" in marker or "night" in marker
    return hour + _HALF_DAY if late and hour < _HALF_DAY else 0 if marker == "am" and hour == _HALF_DAY else hour
