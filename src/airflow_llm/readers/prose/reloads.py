"""Extracts that take everything on some days and only what changed on the others (`full on Mondays`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.readers.prose.conditions import find_comparisons
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, finds, pattern, says
from airflow_llm.spec.conditions import Comparison


class Reload(NamedTuple):
    """When everything is taken; `column` is the timestamp column of the other runs, as far as the words name it."""

    when: Comparison
    column: str = ""


_NOUN = (
    r"(?:(?:re-?)?(?:load(?:ing)?|extract(?:ion)?|refresh|import|copy|export|sync|snapshot|dump|run|scan|pull|one)s?\b)"
)
_DO = r"(?:(?:with|do|does|run|runs|make|makes|take|takes|we|is|it|an?|one|the|should|be|must|always)\s+)*"
_FULL = rf"(?:{_DO}(?:full|complete)(?:ly)?(?:[\s-]+{_NOUN})?)"
_ALL = r"(?:everything|all\s+(?:of\s+)?(?:the\s+)?(?:rows|records|data))"
_LESS = (
    r"(?:(?:do|run|extract|load|take|pull|fetch|only|just|an?|the|we|it|is|with|as)\s+)*(?:increment\w*|deltas?|(?:the\s+)?changes"
    r"|(?:(?:new|changed|modified|updated)(?:\s+(?:and|or)\s+)?){1,2}\s*(?:rows|records|data|ones|orders)"
    r"|yesterday'?s?(?:\s+(?:rows|data))?|what\s+(?:has\s+)?changed)(?:\s+(?:loads?|extracts?|one|runs?))?"
)
_ELSE = (
    r"(?:otherwise|else|(?:on\s+|for\s+)?(?:all\s+|the\s+|any\s+|every\s+)*other(?:\s+(?:days?|runs?|times?)|s)?"
    r"|(?:for\s+|on\s+)?the\s+rest(?:\s+of\s+the\s+(?:week|month|time|days))?|in\s+between)"
)
_BY = r"(?:\s+(?:by|on|via|using)\s+(?:the\s+)?(?:column\s+)?[`'\"]?(?P<{0}>\w*_\w+|timestamp)[`'\"]?)?"
_LINK = r"[\s,;:(\u2013-]*(?:(?:and|but|with)\s+)*"


def _when() -> str:
    day = rf"{any_of('weekdays')}(?:\s*(?:,|and|or|&)\s*{any_of('weekdays')})*"
    return (
        rf"(?:(?:(?:on|every|each)\s+)?(?:{day})\b|(?:on|at|over)\s+(?:the\s+)?weekends?\b"
        r"|(?:on|every|each)\s+(?:the\s+)?(?:first|\d{1,2}(?:st|nd|rd|th))(?:\s+day)?\s+of\s+(?:the|each|every|a)\s+month\b"
        r"|at\s+the\s+(?:start|beginning)\s+of\s+(?:the|each|every|a)\s+month\b)"
    )


def find_reloads(text: str) -> list[Found[Reload]]:
    """Every place that says when everything is taken; the words about the other days belong to it."""
    if not says(text, "full", "complete", "everything", "all "):
        return []
    return without_overlaps(hit for form in _forms() for hit in _of(form, text))


def _forms() -> tuple[str, ...]:
    rest = rf"(?P<rest>{_LINK}(?:{_ELSE}[\s,:]*{_LESS}{_BY.format('a')}|{_LESS}{_BY.format('b')}\s+{_ELSE}))"
    before = rf"(?:(?:increment\w*|deltas?){_BY.format('c')}[\s,;]*(?:(?:but|and|with)\s+)*)?"
    return (
        rf"{before}\b{_FULL}[\s,]+(?:only\s+)?(?P<when>{_when()}){rest}?",
        rf"\b{_ALL}\s+(?P<when>{_when()}){rest}",
        rf"(?<![\w-])(?P<when>{_when()})[\s,:]+(?P<full>{_FULL}){rest}?",
        rf"(?<![\w-])(?P<when>{_when()})[\s,:]+(?P<full>{_ALL}){rest}",
    )


def _of(form: str, text: str) -> Iterator[Found[Reload]]:
    for match in finds(form, text, "full", "complete", "everything", "all "):
        when = _condition(match["when"])
        if when is None:
            continue
        named = match.groupdict()
        column = next((named[name] for name in "abc" if named.get(name)), "")
        reload = Reload(when, column)
        inner = pattern(rf"{_NOUN}$").search(match.group())
        behind = pattern(r"\s+(?:of(?:\s+the)?|(?=from))\b").match(text, match.end())
        if inner is not None and behind is not None:
            yield found(text, match.start(), match.start() + inner.start(), reload, 0.9)
            yield found(text, *behind.span(), reload, 0.9)  # `a full extract of the orders` asks to extract them
            yield from _others(text, match.end(), reload)
        else:
            yield found(text, *match.span(), reload, 0.9)


def _others(text: str, at: int, reload: Reload) -> Iterator[Found[Reload]]:
    """`…, on other days extract only changed rows` behind `On Mondays do a full extract of the orders`."""
    later = pattern(rf"{_LINK}{_ELSE}[\s,:]*{_LESS}{_BY.format('a')}").search(text, at, at + 200)
    if later is not None:
        yield found(text, *later.span(), reload._replace(column=later["a"] or reload.column), 0.9)


def _condition(words: str) -> Comparison | None:
    day = re.sub(r"^(?:every|each|at|over)\s+(?:the\s+)?(?=\S)", "on ", words.strip(), flags=re.IGNORECASE)
    day = re.sub(r"^on\s+(?:start|beginning)\s+of", "on the first of", day, flags=re.IGNORECASE)
    day = re.sub(r"\bof\s+every\s+month", "of each month", day, flags=re.IGNORECASE)
    day = day if day.lower().startswith("on ") else f"on {day}"
    day = re.sub(r"^on\s+(?=first|\d)", "on the ", day, flags=re.IGNORECASE)
    hits = find_comparisons(day)
    return hits[0].value if hits else None
