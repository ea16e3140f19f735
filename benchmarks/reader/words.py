"""When two names mean the same: their words without endings, verbs of one step as one, weighed by what they tell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

Words = frozenset[str]
LITTLE = 0.4
"""What a verb, or a word that every pipeline has, weighs; any other weighs 1."""
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", "e"), ("s", ""))
_SHORTEST = 3


@dataclass(frozen=True)
class Lexicon:
    """`words.yml`, with the stems that words are looked up by."""

    ignored: Words
    light: Words
    verbs: Mapping[str, str]
    stems: Mapping[str, str]
    systems: Mapping[str, str]
    channels: Mapping[str, str]
    families: tuple[Words, ...]
    markers: Words


@cache
def lexicon() -> Lexicon:
    """The file, read once."""
    data: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    verbs = {word: name for name, words in data["verbs"].items() for word in words.split()}
    stems = {stem(word): stem(other) for word, other in data["spellings"].items()}
    stems |= {stem(word): name for word, name in reversed(verbs.items())}
    return Lexicon(
        ignored=frozenset(data["ignored"].split()),
        light=frozenset(data["verbs"]) | {stem(word) for word in data["general"].split()},
        verbs=verbs,
        stems=stems,
        systems=_inverted(data["systems"]),
        channels=_inverted(data["channels"]),
        families=tuple(frozenset(family.split()) for family in data["families"]),
        markers=frozenset(data["markers"].split()),
    )


def _inverted(names: Mapping[str, str]) -> dict[str, str]:
    return {other: name for name, others in names.items() for other in others.split()}


def stem(word: str) -> str:
    """The word without a plural's or a verb's ending."""
    if word.isdigit() or len(word) <= _SHORTEST:
        return word
    ending, instead = next(
        ((e, r) for e, r in _ENDINGS if word.endswith(e) and len(word) - len(e) >= _SHORTEST), ("", "")
    )
    if ending and not (ending == "s" and word.endswith("ss")):
        word = word[: -len(ending)] + instead
        doubled = len(word) > _SHORTEST and word[-1] == word[-2] and word[-1] not in "ls"
        if ending in ("ing", "ed") and doubled:
            word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


@cache
def words_of(name: str) -> Words:
    """The words of an id or a title that tell something; all of them where none does."""
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    found = re.findall(r"[a-z]+|\d+", plain.lower().replace("e-mail", "email"))
    known = lexicon()
    telling = [word for word in found if word not in known.ignored]
    if not telling:
        return frozenset(map(stem, found))
    return frozenset(known.verbs.get(word) or known.stems.get(stem(word), stem(word)) for word in telling)


def likeness(one: Words, other: Words) -> float:
    """0 to 1: half the weighted Dice coefficient, half the weighted overlap."""
    if one == other:
        return float(bool(one))
    shared = _weight(one & other)
    if not shared:
        return 0.0
    first, second = _weight(one), _weight(other)
    return shared / (first + second) + shared / (2 * min(first, second))


def _weight(words: Words) -> float:
    light = lexicon().light
    return sum(LITTLE if word in light else 1.0 for word in words)


def system_name(name: object) -> str:
    """The name of a system that all its spellings share."""
    plain = re.sub(r"[^a-z0-9]+", "_", str(name).lower()).strip("_")
    plain = lexicon().systems.get(plain, plain)
    return plain.removesuffix("_api") if plain != "http_api" else plain


def channel_name(name: object) -> str:
    """The name of a channel that all its spellings share."""
    plain = str(name or "").strip().lower()
    return lexicon().channels.get(plain, plain)
