"""A name in the place of a system that no known system has: `from Foobarbase into Snowflake`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.drafts import Draft, stem
from airflow_llm.readers.prose.lexicon import lines_of, systems, words
from airflow_llm.readers.prose.spellings import pattern, spelled

if TYPE_CHECKING:
    from airflow_llm.readers.prose.entities import Token

_LEXICONS = (
    "words", "no_products", "data_words", "entity_words", "generic_names", "frames", "noise", "asset_words", "outcomes",
    "alert_channels", "edit_nominals", "weekdays", "months", "timezones", "zone_words", "zone_adjectives", "units",
    "frequencies", "schedule_context", "outline_labels", "outline_sections", "slips", "step_verbs", "verbs",
)  # fmt: skip
_KEEPERS = frozenset({"database", "db", "warehouse", "system", "instance", "server", "cluster", "datawarehouse"})
_COMMON = r"(?:ing|tion|sion|ment|ance|ence|ity|ness|ship|ers|ors|ics|ings|ists?|ies|ed|ly|ive|able|ful|less)$"
_NAME = r"[^\W\d_][\w&.-]{3,40}"
_MOST_WORDS = 3
_NEAR = 72
"""From so many percent alike on a known name is offered."""


def unknown_system(draft: Draft, tokens: Sequence[Token]) -> str:
    """`'Foobarbase' is no known system`, with the nearest known name; empty where the words may mean anything else."""
    named = _named(draft, [token for token in tokens if not token.masked])
    if not named:
        return ""
    near = _nearest(named)
    return f"{named!r} is no known system" + (f" (the nearest known one is {near})" if near else "")


def _named(draft: Draft, tokens: Sequence[Token]) -> str:
    """The name that stands alone behind the preposition, or in front of `database` and the like."""
    rest = list(tokens)
    determined = bool(rest) and rest[0].norm in words("determiners") and not rest[0].named
    rest = rest[1:] if determined else rest
    held = list(takewhile(lambda token: _is_name(token, draft), rest))
    behind = rest[len(held)] if len(held) < len(rest) else None
    kept = behind is not None and behind.norm in _KEEPERS
    ended = behind is None or kept or (behind.tag == "punct" and behind.raw not in "/([{:")
    if not 0 < len(held) <= _MOST_WORDS or not ended or (determined and not kept):
        return ""
    name = " ".join(_bare(token) for token in held)
    known = any(held.system is not None for held in rest) or next(spelled("products", name), None)
    return "" if known or any(_is_ordinary(_bare(token)) for token in held) else name


def _is_name(token: Token, draft: Draft) -> bool:
    """Whether the token is written as a name: with a capital among words without, or in quotes."""
    if token.masked or token.marker or pattern(rf"^{_NAME}$").match(_bare(token)) is None:
        return False
    if token.tag == "quoted":
        return token.raw[0] != "`" and "." not in token.raw and "_" not in token.raw
    plain = token.tag == "word" and token.raw[:1].isupper() and not (token.raw.isupper() and len(token.raw) < 5)
    return plain and not _in_capitals(token, draft)


def _in_capitals(name: Token, draft: Draft) -> bool:
    """Whether the words around are written with capitals too, so that a capital says nothing."""
    around = [
        token for token in draft.clause.tokens[1:]
        if token.tag == "word" and token is not name and token.system is None and len(token.raw) > 2
    ]  # fmt: skip
    return bool(around) and 2 * sum(token.raw[:1].isupper() for token in around) >= len(around)


def _bare(token: Token) -> str:
    return token.raw[1:-1].strip() if token.tag == "quoted" else token.raw


def _is_ordinary(word: str) -> bool:
    """Whether the word is one of the language, a department, a place or a form of one of them."""
    low = word.casefold()
    return bool(pattern(_COMMON).search(low)) or low in _ordinary() or stem(low) in _ordinary()


@lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    """Every word of the lexicons that is no name of a system, and what it is a form of."""
    said = re.findall(r"[^\W\d_]{3,}", " ".join(line for name in _LEXICONS for line in lines_of(name)).casefold())
    return frozenset(said) | {stem(word) for word in said}


def _nearest(name: str) -> str:
    from rapidfuzz import fuzz, process

    kept = {spelling: system.name for spelling, system in systems().items() if system.family in words("data_families")}
    found = process.extractOne(name.casefold(), list(kept), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return kept[found[0]].replace("_", " ") if found is not None else ""
