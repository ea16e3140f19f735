"""The order of the steps: the union of data flow, `after`, branches and conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Set
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from typing import TypeVar

from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated, Outcome
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, Step

_Node = TypeVar("_Node", bound=Hashable)


def edges(pipeline: Pipeline) -> tuple[tuple[str, str], ...]:
    """Every (upstream, downstream) pair of known steps, in the order of the steps, without repeats."""
    known = {step.id for step in pipeline.steps}
    writers: dict[str, list[Step]] = defaultdict(list)
    for step in pipeline.steps:
        for name in step.writes:
            writers[name].append(step)
    found: dict[tuple[str, str], None] = {}
    for step in pipeline.steps:
        for upstream in _upstream(step, writers):
            if upstream in known and upstream != step.id:
                found[upstream, step.id] = None
        for downstream in branch_targets(step):
            if downstream in known:
                found[step.id, downstream] = None
    return tuple(found)


def branch_targets(step: Step) -> tuple[str, ...]:
    """The steps that a `choose` may take, in order; empty for any other kind."""
    if not isinstance(step, ChooseStep):
        return ()
    chosen = [target for branch in step.branches for target in branch.then]
    return tuple(dict.fromkeys([*chosen, *step.otherwise]))


def condition_steps(condition: Condition | None) -> Iterator[str]:
    """The steps whose result a condition looks at."""
    match condition:
        case Comparison(step=str(step)) | Outcome(step=step):
            yield step
        case Combined(conditions=parts):
            for part in parts:
                yield from condition_steps(part)
        case Negated(condition=part):
            yield from condition_steps(part)


def upstream(pipeline: Pipeline) -> dict[str, set[str]]:
    """For each step the steps directly before it."""
    result: dict[str, set[str]] = {step.id: set() for step in pipeline.steps}
    for before, after in edges(pipeline):
        result[after].add(before)
    return result


def downstream(pipeline: Pipeline) -> dict[str, set[str]]:
    """For each step the steps directly after it."""
    result: dict[str, set[str]] = {step.id: set() for step in pipeline.steps}
    for before, after in edges(pipeline):
        result[before].add(after)
    return result


def ancestors(pipeline: Pipeline, step_id: str) -> set[str]:
    """Every step that comes before the step, directly or not."""
    return reached(step_id, upstream(pipeline))


def reached(start: _Node, ways: Mapping[_Node, Set[_Node]]) -> set[_Node]:
    """Every step that the ways (`upstream` or `downstream`) lead to; the start itself only when they lead back."""
    found: set[_Node] = set()
    waiting = [start]
    while waiting:
        new = ways[waiting.pop()] - found
        found |= new
        waiting.extend(new)
    return found


def cycle(pipeline: Pipeline) -> tuple[str, ...]:
    """The steps of one cycle, each before the next; empty when there is none."""
    for step in pipeline.steps:
        if step.id in step.after:
            return (step.id,)
    try:
        TopologicalSorter(upstream(pipeline)).prepare()
    except CycleError as error:
        return tuple(error.args[1][:-1])
    return ()


def order(pipeline: Pipeline) -> tuple[str, ...]:
    """The steps so that each comes after what it needs, ties in the order of the spec. CycleError on a cycle."""
    sorter = TopologicalSorter(upstream(pipeline))
    sorter.prepare()
    position = {step.id: n for n, step in enumerate(pipeline.steps)}
    heap: list[int] = []
    result: list[str] = []
    while sorter.is_active():
        for step_id in sorter.get_ready():
            heappush(heap, position[step_id])
        step_id = pipeline.steps[heappop(heap)].id
        result.append(step_id)
        sorter.done(step_id)
    return tuple(result)


def writers_before(step: Step, name: str, writers: Iterable[Step]) -> Iterator[str]:
    """Who writes what the step reads. Steps that change it in place follow one another in the order of the spec."""
    passed = False
    for writer in writers:
        if writer.id == step.id:
            passed = True
        elif not (passed and name in writer.reads):
            yield writer.id


def _upstream(step: Step, writers: dict[str, list[Step]]) -> Iterator[str]:
    for name in step.reads:
        yield from writers_before(step, name, writers[name])
    yield from step.after
    yield from condition_steps(step.when)
    if step.for_each is not None and step.for_each.step is not None:
        yield step.for_each.step
    if isinstance(step, ChooseStep):
        for branch in step.branches:
            yield from condition_steps(branch.when)
