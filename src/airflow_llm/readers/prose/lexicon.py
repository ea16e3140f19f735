"""What the reader knows of English and of systems: data files that a newcomer can extend, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "lexicon"
_VOWELS = "aeiou"


class Verb(NamedTuple):
    """One form of a verb: `form` is base, s, past or ing; `noun` says that the word is as often a noun."""

    base: str
    group: str
    form: str
    noun: bool = False


class System(NamedTuple):
    """A system that people name, and what family it is of."""

    name: str
    family: str


class Frame(NamedTuple):
    """A group of verbs with some of these objects means the step kind; `heads` must be the object itself."""

    groups: frozenset[str]
    words: frozenset[str]
    heads: frozenset[str]
    kind: str


def lines_of(name: str) -> list[str]:
    """The lines of a lexicon file without comments and blank lines."""
    text = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


@lru_cache(maxsize=1)
def verbs() -> dict[str, tuple[Verb, ...]]:
    """Every form of every known verb."""
    irregular = _irregular()
    forms: dict[str, tuple[Verb, ...]] = {}
    for line in lines_of("verbs"):
        group, _, words = line.partition(":")
        for word in words.split():
            noun = word.endswith("*")
            base = word.rstrip("*")
            for spelling, form in irregular.get(base) or _regular(base):
                verb = Verb(base, group, form, noun and form in ("base", "s"))
                forms[spelling] = (*forms.get(spelling, ()), verb)
    return forms


@lru_cache(maxsize=1)
def systems() -> dict[str, System]:
    """Every spelling of a known system (several words joined by a space)."""
    known: dict[str, System] = {}
    for line in lines_of("systems"):
        family, _, rest = line.partition("|")
        name, _, spellings = rest.partition(":")
        for spelling in spellings.split():
            known[spelling.replace("_", " ")] = System(name.strip(), family.strip())
    return known


@lru_cache(maxsize=1)
def frames() -> dict[str, tuple[Frame, ...]]:
    """The frames of each verb group, in the order of the file."""
    found: dict[str, tuple[Frame, ...]] = {}
    for line in lines_of("frames"):
        groups, words, kind = (part.strip() for part in line.split("|"))
        listed = [] if words == "-" else words.split()
        frame = Frame(
            frozenset(groups.split()),
            frozenset(word.replace("_", " ") for word in listed if not word.endswith("!")),
            frozenset(word[:-1].replace("_", " ") for word in listed if word.endswith("!")),
            kind,
        )
        for group in frame.groups:
            found[group] = (*found.get(group, ()), frame)
    return found


@lru_cache(maxsize=4)
def word_lists(file: str = "words") -> dict[str, frozenset[str]]:
    """The lists of a file; several words joined by a space."""
    lists = {}
    for line in lines_of(file):
        name, _, words = line.partition(":")
        lists[name] = frozenset(word.replace("_", " ") for word in words.split())
    return lists


def words(name: str) -> frozenset[str]:
    """One list of words.txt."""
    return word_lists()[name]


def _irregular() -> dict[str, list[tuple[str, str]]]:
    table = {}
    for line in lines_of("irregular"):
        base, _, rest = line.partition(":")
        finite, _, gerund = rest.partition("/")
        third, *past = finite.split()
        forms = [(base, "base"), (third, "s"), (gerund.strip() or _gerund(base), "ing")]
        table[base] = [*forms, *((word, "past") for word in dict.fromkeys(past))]
    return table


def _regular(base: str) -> list[tuple[str, str]]:
    """The forms of a regular verb."""
    if base.endswith(("s", "x", "z", "ch", "sh")):
        third = f"{base}es"
    elif base.endswith("y") and base[-2] not in _VOWELS:
        third = f"{base[:-1]}ies"
    else:
        third = f"{base}s"
    if base.endswith("e"):
        past = f"{base}d"
    elif base.endswith("y") and base[-2] not in _VOWELS:
        past = f"{base[:-1]}ied"
    else:
        past = f"{base}ed"
    return [(base, "base"), (third, "s"), (past, "past"), (_gerund(base), "ing")]


def _gerund(base: str) -> str:
    return f"{base[:-1]}ing" if base.endswith("e") and not base.endswith("ee") else f"{base}ing"
