"""Choices that choose nothing, because no step of theirs was understood: they go, and their words are told."""

from __future__ import annotations

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.recognising.recognition import Recognition


def without_empty_choices(linked: Linked, recognition: Recognition) -> Linked:
    """The drafts without choices that choose nothing; what stood behind such a choice follows what stood before it."""
    while True:
        empty = {draft.number: draft for draft in linked.drafts if draft.kind == "choose" and not _chooses(draft)}
        for draft in empty.values():
            recognition.unread.extend(words for words, _ in draft.arms if words and words not in recognition.unread)
        if not empty:
            break
        linked = _without(linked, empty)
    for draft in linked.drafts:
        draft.arms = [(words, taken) for words, taken in draft.arms if taken]
    return linked


def _chooses(draft: Draft) -> bool:
    """Whether a condition leads to a step."""
    return any(words and taken for words, taken in draft.arms)


def _without(linked: Linked, empty: dict[int, Draft]) -> Linked:
    kept = [draft for draft in linked.drafts if draft.number not in empty]
    renumbered = {draft.number: number for number, draft in enumerate(kept)}
    for draft in kept:
        ups = {up for number in draft.ups for up in (empty[number].ups if number in empty else {number})}
        draft.ups = {renumbered[up] for up in ups if up in renumbered}
        draft.arms = [
            (words, [renumbered[number] for number in taken if number in renumbered]) for words, taken in draft.arms
        ]
    for draft in kept:
        draft.number = renumbered[draft.number]
    return Linked(kept, linked.unresolved, linked.roots, linked.uncertain)
