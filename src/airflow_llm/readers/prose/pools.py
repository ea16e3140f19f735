"""Pools: which one a step takes its slots from, and how many."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import finds, pattern, says


class Pool(NamedTuple):
    """A pool by its name, and the slots that a task takes of it; `about`: the words for the tasks that use it.

    `everywhere`: the words say that all tasks use it.
    """

    name: str
    slots: int = 1
    about: str = ""
    everywhere: bool = False


_NO_NAME = r"(?!(?:of|is|the|a|an|slots?|and|with|for|on|in|called|named|that|to|has|size)\b)"
_NAME = rf"[\"'`]?(?P<name>{_NO_NAME}\w[\w.-]{{0,79}})[\"'`]?"
_VIA = r"(?:in|into|through|via|uses?|using|with|on|of|from)"
_FORMS = (
    rf"\bpool[\"'`*]*\s*(?:is|[:=]|name\s*[:=]?)\s*{_NAME}",
    rf"\b{_VIA}\s+(?:the\s+|our\s+)?(?:airflow\s+)?pool\s+(?:called\s+|named\s+)?{_NAME}",
    rf"\b(?:in|through|via|uses?|using)\s+(?:the\s+|our\s+)?{_NAME}\s+pool\b(?!\s+of)",
    rf"\b{_VIA}\s+(?:the\s+|our\s+)?[\"'`](?P<quoted>[\w.-]{{1,80}})[\"'`]\s+pool\b",
    rf"(?<=[(,;])\s*(?:airflow\s+)?pool\s+(?:called\s+|named\s+)?{_NAME}(?=\s*[,;)]|\s+with\b)",
    r"\bpool\s+(?:called\s+|named\s+)?[\"'`](?P<quoted>[\w.-]{1,80})[\"'`]",
    rf"\bpool\s+{_NAME}(?=[\s,]+(?:with\s+|taking\s+|and\s+)*(?:\w+)\s+(?:pool\s+)?slots?\b)",
)
_TAKING = (
    r"(?:and|with|takes?|taking|occup(?:y|ies|ying)|using|uses?|needs?|needing|requires?|at|each|it|they|costs?|weight"
    r"|of)"
)
_ALL = r"\b(?:all|every|each)\s+(?:of\s+(?:the|its|them)\s*)?(?:tasks?|steps?)?\b|\beverything\b|\bby\s+default\b"


def find_pools(text: str) -> list[Found[Pool]]:
    """Every pool that the words name, with its slots."""
    if not says(text, "pool"):
        return []
    return without_overlaps(hit for form in _FORMS for hit in _of(form, text))


def _of(form: str, text: str) -> Iterator[Found[Pool]]:
    for match in finds(form, text, "pool"):
        start, end = match.span()
        before, behind = _before(text, start), _behind(text, end)
        slots = before or behind
        start, end = (before.start if before else start), (behind.end if behind else end)
        tail = pattern(r"\s*(?:for|on|by)\s+(?:the\s+)?(?P<about>[\w-]+(?:\s+(?:tasks?|steps?))?)").match(text, end)
        about = tail["about"] if tail is not None else ""
        spoken = text[start : tail.end() if tail is not None else end]
        everywhere = pattern(_ALL).search(spoken) is not None
        named = match.groupdict()
        pool = Pool(named.get("name") or named.get("quoted") or "", slots.value if slots else 1, about, everywhere)
        yield found(text, start, tail.end() if tail is not None and everywhere else end, pool, 0.9)


def _behind(text: str, end: int) -> Found[int] | None:
    """`heavy_queries, two slots`, `etl with 2 pool slots`, `braze(2)`, `pool_slots=2`."""
    form = (
        rf"\(\s*(\d{{1,3}})\s*\)|[\s,;(\"'`]*(?:{_TAKING}\s+)*(?:pool[_\s])?slots[\"'`]*\s*[:=]?\s*(\d{{1,3}})"
        rf"|[\s,;(]*(?:{_TAKING}\s+)*({number_words()})\s+(?:pool\s+)?slots?\b(?:\s+(?:each|of\s+it))?"
    )
    return _slots(text, pattern(form).match(text, end))


def _before(text: str, start: int) -> Found[int] | None:
    """`two slots of the pool etl`: the words right before it."""
    near = max(0, start - 60)
    form = rf"(?:\b(?:takes?|taking|uses?|using|with|needs?)\s+)?({number_words()})\s+(?:pool\s+)?slots?\s*,?\s*$"
    match = pattern(form).search(text[near:start])
    hit = _slots(text[near:start], match)
    return found(text, near + hit.start, near + hit.end, hit.value) if hit is not None else None


def _slots(text: str, match: re.Match[str] | None) -> Found[int] | None:
    if match is None:
        return None
    count = int(number(next(words for words in match.groups() if words)))
    return found(text, *match.span(), count) if count > 0 else None
