"""The graph of tasks that a pipeline becomes: its steps, their guards and lists of items, and why edges are there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Literal, NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.spec import graph
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated, Outcome
from airflow_llm.spec.graph import upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, ForEach, Step
from airflow_llm.targets.airflow.guards import guard_id, items_id

Role = Literal["step", "guard", "items"]


class Node(NamedTuple):
    """One task of the DAG."""

    id: str
    step: Step
    role: Role = "step"


class Edge(NamedTuple):
    """`needed`: `after` cannot run without what `before` does (data or control). `outcomes`: of the choice `before`."""

    before: str
    after: str
    needed: bool = False
    outcomes: frozenset[int] | None = None


@dataclass(frozen=True)
class Plan:
    """Nodes in the order in which they are written; the edges between them."""

    pipeline: Pipeline
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    writers: dict[str, tuple[str, ...]]

    def into(self, node_id: str) -> list[Edge]:
        """The edges that end at the node."""
        return self._into.get(node_id, [])

    def sources(self, step: Step, name: str) -> tuple[str, ...]:
        """The steps whose result the step takes as that dataset: the last that changes it in place, else its writers.

        Where steps may be skipped it takes all of them, and what exists among their results.
        """
        before = writers_before(self.pipeline, step, name, self.writers)
        in_place = tuple(writer for writer in before if name in self.pipeline.step(writer).reads)
        return in_place[-1:] if in_place and not self._has_choices else before

    @cached_property
    def _has_choices(self) -> bool:
        return any(isinstance(step, ChooseStep) or step.when is not None for step in self.pipeline.steps)

    @cached_property
    def _into(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = defaultdict(list)
        for edge in self.edges:
            found[edge.after].append(edge)
        return found


def make_plan(pipeline: Pipeline, takes_item: Callable[[Step], bool] = lambda _step: False) -> Plan:
    """The plan; `takes_item` tells which mapped steps use their item beside a dataset that is mapped as they are.

    InputError when the steps run in a circle or a condition looks at something that nobody returns.
    """
    writers = _writers(pipeline)
    nodes: list[Node] = []
    edges: dict[tuple[str, str], Edge] = {}
    for step in pipeline.steps:
        guard = guard_id(pipeline, step)
        items = items_id(pipeline, step) if _needs_items(pipeline, step, writers, takes_item) else None
        if items is not None:
            nodes.append(Node(items, step, "items"))
        if guard is not None:
            nodes.append(Node(guard, step, "guard"))
        nodes.append(Node(step.id, step))
        for edge in _edges(pipeline, step, writers, guard, items):
            _add(edges, edge)
    known = {node.id for node in nodes}
    kept = tuple(edge for edge in edges.values() if edge.before in known and edge.after in known)
    return Plan(pipeline, _ordered(nodes, kept), kept, writers)


def entry_id(pipeline: Pipeline, step_id: str) -> str:
    """The first task of a step: what a branch names when it takes the step."""
    return guard_id(pipeline, pipeline.step(step_id)) or step_id


def returning_step(pipeline: Pipeline, comparison: Comparison, step: Step) -> str:
    """The step whose scalar the comparison looks at: the named one, else the nearest before it that returns it."""
    if comparison.step is not None:
        return comparison.step
    before = upstream(pipeline)
    seen, level = {step.id}, [step.id]
    while level:
        level = sorted({up for name in level for up in before[name]} - seen)
        seen.update(level)
        for name in level:
            if comparison.name in pipeline.step(name).returns:
                return name
    raise InputError(
        f"no step before {step.id!r} returns {comparison.name!r}",
        place=f"steps.{step.id}",
        hint=f"add {comparison.name!r} to the `returns` of the step that measures it",
    )


def rows_writer(pipeline: Pipeline, name: str) -> str | None:
    """The staged dataset that holds the rows of the dataset: itself, or what a load writes into it."""
    dataset = pipeline.dataset(name)
    if dataset.staged:
        return name
    for step in pipeline.steps:
        if name in step.writes and len(step.reads) == len(step.writes):
            source = step.reads[step.writes.index(name)]
            if step.kind == "load" and pipeline.dataset(source).staged:
                return source
    return None


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """Every comparison in the condition."""
    match condition:
        case Comparison():
            yield condition
        case Combined(conditions=parts):
            for part in parts:
                yield from comparisons(part)
        case Negated(condition=part):
            yield from comparisons(part)


def outcomes(condition: Condition | None) -> Iterator[Outcome]:
    """Every outcome in the condition."""
    match condition:
        case Outcome():
            yield condition
        case Combined(conditions=parts):
            for part in parts:
                yield from outcomes(part)
        case Negated(condition=part):
            yield from outcomes(part)


def writers_before(
    pipeline: Pipeline, step: Step, name: str, writers: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """The steps that write the dataset before this one."""
    return tuple(graph.writers_before(step, name, map(pipeline.step, writers.get(name, ()))))


def parallel_reads(pipeline: Pipeline, step: Step, writers: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The datasets of which a mapped step takes one each: they are written once for each of the same items."""
    if step.for_each is None:
        return ()
    return tuple(
        name
        for name in step.reads
        if any(same_items(step.for_each, pipeline.step(writer).for_each) for writer in writers.get(name, ()))
    )


def same_items(one: ForEach, other: ForEach | None) -> bool:
    """Whether both are mapped over the same list."""
    if other is None:
        return False
    return (one.items, one.step, one.parameter) == (other.items, other.step, other.parameter)


def _needs_items(
    pipeline: Pipeline, step: Step, writers: Mapping[str, tuple[str, ...]], takes_item: Callable[[Step], bool]
) -> bool:
    if step.for_each is None:
        return False
    parallel = parallel_reads(pipeline, step, writers)
    if step.for_each.parameter is not None:
        return not parallel or takes_item(step)
    if step.for_each.step is not None:
        # Only a task's whole result can be mapped over, never one entry of it.
        return bool(pipeline.step(step.for_each.step).returns) and (not parallel or takes_item(step))
    return bool(step.for_each.items and parallel and takes_item(step))


def _writers(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for step in pipeline.steps:
        for name in step.writes:
            found[name].append(step.id)
    return {name: tuple(steps) for name, steps in found.items()}


def _add(edges: dict[tuple[str, str], Edge], edge: Edge) -> None:
    if edge.before == edge.after:
        return
    old = edges.get((edge.before, edge.after))
    if old is None:
        edges[edge.before, edge.after] = edge
        return
    both = None
    if old.outcomes is not None or edge.outcomes is not None:
        both = (old.outcomes or frozenset()) | (edge.outcomes or frozenset())
    edges[edge.before, edge.after] = Edge(edge.before, edge.after, old.needed or edge.needed, both)


def _edges(
    pipeline: Pipeline, step: Step, writers: dict[str, tuple[str, ...]], guard: str | None, items: str | None
) -> Iterator[Edge]:
    for name in step.reads:
        for writer in writers_before(pipeline, step, name, writers):
            yield Edge(writer, step.id, needed=True)
    # What is only in order stands before the guard; but a guard that looks at failures must not hide others.
    gate = guard if guard is not None and not any(True for _ in outcomes(step.when)) else None
    for before in step.after:
        yield Edge(before, gate or step.id)
    if guard is not None:
        yield Edge(guard, step.id, needed=True)
    if step.for_each is not None and step.for_each.step is not None:
        yield Edge(step.for_each.step, items or step.id, needed=True)
    if items is not None:
        yield Edge(items, step.id, needed=True)
    yield from _condition_edges(pipeline, step.when, step, guard or step.id, writers)
    if isinstance(step, ChooseStep):
        yield from _branch_edges(pipeline, step, writers)


def _branch_edges(pipeline: Pipeline, step: ChooseStep, writers: dict[str, tuple[str, ...]]) -> Iterator[Edge]:
    known = {other.id for other in pipeline.steps}
    for branch in step.branches:
        yield from _condition_edges(pipeline, branch.when, step, step.id, writers)
    for number, targets in enumerate([*(branch.then for branch in step.branches), step.otherwise]):
        for target in targets:
            if target in known:
                yield Edge(step.id, entry_id(pipeline, target), needed=True, outcomes=frozenset({number}))


def _condition_edges(
    pipeline: Pipeline, condition: Condition | None, step: Step, into: str, writers: dict[str, tuple[str, ...]]
) -> Iterator[Edge]:
    for outcome in outcomes(condition):
        yield Edge(outcome.step, into)
    for comparison in comparisons(condition):
        if comparison.source == "metric":
            yield Edge(returning_step(pipeline, comparison, step), into, needed=True)
        elif comparison.source == "rows":
            name = rows_writer(pipeline, comparison.name) or comparison.name
            for writer in writers_before(pipeline, step, name, writers):
                yield Edge(writer, into, needed=True)


def _ordered(nodes: list[Node], edges: tuple[Edge, ...]) -> tuple[Node, ...]:
    """Topological; ties in the order of the spec, but the members of a group stay together where they can."""
    position = {node.id: n for n, node in enumerate(nodes)}
    by_id = {node.id: node for node in nodes}
    sorter: TopologicalSorter[str] = TopologicalSorter({node.id: () for node in nodes})
    for edge in edges:
        sorter.add(edge.after, edge.before)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise InputError(f"the steps run in a circle: {circle}", hint="remove one of these dependencies") from error
    ready: set[str] = set()
    result: list[Node] = []
    while sorter.is_active():
        ready.update(sorter.get_ready())
        group = result[-1].step.group if result else None
        chosen = min(ready, key=lambda name: (group is None or by_id[name].step.group != group, position[name]))
        ready.remove(chosen)
        result.append(by_id[chosen])
        sorter.done(chosen)
    return tuple(result)
