"""`for each region (EU, US)`: what a step runs over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile
from typing import NamedTuple

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.item_lists import COUNTS, LONGEST_ITEM, leads
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.lists import parts
from airflow_llm.readers.prose.phrases import Phrase

_NOT_ITEMS = words("not_items")
_FARTHEST_BRACKET = 5
GROUPING = frozenset({"aggregate", "union", "join", "filter", "dedup"})
_MAPPABLE = frozenset(
    [
        "extract",
        "load",
        "copy",
        "sql",
        "transform",
        "python",
        "train",
        "predict",
        "evaluate",
        "report",
        "spark",
        "dbt",
        "http",
        "shell",
        "container",
        "notify",
        "trigger",
        "deploy",
        "validate",
        "cleanup",
    ]
)


def each_of(clause: Clause, phrase: Phrase, kind: str) -> tuple[str, tuple[str, ...], list[Token]]:
    """The name of one item, the items as far as the text lists them, and the step's objects without them."""
    objects = list(phrase.objects)
    if kind not in _MAPPABLE or phrase.verb is None or phrase.verb.group in GROUPING:
        return "", (), objects
    for preposition, tokens in phrase.complements:
        if preposition == "each" or (
            tokens and tokens[0].norm in ("each", "every") and preposition in ("of", "for", "from", "to", "in")
        ):
            if (preposition == "each" and _is_ratio(clause)) or not tokens:
                continue
            marker = next((token for token in clause.tokens if token.marker == "each"), None)
            own = _named_items([marker, *tokens]) if preposition == "each" and marker is not None else ()
            name = "item" if own else _item(tokens)
            if name:
                return name, own or _items(clause), objects
    if objects and objects[0].norm in ("each", "every") and len(objects) > 1:
        name = _item(objects)
        if name:
            return name, _items(clause), objects[1:]
    return "", (), objects


def leading(clause: Clause) -> tuple[str, tuple[str, ...]]:
    """`for each region` at the front of a clause; empty when it is not there."""
    tokens = clause.tokens
    if not tokens or tokens[0].marker != "each":
        return "", ()
    listed = _named_items(tokens)
    if listed:
        return "item", listed
    name = _item(tokens[1:])
    return name, _items(clause) if name else ()


class ItemList(NamedTuple):
    """A list of items that the text spells out: where it stands, and whether it opens its sentence."""

    start: int
    end: int
    name: str
    items: tuple[str, ...]
    leads: bool


def listed_in(sentence: Sequence[Token]) -> list[ItemList]:
    """The items in brackets behind each `for each` of a sentence."""
    found = []
    for index, token in enumerate(sentence):
        if token.marker != "each" or token.depth or token.masked:
            continue
        ahead = sentence[index + 1 : index + _FARTHEST_BRACKET]
        opened = next((place for place, held in enumerate(ahead, index + 1) if held.raw in "(["), 0)
        held = list(takewhile(lambda token: token.depth > 0, sentence[opened + 1 :])) if opened else []
        items, name = _listed(held), _item(list(sentence[index + 1 : opened]))
        if items and name:
            found.append(ItemList(token.start, held[-1].end, name, items, leads(sentence, index)))
    return found


def _named_items(tokens: list[Token]) -> tuple[str, ...]:
    """`for each of EUR, USD and GBP`: the items themselves; empty when the words name their sort."""
    if not tokens[0].norm.endswith(" of"):
        return ()
    listed = parts(tokens[1:])
    own = all(
        len(part) <= 2 and (part[0].raw[:1].isupper() or part[0].named or part[0].tag == "number") for part in listed
    )
    return tuple(" ".join(token.raw for token in part) for part in listed) if len(listed) > 1 and own else ()


def _is_ratio(clause: Clause) -> bool:
    """`sales per region` groups rows; `one job per region` is a step for each."""
    marker = next((token for token in clause.tokens if token.marker == "each"), None)
    if marker is None or marker.norm not in ("per", "for all"):
        return False
    before = clause.tokens[: clause.tokens.index(marker)]
    return marker.norm == "for all" or not any(
        token.norm in ("one", "a", "separate", "separately", "own") for token in before
    )


def _item(tokens: list[Token]) -> str:
    held: list[str] = []
    for token in tokens:
        if token.norm in ("each", "every", "of", "the", "our", "these", "following", ",") or (
            (token.norm.isdigit() or token.norm in COUNTS) and not held
        ):
            continue
        if (
            token.norm in words("prepositions")
            or token.tag == "punct"
            or (token.verbs and held and token.norm not in ("model", "table"))
        ):
            break
        held.append(token.norm)
        if len(held) == 2:
            break
    if not held and any(token.norm in COUNTS for token in tokens[:2]):
        return "item"
    if not held or held[-1] in _NOT_ITEMS or held[0] in _NOT_ITEMS or held[0] in words("pronouns"):
        return ""
    return "_".join([*held[:-1], _singular(held[-1])])


def _singular(word: str) -> str:
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else stem(word) if word.endswith("ses") else word


def _items(clause: Clause) -> tuple[str, ...]:
    return next((items for aside in clause.asides if (items := _listed(aside))), ())


def _listed(aside: list[Token]) -> tuple[str, ...]:
    listed = _members(aside)
    told = any(token.verbs and token.verbs[0].form == "s" for token in aside)
    if len(listed) < 2 or told or any(len(part) > LONGEST_ITEM for part in listed):
        return ()
    return tuple(_spoken(part) for part in listed)


def _members(aside: list[Token]) -> list[list[Token]]:
    """The items in brackets, with a stroke between them as with a comma."""
    return parts([replace(token, raw=",", norm=",") if token.raw == "/" else token for token in aside])


def _spoken(part: list[Token]) -> str:
    return " ".join(token.raw[1:-1] if token.tag == "quoted" else token.raw for token in part)
