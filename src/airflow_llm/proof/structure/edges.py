"""The order of the tasks: the spec's edges beside the DAG's, with the small tasks that guard a step folded into it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step


def helpers_of(pipeline: Pipeline) -> dict[str, str]:
    """The tasks that a step may bring beside its own, and the step: its guard and the list of its items."""
    taken = {step.id for step in pipeline.steps}
    found = {}
    for step in pipeline.steps:
        if step.when is not None and not _said_by_trigger_rule(pipeline, step):
            found[_free(f"if_{step.id}", taken)] = step.id
        if step.for_each is not None and step.for_each.parameter is not None:
            found[_free(f"{step.id}_items", taken)] = step.id
    return found


def edge_differences(pipeline: Pipeline, tasks: Mapping[str, Any]) -> Iterator[str]:
    """Edges that are missing, and edges that nothing in the spec explains."""
    helpers = helpers_of(pipeline)
    found = set()
    for name, task in tasks.items():
        for before in task["upstream"]:
            pair = (helpers.get(before, before), helpers.get(name, name))
            if pair[0] != pair[1]:
                found.add(pair)
    wanted = set(edges(pipeline))
    followed = _ancestors(found)
    for before, after in sorted(wanted - found):
        if before not in followed[after]:
            yield f"{after!r} does not run after {before!r}"
    above = _ancestors(wanted)
    for before, after in sorted(found - wanted):
        # A condition may look at a step further up; that adds an edge but no order.
        if before not in above[after]:
            yield f"{after!r} runs after {before!r}, which nothing asks for"
    for helper, step in helpers.items():
        if helper in tasks and step in tasks and helper not in tasks[step]["upstream"]:
            yield f"{step!r} does not run after {helper!r}, which decides about it"


def _said_by_trigger_rule(pipeline: Pipeline, step: Step) -> bool:
    """Whether the step's `when` speaks of nothing but how its own upstream steps ended."""
    from airflow_llm.spec.conditions import Combined, Outcome

    condition = step.when
    parts = condition.conditions if isinstance(condition, Combined) else (condition,)
    outcomes = [part for part in parts if isinstance(part, Outcome)]
    if len(outcomes) != len(parts) or step.trigger_rule is not None:
        return False
    states = {part.state for part in outcomes}
    any_of = isinstance(condition, Combined) and condition.match == "any"
    before = {up for up, down in edges(pipeline) if down == step.id}
    return len(states) == 1 and (not any_of or states == {"failed"}) and {part.step for part in outcomes} == before


def _ancestors(pairs: set[tuple[str, str]]) -> dict[str, set[str]]:
    direct: dict[str, set[str]] = defaultdict(set)
    for before, after in pairs:
        direct[after].add(before)
    result: dict[str, set[str]] = defaultdict(set)
    for start in list(direct):
        level = list(direct[start])
        while level:
            name = level.pop()
            if name not in result[start]:
                result[start].add(name)
                level.extend(direct.get(name, ()))
    return result


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
