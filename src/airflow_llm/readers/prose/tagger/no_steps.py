"""What the network takes for steps and is none: messages of failures, fates of rows that fail a check, listed items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.mapping import listed_in
from airflow_llm.readers.prose.sentences import sentences
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.tagger.linking import GraphSaid

_CHECK = r"(?:please\s+)?(?:check|verify|ensure|make\s+sure|validate|assert|confirm)\s*(?:that\b|:|if\b|whether\b)"
_NEXT_RULE = r"[^.;!?\n]*,\s*(?:and\s+)?(?:that\s+)?(?:the\s+)?|\s+and\s+(?:that\s+)?(?:the\s+)?"
_RULE = (
    r"(?:the\s+)?(?:(?:no|at\s+least|at\s+most|none|never)\b"
    r"|(?:\S+\s+){1,3}(?:is|are|must|should|looks?|has|have|match(?:es)?|adds?\s+up)\b)"
)
_DONE = r"\b(?:is|are|be|been)\s+(?:then\s+)?\w+(?:ed|ent|ilt|itten|ut)\b"
_ASIDE = frozenset({"quarantine", "aside"})


def without_messages(said: GraphSaid, alerts: Sequence[Found[AlertWords]]) -> GraphSaid:
    """The graph without steps that only tell somebody of a failure: they stay alerts. The arm of a choice is a step."""
    sure = [hit for hit in alerts if hit.value.on != "success" and hit.value.target]
    gone = [
        number
        for number, task in enumerate(said.tasks)
        if task.kind == "notify"
        and not task.conditional
        and any(task.mark.start < hit.end and hit.start < task.mark.end for hit in sure)
    ]
    without = _without(said, gone)
    return without if without is said else replace(without, others=(*said.others, *(said.tasks[n].mark for n in gone)))


def without_remedies(said: GraphSaid, text: str) -> GraphSaid:
    """The graph without `quarantine the rest` right behind a check: its words go to the check."""
    return _without(said, list(_remedies(said, text)))


def without_listed(said: GraphSaid, tokens: Sequence[Token]) -> GraphSaid:
    """The graph without items that a list only names: their words go to the step before."""
    return _without(said, list(_items(said, tokens)))


def without_rules(said: GraphSaid, text: str, tokens: Sequence[Token]) -> GraphSaid:
    """The graph without further rules of one check (`check that ids are unique, amount is positive, no day lacks`)."""
    return _without(said, list(_rules(said, text, tokens)))


def _rules(said: GraphSaid, text: str, tokens: Sequence[Token]) -> Iterator[int]:
    commands = {token.start for token in tokens if any(verb.form == "base" and not verb.noun for verb in token.verbs)}
    checking = False
    for number, task in enumerate(said.tasks):
        mark = task.mark
        before = text[said.tasks[number - 1].mark.end : mark.start] if number else ""
        clause = re.split(r"[,.;!?\n]", text[mark.start :], maxsplit=1)[0]
        work = mark.start in commands or (task.kind != "validate" and re.search(_DONE, clause, re.I))
        if checking and re.fullmatch(_NEXT_RULE, before) and re.match(_RULE, clause, re.I) and not work:
            yield number
        else:
            checking = task.kind == "validate" and re.match(_CHECK, clause, re.I) is not None


def _items(said: GraphSaid, tokens: Sequence[Token]) -> Iterator[int]:
    """`for each of PL, CZ and SK download …`: no country is a task, nor what stands behind them in mid-sentence."""
    lists = [held for sentence in sentences(tokens) for held in listed_in(sentence.tokens)]
    for number, task in enumerate(said.tasks):
        mark = task.mark
        inside = (held for held in lists if held.start < mark.start < held.end)
        if any(mark.end <= held.end or not held.leads for held in inside):
            yield number


def _remedies(said: GraphSaid, text: str) -> Iterator[int]:
    plain = words("determiners") | words("set_aside_rows") | {"and", "set", "put", "them"}
    for number in range(1, len(said.tasks)):
        check, mark = said.tasks[number - 1], said.tasks[number].mark
        near = not re.search(r"[.;!?\n]", text[check.mark.end : mark.start])
        own = set(re.findall(r"\w+", text[mark.start : mark.end].casefold()))
        if near and check.kind == "validate" and own & _ASIDE and own - _ASIDE <= plain:
            yield number


def _without(said: GraphSaid, gone: Sequence[int]) -> GraphSaid:
    """The graph without these tasks; what stood before them leads to what followed."""
    if not gone or len(gone) == len(said.tasks):
        return said
    edges = set(said.edges)
    for number in gone:
        ups, downs = {up for up, down in edges if down == number}, {down for up, down in edges if up == number}
        edges = {edge for edge in edges if number not in edge} | {(up, down) for up in ups for down in downs}
    kept = [number for number in range(len(said.tasks)) if number not in gone]
    place = {number: new for new, number in enumerate(kept)}
    return replace(
        said,
        tasks=tuple(said.tasks[number] for number in kept),
        edges=frozenset((place[up], place[down]) for up, down in edges),
        before=tuple(tuple(said.before[up][down] for down in kept) for up in kept) if said.before else (),
    )
