"""How a text becomes linked drafts: by the grammar alone, or by the trained network with the grammar inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.clauses import split
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.linking.link import link
from airflow_llm.readers.prose.linking.reasons import Drawings, Watcher
from airflow_llm.readers.prose.recognising.recognise import recognise
from airflow_llm.readers.prose.recognising.recognition import Recognition
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.told_steps import standing_before, told_steps
from airflow_llm.readers.reading import Reading
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    from airflow_llm.readers.prose.tagger.linking import GraphSaid

_NOTHING_ASKED = 0.98
_REFUSED = 0.8
_REFUSED_TWICE = 0.2
_NETWORK_LOST, _GRAMMAR_FAIR, _GRAMMAR_GOOD = 0.6, 0.6, 0.7
_NO_DOUBT, _AGREED, _DISPUTED = 0.8, 0.85, 0.8
_WRITTEN_EDGES = 2
_LONGEST = 8_000
"""Characters of the longest text that the network is asked about: it has learned from shorter ones."""
_MOST_TASKS = 40
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


def by_network(
    text: str, tokens: Sequence[Token], alerts: Sequence[Found[AlertWords]] = (), *, refused: bool
) -> Understanding | None:
    """What the trained network makes of the text; None without one, without a task, or where it would refuse as well.

    `alerts` are no steps, whatever the network takes them for. `refused`: the grammar found no task.
    NothingAskedError where it is all but certain that the text asks for no work.
    """
    from airflow_llm.readers.prose.tagger.linking import linked_by
    from airflow_llm.readers.prose.tagger.messages import without_messages
    from airflow_llm.readers.prose.tagger.network import network

    trained = network() if len(text) <= _LONGEST else None
    said = trained.read(text) if trained is not None else None
    if said is not None and said.error >= _NOTHING_ASKED:
        raise NothingAskedError
    doubt = _REFUSED_TWICE if refused else _REFUSED
    if said is None or not 0 < len(said.tasks) <= _MOST_TASKS or said.error >= doubt:
        return None
    said = without_messages(said, alerts)
    recognition, linked = linked_by(said, text, tokens)
    return Understanding(recognition, linked, said)


def writes_edges(recognition: Recognition) -> bool:
    """Whether the text writes a graph edge by edge (`a -> b`, `a -> c`), which the grammar reads to the letter."""
    arrows = sum(unit.clause.joint == "arrow" for unit in recognition.units)
    named = [draft.number for unit in recognition.units for draft in unit.drafts]
    return arrows >= _WRITTEN_EDGES and len(named) > len(set(named))


class Choice(NamedTuple):
    """One of two readings of a text, and why it was taken; `other` is the one that was not, where they differ."""

    reading: Reading
    why: str
    other: Reading | None = None


def chosen(ours: Reading, theirs: Reading) -> Choice:
    """The grammar's reading or the network's. Sure only where both see the same graph and neither doubts it.

    The bounds were found on the corpus' development hands, on `training/choosing.json` and on the hands h39 to h46, of
    which the network has learned nothing: there it is right twice as often as the grammar.
    """
    if _shape(ours.pipeline) == _shape(theirs.pipeline):
        sure, other = max(ours.confidence, theirs.confidence), min(ours.confidence, theirs.confidence)
        told = ours if ours.confidence >= _GRAMMAR_GOOD else theirs
        both = with_confidence(told, sure if other >= _NO_DOUBT else min(sure, _AGREED))
        return Choice(both, "grammar and network see the same graph")
    if theirs.confidence < _NETWORK_LOST and ours.confidence >= _GRAMMAR_FAIR:
        better, other_reading = ours, theirs
        why = f"they differ: the network is lost ({theirs.confidence:.2f}), the grammar is fair"
    else:
        better, other_reading = theirs, ours
        why = f"they differ: the network ({theirs.confidence:.2f}) is right more often"
    return Choice(with_confidence(better, min(better.confidence, _DISPUTED)), why, other_reading)


def with_confidence(reading: Reading, confidence: float) -> Reading:
    """The reading with another confidence in its graph."""
    pipeline = reading.pipeline.model_copy(update={"confidence": confidence})
    return replace(reading, pipeline=pipeline, confidence=confidence)


def _shape(pipeline: Pipeline) -> list[frozenset[int]]:
    """The graph of the steps by their order in the text."""
    return standing_before(pipeline, told_steps(pipeline))


def without_alerts_in_tasks(findings: Findings, said: GraphSaid | None) -> Findings:
    """The findings without messages that the network takes for tasks of their own."""
    if said is None:
        return findings
    marks = [task.mark for task in said.tasks]
    kept = [hit for hit in findings.alerts if not any(mark.start < hit.end and hit.start < mark.end for mark in marks)]
    return replace(findings, alerts=kept)
