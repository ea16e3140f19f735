"""A structured description as lines: how deep each stands, what marks it, and its words without markup."""

from __future__ import annotations

import re
from dataclasses import dataclass

from airflow_llm.readers.prose.spellings import lexicon, pattern

_BULLETS = "-*+\u2022\u25e6\u25aa\u25cf\u2023\u2043\u00b7\u2013\u25cb"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `words` are its text without bullet, number and emphasis; `start` is where `words` begin."""

    start: int
    indent: int
    words: str
    bullet: bool = False
    heading: int = 0
    number: str = ""
    staged: bool = False

    @property
    def label(self) -> tuple[str, str] | None:
        """The kind of a labelled line (`Objective: …`) with its value, None for any other."""
        match = pattern(r"([A-Za-z][\w /&-]{1,40}?)\s*:\s*(.*)").fullmatch(self.words)
        if match is None:
            return None
        kind = lexicon("outline_labels").get(" ".join(match[1].lower().split()))
        return (kind, match[2]) if kind else None

    @property
    def section(self) -> str | None:
        """The kind of section that the line opens."""
        if self.bullet or self.indent > 1:
            return None
        name = " ".join(self.words.rstrip(":").strip().lower().split())
        head, _, _ = name.partition(" (")
        return lexicon("outline_sections").get(head)


def lines_of(text: str) -> list[Line]:
    """Every line with words, outside of fenced blocks."""
    lines: list[Line] = []
    fenced = False
    at = 0
    for raw in text.split("\n"):
        if raw.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and raw.strip():
            line = _line(raw, at)
            if line is not None:
                lines.append(line)
        at += len(raw) + 1
    return lines


def _line(raw: str, at: int) -> Line | None:
    plain = raw.expandtabs(4)
    indent = len(plain) - len(plain.lstrip())
    rest = raw.strip()
    heading = 0
    marks = pattern(r"(#{1,6})\s+(.*)").fullmatch(rest)
    if marks is not None:
        heading, rest = len(marks[1]), marks[2]
    bullet = len(rest) > 1 and rest[0] in _BULLETS and rest[1] in " \t"
    if bullet:
        rest = rest[1:].lstrip()
    words = unmarked(rest)
    staged = pattern(r"(?:stage|phase)\b").match(words) is not None
    number, words = _number(words)
    if not words or pattern(r"[-=_*|\s:]+").fullmatch(words):
        return None
    first = pattern(r"\w+").search(words)
    found = raw.find(first.group()) if first and not number else -1
    start = at + (found if found >= 0 else len(raw) - len(raw.lstrip()))
    return Line(start, indent, words, bullet, heading, number, staged and bool(number))


def unmarked(text: str) -> str:
    """The text without emphasis marks; underscores inside of names stay."""
    plain = re.sub(r"\*\*|__(?=\W|$)|(?<!\w)__", "", text)
    return (
        re.sub(r"(?<![\w(/])\*(\S(?:[^*\n]*\S)?)\*(?![\w)/])", r"\1", plain).strip()
        if "*" in plain and "/*" not in plain
        else plain.strip()
    )


def _number(words: str) -> tuple[str, str]:
    """`Step 3: load`, `2.1 load`, `4a) load`, `5-7. load`: the (first) number and what follows it."""
    digits = r"(\d{1,3}(?:\.\d{1,3})*[a-z]?)(?:\s*[-\u2013]\s*\d{1,3})?"
    match = pattern(rf"(?:step|task|stage|phase)\s*#?\s*{digits}\s*[.:)\u2013-]*\s+(\S.*)").fullmatch(words)
    if match is None:
        match = pattern(rf"(?:steps|tasks|stages|phases)\s+{digits}\s*[.:)]\s+(\S.*)").fullmatch(words)
    if match is None:
        match = pattern(rf"\(?{digits}(?:\\?[.):]|(?<=\.\d)|(?<=\.\d\d))\s+(\S.*)").fullmatch(words)
    return (match[1], match[2]) if match else ("", words)
