"""The smallest parts of a schedule: a frequency, some days, a time, an hour window, a cron expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import cache

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import SECONDS, duration, number
from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.schedules import clock, days
from airflow_llm.readers.prose.schedules.atom import DAILY_SET, Atom
from airflow_llm.readers.prose.schedules.minutes import minutes
from airflow_llm.readers.prose.schedules.shorthand import numbered_days, placed_hours, short_days, short_times
from airflow_llm.readers.prose.schedules.windows import windows
from airflow_llm.readers.prose.span import longest_first
from airflow_llm.readers.prose.spellings import any_of, finds, hints, lexicon, lowered, meaning_of, pattern, spelled
from airflow_llm.readers.prose.timezones import find_zones, zone_after

_FIELDS = 5


def atoms(text: str) -> list[Atom]:
    """The parts in order of the text; of overlapping ones the longer is kept."""
    parts = longest_first(atom for reader in _READERS for atom in reader(text))
    return longest_first([*parts, *_places(text, parts)])


def _places(text: str, parts: list[Atom]) -> Iterator[Atom]:
    """The places right behind a time of day, as zones."""
    for part in parts:
        if part.kind in ("time", "hours", "window", "due") or (part.kind == "zone" and part.value.startswith("Etc/")):
            place = zone_after(text, part.end)
            if place is not None:
                yield Atom("zone", place.start, place.end, place.value, weak=True)


_NAMES = r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"


def _cron(text: str) -> Iterator[Atom]:
    part = rf"(?:\*|\?|\d{{1,3}}|{_NAMES}|L)(?:-(?:\d{{1,2}}|{_NAMES}))?(?:/\d{{1,3}})?(?:#\d)?"
    field = rf"{part}(?:,{part})*"
    for match in finds(rf"(?<![\w*/@])({field}(?:[ \t]+{field}){{4,6}})(?![\w*/])", text, "*"):
        if "*" in match[1]:
            said = _without_zone(match[1])
            yield Atom("cron", match.start(), match.start() + len(said), _five_fields(said))
    presets = r"(?<!\w)@(?:hourly|daily|midnight|weekly|monthly|quarterly|yearly|annually)\b"
    for match in finds(presets, text, "@"):
        yield Atom("cron", *match.span(), match.group().lower())
    call = r"\bcrontab\(([^()\n]{0,120})\)"
    for match in finds(call, text, "crontab("):
        named = dict(
            pattern(r"\b(minute|hour|day_of_month|month_of_year|day_of_week)\s*=\s*['\"]?([\w*/,-]+)").findall(match[1])
        )
        order = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")
        yield Atom("cron", *match.span(), " ".join(named.get(name, "*") for name in order))
    timer = r"\bOnCalendar\s*=\s*(?:(\w{3}(?:[.,-]+\w{3})*)\s+)?\*-\*-\*\s+(\d{1,2}):(\d{2})(?::\d{2})?"
    for match in finds(timer, text, "oncalendar"):
        yield Atom("cron", *match.span(), f"{int(match[3])} {int(match[2])} * * {(match[1] or '*').replace('..', '-')}")


def _without_zone(said: str) -> str:
    """The expression without the words behind it: `0 2 * * * utc`."""
    fields = said.split()
    while len(fields) > _FIELDS and fields[-1].isalpha() and fields[-1].lower()[:3] not in lexicon("weekdays"):
        fields.pop()
    return said[: list(re.finditer(r"\S+", said))[len(fields) - 1].end()]


def _five_fields(said: str) -> str:
    """Quartz and Spring write seconds before the five fields, AWS and Quartz a year behind them."""
    fields = said.split()
    seconds = fields[0].isdigit() and len(fields) > _FIELDS and fields[2] != "?" and fields[4] != "?"
    return " ".join((fields[1:] if seconds else fields)[:_FIELDS]).replace("?", "*")


def _named(text: str) -> Iterator[Atom]:
    for start, end, meaning in spelled("frequencies", text):
        dotted = text[start - 1 : start] in (".", ":") and text[start - 2 : start - 1].isalnum()
        dotted = dotted and not text[max(0, start - 12) : start].lower().endswith(
            ("schedule:", "frequency:", "cadence:", "run:")
        )
        alone = not dotted and text[start - 1 : start] not in ("@", "/", "-", "#", "_", "$") if start else True
        if meaning == "quarterly" and pattern(r"\s+(?:past|of\s+an|hour)").match(text, end):
            continue
        if alone and not pattern(r"/|-\w").match(text, end):
            part = pattern(r"\s(morning|afternoon|evening|night)s?$").search(text, start, end)
            if meaning == "weekdays" and part is not None:
                yield Atom("part", *part.span(1), part[1].lower(), weak=True)
                yield Atom("named", start, part.start(), meaning)
                continue
            looked = " " in text[start:end] and meaning.endswith("hourly") and _is_retry(text, start)
            yield Atom("named", start, end, meaning, weak=looked or _is_adjective(text, start, end))


def _is_adjective(text: str, start: int, end: int) -> bool:
    """Whether a single word such as `daily` describes a thing (`the daily report`), not this pipeline's schedule."""
    if " " in text[start:end]:
        return False
    context = lexicon("schedule_context")
    before = re.findall(r"[\w']+", re.split(r"[.,;:!?(]", text[max(0, start - 40) : start].lower())[-1])
    after = pattern(r"[ \t]*(\w+|[^\w\s]|$)").match(text, end)
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
    return following.isalpha() and context.get(following) != "after" and following not in _OPENS_OBJECT


_OPENS_OBJECT = frozenset({"the", "its", "their", "our", "this", "it", "all", "each", "every", "that"})
_AFTER_TIME = r"(?:\d:\d\d|\b\d{1,2}\s?(?:am|pm|h))\s+$"


def _every(text: str) -> Iterator[Atom]:
    count = rf"(?:-?\d+(?:\.\d+)?(?:st|nd|rd|th)?|other|second|third|fourth|{any_of('numbers')})"
    unit = any_of("units")
    opener = r"(?:(?:every|each|evry|evrey|once\s+every)(?:[\s-]+|:\s*)|q[\s-]?(?=\d))"
    expression = rf"(?<!for\s)\b{opener}(?:({count})(?:(?<=\d)|(?=[\s-])))?[\s-]*({unit})(?![\w/-])"
    for match in pattern(expression).finditer(text) if _has_length(text) else ():
        if match[1] is None and meaning_of("units", match[2]) in ("s",):
            continue
        if pattern(_AVERAGED).search(text, max(0, match.start() - 30), match.start()):
            continue
        yield Atom(
            "every", *match.span(), (_count(match), meaning_of("units", match[2])), weak=_is_poll(text, *match.span())
        )
    each_other = r"\bevery\s+(?:other|second|2nd)\s+(?=\w+days?\b|(?:mon|tue|wed|thu|fri|sat|sun)\b)"
    for match in finds(each_other, text, "other", "second", "2nd"):
        yield Atom("every", *match.span(), (2.0, "w"))
    call = (
        r"\bschedule(?:_interval)?\s*=\s*(?:datetime\.)?timedelta\(\s*(days|hours|minutes|weeks)\s*=\s*(\d{1,5})\s*\)"
    )
    for match in finds(call, text, "timedelta"):
        yield Atom("every", *match.span(), (float(match[2]), meaning_of("units", match[1])))
    yield from _steps(text)
    compound = r"\bevery\s+(\d+\s*h\s*\d+\s*m(?:in)?|an?\s+hour\s+and\s+a\s+half|half\s+an?\s+day)\b"
    for match in finds(compound, text, "every"):
        length = duration(match[1]) or timedelta(0)
        yield Atom("every", *match.span(), (length.total_seconds(), "s"))
    times = (
        rf"\b(?:(\d+|{any_of('numbers')})\s+times?|(\d)\s?x)\s+(?:(?:(?:a|per|each|every|by|(?:in|to)\s+the)\s+)?(day"
        rf"|hour|week)|daily)\b|"
        rf"\b(?:twice|(thrice))\s+(?:(?:a|per|each|every|by)\s+day|daily)\b"
    )
    for match in finds(times, text, "time", "twice", "thrice", "x") if pattern(_OFTEN).search(text) else ():
        count_said = match[1] or match[2]
        yield Atom(
            "often", *match.span(), (int(number(count_said)) if count_said else 3 if match[4] else 2, match[3] or "day")
        )


def _steps(text: str) -> Iterator[Atom]:
    """`*/15` with no other field, `even hours`, `odd hours`."""
    alone = r"(?<![\w*/,])(?<![*\d][ \t])\*/(\d{1,2})(?![\w*/]|[ \t]+[\d*@?])"
    for match in finds(alone, text, "*/"):
        if 0 < int(match[1]) < SECONDS["m"]:
            yield Atom("every", *match.span(), (float(match[1]), "m"))
    for match in finds(r"\b(?:(?:at|every|on|in|all)\s+)?(?:the\s+)?(even|odd)\s+hours?\b", text, "even", "odd"):
        first = 0 if match[1].lower() == "even" else 1
        yield Atom("hourset", *match.span(), list(range(first, 24, 2)))


def _has_length(text: str) -> bool:
    """Whether a number or a unit of time stands right behind a word such as `every`."""
    said = pattern(r"\b(?:(?:every|each|evry|evrey)[\s:-]+(\w+)|q[\s-]?\d)").findall(lowered(text))
    return any(not word or word[0].isdigit() or word in _length_words() for word in said)


@cache
def _length_words() -> frozenset[str]:
    numbers = (pattern(r"\W").split(spelling)[0] for spelling in lexicon("numbers"))
    return frozenset({"other", "second", "third", "fourth", *lexicon("units"), *numbers})


_OFTEN = r"(?:\btimes?|\btwice|\bthrice|\dx?\s?x)\s+(?:a|per|each|every|by|in|to|daily|day)\b"


def _lengths(text: str) -> Iterator[Atom]:
    """`10-min cadence`, `6-hourly`, `a timer of 12 min`, `all ten minutes`, `frequency ${coord:hours(6)}`."""
    count, unit = rf"(?:\d+|{any_of('numbers')})", any_of("units")
    word = r"(?:cadence|cycle|rhythm|beat|intervals?|frequency|timer|schedule|period)"
    expression = (
        rf"\b(\d+|(?<!to\s)(?<!in\s)(?<!into\s){any_of('numbers')}(?=[\s-]))[\s-]?({unit})[\s-]+{word}\b(?!\s+(?:data|table|values|means))"
        rf"|\b{word}(?:\s+(?:of|is))?\s*[:=]?\s*(\d+(?=\D)|{count}(?=\s))\s*({unit})(?![\w/])"
        rf"|\ball\s+({count})\s+(minutes|hours|months|weeks|days)\b(?!\s+(?:of|ago|old|in)\b|')"
        rf"|(?<![-\u2013\d])\b({count})[\s-](hour|minute)ly\b(?!\s+(?:{_THINGS}))"
        rf"|\bof\s+(\d+)\s+in\s+\d+\s+(minutes|hours)\b|\b(?:interval|cycle|rhythm)\s+is\s+(half\s+an)\s+(hour)\b"
        rf"|\bcoord:(minutes|hours|days|months)\((\d+)\)"
    )
    for match in finds(expression, text, *_LENGTH_WORDS):
        said = [words for words in match.groups() if words]
        amount, name = (said[1], said[0]) if said[0].lower() in lexicon("units") else said
        meaning = meaning_of("units", name)
        value = 0.5 if amount.startswith("half") else number(amount)
        if value > 0 and meaning != "s":
            yield Atom("every", *match.span(), (value, meaning), weak=_is_poll(text, *match.span()))


_LENGTH_WORDS = (
    "cadence",
    "cycle",
    "rhythm",
    "beat",
    "interval",
    "frequency",
    "timer",
    "schedule",
    "period",
    "all ",
    "hourly",
    "minutely",
    "coord:",
    " in ",
)
_THINGS = (
    r"rates?|wages?|pay|averages?|values?|means?|data|figures?|totals?|series|prices?|readings?|resolution|buckets?"
)


def _bare_every(text: str) -> Iterator[Atom]:
    """`every 20`, `q15`: of a number without a unit, which parts an hour, minutes are meant."""
    behind = (
        r"(?=\s*(?:[.;:!?)]|,(?!\s?\d)|$)|\s+(?:pls|please|thx|thanks|utc|in\s|from\s|between\s|on\s|mon|weekdays|wkdays|"
        r"[mM]o?-[fF]|is\s(?:ok|fine|enough)|\d{1,2}\s?[-\u2013]\s?\d))"
    )
    bare = rf"(?<![\w-])(?:(?:[Ee]very|EVERY|[Ee]vry|[Ee]ach)\s+|q\s?)(5|10|12|15|20|30)(?![\w.]){behind}"
    for match in pattern(bare, 0).finditer(text) if hints(text, r"(?:every|evry|each)\s\d|q\s?\d") else ():
        if not pattern(_SAMPLES).search(text, max(0, match.start() - 24), match.start()) and not _is_poll(
            text, *match.span()
        ):
            yield Atom("every", *match.span(), (float(match[1]), "m"))


_SAMPLES = (
    r"\b(?:sampl\w*|rows?|records?|keeps?|takes?|print\w*|logs?|checkpoint\w*|commit\w*|saves?|batch\w*|of|for|in|after|epochs?"
    r"|one|pages?|lines?|steps?)\s+$"
)


def _count(match: re.Match[str]) -> float:
    words = (match[1] or "1").lower()
    value = {"other": 2.0, "second": 2.0, "third": 3.0, "fourth": 4.0}.get(words)
    value = number(re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", words)) if value is None else value
    if value <= 0:
        raise InputError(f"{match.group().strip()!r} never runs", hint="name a length of time above 0")
    return value


def _is_poll(text: str, start: int, end: int) -> bool:
    """`checking every 5 minutes`, `retry every minute`: how often a step looks again, not when the pipeline runs."""
    before = text[max(0, start - 40) : start]
    polling = (
        r"\b(?:re-?tr(?:y|ies|ied|ying)|re-?start\w*|try|tries|trys|attempt\w*|repeat\w*|(?<!no\s)wait(?:s|ing)?|\d\s+ti?mes?"
        r"|\d\s+tims|times\s+(?:at|every|with|in)|apart)"
        r"\b[^.;:\n]*$|\b(?:pok(?:e|es|ing)|poll(?:s|ed|ing)?|prob(?:e|es|ing)|look(?:s|ing)?|"
        r"check(?:s|ing)?|ping(?:s|ing)?|sensor)\b[^.;:,>→\n]*$"
    )
    own = r"(?:^|[.;:\n]\s*|\bplease\s+)poll\s+(?:the\s+)?[\w -]{1,30}\s$"
    if pattern(_ITSELF).search(before):
        return False
    if pattern(own).search(before) and pattern(r"\s*(?:[.;)\n]|pls\b|please\b|$)").match(text, end):
        return False
    asks = pattern(
        r"\s*(?:,\s*)?(?:until|whether|if|till|for\s+(?:up\s+to|a\s+max\w*|at\s+most|max\w*|no\s+more))\b"
    ).match(text, end)
    return bool(pattern(polling).search(before)) or asks is not None


def _is_retry(text: str, start: int) -> bool:
    """`retry 10 times every half hour`."""
    return (
        pattern(r"\b(?:re-?tr\w+|tries|attempts?|repeat\w*)\b[^.;,\n]*$").search(text, max(0, start - 40), start)
        is not None
    )


_AVERAGED = r"\b(?:averages?|means?|sums?|totals?|buckets?|windows?|values?)\s+(?:of|for|over|per|in|at)\s+$"
_ITSELF = (
    r"(?:^|[.;\n]\s*|\band\s+)(?:it|this|the\s+(?:job|run|dag|pipeline|flow|whole\s+\w+))\s+(?:is\s+)?"
    r"repeat(?:s|ed)\s+$"
)


def _zones(text: str) -> Iterator[Atom]:
    for zone in find_zones(text):
        yield Atom("zone", zone.start, zone.end, zone.value, weak=True)


def _parts_of_day(text: str) -> Iterator[Atom]:
    """`by evening 8 o'clock`, `Friday in the night, 2:00`: a part of the day right before a time."""
    words = (
        r"(?<!every\s)(?<!each\s)\b(?:(?:in|by|of)\s+(?:the\s+)?)?(morning|afternoon|evening"
        r"|night)(?=[\s,]{1,3}(?:at\s+)?\d)"
    )
    for match in finds(words, text, "morning", "noon", "evening", "night"):
        yield Atom("part", *match.span(), match[1].lower(), weak=True)


_READERS = (
    _cron, _named, _every, _lengths, days.day_letters, days.weekdays, days.nights_between, days.month_days,
    days.dates, _parts_of_day, clock.times, minutes, windows, _zones, days.months_of, short_days, short_times,
    numbered_days, placed_hours, _bare_every,
)  # fmt: skip

__all__ = ["DAILY_SET", "SECONDS", "Atom", "atoms"]
