"""The steps that a text tells, in its order, and which stand right before which: choices are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.spec.graph import reached, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step


def told_steps(pipeline: Pipeline) -> list[Step]:
    """The steps without choices, in the order of the text."""
    steps = [step for step in pipeline.steps if step.kind != "choose"]
    return sorted(steps, key=lambda step: (step.origin.start or 0) if step.origin is not None else 0)


def standing_before(pipeline: Pipeline, steps: Sequence[Step]) -> list[frozenset[int]]:
    """For each step the places of those right before it; what stands before a choice is before its ways."""
    before, place = upstream(pipeline), {step.id: number for number, step in enumerate(steps)}
    found = []
    for step in steps:
        waiting, seen, ups = list(before[step.id]), set(before[step.id]), set()
        while waiting:
            up = waiting.pop()
            if up in place:
                ups.add(place[up])
                continue
            further = before[up] - seen
            seen |= further
            waiting.extend(further)
        found.append(frozenset(ups))
    return found


def shape(pipeline: Pipeline) -> list[frozenset[int]]:
    """For each told step the places of those right before it, without edges that follow from others.

    Steps that the same words ask for and that stand at the same place (`extract customers and orders`) are one.
    """
    steps = told_steps(pipeline)
    ups = _reduced(standing_before(pipeline, steps))
    downs = [frozenset(down for down, before in enumerate(ups) if place in before) for place in range(len(steps))]
    first: dict[object, int] = {}
    stands = [
        first.setdefault((_words_of(step) or place, ups[place], downs[place]), place)
        for place, step in enumerate(steps)
    ]
    kept = sorted(set(stands))
    return [frozenset(kept.index(stands[up]) for up in ups[place]) for place in kept]


def _words_of(step: Step) -> tuple[int | None, str] | None:
    """Where the step's words begin, and what they are."""
    return None if step.origin is None else (step.origin.start, step.origin.text)


def _reduced(ups: Sequence[frozenset[int]]) -> list[frozenset[int]]:
    """Without what stands before something else that stands before."""
    above = [reached(place, dict(enumerate(ups))) for place in range(len(ups))]
    return [frozenset(up for up in before if not any(up in above[other] for other in before)) for before in ups]
