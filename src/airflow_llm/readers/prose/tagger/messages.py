"""A message for when something fails is no step: it leaves the network's graph, and stays an alert."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.tagger.linking import GraphSaid


def without_messages(said: GraphSaid, alerts: Sequence[Found[AlertWords]]) -> GraphSaid:
    """The graph without steps that only tell somebody of a failure; what stood before them leads to what followed."""
    sure = [hit for hit in alerts if hit.value.on != "success" and hit.value.target]
    gone = [
        number
        for number, task in enumerate(said.tasks)
        if task.kind == "notify" and any(task.mark.start < hit.end and hit.start < task.mark.end for hit in sure)
    ]
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
        others=(*said.others, *(said.tasks[number].mark for number in gone)),
        edges=frozenset((place[up], place[down]) for up, down in edges),
        before=tuple(tuple(said.before[up][down] for down in kept) for up in kept) if said.before else (),
    )
