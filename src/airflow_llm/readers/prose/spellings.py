"""The lexicon files: one line for each meaning, `meaning: spelling, another spelling`."""

from __future__ import annotations

import re
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
    """The compiled expression, compiled on first use: loading the reader stays cheap."""
    return re.compile(expression, flags)


def meaning_of(name: str, spelling: str) -> str:
    """What the lexicon says the spelling means; KeyError when it does not know it."""
    return lexicon(name)[" ".join(spelling.lower().split())]
