"""Slips of the pen: which system or which verb a word is meant to be. Ordinary words and names are none."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from airflow_llm.readers.prose.lexicon import lines_of, systems, verbs, words

_SHORTEST, _LONGEST = 4, 24
_SHORTEST_VERB = 5
_SHORTEST_SYSTEM = 6
_LONG = 8
"""Letters from which a word may have two slips."""
_ENDINGS = ("", "s", "es", "d", "ed", "ing")


def may_be_slip(word: str) -> bool:
    """Whether a word is of a length and a kind that slips are looked for in."""
    return word.isalpha() and _SHORTEST <= len(word) <= _LONGEST


@lru_cache(maxsize=4096)
def near_system(word: str) -> str | None:
    """The known one-word system that the word is a slip of; None when it is none."""
    known = _system_slips().get(word)
    if known is not None or len(word) < _SHORTEST_SYSTEM - 1 or _is_ordinary(word):
        return known
    most = 1 if len(word) < _LONG else 2
    near = [(_letters_off(word, name, most), name) for name in _one_word_systems().get(word[0], ())]
    fitting = [(off, name) for off, name in near if 0 < off <= most and not _only_longer(word, name)]
    return min(fitting)[1] if fitting else None


@lru_cache(maxsize=4096)
def near_verb(word: str) -> str | None:
    """The verb form that the word is a slip of: one letter missing, doubled or swapped; never one replaced."""
    if len(word) < _SHORTEST_VERB or word in words("ordinary"):
        return None
    for form in _long_verbs().get(word[0], ()):
        if _letters_off(word, form, 1) == 1:
            swapped = len(form) == len(word)
            if (swapped and sorted(form) == sorted(word)) or (not swapped and word not in words("everyday")):
                return form
    return None


def _is_ordinary(word: str) -> bool:
    """Whether the word, or what it is a form of, only looks like the name of a system."""
    return any(word.endswith(ending) and word.removesuffix(ending) in words("no_systems") for ending in _ENDINGS)


def _only_longer(word: str, name: str) -> bool:
    """`redshifts`, but not `redshiftt`: a letter too many that is no doubled one makes another word."""
    return word.startswith(name) and word != name + name[-1]


def _letters_off(word: str, meant: str, most: int) -> int:
    """How many letters were missed, doubled, swapped or replaced; more than `most` is said as one more."""
    if abs(len(meant) - len(word)) > most or len(set(meant) ^ set(word)) > 2 * most:
        return most + 1
    written, right = _where_they_differ(word, meant)
    if len(written) <= 1 and len(right) <= 1:
        return int(bool(written or right))
    if len(written) == 2 and written == right[::-1]:
        return 1
    strange, missing = Counter(written), Counter(right)
    if most == 1 or (strange - missing).total() > most or (missing - strange).total() > most:
        return most + 1
    from rapidfuzz.distance import OSA

    return OSA.distance(written, right, score_cutoff=most)


def _where_they_differ(one: str, other: str) -> tuple[str, str]:
    """What is left of two words without the letters that they share at the start and at the end."""
    while one[:1] and one[:1] == other[:1]:
        one, other = one[1:], other[1:]
    while one[-1:] and one[-1:] == other[-1:]:
        one, other = one[:-1], other[:-1]
    return one, other


@lru_cache(maxsize=1)
def _system_slips() -> dict[str, str]:
    """Slips of names too short to be compared letter by letter."""
    table = {}
    for line in lines_of("system_slips"):
        name, _, wrong = line.partition(":")
        table.update(dict.fromkeys(wrong.split(), name.strip()))
    return table


@lru_cache(maxsize=1)
def _one_word_systems() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in systems():
        if name.isalpha() and len(name) >= _SHORTEST_SYSTEM:
            found.setdefault(name[0], []).append(name)
    return found


@lru_cache(maxsize=1)
def _long_verbs() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for form in verbs():
        if form.isalpha() and len(form) >= _SHORTEST_VERB:
            found.setdefault(form[0], []).append(form)
    return found
