"""Which steps of a pipeline only the user can write, and why: the definition that every room uses."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.connectors.registry import get, nearest
from airflow_llm.spec.hooks import is_hook
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import (
    CleanupStep,
    DeployStep,
    EvaluateStep,
    HttpStep,
    LoadStep,
    NotifyStep,
    PredictStep,
    PromoteStep,
    ShellStep,
    SparkStep,
    SqlStep,
    Step,
    TrainStep,
    WaitStep,
)
from airflow_llm.spec.waits import ForData, ForHttp, ForQuery

# These kinds move data by their connection's connector; the others run elsewhere and only declare what they touch.
_DATA_KINDS = frozenset(
    {"extract", "load", "transform", "validate", "report", "cleanup", "train", "evaluate", "promote", "predict"}
)


def hook_reason(pipeline: Pipeline, step: Step, target: str = "airflow") -> str | None:
    """Why the step needs a function that the user writes; None when everything in it is generated."""
    if is_hook(step):
        return _own_reason(step)
    for connection, kind in _uses(pipeline, step):
        reason = _unreachable(pipeline, connection, kind, target)
        if reason is not None:
            return reason
    return None


def _own_reason(step: Step) -> str:
    match step:
        case TrainStep():
            return "the algorithm or the target column is not known"
        case EvaluateStep():
            return "the target column is not known"
        case DeployStep():
            return "how a model is put into service is only known to you"
        case PredictStep() | PromoteStep():
            return "the model is not known"
        case SqlStep() | SparkStep():
            return f"the {step.kind} step names neither a statement, an application nor a known action"
    return f"the {step.kind} step is described in words that only your own code can carry out"


def _uses(pipeline: Pipeline, step: Step) -> Iterator[tuple[str, str]]:
    """The connections that the step's own work goes through, each with the kind of binding it needs."""
    match step:
        case SqlStep() | HttpStep() | NotifyStep():
            yield step.connection, step.kind
        case ShellStep(connection=str(connection)) | SparkStep(connection=str(connection)):
            yield connection, step.kind
        case WaitStep(wait_for=ForQuery(connection=connection) | ForHttp(connection=connection)):
            yield connection, step.kind
        case WaitStep(wait_for=ForData(dataset=name)):
            yield from ((connection, step.kind) for connection in _connections(pipeline, (name,)))
        case CleanupStep(dataset=str(name)):
            yield from ((connection, step.kind) for connection in _connections(pipeline, (name,)))
    if step.kind in _DATA_KINDS:
        for connection in _connections(pipeline, step.reads):
            yield connection, "extract" if isinstance(step, LoadStep) else step.kind
        for connection in _connections(pipeline, step.writes):
            yield connection, step.kind


def _connections(pipeline: Pipeline, names: tuple[str, ...]) -> tuple[str, ...]:
    by_name = {dataset.name: dataset for dataset in pipeline.datasets}
    found = (by_name[name].connection for name in names if name in by_name)
    return tuple(dict.fromkeys(connection for connection in found if connection is not None))


def _unreachable(pipeline: Pipeline, connection: str, kind: str, target: str) -> str | None:
    system = next((known.connector for known in pipeline.connections if known.name == connection), connection)
    connector = get(system)
    if connector is None:
        near = nearest(system, limit=1)
        return f"no connector is called {system!r}" + (f"; the nearest is {near[0]!r}" if near else "")
    if connector.binding(target, kind) is None:
        return f"{connector.title} has no way to do a step of kind {kind!r}"
    return None
