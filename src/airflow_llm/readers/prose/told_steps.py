"""The steps that a text tells, in its order, and which stand right before which: choices are taken out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence, Set
from typing import NamedTuple, TypeVar

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.spec.graph import reached, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

_Node = TypeVar("_Node", bound=Hashable)


class Graph(NamedTuple):
    """For each step its place in the text, from and to, and the numbers of those right before it.

    Edges that follow from others are left out.
    """

    places: tuple[tuple[int, int], ...]
    before: tuple[frozenset[int], ...]

    def is_of(self, other: Graph) -> bool:
        """Whether both are the same graph over the same words."""
        return self.before == other.before and self.is_told_like(other)

    def is_told_like(self, other: Graph) -> bool:
        """Whether both have the same steps: as many, from the same words."""
        if len(self.places) != len(other.places):
            return False
        pairs = zip(self.places, other.places, strict=True)
        return all(mine[0] < theirs[1] and theirs[0] < mine[1] for mine, theirs in pairs)


class Drawn(NamedTuple):
    """The graph of the told steps as they are, and with those that the same words ask for at the same place as one."""

    each: Graph
    merged: Graph
    choices: int = 0
    """How many choices stand between the steps; they are part of neither graph."""
    messages: int = 0
    """How many of the steps tell somebody something."""

    def serves_for(self, other: Drawn) -> bool:
        """Whether it may stand for the other graph: it asks for no choice that the other has not, and tells no less."""
        return self.choices <= other.choices and self.messages >= other.messages

    def agrees(self, other: Drawn) -> bool:
        """Whether both draw the same graph; `extract customers and orders` is one step or two."""
        return self.each.is_of(other.each) or self.merged.is_of(other.merged)


def told_steps(pipeline: Pipeline) -> list[Step]:
    """The steps without choices, in the order of the text."""
    steps = [step for step in pipeline.steps if step.kind != "choose"]
    return sorted(steps, key=lambda step: (step.origin.start or 0) if step.origin is not None else 0)


def standing_before(pipeline: Pipeline, steps: Sequence[Step]) -> list[frozenset[int]]:
    """For each step the places of those right before it; what stands before a choice is before its ways."""
    return _before(upstream(pipeline), [step.id for step in steps])


def drawn(pipeline: Pipeline) -> Drawn:
    """The graph of a pipeline that was read."""
    steps = told_steps(pipeline)
    graphs = _drawn([_place(step) for step in steps], standing_before(pipeline, steps))
    messages = sum(step.kind == "notify" for step in steps)
    return graphs._replace(choices=len(pipeline.steps) - len(steps), messages=messages)


def drafted(drafts: Sequence[Draft]) -> Drawn:
    """The graph of steps that are not assembled yet."""
    told = sorted((draft for draft in drafts if draft.kind != "choose"), key=lambda draft: draft.span[0])
    before = _before({draft.number: draft.ups for draft in drafts}, [draft.number for draft in told])
    messages = sum(draft.kind == "notify" for draft in told)
    return _drawn([draft.span for draft in told], before)._replace(choices=len(drafts) - len(told), messages=messages)


def _place(step: Step) -> tuple[int, int]:
    start = (step.origin.start or 0) if step.origin is not None else 0
    return start, start + (len(step.origin.text) if step.origin is not None else 0)


def _before(ups: Mapping[_Node, Set[_Node]], told: Sequence[_Node]) -> list[frozenset[int]]:
    place = {node: number for number, node in enumerate(told)}
    found = []
    for node in told:
        waiting, seen, before = list(ups[node]), set(ups[node]), set()
        while waiting:
            up = waiting.pop()
            if up in place:
                before.add(place[up])
                continue
            further = ups[up] - seen
            seen |= further
            waiting.extend(further)
        found.append(frozenset(before))
    return found


def _drawn(places: Sequence[tuple[int, int]], before: Sequence[frozenset[int]]) -> Drawn:
    ups = _reduced(before)
    downs: list[set[int]] = [set() for _ in ups]
    for down, above in enumerate(ups):
        for up in above:
            downs[up].add(down)
    first: dict[object, int] = {}
    stands = [
        first.setdefault((place, ups[number], frozenset(downs[number])), number) for number, place in enumerate(places)
    ]
    kept = {number: new for new, number in enumerate(sorted(set(stands)))}
    merged = Graph(
        tuple(places[number] for number in kept),
        tuple(frozenset(kept[stands[up]] for up in ups[number]) for number in kept),
    )
    return Drawn(Graph(tuple(places), tuple(ups)), merged)


def _reduced(ups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Without what stands before something else that stands before."""
    above = [reached(place, dict(enumerate(ups))) for place in range(len(ups))]
    return [before.difference(*(above[other] for other in before)) for before in ups]
