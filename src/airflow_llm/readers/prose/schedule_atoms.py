"""The smallest parts of a schedule: a frequency, some days, a time, an hour window, a cron expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time, timedelta
from typing import Any, NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose import clock
from airflow_llm.readers.prose.durations import SECONDS, duration, number
from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.span import longest_first
from airflow_llm.readers.prose.spellings import any_of, finds, lexicon, meaning_of, pattern, says, spelled
from airflow_llm.readers.prose.timezones import find_zones

DAILY_SET = frozenset(range(7))
_DAY_PARTS = "morning|afternoon|evening|night"
_DAY_WORDS = r"(?:sun|mon|tue|wed|thu|fri|sat)"


class Atom(NamedTuple):
    """One part of a schedule. `weak` parts count only next to a strong one."""

    kind: str
    start: int
    end: int
    value: Any
    weak: bool = False


def atoms(text: str) -> list[Atom]:
    """The parts in order of the text; of overlapping ones the longer is kept."""
    return longest_first(atom for reader in _READERS for atom in reader(text))


def _cron(text: str) -> Iterator[Atom]:
    part = r"(?:\*|\?|\d{1,3}|[A-Za-z]{3}|L)(?:-(?:\d{1,2}|[A-Za-z]{3}))?(?:/\d{1,3})?(?:#\d)?"
    field = rf"{part}(?:,{part})*"
    for match in finds(rf"(?<![\w*/@])({field}(?:[ \t]+{field}){{4}})(?![\w*/])", text, "*"):
        if "*" in match[1]:
            yield Atom("cron", *match.span(1), match[1].replace("?", "*"))
    presets = r"(?<!\w)@(?:hourly|daily|midnight|weekly|monthly|quarterly|yearly|annually)\b"
    for match in finds(presets, text, "@"):
        yield Atom("cron", *match.span(), match.group().lower())


def _named(text: str) -> Iterator[Atom]:
    for start, end, meaning in spelled("frequencies", text):
        alone = text[start - 1 : start] not in ("@", "/", "-") if start else True
        if alone and not pattern(r"/|-\w").match(text, end):
            yield Atom("named", start, end, meaning, weak=_is_adjective(text, start, end))


def _is_adjective(text: str, start: int, end: int) -> bool:
    """Whether a single word such as `daily` describes a thing (`the daily report`), not this pipeline's schedule."""
    if " " in text[start:end]:
        return False
    context = lexicon("schedule_context")
    before = re.findall(r"[\w']+", text[max(0, start - 40) : start].lower().rpartition(".")[2])
    after = pattern(r"\s*(\w+|[^\w\s]|$)").match(text, end)
    following = after[1].lower() if after else ""
    thing = (
        r"(?:\s+(?!and\b|then\b|to\b|into\b|the\b|with\b|that\b)[\w-]+){1,3}?\s+(?:pipeline|job|dag|etl|elt|"
        r"workflow|load|sync|refresh|batch|import|export|snapshot|backup|ingestion|dump)\b"
    )
    tails = [" ".join(before[-count:]) for count in (1, 2, 3, 4)]
    if any(context.get(tail) == "never" for tail in tails):
        return True
    if any(context.get(tail) == "before" for tail in tails):
        return False
    titled = not before and pattern(r"\s+[\w-]+(?:\s+[\w-]+){0,2}\s*:").match(text, end)
    asked = not before and any(verb.form == "base" for verb in verbs().get(following, ()))
    if (
        titled
        or asked
        or pattern(thing).match(text, end)
        or pattern(_AFTER_TIME).search(text, max(0, start - 12), start)
    ):
        return False
    return following.isalpha() and context.get(following) != "after"


_AFTER_TIME = r"(?:\d:\d\d|\b\d{1,2}\s?(?:am|pm|h))\s+$"


def _every(text: str) -> Iterator[Atom]:
    count = rf"(?:-?\d+(?:\.\d+)?(?:st|nd|rd|th)?|other|second|third|fourth|{any_of('numbers')})"
    unit = any_of("units")
    expression = rf"(?<!for\s)\b(?:every|each|evry|evrey|once\s+every)[\s-]+({count})?[\s-]*({unit})(?![\w-])"
    for match in finds(expression, text, "every", "each", "evry", "evrey"):
        if match[1] is None and meaning_of("units", match[2]) in ("s",):
            continue
        yield Atom("every", *match.span(), (_count(match), meaning_of("units", match[2])), weak=_is_poll(text, match))
    compound = r"\bevery\s+(\d+\s*h\s*\d+\s*m(?:in)?|an?\s+hour\s+and\s+a\s+half|half\s+an?\s+day)\b"
    for match in finds(compound, text, "every"):
        length = duration(match[1]) or timedelta(0)
        yield Atom("every", *match.span(), (length.total_seconds(), "s"))
    times = (
        rf"\b(\d+|{any_of('numbers')})\s+times?\s+(?:(?:a|per|each|every)\s+(day|hour|week)|daily)\b|"
        rf"\btwice\s+(?:(?:a|per|each)\s+day|daily)\b"
    )
    for match in finds(times, text, "time", "twice") if pattern(_OFTEN).search(text) else ():
        yield Atom("often", *match.span(), (int(number(match[1])) if match[1] else 2, match[2] or "day"))


_OFTEN = r"\btimes?\s+(?:a|per|each|every|daily)\b|\btwice\s+(?:a|per|each|daily)\b"


def _count(match: re.Match[str]) -> float:
    words = (match[1] or "1").lower()
    value = {"other": 2.0, "second": 2.0, "third": 3.0, "fourth": 4.0}.get(words)
    value = number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", words)) if value is None else value
    if value <= 0:
        raise InputError(f"{match.group().strip()!r} never runs", hint="name a length of time above 0")
    return value


def _is_poll(text: str, match: re.Match[str]) -> bool:
    """`checking every 5 minutes`, `retry every minute`: how often a step looks again, not when the pipeline runs."""
    before = text[max(0, match.start() - 40) : match.start()]
    polling = (
        r"\b(?:re-?tr(?:y|ies|ied|ying)|pok(?:e|es|ing)|poll(?:s|ed|ing)?|prob(?:e|es|ing)|look(?:s|ing)?|"
        r"check(?:s|ing)?|ping(?:s|ing)?|try)\b[^.;:\n]*$"
    )
    asks = pattern(r"\s*(?:,\s*)?(?:until|whether|if|till|for\s+up\s+to|for\s+a\s+maximum)\b").match(text, match.end())
    return bool(pattern(polling).search(before)) or asks is not None


def _day_letters(text: str) -> Iterator[Atom]:
    """`MWF 6am`, `M-F at 7`: capitals, and a time behind them."""
    for match in pattern(r"(?<![\w-])(MWF|M/W/F|TTh|T/Th|M-F)(?=\s+(?:at\s+)?\d)", 0).finditer(text):
        yield Atom("days", *match.span(), _LETTERS[match[1].replace("/", "")])


_LETTERS = {"MWF": frozenset({1, 3, 5}), "TTh": frozenset({2, 4}), "M-F": frozenset(range(1, 6))}


def _weekdays(text: str) -> Iterator[Atom]:
    for match in finds(r"\b(?:all|every)\s+days?(?=\s+(?:but|except|other|apart|excluding))", text, "day"):
        yield Atom("every", *match.span(), (1.0, "d"))
    if not says(text, "weekend") and next(spelled("weekdays", text), None) is None:
        return
    day = rf"\b{any_of('weekdays')}\b\.?"
    glue = r"\s*(?:,\s*and|,\s*or|,|and|&|/|\+|or|-|\u2013|to|through|thru|until|till)\s*(?:on\s+)?"
    expression = rf"((?:every|each|on|evry)\s+)?({day}(?:{glue}{day})*)(?!\w)(\s+(?:{_DAY_PARTS})s\b)?"
    for match in pattern(expression).finditer(text):
        if pattern(r"\b(?:last|next|this|previous|if|when|is|unless|until|since|before|after|for|a|by)\s+$").search(
            text, max(0, match.start() - 16), match.start()
        ):
            continue
        days = _day_set(match[2])
        plural = match[3] is not None or pattern(rf"{_DAY_WORDS}\w*days\b").search(match[2]) is not None
        single = len(days) == 1 and not plural and not (match[1] or "").strip()
        yield Atom("days", match.start(), match.end(2), days, weak=single)
        part = pattern(rf"\s+({_DAY_PARTS})s?\b").match(text, match.end(2))
        if part is not None:
            yield Atom("part", *part.span(1), part[1].lower(), weak=True)
    for match in pattern(
        r"\b(?:not\s+(?:on|at)|no|except|excluding|excl\.?|but(?:\s+not)?|without|other\s+than|apart\s+from|"
        r"skip(?:ping)?|(?:(?P<apart>do\s+not|don'?t|never)|not)\s+(?:be\s+)?(?:run|execute|start)(?:\s+(?:it|this))?)\s+"
        rf"(?:for\s+|on\s+)?(?:the\s+)?(?P<out>weekends?|{day}(?:{glue}{day})*)(?!\w)"
    ).finditer(text):
        weekend = match["out"].lower().startswith("weekend")
        days = frozenset({0, 6}) if weekend else _day_set(match["out"])
        yield Atom("except", *match.span(), days, weak=match["apart"] is None)


def _day_set(words: str) -> frozenset[int]:
    days: set[int] = set()
    dash = r"(-|\u2013|\bto\b|\bthrough\b|\bthru\b|\buntil\b|\btill\b)"
    pieces = pattern(rf"(\b{any_of('weekdays')}\b)|{dash}").findall(words)
    previous, spans = None, False
    for day, between in pieces:
        if between:
            spans = True
            continue
        number_of_day = int(meaning_of("weekdays", day))
        if spans and previous is not None:
            days |= {(previous + step) % 7 for step in range((number_of_day - previous) % 7 + 1)}
        days.add(number_of_day)
        previous, spans = number_of_day, False
    return frozenset(days)


def _month_days(text: str) -> Iterator[Atom]:
    if not says(text, "month") and not pattern(r"\b(?:on|every)\s+(?:the\s+)?(?:\d|last|first)").search(text):
        return
    place = rf"(?:{any_of('ordinals')})"
    month = r"(?:of\s+)?(?:the|each|every|a)\s+(?:calendar\s+)?month"
    nth = (
        rf"\b(?:on\s+)?(?:the\s+|every\s+|each\s+)?({place})\s+({any_of('weekdays')})"
        rf"(?:\s+(?:{month})|\s+(?:in|of)\s+(?:the|each|every)\s+month)"
    )
    for match in pattern(nth).finditer(text):
        yield Atom("nth", *match.span(), (_ordinal(match[1]), int(meaning_of("weekdays", match[2]))))
    one = r"\d{1,2}(?:st|nd|rd|th)"
    several = (
        rf"(?:{one}|last(?:\s+day)?|first(?:\s+day)?)(?:\s*(?:,|and|&|,\s*and)\s*(?:on\s+)?(?:the\s+)?(?:{one}|"
        rf"last(?:\s+day)?))*"
    )
    of_month = rf"(?:\s+(?:day\s+)?{month}|\s+monthly)"
    for match in pattern(rf"\b(?:on\s+)?(?:the\s+|every\s+|each\s+)?({several}){of_month}\b").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]))
    for match in pattern(
        rf"\b(?:on|every)\s+the\s+({one}(?:\s*(?:,|and|&)\s*(?:the\s+)?{one})*)(?!\s+(?:of\s+)?\w*(?:uary|rch|"
        rf"ril|ay|une|uly|ust|ber)\b)\b"
    ).finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    for match in pattern(r"\bon\s+(?:the\s+)?(last|first)\s+day\b").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    for match in pattern(r"\b(?:on\s+)?days?\s+(\d{1,2})\s+of\s+(?:the|each|every)\s+month\b").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]))


def _days_of_month(words: str) -> tuple[str, ...]:
    days = []
    for piece in pattern(r"\d{1,2}|last|first").findall(words.lower()):
        day = {"last": "L", "first": "1"}.get(piece, piece)
        if day != "L" and not 1 <= int(day) <= 31:
            raise InputError(f"{words.strip()!r} is no day of a month", hint="a month has the days 1 to 31")
        days.append(day)
    return tuple(days)


def _ordinal(words: str) -> str:
    return meaning_of("ordinals", words)


def _dates(text: str) -> Iterator[Atom]:
    if next(spelled("months", text), None) is None:
        return
    month = any_of("months")
    of_year = r"\s*,?\s*(?:every|each)\s+year|\s+yearly|\s+annually"
    for match in pattern(
        rf"\b(?:on\s+)?(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({month})\b(?:{of_year})"
        rf"|\b(?:on\s+)?({month})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:{of_year})"
        rf"|\b(?:(?:every|each)\s+year|yearly|annually)\s*,?\s+(?:on\s+)?(?:(?:the\s+)?(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({month})|"
        rf"({month})\s+(\d{{1,2}})(?:st|nd|rd|th)?)\b"
    ).finditer(text):
        day = match[1] or match[4] or match[5] or match[8]
        name = match[2] or match[3] or match[6] or match[7]
        yield Atom("date", *match.span(), (int(meaning_of("months", name)), int(day)))


def _times(text: str) -> Iterator[Atom]:
    if not pattern(r"\d|\b(?:noon|midnight|midday|half|quarter|o'?\s?clock)\b").search(text):
        return
    for match in pattern(clock.expression()).finditer(text):
        if _is_other_time(text, match.start()):
            continue
        try:
            value: time | str | None = clock.clock_time(match.group())
        except InputError as error:
            value = error.message
        yield Atom("time", *match.span(), value, weak=False)
    yield from _hours(text)
    minute = (
        r"\b(?:at\s+)?(?:minute\s+(\d{1,2})|(\d{1,2})\s+(?:(?:minutes?|mins?)\s+(?:past|after)\s+(?:the|"
        r"every|each)(?:\s+full)?(?:\s+hour)?|past\s+(?:the|every|each)(?:\s+full)?\s+hour)|(half|quarter)\s+past\s+(?:the|every|each)(?:\s+full)?\s+hour|"
        r"at\s+:(\d{2}))\b"
    )
    for match in pattern(minute).finditer(text):
        named = {"half": 30, "quarter": 15}.get((match[3] or "").lower())
        yield Atom("minute", *match.span(), named if named else int(match[1] or match[2] or match[4]))


def _hours(text: str) -> Iterator[Atom]:
    """`at 7 and 19`, `at 7 in the evening` lean on a frequency; `at 22h` is a time by itself."""
    one = r"\d{1,2}(?:\s?h(?:rs?)?(?!\w))?"
    expression = (
        rf"(?:\bat|(?<!\w)@)\s*({one}(?:\s*(?:,\s*and|,|and|&)\s*{one})*)"
        r"(?!\s*(?:%|:|\.\d|st\b|nd\b|rd\b|th\b|a\.?m|p\.?m)|\d)"
        r"(?:\s+(in\s+the\s+(?:morning|evening|afternoon)|at\s+night|o'?\s?clock|hrs?|hours))?(?![\w-])"
    )
    for match in pattern(expression).finditer(text):
        if _is_other_time(text, match.start()):
            continue
        late = pattern(r"evening|afternoon").search(match[2] or "") is not None
        numbers = [int(number) for number in re.findall(r"\d+", match[1])]
        marked = pattern(r"\dh|\d\s+h").search(match[1]) is not None
        if marked and all(hour <= 24 for hour in numbers):
            for place, hour in zip(pattern(one).finditer(text, *match.span(1)), numbers, strict=True):
                yield Atom("time", *place.span(), time(hour % 24))
        else:
            yield Atom(
                "hours", *match.span(), [hour + 12 if late and hour < 12 else hour for hour in numbers], weak=True
            )


def _is_other_time(text: str, start: int) -> bool:
    """A time that bounds a wait or a deadline, not the run: `wait until 10:30`, `by 7 am`, `not before 6:00`."""
    before = text[max(0, start - 30) : start]
    return bool(
        pattern(
            r"\b(?:until|till|til|before|by|no\s+later\s+than|deadline(?:\s+(?:is|of))?|sla(?:\s+of)?|later\s+than|"
            r"due)\s+(?:about\s+|around\s+)?$"
        ).search(before)
    )


def _windows(text: str) -> Iterator[Atom]:
    one = r"(\d{1,2})(?::(\d{2}))?\s*(a\.?m\.?|p\.?m\.?|h|o'clock)?"
    span = rf"\b(?:from|between)\s+{one}\s*(?:to|and|until|till|through|-|\u2013)\s*{one}(?![\w:])"
    for match in pattern(span).finditer(text):
        low, high = _hour(match[1], match[3]), _hour(match[4], match[6])
        if high < low and high <= 12 and not match[6]:
            high += 12
        if low <= high <= 24:
            yield Atom("window", *match.span(), (low, min(high, 23)), weak=True)
    office = r"\b(?:during\s+)?(?:business|office|working)\s+hours(?:\s*\(?(\d{1,2})\s*(?:-|\u2013|to)\s*(\d{1,2})\)?)?"
    for match in pattern(office).finditer(text):
        low, high = int(match[1] or 9), int(match[2] or 17)
        yield Atom("window", *match.span(), (low, high + 12 if high < low else high), weak=True)


def _hour(digits: str, half: str | None) -> int:
    hour = int(digits)
    marker = (half or "").lower().replace(".", "")
    return hour + 12 if marker == "pm" and hour < 12 else 0 if marker == "am" and hour == 12 else hour


def _zones(text: str) -> Iterator[Atom]:
    for zone in find_zones(text):
        yield Atom("zone", zone.start, zone.end, zone.value, weak=True)


def _months(text: str) -> Iterator[Atom]:
    if next(spelled("months", text), None) is None:
        return
    month = any_of("months")
    for match in pattern(rf"\(\s*({month}(?:\s*[/,]\s*{month})+)\s*\)").finditer(text):
        values = [meaning_of("months", name) for name in pattern(rf"\b{month}\b").findall(match[1])]
        yield Atom("months", *match.span(), tuple(values), weak=True)
    for match in pattern(rf"\bin\s+({month}(?:\s*(?:,|and|&|to|-)\s*{month})*)\b(?!\s+\d)").finditer(text):
        values = [meaning_of("months", name) for name in pattern(rf"\b{month}\b").findall(match[1])]
        yield Atom("months", *match.span(), tuple(values), weak=True)


_READERS = (_cron, _named, _every, _day_letters, _weekdays, _month_days, _dates, _times, _windows, _zones, _months)

__all__ = ["DAILY_SET", "SECONDS", "Atom", "atoms"]
