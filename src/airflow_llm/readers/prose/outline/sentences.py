"""The sentences of a description, and the words in them that put tasks in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from airflow_llm.readers.prose.outline.mentions.matching import Mentions
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern

_ALL = r"(?:all|both|each|they|every|the\s+\w+s|these|none|neither|the\s+(?:two|three|four))\b"


class Cue(NamedTuple):
    """Order words at a place."""

    start: int
    end: int
    kind: str


def cues_in(words: str) -> list[Cue]:
    """The order words of a sentence."""
    found = []
    for match in pattern(rf"(?<![\w-]){any_of('told_cues')}(?![\w-])\s*:?").finditer(words):
        kind = lexicon("told_cues")[" ".join(match.group().rstrip(" :").lower().split())]
        found.append(Cue(match.start(), match.end(), kind))
    return found


def sentences_of(words: str) -> list[str]:
    """The sentences of some words."""
    return [
        one for one in pattern(r"(?<=[.!?])\s+(?=[A-Z`\"'(\u2460-\u2473]|[a-z]+_\w)", 0).split(words) if one.strip()
    ]


def speaks_of_all(words: str) -> bool:
    """Whether a row speaks of several tasks that were listed before it."""
    return pattern(_ALL).match(words) is not None


def together(words: str, members: Sequence[str], mentions: Mentions) -> tuple[str, ...]:
    """Of the tasks listed so far, those that `both`, `all of them`, `the parsers` speaks of."""
    number = pattern(r"\W*(?:both|the\s+two|neither)\b").match(words)
    if number is not None:
        return tuple(members[-2:])
    named = pattern(r"(?:all\s+|both\s+)?(?:the\s+)(\w+s)\b").match(words)
    if named is not None:
        meant = mentions.loose(f"all {named[1]}")
        return tuple(one for one in members if one in meant)
    return tuple(members)


def numbers_in(words: str) -> Iterator[int]:
    """The small numbers that the words say: `goes two ways`; not those of a time of the day."""
    for word in pattern(r"[a-z]+|(?<![\d:.])\d+(?![:.]?\d)").findall(words):
        value = lexicon("numbers").get(word.lower(), "") if not word.isdigit() else word
        if value.isdigit() and 2 <= int(value) <= 20 and word.lower() != "twice":
            yield int(value)
