"""Days and times in the short forms of tickets and chats: `M-F`, `mo we fr`, `1st Sunday`, `7a/12p`, `05z`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import any_of, finds, hints, meaning_of, pattern, says
from airflow_llm.readers.prose.timezones import zone_after

_DAY = {
    "su": 0, "m": 1, "mo": 1, "mon": 1, "tu": 2, "tue": 2, "w": 3, "we": 3, "wed": 3, "th": 4, "thu": 4, "f": 5,
    "fr": 5, "fri": 5, "sa": 6, "sat": 6, "sun": 0,
}  # fmt: skip
_TWO = r"(?:mo|tu|we|th|fr|sa|su)"
_NEAR = 24
_LAST_HOUR, _NOON, _LAST_MINUTE = 23, 12, 59
_HOURS = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_TIME = r"(?:\d{1,2}(?:[:.]\d\d|\s?h\b|\s?[ap]\.?m\b|\s*o'?\s?clock)|\d{4}\b|noon\b|midnight\b)"


def short_days(text: str) -> Iterator[Atom]:
    """`M-F`, `m-sa`, `mo we fr`, `Tu/Th`, `Sa 20:00`: letters that stand for days beside a time or a frequency."""
    if hints(text, r"(?<!\w)(?:m|mo|tu|we|th)\s?[-\u2013]\s?[fst]"):
        spans = r"(?<![\w-])(mo?|tu|we|th)\s?[-\u2013]\s?(fr?|fri|sa|sat|su|sun|th)(?![\w-])"
        for match in pattern(spans).finditer(text):
            if _timed(text, *match.span()):
                first, last = _DAY[match[1].lower()], _DAY[match[2].lower()]
                yield Atom(
                    "days", *match.span(), frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))
                )
    listed = rf"(?<![\w-]){_TWO}(?:(?:\s?[/,+&]\s?|\s+(?:and\s+)?){_TWO})+(?![\w-])"
    for match in pattern(listed).finditer(text):
        if _timed(text, *match.span()):
            days = frozenset(_DAY[day] for day in re.findall(_TWO, match.group().lower()))
            yield Atom("days", *match.span(), days)
    for match in pattern(rf"(?<![\w-])(Mo|Tu|We|Th|Fr|Sa|Su)\.?,?\s+(?={_TIME})", 0).finditer(text):
        yield Atom("days", match.start(), match.end(1), frozenset({_DAY[match[1].lower()]}), weak=True)


def _timed(text: str, start: int, end: int) -> bool:
    """Whether a number or a word of time stands near, in the same line."""
    before = text[max(0, start - _NEAR) : start].rpartition("\n")[2]
    after = text[end : end + _NEAR].partition("\n")[0]
    return hints(f"{before} {after}", r"\d|\bnoon\b|\bmidnight\b|\bhourly\b|\bdaily\b|\bevery\b|\bmorning|\bevening")


def numbered_days(text: str) -> Iterator[Atom]:
    """`1st Sunday, 04:00`, `on the first Saturday`, `1st Monday monthly`: the weekdays of a month that is not named."""
    if not hints(text, r"\b(?:first|1st|second|2nd|third|3rd|fourth|4th|last)\s+\w{3}"):
        return
    nth = (
        rf"\b(?:(on)\s+)?(?:(the|every|each)\s+)?(first|1st|second|2nd|third|3rd|fourth|4th|last)\s+"
        rf"({any_of('weekdays')})(?:\s+(?:mornings?|afternoons?|evenings?|nights?))?(?!\w)"
        rf"(?P<monthly>\s+monthly\b)?(?P<quarter>\s+of\s+(?:the|each|every|a)\s+quarter\b)?"
    )
    for match in pattern(nth).finditer(text):
        which = meaning_of("ordinals", match[3])
        if (match[2] or "").lower() in ("every", "each") and which == "2" and not match["quarter"]:
            continue  # every second Sunday is each other one
        timed = pattern(rf"[,\s(]*(?:at\s+)?(?:{_TIME}|(?<=at\s)(?:\d|{_HOURS}))").match(text, match.end()) is not None
        ended = match[1] and match[2] and which != "last"
        spoken_of = which == "last" and not match[2]  # `last Friday at 9 it broke`
        if match["monthly"] or match["quarter"] or ((timed or ended) and not spoken_of):
            yield Atom("nth", match.start(), match.end(4), (which, int(meaning_of("weekdays", match[4]))))
            if match["quarter"]:
                yield Atom("months", *match.span("quarter"), ("1", "4", "7", "10"), weak=True)


def short_times(text: str) -> Iterator[Atom]:
    """`7a/12p/5p`, `05z`, `six p m`, `at five thirty`, `0600 1400 2200`, `at shift end 6 14 22`."""
    yield from _halves(text)
    yield from _spelled(text)
    yield from _runs(text)
    for match in pattern(r"(?<![\w.:/-])([01]\d|2[0-3])z\b").finditer(text) if hints(text, r"\dz\b") else ():
        yield Atom("time", *match.span(1), time(int(match[1])))
        yield Atom("zone", match.end() - 1, match.end(), "UTC", weak=True)


def _halves(text: str) -> Iterator[Atom]:
    """`7a/12p/5p`, `at 7a`."""
    if not hints(text, r"\d\s?[ap]m?\b"):
        return
    one = r"(?:1[0-2]|[1-9])(?::[0-5]\d)?\s?[ap]m?"
    for match in pattern(
        rf"(?<![\w.:/-]){one}(?:\s*(?:[/,&+]|and)\s*{one})+(?!\w)|(?:\bat\s+|@\s?){one}(?!\w)"
    ).finditer(text):
        for said in pattern(r"(\d{1,2})(?::(\d\d))?\s?([ap])m?\b").finditer(text, match.start(), match.end()):
            hour = int(said[1]) % _NOON + _NOON * (said[3].lower() == "p")
            yield Atom("time", *said.span(), time(hour, int(said[2] or 0)))


def _spelled(text: str) -> Iterator[Atom]:
    """`six p m`, `5 a m`, `at five thirty`, `every morning at seven fifteen`: as dictation writes them."""
    for match in finds(
        rf"(?<![\w:.])(\d{{1,2}}|{_HOURS})(?:\s+([0-5]\d|thirty|fifteen|forty-?\s?five))?\s+([ap])\s?m\b",
        text,
        " m",
        " am",
        " pm",
    ):
        hour = int(number(match[1]))
        if 1 <= hour <= _NOON:
            hour = hour % _NOON + _NOON * (match[3].lower() == "p")
            yield Atom("time", *match.span(), time(hour, _minute(match[2])))
    if says(text, "thirty", "fifteen", "forty"):
        lead = r"(?:\bat|\bmorning|\bevening|\bday|\bnight|\bdaily)"
        led = rf"{lead}\s+({_HOURS})\s+(thirty|fifteen|forty-?\s?five)\b(?!\s+\w+s\b)"
        for match in pattern(led).finditer(text):
            yield Atom(
                "time", match.start(1), match.end(), time(int(number(match[1])) % 24, _minute(match[2])), weak=True
            )


def placed_hours(text: str) -> Iterator[Atom]:
    """`at evening six, Nairobi`, and at the end of a text `9 berlin`."""
    part = rf"\b(?:at\s+)?(morning|afternoon|evening)\s+({_HOURS}|\d{{1,2}})(?=\s*(?:[.,;)]|$))(?!,\s?\d)"
    for match in finds(part, text, "morning ", "afternoon ", "evening "):
        hour = int(number(match[2]))
        if 1 <= hour <= _NOON:
            yield Atom("time", *match.span(), time(hour % _NOON + _NOON * (match[1].lower() != "morning")), weak=True)
    last = pattern(r"(?:^|(?<=[.;\n!?])\s*)(\d{1,2})(?=\s+[^\W\d_][\w ]{1,20}\.?\s*$)").search(text.rstrip("\n"))
    place = zone_after(text, last.end()) if last is not None and last.start() else None
    if last is not None and place is not None and int(last[1]) <= _LAST_HOUR and not text[place.end :].strip(" .\n"):
        yield Atom("time", *last.span(1), time(int(last[1])))
        yield Atom("zone", place.start, place.end, place.value, weak=True)


def _minute(said: str | None) -> int:
    words = (said or "0").lower()
    return int(words) if words.isdigit() else {"thirty": 30, "fifteen": 15}.get(words, 45)


def _runs(text: str) -> Iterator[Atom]:
    """Times in a row with nothing between them: `3x a day 0600 1400 2200`, `at shift end 6 14 22`."""
    one = r"(?:[01]\d|2[0-3])[0-5]\d"
    clocks = rf"(?<![\w:/.,#$+-]){one}(?:(?:\s*[/,&+]\s*|\s+(?:and\s+)?){one})+(?![\w:/.-]\w)"
    for match in pattern(clocks).finditer(text) if hints(text, r"\d{4}\W{1,3}(?:and\s+)?\d{4}") else ():
        places = [place.span() for place in pattern(r"\d{4}").finditer(text, match.start(), match.end())]
        years = all(text[low : low + 2] in ("19", "20") for low, _ in places)
        if not years and any(text[low] == "0" for low, _ in places):
            for low, high in places:
                yield Atom("time", low, high, time(int(text[low : low + 2]), int(text[low + 2 : high])))
    dotted = r"\b(?:at|runs?(?:\s+it)?|daily)\s+(\d{1,2}\.[0-5]\d(?:\s*(?:&|and|\+|,)\s*\d{1,2}\.[0-5]\d)+)(?![\d.%])"
    for match in pattern(dotted).finditer(text) if hints(text, r"\d\.[0-5]\d\s*(?:&|and|\+|,)") else ():
        for place in pattern(r"(\d{1,2})\.(\d\d)").finditer(text, *match.span(1)):
            if int(place[1]) <= _LAST_HOUR:
                yield Atom("time", *place.span(), time(int(place[1]), int(place[2])))
    lead = r"\b(?:at|so|daily|shifts?|shift\s+(?:start|end|change)s?|day|nights?)\b[\s,:(]*(?:so\s+|at\s+)?"
    bare = rf"{lead}((?:\d{{1,2}}\s+){{2,}}\d{{1,2}})(?![\w.:%]|\s+\w)"
    for match in pattern(bare).finditer(text) if hints(text, r"\d{1,2}\s+\d{1,2}\s+\d{1,2}") else ():
        hours = [int(digits) for digits in match[1].split()]
        if hours == sorted(set(hours)) and hours[-1] <= _LAST_HOUR:
            for place in pattern(r"\d{1,2}").finditer(text, *match.span(1)):
                yield Atom("time", *place.span(), time(int(place.group())))
