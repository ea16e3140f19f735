"""The pipeline as sample data sees it: everything that the proof must bring along is read from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow_llm.spec.datasets import Column, Dataset
from airflow_llm.spec.graph import ancestors
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import CleanupStep, ExtractStep, HttpStep, SqlStep, Step, WaitStep
from airflow_llm.spec.waits import ForData

if TYPE_CHECKING:
    import pyarrow as pa


def as_sampled(pipeline: Pipeline, reasons: Mapping[str, str]) -> Pipeline:
    """The pipeline without the steps whose results are brought along, and with a reader for each lone dataset.

    What a recorded stand-in or a local server hands on is then read from outside, and a table that is only cleaned,
    truncated or waited for is read by somebody and made by nobody.
    """
    outside = set(from_outside(pipeline, reasons))
    kept = [
        step.model_copy(update={"writes": tuple(name for name in step.writes if name not in outside)})
        for step in pipeline.steps
        if not step.writes or not (step.id in reasons or isinstance(step, HttpStep))
    ]
    read = {name for step in pipeline.steps for name in step.reads}
    lone = [name for name in from_outside(pipeline, reasons) if name not in read]
    datasets = {dataset.name: dataset for dataset in pipeline.datasets}
    for step in pipeline.steps:
        if isinstance(step, CleanupStep) and step.dataset in datasets and step.column:
            datasets[step.dataset] = _with_timestamp(datasets[step.dataset], step.column)
    readers: list[Step] = []
    for number, name in enumerate(lone):
        columns = tuple(column.name for column in datasets[name].columns)
        staged = Dataset(name=f"sampled_{number}")
        datasets[staged.name] = staged
        readers.append(ExtractStep(id=f"sample_{number}", reads=(name,), writes=(staged.name,), columns=columns))
    return pipeline.model_copy(update={"steps": (*kept, *readers), "datasets": tuple(datasets.values())})


def from_outside(pipeline: Pipeline, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """The datasets of users' systems that a step needs to be there and that the run has not made by then."""
    known = {dataset.name for dataset in pipeline.datasets if not dataset.staged}
    made = made_by_run(pipeline, reasons)
    needed = [name for step in pipeline.steps for name in (*step.reads, *_touched(step))]
    return tuple(name for name in dict.fromkeys(needed) if name in known and name not in made)


def made_by_run(pipeline: Pipeline, reasons: Mapping[str, str]) -> set[str]:
    """The datasets of users' systems that the run itself makes before anything else touches them."""
    makers: dict[str, set[str]] = {}
    needed: dict[str, set[str]] = {}
    for step in pipeline.steps:
        for name in step.writes if _makes(step) and step.id not in reasons else ():
            makers.setdefault(name, set()).add(step.id)
        for name in {*step.reads, *_touched(step)}:
            needed.setdefault(name, set()).add(step.id)
    return {
        name
        for name, steps in makers.items()
        if all(steps & ancestors(pipeline, other) for other in needed.get(name, ()))
    }


def http_answers(pipeline: Pipeline, tables: Mapping[str, pa.Table]) -> Iterator[tuple[str, str]]:
    """(path, dataset) of the answers that steps of kind `http` expect."""
    for step in pipeline.steps:
        if isinstance(step, HttpStep) and step.writes and step.writes[0] in tables:
            yield step.path, step.writes[0]


def schemas(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    """(connection, schema) of every schema that a warehouse would have: those of datasets and of SQL texts."""
    from airflow_llm.connectors.registry import get
    from airflow_llm.connectors.sql.names import table_parts

    dialects = {}
    for connection in pipeline.connections:
        connector = get(connection.connector)
        if connector is not None and connector.standin == "duckdb":
            dialects[connection.name] = connector.dialect
    for dataset in pipeline.datasets:
        if dataset.connection in dialects and dataset.location:
            yield from ((dataset.connection or "", part) for part in table_parts(dataset.location)[-2:-1])
    for step in pipeline.steps:
        if isinstance(step, SqlStep) and step.statement and step.connection in dialects:
            for schema in _schemas_in(step.statement, dialects[step.connection]):
                yield step.connection, schema


def _schemas_in(statement: str, dialect: str | None) -> list[str]:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        trees: list[Any] = parse(statement, dialect=dialect)
    except SqlglotError:
        return []
    return [table.db for tree in trees if tree is not None for table in tree.find_all(exp.Table) if table.db]


def _touched(step: Step) -> tuple[str, ...]:
    """What has to be there for the step, beside what it reads."""
    match step:
        case WaitStep(wait_for=ForData(dataset=name)) | CleanupStep(dataset=str(name)):
            return (name,)
        case SqlStep() if not _creates(step):
            return step.writes
    return ()


def _makes(step: Step) -> bool:
    """Whether what the step writes is there after it, whatever was before."""
    return _creates(step) if isinstance(step, SqlStep) else not isinstance(step, (WaitStep, CleanupStep))


def _creates(step: SqlStep) -> bool:
    words = (step.statement or "").split()
    return step.action == "create_table" or (bool(words) and words[0].upper() == "CREATE")


def _with_timestamp(dataset: Dataset, name: str) -> Dataset:
    if any(column.name == name for column in dataset.columns):
        return dataset
    return dataset.model_copy(update={"columns": (*dataset.columns, Column(name=name, type="timestamp"))})
