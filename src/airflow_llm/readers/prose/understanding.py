"""How a text becomes linked drafts: by the grammar alone, or by the trained network with the grammar inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from airflow_llm.readers.prose.clauses import split
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.link import link
from airflow_llm.readers.prose.link_graph import Linked
from airflow_llm.readers.prose.recognise import recognise
from airflow_llm.readers.prose.recognition import Recognition
from airflow_llm.readers.prose.tagger.linking import GraphSaid, linked_by
from airflow_llm.readers.prose.tagger.network import network

_REFUSED = 0.5


@dataclass(frozen=True, slots=True)
class Understanding:
    """The clauses and drafts; `said` is what the network made of the text, None where the grammar read alone."""

    recognition: Recognition
    linked: Linked
    said: GraphSaid | None = None

    @property
    def confidence(self) -> float:
        """How sure the network is of the whole graph: of its least sure task or edge."""
        if self.said is None:
            return 0.0
        return round(min([self.said.sure, *(task.mark.sure for task in self.said.tasks)]), 3)


def understand(text: str, tokens: Sequence[Token], *, by_rules: bool) -> Understanding:
    """The text by the trained network where there is one and it finds a task, else by the grammar."""
    trained = None if by_rules else network()
    said = trained.read(text) if trained is not None else None
    if said is not None and said.tasks and said.error < _REFUSED:
        recognition, linked = linked_by(said, text, tokens)
        return Understanding(recognition, linked, said)
    recognition = recognise(split(tokens))
    return Understanding(recognition, link(recognition))


def without_alerts_in_tasks(findings: Findings, said: GraphSaid | None) -> Findings:
    """The findings without messages that the network takes for tasks of their own."""
    if said is None:
        return findings
    marks = [task.mark for task in said.tasks]
    kept = [hit for hit in findings.alerts if not any(mark.start < hit.end and hit.start < mark.end for mark in marks)]
    return replace(findings, alerts=kept)
