"""How a text becomes linked drafts: by the grammar alone, or by the trained network with the grammar inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.clauses import split
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.judge import DRAWN
from airflow_llm.readers.prose.likelihood import likelihood
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.linking.link import link
from airflow_llm.readers.prose.linking.reasons import Drawings, Watcher
from airflow_llm.readers.prose.recognising.recognise import recognise
from airflow_llm.readers.prose.recognising.recognition import Recognition
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.told_steps import drawn
from airflow_llm.readers.reading import Reading

if TYPE_CHECKING:
    from concurrent.futures import Future

    from airflow_llm.readers.prose.tagger.linking import GraphSaid

_NOTHING_ASKED = 0.9
_REFUSED = 0.8
_REFUSED_TWICE = 0.2
GRAMMAR_GOOD, GRAMMAR_SURE = 0.7, 0.9
_LONGEST = 8_000
"""Characters of the longest text that the network is asked about: it has learned from shorter ones."""
MOST_TASKS = 40
"""So many tasks the network is believed at most: no request that it has learned from has more than 14."""


class NothingAskedError(Exception):
    """The network is all but certain that the text asks for nothing that can be built."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """The clauses and drafts; `said` is what the network made of the text, None where the grammar read alone."""

    recognition: Recognition
    linked: Linked
    said: GraphSaid | None = None
    drawings: Drawings = field(default_factory=dict)
    """Why each edge of the grammar is there, where that was asked for."""

    @property
    def confidence(self) -> float:
        """How sure the network is of the whole graph: of its least sure task or edge."""
        if self.said is None:
            return 0.0
        return round(min([self.said.sure, *(task.mark.sure for task in self.said.tasks)]), 3)


def by_grammar(tokens: Sequence[Token], *, watched: bool = False) -> Understanding:
    """What the rules make of the text; `watched`: with the reason for each edge."""
    recognition = recognise(split(tokens))
    if not watched:
        return Understanding(recognition, link(recognition))
    watcher = Watcher(recognition.drafts)
    return Understanding(recognition, link(recognition, watcher), drawings=watcher.drawings)


def asked(text: str) -> Future[GraphSaid] | None:
    """The trained network's answer, which it works out while the grammar reads; None for a text that is too long."""
    from airflow_llm.readers.prose.tagger.network import begun

    return begun(text) if len(text) <= _LONGEST else None


def by_network(
    text: str,
    tokens: Sequence[Token],
    alerts: Sequence[Found[AlertWords]],
    answer: Future[GraphSaid],
    *,
    rules: Understanding | None,
) -> Understanding | None:
    """What the trained network makes of the text; None without a task, or where it would refuse as well.

    `alerts` are no steps, whatever the network takes them for. `rules`: what the grammar read, None for no task.
    NothingAskedError where it is all but certain that the text asks for no work, and no arrows draw any.
    """
    said = answer.result()
    if said.error >= _NOTHING_ASKED and not (rules is not None and _draws(rules.recognition)):
        raise NothingAskedError
    doubt = _REFUSED_TWICE if rules is None else _REFUSED
    if not 0 < len(said.tasks) <= MOST_TASKS or said.error >= doubt:
        return None
    from airflow_llm.readers.prose.tagger.linking import linked_by
    from airflow_llm.readers.prose.tagger.no_steps import (
        without_listed,
        without_messages,
        without_remedies,
        without_rules,
    )

    said = without_rules(without_remedies(without_messages(said, alerts), text), text, tokens)
    said = without_listed(said, tokens)
    recognition, linked = linked_by(said, text, tokens)
    return Understanding(recognition, linked, said)


def _draws(recognition: Recognition) -> bool:
    """Whether arrows lead from task to task (`a -> b`): then the text is a graph, however short its words."""
    return any(unit.clause.joint == "arrow" for unit in recognition.units)


class Choice(NamedTuple):
    """One of two readings of a text, and why it was taken; `other` is the one that was not, where they differ."""

    reading: Reading
    why: str
    other: Reading | None = None


def chosen(ours: Reading, theirs: Reading) -> Choice:
    """The grammar's reading or the network's, and how likely it is right.

    On 1,376 requests of hands that the network had not learned from, it was right far more often wherever the two saw
    other steps, however sure the grammar was. Where only the order differs, a grammar that is sure is right as often;
    it is taken then, since what it is sure of is plain text.
    """
    grammar, network = ours.confidence, theirs.confidence
    mine, other_graph = drawn(ours.pipeline), drawn(theirs.pipeline)
    agreed = mine.agrees(other_graph)
    if agreed:
        # The network is believed about choices and messages: the grammar takes `send an alert to #ml` for a load.
        told = ours if grammar >= GRAMMAR_GOOD and mine.serves_for(other_graph) else theirs
        other, why = None, "grammar and network see the same graph"
    else:
        plain = grammar >= DRAWN or (grammar >= GRAMMAR_SURE and mine.each.is_told_like(other_graph.each))
        told, other = (ours, theirs) if plain else (theirs, ours)
        reason = "the grammar is sure of the order" if plain else "the network is right more often then"
        why = f"they differ: grammar {grammar:.2f}, network {network:.2f}; {reason}"
    if grammar >= DRAWN:
        return Choice(told, why, other)
    steps, choices = len(told.pipeline.steps), other_graph.choices
    sure = likelihood(grammar, network, agreed=agreed, steps=steps, choices=choices)
    return Choice(with_confidence(told, sure), why, other)


def with_confidence(reading: Reading, confidence: float) -> Reading:
    """The reading with another confidence in its graph."""
    pipeline = reading.pipeline.model_copy(update={"confidence": confidence})
    return replace(reading, pipeline=pipeline, confidence=confidence)


def without_alerts_in_tasks(findings: Findings, said: GraphSaid | None) -> Findings:
    """The findings without messages that the network takes for tasks of their own."""
    if said is None:
        return findings
    marks = [task.mark for task in said.tasks]
    kept = [hit for hit in findings.alerts if not any(mark.start < hit.end and hit.start < mark.end for mark in marks)]
    return replace(findings, alerts=kept)
