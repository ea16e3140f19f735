"""What is drawn of a pipeline: nodes with a kind, edges with a condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from airflow_llm.cli.views.schedule import words
from airflow_llm.errors import InputError
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.graph import branch_targets, cycle, edges, order
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep

MOST_NODES = 2_000


@dataclass(frozen=True)
class Picture:
    """A pipeline ready to be drawn; `nodes` maps ids to kinds in topological order."""

    title: str
    subtitle: str
    nodes: Mapping[str, str]
    edges: tuple[tuple[str, str], ...]
    labels: Mapping[tuple[str, str], str]
    conditions: Mapping[str, str]


def picture(pipeline: Pipeline) -> Picture:
    """The picture of a pipeline. InputError when its order is a cycle, or when it is too large to be seen."""
    if round_trip := cycle(pipeline):
        raise InputError(f"the steps wait for each other in a circle: {' -> '.join((*round_trip, round_trip[0]))}")
    if len(pipeline.steps) > MOST_NODES:
        raise InputError(f"{len(pipeline.steps)} tasks are too many to draw", hint="--format mermaid has no limit")
    kinds = {step.id: step.kind for step in pipeline.steps}
    labels: dict[tuple[str, str], str] = {}
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            labels |= {(step.id, target): label for target, label in _branch_labels(step).items()}
    conditions = {step.id: condition_words(step.when) for step in pipeline.steps if step.when is not None}
    ordered = {name: kinds[name] for name in order(pipeline)}
    return Picture(pipeline.id, words(pipeline.schedule), ordered, edges(pipeline), labels, conditions)


def condition_words(condition: Condition) -> str:
    """A condition on one line."""
    match condition:
        case Comparison():
            return f"{condition.name} {condition.operator} {_value(condition.right)}"
        case Outcome():
            return f"{condition.step} {condition.state}"
        case Described():
            return condition.text
        case Negated():
            return f"not ({condition_words(condition.condition)})"
        case Combined():
            joint = " and " if condition.match == "all" else " or "
            return joint.join(condition_words(part) for part in condition.conditions)


def _branch_labels(step: ChooseStep) -> dict[str, str]:
    labels = dict.fromkeys(branch_targets(step), "otherwise")
    for branch in reversed(step.branches):
        labels |= dict.fromkeys(branch.then, condition_words(branch.when))
    return labels


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
