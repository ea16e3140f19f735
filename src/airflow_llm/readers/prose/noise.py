"""Clauses that ask for no step: greetings, history, wishes, questions, and text that talks to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.lexicon import lines_of, words
from airflow_llm.readers.prose.rules import find_rules

_REQUESTS = frozenset({"can", "could", "would", "will", "please", "pls"})
_TO_READER = words("to_reader")


@lru_cache(maxsize=1)
def _phrases() -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    """The phrases of noise.txt by their first word."""
    table: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for line in lines_of("noise"):
        sort, _, listed = line.partition(":")
        for phrase in listed.split(","):
            spelled = tuple(phrase.split())
            if spelled:
                table.setdefault(spelled[0], []).append((sort, spelled))
    return table


def sort_of(spoken: Sequence[str]) -> str:
    """`addressed`, `wish`, `history`, or empty for words that may ask for a step."""
    table = _phrases()
    found = ""
    for index, word in enumerate(spoken):
        for sort, phrase in table.get(word, ()):
            if tuple(spoken[index : index + len(phrase)]) == phrase:
                if sort == "addressed":
                    return sort
                found = found or sort
    return found


def noisy_sentences(clauses: Sequence[Clause]) -> dict[int, str]:
    """The sentences that are noise as a whole: those that talk to the reader, and what follows in the same tone."""
    by_sentence: dict[int, list[str]] = {}
    for clause in clauses:
        by_sentence.setdefault(clause.sentence, []).extend(" ".join(clause.words()).split())
    noisy: dict[int, str] = {}
    addressed = False
    for number, spoken in by_sentence.items():
        if sort_of(spoken) == "addressed":
            addressed = True
            noisy[number] = "addressed"
        elif addressed and _TO_READER & set(spoken):
            noisy[number] = "addressed"
    return noisy


def clause_noise(clause: Clause) -> str:
    """Why the clause asks for no step, or an empty string."""
    spoken = " ".join(clause.words()).split()
    if clause.question and not is_request(spoken) and _asks(spoken):
        return "question"
    if {"future", "past"} & set(spoken) and find_rules(" ".join(spoken)):
        return ""  # `no dates in the future` wishes for nothing later
    return sort_of(spoken)


def is_request(spoken: Sequence[str]) -> bool:
    """Whether a question politely asks for work (`could you load ...?`)."""
    return (
        len(spoken) > 1
        and spoken[0] in _REQUESTS
        and (spoken[1] in ("you", "we", "i") or spoken[0] in ("please", "pls"))
    )


def _asks(spoken: Sequence[str]) -> bool:
    asking = (
        words("be")
        | words("modals")
        | {"do", "does", "did", "what", "which", "how", "why", "when", "where", "who", "or", "any", "anyone", "should"}
    )
    return bool(spoken) and spoken[0] in asking
