"""The pause between two tries: beside a count, or by itself."""

from __future__ import annotations

import re
from datetime import timedelta

from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, pattern, says


def delay_in(tail: str) -> Found[timedelta] | None:
    """The pause that the words behind a count name."""
    return _delay_after(tail) or _named_pause(tail)


def delay_before(before: str, words: str) -> timedelta | None:
    """The pause inside the words of the count, or right before them: `retry every 5 minutes up to 6 times`."""
    for said_there, form in (
        (words, rf"\b(?:every|after|in|wait(?:ing)?)\s+({LENGTH})"),
        (before, rf"\bwait(?:s|ing)?\s+({LENGTH})(?:\s+and|,)?\s*(?:then\s+)?$"),
        (before, rf"\b(?:repeat|re-?tr|try|tried|again)\w*,?\s+every\s+({LENGTH}),?\s*(?:up\s+to\s+|at\s+most\s+)?$"),
    ):
        plain = masked(said_there)
        match = pattern(form).search(plain) if MASK in plain else None
        if match is not None:
            return duration(said(said_there, match))
    return None


def _delay_after(tail: str) -> Found[timedelta] | None:
    plain = masked(tail)
    if MASK not in plain:
        return None
    if not all(
        word in words("retry_links") for word in pattern(r"[^\W_]+").findall(plain[: plain.index(MASK)].lower())
    ):
        return None
    match = pattern(
        rf"[^\x01.;?!]*?({LENGTH})(?!\s*(?:time-?out|max\b|limit))(?:[\s-]*(?:re-?try\s+)?(?:delay|interval|apart|wait|pause)s?)?"
        r"(?:\s+(?:in\s+)?between(?:\s+(?:attempts|retries|them|each|tries))?)?"
    ).match(plain)
    if match is None:
        return None
    value = duration(tail[match.start(1) : match.end(1)])
    return found(tail, *match.span(), value) if value is not None else None


def _named_pause(tail: str) -> Found[timedelta] | None:
    """`three tries for the upload, 5 minutes apart`: a length that is called a pause, anywhere in the sentence."""
    plain = masked(tail)
    if MASK not in plain:
        return None
    named = (
        rf"({LENGTH})(?:\s+(?:of\s+)?(?:pause|gap|delay|apart|break)\b|\s+(?:in\s+)?between\b)"
        rf"|\b(?:intervals?|pauses?|gaps?|delays?|spaced|break)\s+(?:of\s+|by\s+|is\s+)?({LENGTH})"
        rf"|\bwait(?:ing)?\s+({LENGTH})\s+before\b"
    )
    match = pattern(named).search(plain)
    value = duration(said(tail, match)) if match is not None else None
    return found(tail, *match.span(), value) if match is not None and value is not None else None


def find_retry_delay(text: str) -> Found[timedelta] | None:
    """A retry delay that stands by itself: `retry_delay=5 minutes`, `5-minute retry delay`."""
    seconds = next(finds(r"\bretry_delay_seconds\s*[:=]\s*(\d{1,6})\b", text, "retry_delay_seconds"), None)
    if seconds is not None:
        return found(text, *seconds.span(), timedelta(seconds=int(seconds[1])))
    expression = (
        rf"\bre-?try[_\s-]?(?:delay|interval|wait|pause)[\"'`*]*\s*(?:is|of|[:=|])?\s*[\"'`*]*\s*({LENGTH})|"
        rf"({LENGTH})[\s-]+(?:re-?try\s+)?delays?\b"
        rf"|\bwait(?:ing)?\s+({LENGTH})\s+(?:in\s+)?between\s+(?:attempts|re-?tries|tries)"
        rf"|\bbetween\s+(?:the\s+|two\s+)?(?:attempts|re-?tries|tries|trials)\s*,?\s*({LENGTH})"
        rf"|^\s*delay\s*[:=]\s*({LENGTH})"
        rf"|({LENGTH})\s+(?:in\s+)?between\s+(?:the\s+|two\s+)?(?:attempts|re-?tries|tries)\b"
        rf"|\b(?:re-?tr\w+|repeat\w*)\b[^.\n]{{0,60}}?({LENGTH})\s+in\s+between\b"
        rf"|({LENGTH})\s+before\s+(?:the\s+first|each|every|any)\s+(?:re-?try|repetition)\b|\bfirst\s+wait\s*:?\s+({LENGTH})"
        rf"|\bre-?start\s+waits?\s+({LENGTH})|\bre-?start\s+every\s*:?\s*({LENGTH})"
    )
    if says(text, "delay", "between", "interval", "wait", "pause", "before the first", "before each", "restart every"):
        for match in pattern(expression, re.IGNORECASE | re.MULTILINE).finditer(masked(text)):
            value = duration(said(text, match))
            if value is not None:
                return found(text, *match.span(), value)
    return None


def said(text: str, match: re.Match[str]) -> str:
    """The words of the first group that holds any, in the text that was masked."""
    group = next(number for number, words in enumerate(match.groups(), 1) if words)
    return text[match.start(group) : match.end(group)]
