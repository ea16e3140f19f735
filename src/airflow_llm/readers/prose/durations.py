"""Lengths of time: `10 minutes`, `1h30m`, `half an hour`, `timedelta(days=1)`, `5-minute`, `PT5M`."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, hints, lexicon, meaning_of, pattern

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


def amount(*, formal: bool = True) -> str:
    """A regular expression (no groups) for one length of time; `formal`: with those of programs, too."""
    compound = r"(?<!\d)\d{1,9}\s*(?:d|h)\s*\d+\s*(?:h|m(?:in)?)(?:\s*\d+\s*s)?\b"
    iso = r"\bP(?:\d+D)?T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?\b"
    python = r"(?:datetime\.)?timedelta\((?a:[a-z_])+\s*=\s*\d+(?:\.\d+)?(?:\s*,\s*(?a:[a-z_])+\s*=\s*\d+)*\)"
    half = r"\b(?:half\s+an?|a\s+half|half)[\s-]+"
    count = rf"(?:(?<![\w.-])\d{{1,12}}(?:[.,]\d{{1,12}})?|\b{any_of('numbers')}\b)[\s-]*(?:and\s+a\s+half[\s-]+)?"
    unit = rf"{any_of('units')}(?![\w-])"
    return (
        rf"(?:{f'{python}|{iso}|' if formal else ''}{compound}|\b(?:a\s+)?quarter\s+(?:of\s+)?an\s+hour|"
        rf"(?:{half}|{count}){unit}(?:\s+and\s+a\s+half\b)?)"
    )


def find_durations(text: str) -> list[Found[timedelta]]:
    """Every length of time in the text, in order."""
    hits: list[Found[timedelta]] = []
    if not timed(text):
        return hits
    for match in pattern(amount(formal=_is_formal(text))).finditer(text):
        value = duration(match.group())
        if value is not None:
            hits.append(found(text, match.start(), match.end(), value))
    return without_overlaps(hits)


MASK = "\x01"


@lru_cache(maxsize=4)
def masked(text: str) -> str:
    """The text with every length of time as a run of `MASK`, all else at its place.

    What is said about lengths of time can then be read by small expressions: `LENGTH` stands for any of them.
    """
    if not timed(text):
        return text
    return pattern(amount(formal=_is_formal(text))).sub(lambda match: MASK * len(match.group()), text)


def _is_formal(text: str) -> bool:
    low = text.lower()
    return "timedelta" in low or "pt" in low or ("p" in low and hints(low, r"\bp\d+dt\d"))


def timed(text: str) -> bool:
    """Whether the text may name a length of time at all."""
    return pattern(_TIMED).search(text) is not None


LENGTH = f"{MASK}+(?!{MASK})"
_TIMED = r"\d|\b(?:sec|min|hour|hr|day|week|month|year|hu?o|dya|wk|mth|yr)"


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
    parts = pattern(r"((?a:[a-z])+)\s*=\s*(\d+(?:\.\d+)?)").findall(match[1])
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
    opening = pattern(r"(?:half an?|a half|half)[ -]+(\w+)").fullmatch(words)
    if opening is not None and opening[1] in lexicon("units"):
        return SECONDS[meaning_of("units", opening[1])] / 2
    return None


def _counted(words: str) -> float | None:
    match = pattern(r"(\d+(?:[.,]\d+)?|\D+?)[ -]*(and a half[ -]+)?((?a:[a-z])+)( and a half)?").fullmatch(words)
    if match is None or match[3] not in lexicon("units"):
        return None
    count = match[1].strip()
    if not (count[0].isdigit() or count in lexicon("numbers")):
        return None
    return (number(count) + (0.5 if match[2] or match[4] else 0.0)) * SECONDS[meaning_of("units", match[3])]
