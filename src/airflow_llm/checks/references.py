"""Every place of a spec that names something else in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from airflow_llm.checks.conditions import parts
from airflow_llm.spec.conditions import Comparison, Condition, Described
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import ForeignKey
from airflow_llm.spec.steps import Alert, ChooseStep, CleanupStep, NotifyStep, Step, ValidateStep, WaitStep
from airflow_llm.spec.waits import ForData, ForHttp, ForQuery

Kind = Literal["step", "dataset", "connection", "parameter"]


class Reference(NamedTuple):
    """The name of a `kind` of thing, at a dotted path of the spec."""

    path: str
    kind: Kind
    name: str


def references(pipeline: Pipeline) -> Iterator[Reference]:
    """Every reference, in the order of the spec."""
    yield from _alerts("alerts", pipeline.alerts)
    for dataset in pipeline.datasets:
        if dataset.connection is not None:
            yield Reference(f"datasets.{dataset.name}.connection", "connection", dataset.connection)
    for step in pipeline.steps:
        yield from of_step(step)


def of_step(step: Step) -> Iterator[Reference]:
    """The references of one step."""
    at = f"steps.{step.id}"
    yield from _each(f"{at}.reads", "dataset", step.reads)
    yield from _each(f"{at}.writes", "dataset", step.writes)
    yield from _each(f"{at}.after", "step", step.after)
    if step.for_each is not None:
        yield from _optional(f"{at}.for_each.step", "step", step.for_each.step)
        yield from _optional(f"{at}.for_each.parameter", "parameter", step.for_each.parameter)
    yield from _condition(f"{at}.when", step.when)
    yield from _alerts(f"{at}.alerts", step.alerts)
    yield from _optional(f"{at}.connection", "connection", getattr(step, "connection", None))
    yield from _own(at, step)


def _own(at: str, step: Step) -> Iterator[Reference]:
    match step:
        case ChooseStep(branches=branches, otherwise=otherwise):
            for number, branch in enumerate(branches):
                yield from _condition(f"{at}.branches.{number}.when", branch.when)
                yield from _each(f"{at}.branches.{number}.then", "step", branch.then)
            yield from _each(f"{at}.otherwise", "step", otherwise)
        case ValidateStep(rules=rules):
            for number, rule in enumerate(rules):
                yield from _optional(f"{at}.rules.{number}.dataset", "dataset", rule.dataset)
                if isinstance(rule, ForeignKey):
                    yield Reference(f"{at}.rules.{number}.references", "dataset", rule.references)
        case WaitStep(wait_for=ForData(dataset=dataset)):
            yield Reference(f"{at}.wait_for.dataset", "dataset", dataset)
        case WaitStep(wait_for=ForQuery(connection=connection) | ForHttp(connection=connection)):
            yield Reference(f"{at}.wait_for.connection", "connection", connection)
        case NotifyStep(attach=attached):
            yield from _each(f"{at}.attach", "dataset", attached)
        case CleanupStep(dataset=dataset):
            yield from _optional(f"{at}.dataset", "dataset", dataset)


def _condition(path: str, condition: Condition | None) -> Iterator[Reference]:
    for part in parts(condition):
        if isinstance(part, Described):
            continue
        yield from _optional(path, "step", part.step)
        if isinstance(part, Comparison) and part.source == "rows":
            yield Reference(path, "dataset", part.name)
        elif isinstance(part, Comparison) and part.source == "parameter":
            yield Reference(path, "parameter", part.name)


def _alerts(path: str, alerts: Iterable[Alert]) -> Iterator[Reference]:
    for number, alert in enumerate(alerts):
        yield Reference(f"{path}.{number}.connection", "connection", alert.connection)


def _each(path: str, kind: Kind, names: Iterable[str]) -> Iterator[Reference]:
    for name in names:
        yield Reference(path, kind, name)


def _optional(path: str, kind: Kind, name: str | None) -> Iterator[Reference]:
    if name is not None:
        yield Reference(path, kind, name)
