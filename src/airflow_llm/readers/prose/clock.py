"""Times of day: `6:30`, `5 am`, `18h`, `22:45`, `noon`, `half past six`."""

from __future__ import annotations

import re
from datetime import time

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, pattern

_NOT_A_TIME = r"(?!\s*(?:ratio|split|scale|mix|aspect|proportion))"


def expression() -> str:
    """A regular expression (no groups) for one time of day that needs no context."""
    half = r"a\.?m\b\.?|p\.?m\b\.?|in\s+the\s+(?:morning|afternoon|evening)\b"
    hours = any_of("numbers")
    return (
        rf"(?:(?<![\w:/.\-])\d{{1,3}}[:]\d{{2}}(?::\d{{2}})?(?:\s*(?:{half}))?(?![\w/%]|[:.,]\d){_NOT_A_TIME}"
        rf"|(?<![\w:/.\-])\d{{1,2}}(?:\.\d{{2}})?\s*(?:{half})(?!\w)"
        r"|(?<![\w:/.\-])\d{1,2}h\d{2}(?!\w)"
        rf"|\b(?:half\s+past|quarter\s+past|quarter\s+to)\s+(?:\d{{1,2}}|{hours})(?:\s*(?:{half}))?(?![\w:])"
        rf"|(?<![\w:/.\-])(?:\d{{1,2}}|{hours})\s+o'?\s?clock(?:\s+(?:{half}))?"
        r"|\b(?:noon|midnight|midday)\b)"
    )


def find_times(text: str) -> list[Found[time]]:
    """Every time of day in the text; InputError for one that no clock shows, such as 25:75."""
    hits = []
    for match in pattern(expression()).finditer(text):
        value = clock_time(match.group())
        if value is not None:
            hits.append(found(text, match.start(), match.end(), value))
    return hits


def clock_time(words: str) -> time | None:
    """The time that the words mean, None when they mean none."""
    text = pattern(r" ?in the (morning|afternoon|evening)$").sub(
        lambda match: " am" if match[1] == "morning" else " pm", " ".join(words.lower().split())
    )
    if text in ("midnight", "noon", "midday"):
        return time(0) if text == "midnight" else time(12)
    past = pattern(r"(half past|quarter past|quarter to) (.+?)\s*(a\.?m\.?|p\.?m\.?)?").fullmatch(text)
    if past is not None:
        return _spoken(past)
    clock = pattern(r"(\S+) o'? ?clock(?: (.*))?").fullmatch(text)
    if clock is not None:
        late = (clock[2] or "").startswith("p")
        return _checked(words, int(number(clock[1])), 0, "pm" if late else "")
    match = pattern(r"(\d{1,3})(?:[:.h](\d{2}))?(?::\d{2})?\s*(a\.?m\.?|p\.?m\.?|h|uhr)?").fullmatch(text)
    if match is None:
        return None
    return _checked(words, int(match[1]), int(match[2] or 0), (match[3] or "").replace(".", ""))


def _spoken(match: re.Match[str]) -> time:
    hour = int(number(match[2]))
    suffix = (match[3] or "").replace(".", "")
    if match[1] == "quarter to":
        return _checked(match.group(), (hour - 1) % 24, 45, suffix)
    return _checked(match.group(), hour, 30 if match[1] == "half past" else 15, suffix)


def _checked(words: str, hour: int, minute: int, half: str) -> time:
    if half in ("am", "pm") and not 1 <= hour <= 12 and not (half == "pm" and 12 < hour < 24):
        raise InputError(f"{words.strip()!r} is not a time of day", hint="write it like 06:30 or 5 am")
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        raise InputError(f"{words.strip()!r} is not a time of day", hint="write it like 06:30, from 00:00 to 23:59")
    return time(hour, minute)
