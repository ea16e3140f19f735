"""Counts of tries as people say them in passing: `twice more`, `3x/5min`, `no need to retry`, `retries two`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked, number, number_words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, finds, hints, pattern, says


@dataclass(frozen=True, slots=True)
class Retries:
    """What the words say about trying again; None: not said. `scope` is `rest` for all tasks that have no own count.

    `about` are the words that name the tasks it is said of.
    """

    count: int | None = None
    delay: timedelta | None = None
    backoff: bool | None = None
    longest_delay: timedelta | None = None
    scope: Literal["", "rest", "all", "named"] = ""
    about: str = ""


_WORDS = r"(?:one|two|three|four|five|six|seven|eight|nine|ten)"
_FEW = rf"(?:\d{{1,2}}|{_WORDS})"
_TIMES = rf"(?:once|twice|thrice|{_FEW}\s*(?:x\b|times?\b))"
_AGAIN = (
    r"(?:re-?tr(?:y|ied|ies)|repeat(?:ed|s)?|(?:try|tries|tried|do|done|ask|asked|start|started|run)\s+"
    r"(?:it\s+|this\s+|that\s+|them\s+)?again)"
)
_MOST = r"(?:(?:up\s+to|at\s+(?:the\s+(?:very\s+)?)?most|max(?:imum|imally)?\.?)\s+)?"
_OFTEN = r"(?!\s+(?:an?|per|each|every|the)\s+(?:day|hour|week|night|month|minute))"
_TROUBLE = (
    r"\b(?:fail\w*|break\w*|broke\w*|errors?|down|falls?\s+over|wrong|trouble|crash\w*|die[sd]?|red|not\s+(?:there|up|reachable)"
    r"|stuck|unreachable|if\s+need\s+be)\b"
)
_ENDED = r"(?=\s*(?:[.,;:!)\n/]|$|\b(?:and|with|w/|at\s+most|max|after|before|in\s+total|each|but|for|then)\b))"


def loose_tries(text: str) -> Iterator[Found[Retries]]:
    """Every such place. A count that is an order of times for work, such as `run it twice a day`, is none."""
    yield from _refused(text)
    plain = masked(text)
    yield from _again(text, plain)
    yield from _more(text)
    yield from _labels(text)
    yield from _compact(text, plain)
    yield from _totals(text)


_REFUSED = (
    r"\b(?:no\s+need\s+(?:to|for)\s+(?:an?\s+)?(?:re-?try|repeat)|re-?tr(?:y|ies)\s+(?:is|are)\s+not\s+(?:needed|required|necessary|wanted)"
    r"|not\s+to\s+(?:re-?try|repeat)(?=\s*(?:[.,;)\n]|$))|no\s+(?:second|further|other)\s+(?:attempts?|tr(?:y|ies)|goes)"
    r"|(?:don'?t|dont|do\s+not|never)\s+(?:do|start|try|run)\s+(?:it\s+)?again\b(?!\s+(?:if|when|unless|before|until|on|at)\b)"
    r"|under\s+no\s+circumstances\s+(?:is|are|may|must)\s+[\w ]{1,20}?\s?(?:repeated|re-?tried)"
    r"|(?:must|may|should|shall)\s+not\s+be\s+any\s+(?:automatic\s+)?re-?tr(?:y|ies)|(?:nothing|none)\s+(?:is\s+to|may|must|shall)\s+be\s+re-?tried"
    r"|re-?try\s+(?:nothing|none(?:\s+of\s+them)?)\b(?!\s+(?:but|except))|(?:is|are|be)\s+re-?tried\s+nowhere|re-?tries\s+none|no\s+(?:re-?)?trying\s+again"
    r"|(?:without|w/o)\s+(?:any\s+)?(?:re-?try|re-?tries|repetition))\b"
)


def _refused(text: str) -> Iterator[Found[Retries]]:
    for match in finds(_REFUSED, text, "tr", "attempt", "again", "repeat", "goes"):
        yield _told(text, match.span(), 0)


def _again(text: str, plain: str) -> Iterator[Found[Retries]]:
    """`is repeated after thirty minutes, twice at most`, `ask again up to three times`, `two times try again`."""
    if not hints(text, rf"\b{_AGAIN}\b"):
        return
    behind = rf"\b{_AGAIN}\b(?P<gap>[^.;\n]{{0,60}}?)[\s,]\s*{_MOST}(?P<count>{_TIMES}){_OFTEN}{_ENDED}"
    for match in pattern(behind).finditer(plain):
        if not pattern(r"\b(?:if|when|once|which|that|who|and\s+\w+s)\b").search(match["gap"]):
            yield _told(text, match.span(), _count(match["count"]), _pause(text, match, "gap"))
    before = (
        rf"\b(?P<count>{_TIMES})\s+(?:to\s+)?(?:try|do|start|run|ask)\s+(?:it\s+)?again\b"
        rf"|\b(?P<one>{_FEW})\s+times?\s+repeat\b"
    )
    for match in pattern(before).finditer(plain):
        yield _told(text, match.span(), _count(match["count"] or match["one"]))
    noun = r"\b(?:with|and|,)\s+(?:an?\s+)?(?P<one>one|single|1)\s+(?:time\s+)?repeat\b(?!\s+(?:of|order|customer))"
    for match in pattern(noun).finditer(plain):
        yield _told(text, (match.start("one"), match.end()), 1)


def _more(text: str) -> Iterator[Found[Retries]]:
    """`twice more if a step falls over`, `two more goes`, `one try more`: where the sentence speaks of trouble."""
    forms = (
        rf"\b(?P<count>{_TIMES})\s+(?:more|again)\b|\b(?P<goes>{_FEW})\s+more\s+(?:goes|tries|attempts?|try|go)\b"
        rf"|\b(?P<tail>{_FEW})\s+(?:attempts?|tr(?:y|ies)|goes)\s+(?:more|again)\b"
    )
    for match in pattern(forms).finditer(text) if says(text, "more", "again") else ():
        stops = [text.rfind(stop, 0, match.start()) for stop in (". ", "\n", ";")]
        end = pattern(r"[.;\n]|$").search(text, match.end())
        sentence = text[max(stops) + 1 : end.start() if end is not None else len(text)]
        said = match["goes"] or match["tail"]
        if said or hints(sentence, _TROUBLE):
            yield _told(text, match.span(), _count(match["count"] or said))


def _labels(text: str) -> Iterator[Found[Retries]]:
    """`retries two, zone Asia/Dubai`, `retries stay 1`, `About the retry, 3 times`, `two failed retries`."""
    digit = r"(?:(?<=stay\s)|(?<=stays\s)|(?<=remain\s))\d"
    label = rf"\bre-?tries\s+(?:(?:stay|stays|remain|are|is|at)\s+)?(?P<count>{_WORDS}|{digit}){_ENDED}"
    for match in finds(label, text, "retries", "re-tries"):
        yield _told(text, match.span(), _count(match["count"]))
    for match in finds(rf"\bre-?try\s*[,:]\s*(?P<count>{_TIMES})", text, "retry"):
        yield _told(text, match.span(), _count(match["count"]))
    for match in finds(rf"\b(?P<count>{_FEW})\s+failed\s+re-?tries\b", text, "failed re"):
        yield _told(text, match.span(), _count(match["count"]))
    each = rf"\b(?:it|each|every|any|a)\b[^.;\n]{{0,30}}?\bmay\s+fail\s+(?P<count>{_TIMES})"
    for match in finds(each, text, "may fail"):
        yield _told(text, match.span("count"), _count(match["count"]))
    thing = r"(?:an?|the|any|every|each)\s+(?:failed\s+)?(?:task|step|run|call|load|job)"
    article = rf"\bre-?try\s+{thing}\s+(?P<count>{_TIMES}){_OFTEN}"
    for match in finds(article, text, "retry", "re-try"):
        yield _told(text, match.span(), _count(match["count"]))


def _compact(text: str, plain: str) -> Iterator[Found[Retries]]:
    """`3x/5min retry`, `retries: 2x, 5 min apart`, `x3 retries`, `retry x3`."""
    if MASK in plain:
        slashed = rf"(?<![\w.])(?P<count>\d{{1,2}})\s?x?\s*[/@]\s*(?P<gap>{LENGTH})\s*(?:re-?try|re-?tries|apart)"
        for match in pattern(slashed).finditer(plain):
            yield _told(text, match.span(), int(match["count"]), duration(text[match.start("gap") : match.end("gap")]))
    crossed = r"\bre-?tr(?:y|ies)\s*:?\s*x\s?(?P<one>\d{1,2})\b|(?<!\w)x\s?(?P<two>\d{1,2})\s+(?:re-?tries|re-?try)\b"
    for match in finds(crossed, text, "x"):
        yield _told(text, match.span(), int(match["one"] or match["two"]))


def _totals(text: str) -> Iterator[Found[Retries]]:
    """`one try.`, `tries: 2 in total`: the first one is no repetition."""
    opened = r"(?:^|(?<=[.;,\n]\s)|(?<=[.;,\n]))(?:only\s+|just\s+)?"
    alone = rf"{opened}(?P<one>one|1|a\s+single)\s+(?:try|attempt)(?:\s+only)?(?=\s*(?:[.,;\n]|$))"
    for match in finds(alone, text, "try", "attempt"):
        yield _told(text, match.span(), 0)
    total = rf"\b(?:tries|attempts)\s*[:=]?\s*(?P<count>\d{{1,2}}|{number_words()})\s+in\s+total\b"
    for match in finds(total, text, "in total"):
        yield _told(text, match.span(), max(int(number(match["count"])) - 1, 0))


def _told(text: str, span: tuple[int, int], count: int, delay: timedelta | None = None) -> Found[Retries]:
    return found(text, *span, Retries(count, delay), 0.8)


def _count(said: str) -> int:
    words = said.lower().strip()
    fixed = {"once": 1, "twice": 2, "thrice": 3}.get(words)
    if fixed is not None:
        return fixed
    return int(number(re.sub(r"(?<=\d)\s*x$|\s*times?$", "", words)))


def _pause(text: str, match: re.Match[str], group: str) -> timedelta | None:
    """The length of time that the words between name."""
    place = pattern(LENGTH).search(match.string, *match.span(group)) if MASK in match[group] else None
    if place is not None:
        return duration(text[place.start() : place.end()])
    each = pattern(rf"\b(?:each|every)\s+((?:quarter\s+of\s+an?\s+|half\s+an?\s+)?{any_of('units')})\b").search(
        match[group]
    )
    return duration(each[1] if " " in each[1] else f"1 {each[1]}") if each is not None else None
