"""Whether an outcome of a condition was taken: its tasks ran, the others were skipped, and a merge after them ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow_llm.proof.branches import Taken
from airflow_llm.proof.evidence import BranchEvidence, Failure
from airflow_llm.proof.judging.runs import failing_tasks
from airflow_llm.spec.graph import downstream, upstream
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    from airflow_llm.proof.plan import Planner, Scenario

_RAN = {"success", "failed", "upstream_failed"}


def judge_branch(plan: Planner, scenario: Scenario, result: Mapping[str, Any]) -> tuple[BranchEvidence, list[Failure]]:
    """The evidence, and what did not hold."""
    taken: Taken = scenario.about["taken"]
    states: dict[str, set[str]] = {}
    for task in result["tasks"]:
        states.setdefault(task["task_id"], set()).add(task["state"])
    failures = [] if taken.failing else failing_tasks(scenario.name, result)
    for name in taken.chosen:
        if not _ran(plan, name, states):
            failures.append(Failure(cause="it was skipped, though it was chosen", run=scenario.name, task=name))
    below = _below(plan.pipeline, taken.chosen)
    for name in taken.left:
        if name not in below and name not in taken.chosen and states.get(name, set()) & {"success"}:
            failures.append(Failure(cause="it ran, though it was not chosen", run=scenario.name, task=name))
    if not taken.failing:
        for name in _merges(plan.pipeline, taken):
            if not states.get(name, set()) & _RAN and plan.pipeline.step(name).when is None:
                failures.append(Failure(cause="a merge after the branches was skipped", run=scenario.name, task=name))
    evidence = BranchEvidence(
        step=taken.step, outcome=taken.label, taken=not failures, forced=tuple(scenario.about["forced"])
    )
    return evidence, failures


def _ran(plan: Planner, name: str, states: Mapping[str, set[str]]) -> bool:
    """A step with a condition of its own has been chosen when its guard ran."""
    entry = plan.entry(name)
    return bool(states.get(entry, set()) & _RAN)


def _below(pipeline: Pipeline, names: tuple[str, ...]) -> set[str]:
    after, found, level = downstream(pipeline), set[str](), list(names)
    while level:
        for name in after[level.pop()]:
            if name not in found:
                found.add(name)
                level.append(name)
    return found


def _merges(pipeline: Pipeline, taken: Taken) -> list[str]:
    """The steps directly after both a branch that was taken and one that was not, which need no data of the latter."""
    on = {*taken.chosen, *_below(pipeline, taken.chosen)}
    off = {name for name in {*taken.left, *_below(pipeline, taken.left)} if name not in on}
    found = []
    for name, before in upstream(pipeline).items():
        step = pipeline.step(name)
        if not before & off or not before & on or step.trigger_rule is not None or step.when is not None:
            continue
        needed = {data for data in step.reads if _writers(pipeline, data) and _writers(pipeline, data) <= off}
        if not needed and taken.step not in before and all(_sure(pipeline, up, taken) for up in before & on):
            found.append(name)
    return found


def _sure(pipeline: Pipeline, name: str, taken: Taken) -> bool:
    """Whether nothing but this condition decides about the step."""
    step = pipeline.step(name)
    return step.when is None and (name in taken.chosen or not upstream(pipeline)[name] - {*taken.chosen, taken.step})


def _writers(pipeline: Pipeline, dataset: str) -> set[str]:
    return {step.id for step in pipeline.steps if dataset in step.writes}
