"""Which steps of a pipeline only the user can write, and why: the definition that every room uses."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.connectors.algorithms import algorithm
from airflow_llm.connectors.registry import get, nearest
from airflow_llm.spec.hooks import is_hook
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import (
    CleanupStep,
    DeployStep,
    EvaluateStep,
    ExtractStep,
    HttpStep,
    LoadStep,
    NotifyStep,
    PredictStep,
    PromoteStep,
    ReportStep,
    ShellStep,
    SparkStep,
    SqlStep,
    Step,
    TrainStep,
    TransformStep,
    ValidateStep,
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
    reason = _unclear(pipeline, step)
    if reason is not None:
        return reason
    for connection, kind in _uses(pipeline, step):
        reason = _unreachable(pipeline, connection, kind, target)
        if reason is not None:
            return reason
    return None


def _unclear(pipeline: Pipeline, step: Step) -> str | None:
    """What the step would have to say for its work to be generated."""
    match step:
        case ExtractStep() | LoadStep() if not step.reads or not step.writes:
            return "it does not say both what is read and where it goes"
        case TransformStep() | ValidateStep() | ReportStep() if not step.reads:
            return "it does not say what it reads"
        case ReportStep(format="pdf"):
            return "nothing here writes PDF; HTML, Excel or Markdown would be generated"
        case TrainStep(algorithm=str(text)) if algorithm(text, regression=False) is None:
            return f"{text!r} is not an algorithm that we know"
        case EvaluateStep() | PredictStep() if not _has_model(pipeline, step):
            return "it does not say which model and which data it reads"
        case SqlStep(statement=None, action="create_table") if not _written_columns(pipeline, step):
            return "the columns of the table to create are not known"
        case SqlStep(statement=None) if not step.writes:
            return "it does not say on which table it acts"
        case NotifyStep(target=target) if not target.strip() and _is_mail(pipeline, step.connection):
            return "it does not say to which address"
        case CleanupStep(staging=False, dataset=str(name)) if _age_is_unknown(pipeline, step, name):
            return "the column that tells the age of a row is not known"
    return _unknown_end(pipeline, step) or _unknown_format(pipeline, step)


def _unknown_end(pipeline: Pipeline, step: Step) -> str | None:
    if isinstance(step, ExtractStep) and any(_is_staged(pipeline, name) for name in step.reads):
        return "it does not say from which system it reads"
    if isinstance(step, LoadStep) and any(_is_staged(pipeline, name) for name in step.writes):
        return "it does not say into which system it writes"
    return None


def _is_staged(pipeline: Pipeline, name: str) -> bool:
    return any(dataset.name == name and dataset.staged for dataset in pipeline.datasets)


def _is_mail(pipeline: Pipeline, name: str) -> bool:
    found = next((one for one in pipeline.connections if one.name == name), None)
    connector = get(found.connector) if found is not None else None
    return connector is not None and connector.family == "mail"


def _unknown_format(pipeline: Pipeline, step: Step) -> str | None:
    if step.kind not in ("extract", "load", "transform", "validate"):
        return None
    for dataset in pipeline.datasets:
        if dataset.format in ("xml", "binary") and dataset.name in (*step.reads, *step.writes):
            return f"rows cannot be read from {dataset.format} files without knowing what is in them"
    return None


def _has_model(pipeline: Pipeline, step: Step) -> bool:
    kinds = [dataset.kind for dataset in pipeline.datasets if dataset.name in step.reads]
    return "model" in kinds and any(kind != "model" for kind in kinds)


def _written_columns(pipeline: Pipeline, step: Step) -> bool:
    return any(dataset.columns for dataset in pipeline.datasets if dataset.name in step.writes)


def _age_is_unknown(pipeline: Pipeline, step: CleanupStep, name: str) -> bool:
    dataset = next((known for known in pipeline.datasets if known.name == name), None)
    if dataset is None or dataset.connection is None:
        return True
    system = next((known.connector for known in pipeline.connections if known.name == dataset.connection), "")
    connector = get(system)
    is_table = connector is not None and connector.family == "sql"
    return is_table and step.column is None and dataset.partition is None


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
        case ShellStep(connection=str(connection)):
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
