"""Lines that were only broken to fit a width, as mails and tickets are, become one again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from airflow_llm.readers.prose.lexicon import verbs, words
from airflow_llm.readers.prose.spellings import pattern

_SHORTEST, _SHORTEST_CUT = 40, 20
"""Characters of a line that was filled, and of one that ends with a word that no sentence ends with."""
_OWN = (
    r"\s*(?:$|[-*+•]\s|[|>~=]|#+\s|\*\*|\(?(?:[a-z]|[ivx]{1,4}|\d{1,3})[.)]\s|[^\W\d][\w /&-]{0,40}:(?!\S)"
    r"|(?:step|task|phase)\s*\d|[\w.-]+\s*=|.*(?:->|→|=>))"
)
"""How a line begins that stands by itself: a bullet, a number, a heading, a key, an arrow."""
_ENDED = (".", "!", "?", ":", ";", "|", "→", "->")
_WORD = re.compile(r"\s*([^\W_]+)")


def unwrapped(text: str) -> str:
    """The text with such line ends as blanks, so that every place in it stays."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    return lines[0] + "".join((" " if _goes_on(before, line) else "\n") + line for before, line in pairwise(lines))


def _goes_on(before: str, line: str) -> bool:
    """Whether a line is the rest of a sentence of the one before it."""
    said = before.strip()
    if len(said) < _SHORTEST_CUT or said.endswith(_ENDED) or pattern(_OWN).match(line):
        return False
    if said.endswith(",") or said.rpartition(" ")[2].casefold() in _leading_on():
        return True
    first = _WORD.match(line)
    return len(said) >= _SHORTEST and first is not None and not first[1][0].isupper() and not _asks(first[1])


def _asks(word: str) -> bool:
    """Whether a line that begins with the word may be a step by itself."""
    return any(verb.form == "base" for verb in verbs().get(word.casefold(), ()))


@cache
def _leading_on() -> frozenset[str]:
    """Words that no sentence ends with."""
    return frozenset(_leading())


def _leading() -> Iterator[str]:
    yield from ("and", "or", "but", "if", "when", "then", "not", "than", "least", "most", "until", "once", "&", "+")
    yield from words("articles") - words("pronouns")
    yield from words("prepositions") - {"over", "through", "out"}
    yield from ("is", "are", "was", "were", "be", "must", "should", "will", "can", "may")
