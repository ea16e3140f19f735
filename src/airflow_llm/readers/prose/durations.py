"""Lengths of time: `10 minutes`, `1h30m`, `half an hour`, `timedelta(days=1)`, `5-minute`, `PT5M`."""

from __future__ import annotations

import re
from datetime import timedelta

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, lexicon, meaning_of, pattern

SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0, "mo": 2592000.0, "y": 31536000.0}
_LONGEST = 3660 * 86400.0


def number_words() -> str:
    """A regular expression (no groups) for a count in digits or words."""
    return rf"(?:-?\d+(?:\.\d+)?|\b{any_of('numbers')}\b)"


def number(text: str) -> float:
    """The count that digits or words mean; ValueError when they mean none."""
    cleaned = " ".join(text.lower().split())
    if cleaned in lexicon("numbers"):
        return float(meaning_of("numbers", cleaned))
    return float(cleaned.replace(",", "."))


def amount() -> str:
    """A regular expression (no groups) for one length of time."""
    unit = rf"{any_of('units')}(?![\w-])"
    compound = r"\d+\s*(?:d|h)\s*\d+\s*(?:h|m(?:in)?)(?:\s*\d+\s*s)?\b"
    iso = r"\bP(?:\d+D)?T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?\b"
    python = r"(?:datetime\.)?timedelta\([a-z_]+\s*=\s*\d+(?:\.\d+)?(?:\s*,\s*[a-z_]+\s*=\s*\d+)*\)"
    halves = (
        rf"(?:half\s+an?|a\s+half|half)[\s-]+{unit}|(?:a\s+)?quarter\s+(?:of\s+)?an\s+hour|"
        rf"an?\s+{unit}\s+and\s+a\s+half"
    )
    counted = rf"(?:(?<![\w.-])\d+(?:[.,]\d+)?|\b{any_of('numbers')}\b)[\s-]*(?:and\s+a\s+half[\s-]+)?{unit}"
    return rf"(?:{python}|{iso}|{compound}|{halves}|{counted})"


def find_durations(text: str) -> list[Found[timedelta]]:
    """Every length of time in the text, in order."""
    hits = []
    for match in pattern(amount()).finditer(text):
        value = duration(match.group())
        if value is not None:
            hits.append(found(text, match.start(), match.end(), value))
    return without_overlaps(hits)


def duration(text: str) -> timedelta | None:
    """The length of time that the words mean, None when they mean none; InputError when it is absurdly long."""
    words = " ".join(text.strip().lower().split())
    for reader in (_python, _iso, _compound, _half, _counted):
        seconds = reader(words)
        if seconds is not None:
            if seconds > _LONGEST:
                raise InputError(f"{text.strip()!r} is longer than ten years", hint="name a shorter time")
            return timedelta(seconds=seconds)
    return None


def _python(words: str) -> float | None:
    match = pattern(r"(?:datetime\.)?timedelta\((.*)\)").fullmatch(words)
    if match is None:
        return None
    parts = pattern(r"([a-z]+)\s*=\s*(\d+(?:\.\d+)?)").findall(match[1])
    known = lexicon("units")
    return sum(float(count) * SECONDS[known[unit]] for unit, count in parts if unit in known)


def _iso(words: str) -> float | None:
    match = pattern(r"p(?:(\d+)d)?t(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?").fullmatch(words)
    if match is None or not any(match.groups()):
        return None
    sizes = (86400.0, 3600.0, 60.0, 1.0)
    return sum(float(count or 0) * size for count, size in zip(match.groups(), sizes, strict=True))


def _compound(words: str) -> float | None:
    if pattern(r"\d+\s*(?:d|h)\s*\d+\s*(?:h|m(?:in)?)(?:\s*\d+\s*s)?").fullmatch(words) is None:
        return None
    return sum(float(count) * SECONDS[unit] for count, unit in pattern(r"(\d+)\s*([dhms])").findall(words))


def _half(words: str) -> float | None:
    if pattern(r"(?:a )?quarter (?:of )?an hour").fullmatch(words):
        return 900.0
    unit = any_of("units")
    match = pattern(rf"(?:half an?|a half|half)[ -]+({unit})").fullmatch(words)
    if match is not None:
        return SECONDS[meaning_of("units", match[1])] / 2
    match = pattern(rf"an? ({unit}) and a half").fullmatch(words)
    return SECONDS[meaning_of("units", match[1])] * 1.5 if match else None


def _counted(words: str) -> float | None:
    match = pattern(
        rf"(\d+(?:[.,]\d+)?|{any_of('numbers')})[ -]*(and a half[ -]+)?({any_of('units')})", re.IGNORECASE
    ).fullmatch(words)
    if match is None:
        return None
    return (number(match[1]) + (0.5 if match[2] else 0.0)) * SECONDS[meaning_of("units", match[3])]
