"""Column names and amounts in words, as rules and conditions name them."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.spellings import lexicon, pattern

NO_COLUMN = r"(?!(?:no|not|and|or|is|are|be|with|for|at|must|should|the|that|check|all|every|each|then|if|to|than)\b)"
COLUMN = rf"[\"'`]?{NO_COLUMN}(?a:[A-Za-z_])\w{{0,100}}(?:\.\w{{1,100}})?[\"'`]?"
COLUMNS = rf"{COLUMN}(?:\s*(?:,\s*and|,|and|&|/|\+)\s*(?:the\s+)?{COLUMN}){{0,12}}"


def columns(words: str) -> tuple[str, ...]:
    """The column names in a list such as `id, name and email`; words that are no column are left out."""
    names = []
    for piece in pattern(r"\s*(?:,\s*and\b|,|\band\b|&|/|\+)\s*").split(words):
        name = pattern(r"^(?:the|a|an|each|every|all|column|columns|field|fields|both|that|check)\s+").sub(
            "", piece.strip()
        )
        name = name.strip("\"'` ").rpartition(".")[2]
        if name and name.lower() not in lexicon("data_words"):
            names.append(name)
    return tuple(dict.fromkeys(names))


def quantity(words: str) -> float:
    """A number as written: `1,000`, `10k`, `5 %` (as 0.05), `two million`."""
    text = words.strip().lower()
    match = pattern(r"(-?\d+(?:[.,]\d+)*)\s*(%|k|m|million|thousand)?").fullmatch(text)
    if match is None:
        return number(text)
    digits = match[1]
    digits = (
        digits.replace(",", "")
        if pattern(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?").fullmatch(digits)
        else digits.replace(",", ".")
    )
    try:
        value = float(digits)
    except ValueError:
        raise InputError(f"{words.strip()!r} is not a number", hint="write it like 1000 or 0.5") from None
    factor = {"%": 0.01, "k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6}.get(match[2] or "", 1.0)
    return round(value * factor, 12)


def bound(words: str) -> float:
    """A bound of a column: there `5 %` is 5, as the column holds it."""
    return quantity(words.replace("%", ""))
