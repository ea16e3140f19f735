"""Rings of steps that only the order of the text closes: what the words say stays, what was taken by default goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.spec.pipeline import Question

_MOST_CUTS = 50


def cut_rings(drafts: Sequence[Draft], flow: Flow) -> None:
    """Drops orders that were only taken because a step stands behind another, until no ring is left or none is such."""
    for _ in range(_MOST_CUTS):
        ring = _ring(drafts)
        cut = next((pair for pair in _pairs(ring) if _by_default(*pair)), None)
        if cut is None:
            return
        before, after = cut
        after.ups.discard(before.number)
        words = spoken(after.clause.tokens)[:160]
        flow.ask(
            Question(
                text="Does this step wait for the one that the text names before it?", quote=words,
                options=("it does not", "it does"), taken="it does not, because others wait for it",
            )
        )  # fmt: skip


def keep_order(drafts: Sequence[Draft], fields: Mapping[int, dict[str, Any]]) -> None:
    """Statements on a table that a step before them reads are not its writers: that step would wait for them."""
    above: dict[int, set[int]] = {}
    for draft in drafts:  # in order
        above[draft.number] = set(draft.ups).union(*(above.get(up, ()) for up in draft.ups))
        step = fields[draft.number]
        if step["kind"] == "sql" and step.get("writes"):
            read = {name for up in above[draft.number] for name in fields[up].get("reads", ())}
            step["writes"] = [name for name in step["writes"] if name not in read]


def _pairs(ring: Sequence[Draft]) -> list[tuple[Draft, Draft]]:
    """The orders of the ring as (before, after); what is said last corrects what was said before it."""
    pairs = list(zip(ring, [*ring[1:], *ring[:1]], strict=True))
    return sorted(pairs, key=lambda pair: -pair[1].number)


def _by_default(before: Draft, after: Draft) -> bool:
    return after.by_default and before.number < after.number and before.kind != "choose"


def _ring(drafts: Sequence[Draft]) -> list[Draft]:
    """One ring of steps, each before the next; empty without one."""
    known = {draft.number: draft for draft in drafts}
    left = {draft.number: {up for up in draft.ups if up in known} for draft in drafts}
    free = [number for number, ups in left.items() if not ups]
    downs: dict[int, list[int]] = {}
    for number, ups in left.items():
        for up in ups:
            downs.setdefault(up, []).append(number)
    while free:
        number = free.pop()
        del left[number]
        for down in downs.get(number, ()):
            left[down].discard(number)
            if not left[down]:
                free.append(down)
    if not left:
        return []
    path: list[int] = [min(left)]
    while True:  # every step left waits for another one that is left
        following = min(left[path[-1]])
        if following in path:
            return [known[number] for number in reversed(path[path.index(following) :])]
        path.append(following)
