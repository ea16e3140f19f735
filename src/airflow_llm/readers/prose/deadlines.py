"""Deadlines: what has to be done by a time of day, and how long a run may take before somebody is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose import clock
from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked
from airflow_llm.readers.prose.lexicon import verbs
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import finds, hints, pattern, says
from airflow_llm.readers.prose.timezones import zone_after


class Deadline(NamedTuple):
    """`after` is counted from the start of the run, `by` is a time of day in minutes, in `timezone` if the text says.

    `subject` are the words for what has to be done; empty or a word for the whole run where it is all of it.
    """

    after: timedelta | None = None
    by: int | None = None
    timezone: str = ""
    subject: str = ""
    half: bool = False
    """Whether the words leave open which half of the day is meant: `by 7`."""
    each_task: bool = False
    """Whether it holds for every task by itself."""


_WHAT = (
    r"(?:(?:and|but|so\s+that|so|because|as)\s+)?(?P<what>it|this|that|which|they|everything|all\s+of\s+(?:it|this|them)|all"
    r"|(?:the|our|this|these|all|whole|your)\s+(?:[\w-]+\s+){0,2}?[\w-]+)\s+"
)
_MUST = (
    r"(?:must|has\s+to|have\s+to|had\s+to|needs?\s+to|should|shall|ought\s+to|is\s+to|are\s+to|will\s+have\s+to|"
    r"(?:is|are)\s+(?:due|needed|required|wanted|expected))"
)
_OVER = (
    r"(?:(?:be\s+|have\s+)?(?:all\s+|fully\s+|completely\s+|already\s+|been\s+)*(?:done|finish(?:ed)?|ready|complet(?:ed?)|available|"
    r"loaded|delivered|through|over|there|live|in\s+place|usable|up[\s-]to[\s-]date|refreshed|updated|end(?:ed)?)"
    r"|be\s+(?:in|on|at)\s+(?:the\s+|their\s+|our\s+)?[\w.-]+(?:\s+[\w.-]+)?)"
)
_BY = (
    r"(?:by|before|until|till?|no\s+later\s+than|not\s+later\s+than|at\s+the\s+latest(?:\s+(?:by|at))?|latest(?:\s+(?:by|at))?)"
    r"\s+(?:the\s+latest\s+(?:at\s+)?)?"
)
_NO_OUTPUT = r"\b(?:files?|feed|drop|upstream|export|partner|supplier|vendor|sensor|marker|flag)\b"
_LABEL = r"\b(?P<label>sla|deadline|service\s+level|due(?:\s+(?:time|by|at))?|cut-?off)(?:\s+for\s+(?:the\s+)?[\w-]+)?"
_LABELS = r"\b(?:sla(?!ck)|deadline|service\s|due|cut)"
_IS = r"[\"'`*]*\s*(?:is\s+|of\s+|at\s+|[:=]\s*|by\s+|set\s+to\s+)*"
_OTHERS = (
    r"\b(?:wait\w*|sensor|if|when|unless|until|once|arriv\w*|expected|files?|no|not|published|scheduled?|"
    r"comes?)\b"
)


def find_deadlines(text: str) -> list[Found[Deadline]]:
    """Every deadline of the pipeline. The time by which something arrives, or until which a step waits, is none."""
    if not says(text, *_SIGNS):
        return []
    labelled = [*_labelled(text), *_lengths(text)] if hints(text, _LABELS) else []
    return without_overlaps([*_obliged(text), *labelled, *_plain(text)])


_SIGNS = ("sla", "deadline", "service", "due", "cut", "by ", "by\n", "before", "until", "till", "latest", "later")


def _time() -> str:
    return rf"(?P<time>{clock.expression()}|\d{{1,2}}(?!\w|[.,:]\d|\s*(?:%|days?|hours?|minutes?|times|x)\b))"


def _obliged(text: str) -> Iterator[Found[Deadline]]:
    """`it must be done by 7:00`, `must complete before 6 am`, `to be ready by noon`, `done by 7`."""
    if not hints(text, rf"\b(?:{_MUST}\s|be\b|done\b|finish|ready\b|complete)"):
        return
    must = rf"(?:(?:{_WHAT})?\b{_MUST}\s+(?:to\s+)?|\b(?:to\s+)?(?=be\b|done\b|finish|ready\b|complete))"
    at = rf"(?:,?\s+(?:every\s+(?:day|morning|night)\s+|daily\s+)?{_BY}|\s+at\s+)"
    for match in finds(rf"{must}{_OVER}{at}{_time()}(?P<behind>\s+at\s+the\s+latest)?", text, *_SIGNS, " at "):
        before = text[max(0, match.start() - 40) : match.start()]
        what = match["what"] or ""
        bound = pattern(_NO_OUTPUT).search(what) or pattern(
            r"\b(?:if|when|unless|once|not|n't|never|wait\w*)\s+(?:\w+\s+){0,3}$"
        ).search(before)
        if bound is None and not pattern(r"\b(?:if|when|unless|once|not|isn't)\b").search(what):
            yield from _by(text, match, what)


def _labelled(text: str) -> Iterator[Found[Deadline]]:
    """`SLA: 8:30`, `deadline is 7 am`, `due by noon`."""
    for match in finds(rf"{_LABEL}{_IS}{_time()}", text, "sla", "deadline", "service", "due", "cut"):
        if not pattern(_MISSED).search(text[max(0, match.start() - 30) : match.start()]):
            yield from _by(text, match, "")


def _lengths(text: str) -> Iterator[Found[Deadline]]:
    """`SLA of 2 hours`, `with a deadline of 20 minutes`, `sla=timedelta(hours=1)`."""
    plain = masked(text)
    form = rf"{_LABEL}{_IS}({LENGTH})(?:\s+(?:after|from)\s+(?:the\s+)?(?:start|launch|beginning)\b)?"
    for match in finds(form, plain, "sla", "deadline", "service") if MASK in plain else ():
        start, end = match.span(2)
        length = duration(text[start:end])
        if length is not None and length > timedelta(0) and match["label"].lower().startswith(("sla", "dead", "serv")):
            each = pattern(r"\s*(?:for|per|of|on)\s+(?:every|each|any|a\s+single)?\s*(?:task|step)s?\b").match(
                text, match.end()
            )
            alone = each is not None or plain[start - 1] == "="
            yield found(text, match.start(), each.end() if each else end, Deadline(after=length, each_task=alone), 0.9)


_FARTHEST = 200
_MISSED = r"\b(?:miss(?:es|ed)?|over|past|after|beyond)\s+(?:the\s+|its\s+)?$"


def _plain(text: str) -> Iterator[Found[Deadline]]:
    """`load the sales into Snowflake by 6:30`: in a sentence that waits for nothing and asks nothing."""
    for match in finds(rf"(?<=\w)\s+(?:no\s+later\s+than|not\s+later\s+than|by)\s+{_time()}", text, "by", "later"):
        lead = pattern(r"[.;:](?=\s)|\n").split(text[max(0, match.start() - _FARTHEST) : match.start()])[-1]
        if not pattern(_OTHERS).search(lead) and _is_asked(lead) and not match["time"].strip().isdigit():
            yield from _by(text, match, "", 0.6)


def _is_asked(lead: str) -> bool:
    """Whether the words in front ask for work, rather than tell what others do."""
    opening = lead.lower().split()[:1]
    asked = any(verb.form == "base" for word in opening for verb in verbs().get(word, ()))
    return len(lead.split()) > 2 and (asked or opening[0] in ("every", "each", "please", "daily", "nightly"))


def _by(text: str, match: re.Match[str], what: str, strength: float = 0.9) -> Iterator[Found[Deadline]]:
    try:
        time = clock.clock_time(match["time"])
    except InputError:
        time = None
    if time is None:
        return
    zone = zone_after(text, match.end())
    ends = match.end() - (match["time"][-1:] == "." and match.end() == match.end("time"))
    end = zone.end if zone is not None else ends
    half = match["time"].strip().isdigit() and time.hour <= 12
    place = zone.value if zone is not None else ""
    value = Deadline(by=time.hour * 60 + time.minute, timezone=place, subject=what, half=half)
    yield found(text, match.start() + len(match.group()) - len(match.group().lstrip()), end, value, strength)
