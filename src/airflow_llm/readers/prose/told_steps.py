"""The steps that a text tells, in its order, and which stand right before which: choices are taken out."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.spec.graph import upstream
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
