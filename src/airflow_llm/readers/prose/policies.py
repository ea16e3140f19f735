"""Retries, time-outs, pools and priorities: what holds for a step or for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked, number, number_words
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, finds, pattern, says

_MOST = 100


@dataclass(frozen=True, slots=True)
class Retries:
    """What the words say about trying again; None: not said."""

    count: int | None = None
    delay: timedelta | None = None
    backoff: bool | None = None
    longest_delay: timedelta | None = None


class Limit(NamedTuple):
    """A time-out. `scope`: of each task, of the whole run, of a wait, or of whatever the words stand beside."""

    length: timedelta
    scope: Literal["task", "run", "wait", "step"] = "step"


def find_retries(text: str) -> list[Found[Retries]]:
    """Every place that says how often and how a failed task is tried again. InputError for `retry -3 times`."""
    if not says(text, "retr", "re-tr", "rety", "try", "tries", "attempt", "rerun", "re-run"):
        return []
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
    for match in finds(words, text, "no", "never", "n't", "dont", "disable", "zero", "none", "off"):
        yield found(text, *match.span(), Retries(count=0))


_AGAIN = r"(?:re-?(?:try|tried|tries|run|attempt(?:ed)?|trys)|retyr|rety|try\s+again)"
_UP_TO = r"(?:up\s+to\s+|at\s+most\s+|max(?:imum)?\.?\s+(?:of\s+)?|a\s+maximum\s+of\s+|exactly\s+|with\s+)?"
_TIMES = r"(?:\s+(?:more\s+)?times?\b)"
_RETRY_WORDS = ("retr", "re-tr", "rety", "rerun", "re-run", "attempt", "again")


def _counted(text: str) -> Iterator[Found[Retries]]:
    count = number_words()
    kind = r"(?:automatic\s+|auto\s+|task\s+|more\s+|immediate\s+)?"
    verb = (
        rf"\b{_AGAIN}\b(?:\s+(?!and\b|with\b|after\b)\w+){{0,5}}?\s+{_UP_TO}({count})(?:{_TIMES}|(?=\W|"
        rf"$))(?!\s*{any_of('units')}\b)"
    )
    noun = rf"(?<![\w.])({count})\s+{kind}re-?(?:tries|try|trys|attempts?)\b(?!\s*(?:delay|interval|wait))"
    label = (
        r"\bre-?tries[\"'`*]*\s*(?:\(\s*default\s*)?(?:is|of|to|"
        r"[:=(])\s*[\"'`*]*\s*(?:default\s*[:=]?\s*)?(-?\d+)\b(?!\s*(?:min|sec|hour))"
    )
    forms: tuple[tuple[str, tuple[str, ...]], ...] = (
        (verb, _RETRY_WORDS), (noun, ("retr", "re-")), (label, ("retries", "re-tries")),
    )  # fmt: skip
    for expression, words in forms:
        for match in finds(expression, text, *words):
            if not pattern(r"\bno$|^no\b").search(match[1].lower()) and not _is_interval(text, match):
                yield found(text, *match.span(), Retries(count=_count(match)))
    with_attempts = rf"\bre-?tr(?:y|ies)\s+(?:\w+\s+){{0,2}}?with\s+({count})\s+attempts\b"
    bracketed = r"\b(?:task\s+|automatic\s+)?re-?tries\s+\(\s*(?:default\s*[:=]?\s*)?(\d+)\s*\)"
    for expression, word in ((with_attempts, "attempts"), (bracketed, "tries")):
        for match in finds(expression, text, word):
            yield found(text, *match.span(), Retries(count=_count(match)))
    uncounted = rf"\b{_AGAIN}\s+(?:it\s+|them\s+)?(?=(?:after|every|with\s+(?:exponential|back))\b)"
    for match in finds(uncounted, text, *_RETRY_WORDS):
        yield found(text, match.start(), match.end() - 1, Retries(), 0.6)
    yield from _attempts(text)


def _attempts(text: str) -> Iterator[Found[Retries]]:
    """`3 attempts` are two retries after the first try."""
    count = number_words()
    expression = (
        rf"(?<![\w.])({count})\s+(?:attempts|tries)\b(?!\s+to\b)|\b(?:try|attempt)\s+(?:it\s+|this\s+|"
        rf"each\s+\w+\s+)?{_UP_TO}({count}){_TIMES}"
    )
    for match in finds(expression, text, "attempt", "tries", "try"):
        total = _count(match, match[1] or match[2])
        note = f"{total} attempts are read as {max(total - 1, 0)} retries after the first try"
        yield found(text, *match.span(), Retries(count=max(total - 1, 0)), 0.8, note)


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
    growing = (
        r"\b(?:exponential(?:ly)?(?:\s+back[\s-]?off)?|back(?:ing)?[\s-]?off|"
        r"increasing\s+delays?)\b"
    )
    backoff = next(finds(growing, tail, "exponential", "back", "increasing"), None)
    if backoff is not None:
        value = Retries(value.count, value.delay, True)
        end = max(end, hit.end + backoff.end())
    return found(text, hit.start, end, value, hit.strength, hit.assumption)


def _delay_after(tail: str) -> Found[timedelta] | None:
    plain = masked(tail)
    if MASK not in plain:
        return None
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
        rf"{link}({LENGTH})(?!\s*(?:time-?out|max\b|limit))(?:[\s-]*(?:re-?try\s+)?(?:delay|"
        rf"interval|apart|wait|"
        rf"pause)s?)?"
        r"(?:\s+(?:in\s+)?between(?:\s+(?:attempts|retries|them|each|tries))?)?"
    ).match(plain)
    if match is None:
        return None
    value = duration(tail[match.start(1) : match.end(1)])
    return found(tail, *match.span(), value) if value is not None else None


def find_retry_delay(text: str) -> Found[timedelta] | None:
    """A retry delay that stands by itself: `retry_delay=5 minutes`, `5-minute retry delay`."""
    expression = (
        rf"\bre-?try[_\s-]?(?:delay|interval|wait)[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*({LENGTH})|"
        rf"({LENGTH})[\s-]+(?:re-?try\s+)?delays?\b"
        rf"|\bwait(?:ing)?\s+({LENGTH})\s+(?:in\s+)?between\s+(?:attempts|re-?tries|tries)"
    )
    if says(text, "delay", "between", "interval", "wait"):
        for match in finds(expression, masked(text), MASK):
            value = duration(_said(text, match))
            if value is not None:
                return found(text, *match.span(), value)
    return None


def _said(text: str, match: re.Match[str]) -> str:
    """The words of the first group that holds any, in the text that was masked."""
    group = next(number for number, words in enumerate(match.groups(), 1) if words)
    return text[match.start(group) : match.end(group)]


def find_timeouts(text: str) -> list[Found[Limit]]:
    """Every time-out with its scope."""
    hits: list[Found[Limit]] = []
    plain = masked(text)
    for scope, expression, needed in _LIMITS if MASK in plain else ():
        for match in finds(expression, plain, *needed):
            span = match.span()
            words = text[slice(*span)]
            value = duration(_said(text, match))
            if value is None or pattern(r"\b(?:http|request|connection|socket)\b").search(words):
                continue
            if value <= timedelta(0):
                raise InputError(f"{words.strip()!r}: a time-out is longer than 0", hint="name a longer time")
            hits.append(found(text, *span, Limit(value, _scope(scope, words))))
    return without_overlaps(hits)


def _scope(scope: str, words: str) -> Literal["task", "run", "wait", "step"]:
    if scope == "task":
        return "task"
    if scope == "run" or pattern(r"\b(?:dag|pipeline|run|whole|entire|overall|total)\b|dagrun").search(words):
        return "run"
    if pattern(r"\b(?:each|every|any|per|all)\s+(?:task|step)|execution_timeout").search(words):
        return "task"
    return "wait" if scope == "wait" else "step"


_WHOLE = r"(?:the\s+)?(?:whole|entire|complete|full|overall|total)\s+(?:thing|run|pipeline|dag|job|workflow|process)"
_LABEL = r"[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*"
_LIMITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "run",
        rf"\bdag[_\s-]?run[_\s-]?timeout{_LABEL}({LENGTH})|\btimeout\s*[:=]?\s*({LENGTH})\s+per\s+(?:dag\s+)?run\b",
        ("timeout",),
    ),
    (
        "run",
        rf"\b{_WHOLE}\s+(?:must|should|may|has\s+to|can|needs\s+to)\s+(?:not\s+)?(?:be\s+done|finish|complete|"
        rf"end|take|run)\s+(?:with)?in\s+({LENGTH})|\b{_WHOLE}\s+(?:may|must|should|can)\s*(?:not|n'?t|only)?\s*"
        rf"(?:take|run|last)\s+(?:for\s+)?(?:longer\s+than|more\s+than|at\s+most|up\s+to|max(?:imum)?)?\s*({LENGTH})",
        ("whole", "entire", "complete", "full", "overall", "total"),
    ),
    (
        "task",
        rf"\b(?:nothing|no\s+(?:task|step|job))\s+(?:may|must|should|can|is\s+allowed\s+to)\s+(?:run|take|"
        rf"last)\s+(?:for\s+)?(?:longer|more)\s+than\s+({LENGTH})",
        ("longer", "more"),
    ),
    (
        "task",
        r"\b(?:each|every|any|all)\s+(?:task|step)s?\s+(?:may|must|should|can|has|have|gets?|is|are|runs?|"
        rf"takes?)?\s*(?:not\s+)?(?:\w+\s+){{0,4}}?(?:longer\s+than|at\s+most|max(?:imum)?\.?|within|after|"
        rf"limit\s+of|timeout\s+of|more\s+than|up\s+to)\s+({LENGTH})",
        ("task", "step"),
    ),
    (
        "task",
        rf"\b(?:max(?:imum)?\.?|at\s+most)\s+({LENGTH})\s+per\s+(?:task|step)\b|"
        rf"\bexecution[_\s]timeout{_LABEL}({LENGTH})",
        ("max", "most", "execution"),
    ),
    (
        "step",
        rf"\b(?:time[\s-]?out|times?\s+out|timing\s+out)[\"'`*]*\s*(?:of|is|after|[:=(])?\s*[\"'`*]*\s*({LENGTH})"
        rf"|({LENGTH})[\s-]+(?:\w+\s+)?time-?out\b(?!\s+(?:for|on)\s+(?:the\s+|each\s+)?(?:http|"
        rf"request|connection|api|call))",
        ("out",),
    ),
    (
        "step",
        rf"\b(?:kill|abort|cancel|stop|fail|terminate)\s+(?:it|them|the\s+\w+|that)?\s*(?:(?:if|when|once|in\s+case)\s+"
        rf"(?:it|they|this|that)(?:'s|\s+is|\s+are|\s+has|\s+have)?(?:\s+been)?\s+(?:takes?|taking|runs?|running|lasts?|"
        rf"lasted|needs?)\s+(?:for\s+)?(?:(?:longer|more)\s+than|over|above|beyond|>)|after)\s*({LENGTH})"
        rf"|\b(?:may|can)\s+(?:take|last)\s+(?:up\s+to\s+|at\s+most\s+)?({LENGTH})"
        rf"|\b(?:may|must|should|can)\s*(?:not|n'?t)\s+(?:run|take|last)\s+(?:for\s+)?(?:longer|"
        rf"more)\s+than\s+({LENGTH})",
        ("longer", "more", "after", "over", "above", "beyond", ">", "may", "can"),
    ),
    (
        "wait",
        rf"\b(?:for\s+)?(?:up\s+to|at\s+most|no\s+longer\s+than|max(?:imum)?(?:\s+of)?\.?)\s+({LENGTH})"
        rf"(?!\s+(?:old|delay|apart))|({LENGTH})\s*(?:max(?:imum)?\b|at\s+most|tops)|\bgive\s+up\s+after\s+({LENGTH})",
        ("up", "most", "longer", "max", "tops"),
    ),
)


def find_pool(text: str) -> Found[str] | None:
    """The Airflow pool that the words name."""
    forms = (
        r"\b(?:pool[\"'`*]*\s*(?:is|[:=])\s*[\"'`]*|(?:in|use|uses|using)\s+(?:the\s+)?pool\s+[\"'`]?)([\w.-]{1,80})",
        r"\b(?:in|through|use|uses|using|with)\s+(?:the\s+)?[\"'`]([\w.-]{1,80})[\"'`]\s+pool\b",
        r"\b(?:in|through|uses?|using)\s+(?:the\s+)?([\w-]{1,160})\s+pool\b(?!\s+of)",
    )
    match = next((hit for form in forms for hit in finds(form, text, "pool")), None)
    return found(text, *match.span(), match[1]) if match else None


def find_pool_slots(text: str) -> Found[int] | None:
    """How many slots of its pool a task takes."""
    form = r"\bpool[_\s]slots[\"'`*]*\s*(?:is|[:=])?\s*(\d{1,3})\b|\b(\d{1,3})\s+pool\s+slots\b"
    match = next(finds(form, text, "slots"), None)
    slots = int(match[1] or match[2]) if match else 0
    return found(text, *match.span(), slots) if match and slots > 0 else None


def find_priority(text: str) -> Found[int] | None:
    """The weight that decides which task goes first."""
    if not says(text, "priority"):
        return None
    match = pattern(r"\bpriority(?:[_\s]weight)?[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*(\d{1,6})\b").search(text)
    if match is not None:
        return found(text, *match.span(), int(match[1]))
    word = pattern(r"\b(?:with\s+)?(high(?:est)?|low(?:est)?|top)\s+priority\b").search(text)
    if word is None:
        return None
    value = 1 if word[1].lower().startswith("low") else 10
    return found(text, *word.span(), value, 0.7, f"{word.group()!r} is taken as priority weight {value}")
