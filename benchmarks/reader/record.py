"""One case beside its prediction: every measure of it, against the right answer that it is nearest to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from benchmarks.reader.cases import Case, Edge, Graph
from benchmarks.reader.graphs import Count, compared, is_cyclic, projected, reach
from benchmarks.reader.matching import Match, match
from benchmarks.reader.prediction import Predicted
from benchmarks.reader.schedule import ScheduleScore, score_schedule
from benchmarks.reader.slots import score_slots


@dataclass(frozen=True)
class GraphScore:
    """How near a prediction is to one right answer."""

    match: Match
    task_f1: float
    edge_f1: float | None
    """Of the order among matched tasks; None where neither side has an edge."""
    edge_f1_strict: float | None
    exact: bool
    edges_missing: frozenset[Edge] = frozenset()
    edges_surplus: frozenset[Edge] = frozenset()

    @property
    def rank(self) -> tuple[bool, float]:
        """What the nearest of several answers has most of."""
        edges = self.task_f1 if self.edge_f1_strict is None else self.edge_f1_strict
        return self.exact, self.task_f1 + edges


@dataclass(frozen=True)
class Record:
    """The scores of a case. Where an error is wanted there is no graph to be scored."""

    case: Case
    error: str | None
    confidence: float
    graph: GraphScore | None = None
    schedule: ScheduleScore = field(default_factory=ScheduleScore)
    slots: Mapping[str, Count] = field(default_factory=dict)
    is_clean: bool | None = None
    """Whether no task is made of words that the case forbids; None where it forbids none."""
    fault: str | None = None
    """The exception that the reader ended with."""

    @property
    def error_right(self) -> bool:
        """Refused where that is wanted, and only there."""
        return self.case.is_error == bool(self.error)

    @property
    def is_exact(self) -> bool:
        """The graph is the wanted one."""
        return self.graph is not None and self.graph.exact


def score(case: Case, prediction: Predicted) -> Record:
    """The record of one case."""
    if case.is_error:
        return Record(case, prediction.error, prediction.confidence, fault=prediction.fault)
    scored = [(score_graph(graph, prediction), graph) for graph in case.graphs]
    best, graph = max(scored, key=lambda pair: pair[0].rank)
    slots = score_slots(case.wanted, graph, prediction, best.match)
    schedule = ScheduleScore()
    if not (prediction.error or prediction.fault):
        schedule = score_schedule(case.wanted.get("schedule"), prediction.said.get("schedule"))
    clean = _is_clean(case, prediction)
    return Record(case, prediction.error, prediction.confidence, best, schedule, slots, clean, prediction.fault)


def score_graph(graph: Graph, prediction: Predicted) -> GraphScore:
    """The prediction against one right answer."""
    found = match(graph, prediction)
    wanted_order = reach([task.id for task in graph.tasks], graph.edges)
    order = reach(prediction.tasks, prediction.edges)
    names = found.wanted_of
    main = compared(
        projected(wanted_order, found.pairs), {(names[up], names[down]) for up, down in projected(order, names)}
    )
    optional = {task.id for task in graph.tasks if task.optional}
    wanted = projected(wanted_order, [name for name in wanted_order if name in found.pairs or name not in optional])
    whole = projected(order, {*names, *found.surplus})
    told = {(names.get(up, f"?{up}"), names.get(down, f"?{down}")) for up, down in whole}
    strict = compared(wanted, told)
    return GraphScore(
        match=found,
        task_f1=1.0 if found.tasks.f1 is None else found.tasks.f1,
        edge_f1=0.0 if main.f1 is None and (wanted or told) else main.f1,
        edge_f1_strict=strict.f1,
        exact=not (
            prediction.error
            or prediction.fault
            or is_cyclic(order)
            or found.missing
            or found.surplus
            or strict.surplus
            or strict.missing
        ),
        edges_missing=frozenset(wanted - told),
        edges_surplus=frozenset(told - wanted),
    )


def _is_clean(case: Case, prediction: Predicted) -> bool | None:
    forbidden = case.wanted.get("forbidden_tokens") or []
    if not forbidden:
        return None
    ids = [f"_{_joined(name)}_" for name in prediction.tasks]
    return not prediction.error and not any(f"_{_joined(words)}_" in name for words in forbidden for name in ids)


def _joined(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower())
