"""The lexicon files: one line for each meaning, `meaning: spelling, another spelling`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "lexicon"


@lru_cache(maxsize=64)
def lexicon(name: str) -> dict[str, str]:
    """Each spelling (lower case) of the file with its meaning."""
    spellings: dict[str, str] = {}
    for line in (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        meaning, colon, words = line.partition(":")
        if colon and not line.startswith("#"):
            for word in words.split(","):
                spellings[" ".join(word.lower().split())] = meaning.strip()
    spellings.pop("", None)
    return spellings


@lru_cache(maxsize=64)
def any_of(name: str, meaning: str | None = None) -> str:
    """A regular expression (no groups of its own) for the spellings, the longest first; spaces match any spaces."""
    words = [word for word, value in lexicon(name).items() if meaning is None or value == meaning]
    ordered = sorted(words, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


@lru_cache(maxsize=512)
def pattern(expression: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """The compiled expression, compiled on first use: loading the reader stays cheap.

    A set of letters is written `(?a:[a-z])`: without case in all of Unicode it compiles ten times as slowly.
    """
    return re.compile(expression, flags)


@lru_cache(maxsize=4)
def lowered(text: str) -> str:
    """The text in lower case at the same places, kept for the finders that look through it one after the other."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(one if len(one := char.lower()) == 1 else char for char in text)


def says(text: str, *words: str) -> bool:
    """Whether the text holds one of the words (lower case), at least as a part of a word."""
    low = lowered(text)
    return any(word in low for word in words)


def finds(expression: str, text: str, *words: str) -> Iterator[re.Match[str]]:
    """The places of the expression; compiled only when the text holds one of the words, without which none is."""
    return pattern(expression).finditer(text) if says(text, *words) else iter(())


def hints(text: str, expression: str) -> bool:
    """Whether a small expression finds anything: it decides whether a large one, dear to compile, is worth it."""
    return pattern(expression).search(text) is not None


def spelled(name: str, text: str) -> Iterator[tuple[int, int, str]]:
    """Where the spellings of a lexicon stand as whole words, with what they mean: no expression is compiled.

    The longest spelling at a place is taken, and the next one starts behind it.
    """
    low, starts, end = lowered(text), _by_first_word(name), 0
    for match in pattern(r"@?\b\w+").finditer(low):
        found = starts.get(match.group(), ()) if match.start() >= end else ()
        for spelling, meaning in sorted(found, key=_longest_first) if found else ():
            stop = _end_of(spelling.split(), low, match.start())
            if stop and not (low[stop : stop + 1].isalnum() or low[stop : stop + 1] == "_"):
                end = stop
                yield match.start(), stop, meaning
                break


@lru_cache(maxsize=8)
def _by_first_word(name: str) -> dict[str, list[tuple[str, str]]]:
    first: dict[str, list[tuple[str, str]]] = {}
    for spelling, meaning in lexicon(name).items():
        word = spelling.partition(" ")[0]
        opening = word if word.isalnum() else _opening(spelling)
        first.setdefault(opening, []).append((spelling, meaning))
    first.pop("", None)
    return first


def _opening(spelling: str) -> str:
    match = re.match(r"@?\w+", spelling)
    return match.group() if match is not None else ""


def _longest_first(known: tuple[str, str]) -> tuple[int, str]:
    return -len(known[0]), known[0]


def _end_of(words: list[str], low: str, at: int) -> int:
    """The end of the words when they stand there with any blanks between them, else 0."""
    for number, word in enumerate(words):
        if number:
            blank = at
            while low[at : at + 1].isspace():
                at += 1
            if at == blank:
                return 0
        if not low.startswith(word, at):
            return 0
        at += len(word)
    return at


def meaning_of(name: str, spelling: str) -> str:
    """What the lexicon says the spelling means; KeyError when it does not know it."""
    return lexicon(name)[" ".join(spelling.lower().split())]
