"""Clauses that only say when a step runs: `x waits for y`, `task 1 goes first`, `after y comes x`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import lines_of, words

_STEP_NOUNS = frozenset({"task", "step", "job", "stage", "model", "phase", "command"})
_COMING = words("coming")
_LOOK = 14
LONGEST_ORDER = 8
"""How many words the longest phrase of orders.txt has, at most."""


@dataclass(slots=True)
class Order:
    """`subject` runs `relation` (after, before, first, last, beside, start) `reference`."""

    subject: list[Token]
    relation: str
    reference: list[Token]
    negated: bool = False


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for line in lines_of("orders"):
        relation, _, listed = line.partition(":")
        for phrase in listed.split(","):
            spelled = tuple(phrase.split())
            table.setdefault(spelled[0], []).append((spelled, relation))
    return {first: sorted(found, key=lambda pair: -len(pair[0])) for first, found in table.items()}


def order_in(tokens: Sequence[Token]) -> Order | None:
    """The order that the clause states about the subject before its order words; None when there is none."""
    table = _phrases()
    for index in range(1, min(len(tokens), _LOOK)):
        for spelled, relation in table.get(tokens[index].norm.split()[0], ()):
            width = _matches(tokens, index, spelled)
            if width:
                before = list(tokens[:index])
                subject = [
                    token
                    for token in before
                    if token.norm not in words("modals") and token.norm not in ("only", "however")
                ]
                negated = any(token.norm in words("negation") for token in before)
                # what must not wait stands beside the other
                free = relation == "after" and any(token.norm in words("negation") for token in before[-2:])
                return Order(subject, "beside" if free else relation, list(tokens[index + width :]), negated)
    return None


def states_order(tokens: Sequence[Token], index: int) -> bool:
    """Whether words that order the subject before them (other than plain `starts`) stand here."""
    found = _phrases().get(tokens[index].norm.split()[0], ())
    return any(relation != "start" and _matches(tokens, index, spelled) for spelled, relation in found)


def _matches(tokens: Sequence[Token], index: int, spelled: tuple[str, ...]) -> int:
    """How many tokens the phrase covers here, 0 when it does not stand here."""
    held = 0
    width = 0
    while held < len(spelled):
        if index + width >= len(tokens):
            return 0
        said = tokens[index + width].norm.split()
        if tuple(said) != spelled[held : held + len(said)]:
            return 0
        held += len(said)
        width += 1
    return width


def inverted(tokens: Sequence[Token]) -> tuple[list[Token], list[Token]] | None:
    """`the main ping wait | comes | x` of an `after` clause: what comes before, and what follows it."""
    for index, token in enumerate(tokens):
        if 0 < index < len(tokens) - 1 and token.norm in _COMING:
            return list(tokens[:index]), list(tokens[index + 1 :])
    return None


def is_step_name(tokens: Sequence[Token]) -> bool:
    """Whether the words are a step's own name: an identifier, or `task 2a`."""
    held = [
        token
        for token in tokens
        if token.named
        or (token.norm not in words("determiners") and token.norm not in (",", "and", "&", "+", "both", "then"))
    ]
    if not held:
        return False
    if held[0].norm in _STEP_NOUNS and len(held) == 2:
        return len(held[1].norm) <= 3 or held[1].named
    return all(token.tag == "name" or (token.norm in _STEP_NOUNS and len(held) > 1) for token in held)


def leading_name(tokens: Sequence[Token]) -> list[Token]:
    """The step name that a clause begins with (`task 3 closes things`); empty when there is none."""
    held = [token for token in tokens if token.norm not in words("determiners") and token.norm not in words("polite")]
    if len(held) > 1 and held[0].norm in _STEP_NOUNS and is_step_name(held[:2]):
        return held[:2]
    return []
