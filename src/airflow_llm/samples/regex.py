"""Texts that match a regular expression."""

from __future__ import annotations

# The parser behind `re` is the only one at hand that gives the tree of an expression; what it cannot read is refused.
import re._constants as codes  # type: ignore[import-not-found]  # typeshed leaves it out
import re._parser as parser  # type: ignore[import-not-found]  # typeshed leaves it out
from random import Random
from typing import Any

from airflow_llm.errors import UnsupportedError

_MOST = 6
_PRINTABLE = [chr(code) for code in range(32, 127)]
_CATEGORIES = {
    codes.CATEGORY_DIGIT: "0123456789",
    codes.CATEGORY_WORD: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
    codes.CATEGORY_SPACE: " ",
}
_NEGATED = {
    codes.CATEGORY_NOT_DIGIT: codes.CATEGORY_DIGIT,
    codes.CATEGORY_NOT_WORD: codes.CATEGORY_WORD,
    codes.CATEGORY_NOT_SPACE: codes.CATEGORY_SPACE,
}


def matching(regex: str, random: Random) -> str:
    """A text that the whole expression matches, drawn by chance."""
    try:
        tree = parser.parse(regex)
        return "".join(_write(code, value, random, {}) for code, value in tree)
    except (ValueError, RecursionError, OverflowError, codes.error) as error:
        raise UnsupportedError(f"no sample matches the regular expression {regex!r}: {error}") from error


def _write(code: Any, value: Any, random: Random, groups: dict[int, str]) -> str:
    if code is codes.LITERAL:
        return chr(value)
    if code is codes.ANY:
        return random.choice("abcdefgh0123456789")
    if code is codes.NOT_LITERAL:
        return random.choice([c for c in _PRINTABLE if ord(c) != value])
    if code is codes.IN:
        return random.choice(_members(value))
    if code is codes.AT:
        return ""
    return _compound(code, value, random, groups)


def _compound(code: Any, value: Any, random: Random, groups: dict[int, str]) -> str:
    def write(tree: Any) -> str:
        return "".join(_write(inner, argument, random, groups) for inner, argument in tree)

    if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
        low, high, tree = value
        count = random.randint(low, min(int(high), max(low, _MOST)))
        if count > 100_000:
            raise ValueError("it repeats too often")
        return "".join(write(tree) for _ in range(count))
    if code is codes.BRANCH:
        return write(random.choice(value[1]))
    if code is codes.SUBPATTERN:
        text = write(value[3])
        if value[0] is not None:
            groups[value[0]] = text
        return text
    if code is codes.ATOMIC_GROUP:
        return write(value)
    if code is codes.GROUPREF:
        return groups.get(value, "")
    raise ValueError(f"{code} is not RE2 syntax")


def _members(items: Any) -> list[str]:
    negated = bool(items) and items[0][0] is codes.NEGATE
    found: dict[str, None] = {}
    for code, value in items[1:] if negated else items:
        if code is codes.LITERAL:
            found[chr(value)] = None
        elif code is codes.RANGE:
            low, high = value
            found |= dict.fromkeys(chr(number) for number in range(low, min(high, low + 300) + 1))
        elif value in _NEGATED:
            found |= dict.fromkeys(c for c in _PRINTABLE if c not in _CATEGORIES[_NEGATED[value]])
        else:
            found |= dict.fromkeys(_CATEGORIES[value])
    members = [c for c in _PRINTABLE if c not in found] if negated else list(found)
    if not members:
        raise ValueError("a set of characters is empty")
    # Plain letters and digits read best; other members only where there are none.
    plain = [c for c in members if c.isascii() and c.isalnum()]
    return plain or members
