"""Retries, time-outs, pools and priorities: what holds for a step or for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import amount, duration, number, number_words
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, pattern

_MOST = 100


@dataclass(frozen=True, slots=True)
class Retries:
    """What the words say about trying again; None: not said."""

    count: int | None = None
    delay: timedelta | None = None
    backoff: bool | None = None
    longest_delay: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A time-out. `scope`: of each task, of the whole run, of a wait, or of whatever the words stand beside."""

    length: timedelta
    scope: Literal["task", "run", "wait", "step"] = "step"


def find_retries(text: str) -> list[Found[Retries]]:
    """Every place that says how often and how a failed task is tried again. InputError for `retry -3 times`."""
    hits = [*_refused(text), *_counted(text)]
    return [_with_delay(text, hit) for hit in without_overlaps(hits)]


def _refused(text: str) -> Iterator[Found[Retries]]:
    words = (
        r"\b(?:no|without|zero|disable|never|not?\s+any)\s+(?:automatic(?:ally)?\s+|auto[\s-]?|"
        r"task\s+)?(?:re-?try(?:ing)?|re-?tries)\b"
        r"(?!\s+(?:e-?mail|notif|alert|polic|log|mention|set|spec|is\s+(?:set|spec)|are\s+spec))"
        r"|\b(?:do\s+not|don'?t|dont|should\s*n'?t|should\s+not|must\s+not|mustn'?t|never)\s+(?:ever\s+|"
        r"please\s+)?(?:re-?try|try\s+again)"
        r"\b(?:\s+(?:anything|it|them|on\s+failure|automatically|any\s+(?:task|step)s?))?"
        r"|\bre-?tr(?:y|ies)(?:\s+polic(?:y|ies))?\s*[:=]\s*(?:none|no|never|disabled|off)\b(?!\s+(?:set|"
        r"spec|explicit|mention))"
        r"|\bre-?tries\s+(?:are\s+)?(?:disabled|off|turned\s+off)\b"
    )
    for match in pattern(words).finditer(text):
        yield found(text, *match.span(), Retries(count=0))


def _counted(text: str) -> Iterator[Found[Retries]]:
    count, times = number_words(), r"(?:\s+(?:more\s+)?times?\b)"
    again = r"(?:re-?(?:try|tried|tries|run|attempt(?:ed)?|trys)|retyr|rety|try\s+again)"
    upto = r"(?:up\s+to\s+|at\s+most\s+|max(?:imum)?\.?\s+(?:of\s+)?|a\s+maximum\s+of\s+|exactly\s+|with\s+)?"
    kind = r"(?:automatic\s+|auto\s+|task\s+|more\s+|immediate\s+)?"
    verb = (
        rf"\b{again}\b(?:\s+(?!and\b|with\b|after\b)\w+){{0,5}}?\s+{upto}({count})(?:{times}|(?=\W|"
        rf"$))(?!\s*{any_of('units')}\b)"
    )
    noun = rf"(?<![\w.])({count})\s+{kind}re-?(?:tries|try|trys|attempts?)\b(?!\s*(?:delay|interval|wait))"
    label = (
        r"\bre-?tries[\"'`*]*\s*(?:\(\s*default\s*)?(?:is|of|to|"
        r"[:=(])\s*[\"'`*]*\s*(?:default\s*[:=]?\s*)?(-?\d+)\b(?!\s*(?:min|sec|hour))"
    )
    for expression in (verb, noun, label):
        for match in pattern(expression).finditer(text):
            if pattern(r"\bno$|^no\b").search(match[1].lower()) or _is_interval(text, match):
                continue
            yield found(text, *match.span(), Retries(count=_count(match)))
    for match in pattern(rf"\bre-?tr(?:y|ies)\s+(?:\w+\s+){{0,2}}?with\s+({count})\s+attempts\b").finditer(text):
        yield found(text, *match.span(), Retries(count=_count(match)))
    attempts = (
        rf"(?<![\w.])({count})\s+(?:attempts|tries)\b(?!\s+to\b)|\b(?:try|attempt)\s+(?:it\s+|this\s+|"
        rf"each\s+\w+\s+)?{upto}({count}){times}"
    )
    for match in pattern(attempts).finditer(text):
        total = _count(match, match[1] or match[2])
        note = f"{total} attempts are read as {max(total - 1, 0)} retries after the first try"
        yield found(text, *match.span(), Retries(count=max(total - 1, 0)), 0.8, note)
    for match in pattern(r"\b(?:task\s+|automatic\s+)?re-?tries\s+\(\s*(?:default\s*[:=]?\s*)?(\d+)\s*\)").finditer(
        text
    ):
        yield found(text, *match.span(), Retries(count=_count(match)))
    for match in pattern(rf"\b{again}\s+(?:it\s+|them\s+)?(?=(?:after|every|with\s+(?:exponential|back))\b)").finditer(
        text
    ):
        yield found(text, match.start(), match.end() - 1, Retries(), 0.6)


def _is_interval(text: str, match: re.Match[str]) -> bool:
    """`retry after 5 minutes` names a delay, not five retries."""
    return pattern(rf"\s*-?{any_of('units')}\b").match(text, match.end(1)) is not None


def _count(match: re.Match[str], digits: str | None = None) -> int:
    value = number(digits or match[1])
    if value < 0 or value != int(value):
        raise InputError(
            f"{match.group().strip()!r}: a number of retries is 0 or more", hint="write it like: retry 3 times"
        )
    if value > _MOST:
        raise InputError(f"{match.group().strip()!r}: at most {_MOST} retries", hint="name a smaller number")
    return int(value)


def _with_delay(text: str, hit: Found[Retries]) -> Found[Retries]:
    """The delay and back-off that follow (or lead) the count, in the same sentence."""
    value, end = hit.value, hit.end
    if value.count == 0:
        return hit
    rest = pattern(r"[^\n;]{0,140}?(?=[.!?;](?:\s|$)|\n|$)|[^\n;]{0,140}").match(text, end)
    tail = rest.group() if rest else ""
    after = _delay_after(tail)
    if after is not None:
        value, end = Retries(value.count, after.value, value.backoff), hit.end + after.end
    backoff = pattern(
        r"\b(?:exponential(?:ly)?(?:\s+back[\s-]?off)?|back(?:ing)?[\s-]?off|"
        r"increasing\s+delays?)\b"
    ).search(tail)
    if backoff is not None:
        value = Retries(value.count, value.delay, True)
        end = max(end, hit.end + backoff.end())
    return found(text, hit.start, end, value, hit.strength, hit.assumption)


def _delay_after(tail: str) -> Found[timedelta] | None:
    length = amount()
    link = (
        r"[\s,(:;]*(?:and\s+)?(?:re-?try[_\s-]delay\s*(?:is|of|[:=])?\s*|with\s+|after\s+|wait(?:ing)?\s+|"
        r"spaced\s+|every\s+|"
        r"(?:and\s+)?delay\s*(?:of|[:=])?\s*|at\s+|in\s+|by\s+|between\s+|an?\s+|the\s+|interval\s*(?:of|"
        r"[:=])?\s*|pause\s+of\s+|"
        r"exponential\s+back-?off\s+|starting\s+|from\s+|each\s+|on\s+failure\s*|by\s+default\s*,?\s*|"
        r"per\s+task\s*,?\s*|apart\s*|"
        r"automatic(?:ally)?\s+|intervals?\s+of\s+|about\s+|for\s+|more\s+|per\s+default\s*,?\s*|"
        r"on\s+task\s+failures?\s*|times\s+)*"
    )
    match = pattern(
        rf"{link}({length})(?!\s*(?:time-?out|max\b|limit))(?:[\s-]*(?:re-?try\s+)?(?:delay|"
        rf"interval|apart|wait|"
        rf"pause)s?)?"
        r"(?:\s+(?:in\s+)?between(?:\s+(?:attempts|retries|them|each|tries))?)?"
    ).match(tail)
    if match is None:
        return None
    value = duration(match[1])
    return found(tail, *match.span(), value) if value is not None else None


def find_retry_delay(text: str) -> Found[timedelta] | None:
    """A retry delay that stands by itself: `retry_delay=5 minutes`, `5-minute retry delay`."""
    length = amount()
    for match in pattern(
        rf"\bre-?try[_\s-]?(?:delay|interval|wait)[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*({length})|"
        rf"({length})[\s-]+(?:re-?try\s+)?delays?\b"
        rf"|\bwait(?:ing)?\s+({length})\s+(?:in\s+)?between\s+(?:attempts|re-?tries|tries)"
    ).finditer(text):
        value = duration(match[1] or match[2] or match[3])
        if value is not None:
            return found(text, *match.span(), value)
    return None


def find_timeouts(text: str) -> list[Found[Limit]]:
    """Every time-out with its scope."""
    hits: list[Found[Limit]] = []
    length = amount()
    for scope, expression in _limits(length):
        for match in pattern(expression).finditer(text):
            words = next(group for group in match.groups() if group)
            value = duration(words)
            if value is None or pattern(r"\b(?:http|request|connection|socket)\b").search(match.group()):
                continue
            if value <= timedelta(0):
                raise InputError(f"{match.group().strip()!r}: a time-out is longer than 0", hint="name a longer time")
            hits.append(found(text, *match.span(), Limit(value, _scope(scope, match.group()))))
    return without_overlaps(hits)


def _scope(scope: str, words: str) -> Literal["task", "run", "wait", "step"]:
    if scope == "task":
        return "task"
    if scope == "run" or pattern(r"\b(?:dag|pipeline|run|whole|entire|overall|total)\b|dagrun").search(words):
        return "run"
    if pattern(r"\b(?:each|every|any|per|all)\s+(?:task|step)|execution_timeout").search(words):
        return "task"
    return "wait" if scope == "wait" else "step"


def _limits(length: str) -> tuple[tuple[str, str], ...]:
    whole = r"(?:the\s+)?(?:whole|entire|complete|full|overall|total)\s+(?:thing|run|pipeline|dag|job|workflow|process)"
    return (
        (
            "run",
            (
                rf"\bdag[_\s-]?run[_\s-]?timeout[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*({length})|"
                rf"\btimeout\s*[:=]?\s*({length})\s+per\s+(?:dag\s+)?run\b"
            ),
        ),
        (
            "run",
            rf"\b{whole}\s+(?:must|should|may|has\s+to|can|needs\s+to)\s+(?:not\s+)?(?:be\s+done|finish|complete|"
            rf"end|take|run)\s+"
            rf"(?:with)?in\s+({length})|\b{whole}\s+(?:may|must|should|can)\s*(?:not|n'?t|"
            rf"only)?\s*(?:take|run|last)\s+(?:for\s+)?"
            rf"(?:longer\s+than|more\s+than|at\s+most|up\s+to|max(?:imum)?)?\s*({length})",
        ),
        (
            "task",
            rf"\b(?:nothing|no\s+(?:task|step|job))\s+(?:may|must|should|can|is\s+allowed\s+to)\s+(?:run|take|"
            rf"last)\s+(?:for\s+)?"
            rf"(?:longer|more)\s+than\s+({length})",
        ),
        (
            "task",
            (
                r"\b(?:each|every|any|all)\s+(?:task|step)s?\s+(?:may|must|should|can|has|have|gets?|is|are|runs?|"
                r"takes?)?\s*"
                rf"(?:not\s+)?(?:\w+\s+){{0,4}}?(?:longer\s+than|at\s+most|max(?:imum)?\.?|within|after|"
                rf"limit\s+of|timeout\s+of|more\s+than|up\s+to)\s+({length})"
            ),
        ),
        (
            "task",
            (
                rf"\b(?:max(?:imum)?\.?|at\s+most)\s+({length})\s+per\s+(?:task|step)\b|"
                rf"\bexecution[_\s]timeout[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*({length})"
            ),
        ),
        (
            "step",
            (
                rf"\b(?:time[\s-]?out|times?\s+out|timing\s+out)[\"'`*]*\s*(?:of|is|after|"
                rf"[:=(])?\s*[\"'`*]*\s*({length})"
                rf"|({length})[\s-]+(?:\w+\s+)?time-?out\b(?!\s+(?:for|on)\s+(?:the\s+|each\s+)?(?:http|"
                rf"request|connection|api|call))"
            ),
        ),
        (
            "step",
            (
                rf"\b(?:kill|abort|cancel|stop|fail)\s+(?:it|them|the\s+\w+|that)?\s*(?:if\s+it\s+(?:takes|"
                rf"runs)\s+(?:longer|more)\s+than|after)\s+({length})"
                rf"|\b(?:may|must|should|can)\s*(?:not|n'?t)\s+(?:run|take|last)\s+(?:for\s+)?(?:longer|"
                rf"more)\s+than\s+({length})"
            ),
        ),
        (
            "wait",
            rf"\b(?:for\s+)?(?:up\s+to|at\s+most|no\s+longer\s+than|"
            rf"max(?:imum)?(?:\s+of)?\.?)\s+({length})(?!\s+(?:old|delay|apart))"
            rf"|({length})\s*(?:max(?:imum)?\b|at\s+most|tops)|\bgive\s+up\s+after\s+({length})",
        ),
    )


def find_pool(text: str) -> Found[str] | None:
    """The Airflow pool that the words name."""
    match = pattern(
        r"\b(?:pool[\"'`*]*\s*(?:is|[:=])\s*[\"'`]*|(?:in|use|uses|"
        r"using)\s+(?:the\s+)?pool\s+[\"'`]?)([\w.-]{1,80})"
    ).search(text)
    if match is None:
        match = pattern(
            r"\b(?:in|through|use|uses|using|"
            r"with)\s+(?:the\s+)?[\"'`]([\w.-]{1,80})[\"'`]\s+pool\b"
        ).search(text)
    if match is None:
        match = pattern(r"\b(?:in|through|uses?|using)\s+(?:the\s+)?([\w-]*[_\w-]{1,80})\s+pool\b(?!\s+of)").search(
            text
        )
    return found(text, *match.span(), match[1]) if match else None


def find_pool_slots(text: str) -> Found[int] | None:
    """How many slots of its pool a task takes."""
    match = pattern(r"\bpool[_\s]slots[\"'`*]*\s*(?:is|[:=])?\s*(\d{1,3})\b|\b(\d{1,3})\s+pool\s+slots\b").search(text)
    slots = int(match[1] or match[2]) if match else 0
    return found(text, *match.span(), slots) if match and slots > 0 else None


def find_priority(text: str) -> Found[int] | None:
    """The weight that decides which task goes first."""
    match = pattern(r"\bpriority(?:[_\s]weight)?[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*(\d{1,6})\b").search(text)
    if match is not None:
        return found(text, *match.span(), int(match[1]))
    word = pattern(r"\b(?:with\s+)?(high(?:est)?|low(?:est)?|top)\s+priority\b").search(text)
    if word is None:
        return None
    value = 1 if word[1].lower().startswith("low") else 10
    return found(text, *word.span(), value, 0.7, f"{word.group()!r} is taken as priority weight {value}")
