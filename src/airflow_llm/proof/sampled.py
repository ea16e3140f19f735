"""The pipeline as sample data sees it: everything that the proof must bring along is read from outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow_llm.spec.datasets import Column, Dataset
from airflow_llm.spec.graph import order
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import CleanupStep, ExtractStep, HttpStep, LoadStep, SqlStep, Step, WaitStep
from airflow_llm.spec.waits import ForData

if TYPE_CHECKING:
    import pyarrow as pa


def as_sampled(pipeline: Pipeline, reasons: Mapping[str, str]) -> Pipeline:
    """The pipeline without the steps whose results are brought along, and with a reader for each lone dataset.

    What a recorded stand-in or a local server hands on is then read from outside, and a table that is only cleaned,
    truncated or waited for is read by somebody.
    """
    kept = [
        step for step in pipeline.steps if not step.writes or not (step.id in reasons or isinstance(step, HttpStep))
    ]
    read = {name for step in pipeline.steps for name in step.reads} | made_by_run(pipeline)
    lone = [name for name in dict.fromkeys(_needed(pipeline)) if name not in read]
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


def made_by_run(pipeline: Pipeline) -> set[str]:
    """The datasets of users' systems that the run itself makes before anything else touches them."""
    touched: set[str] = set()
    made: set[str] = set()
    for step_id in order(pipeline):
        step = pipeline.step(step_id)
        touched |= set(step.reads) | set(_waited(step))
        creates = isinstance(step, LoadStep) or (isinstance(step, SqlStep) and _creates(step))
        if creates:
            made |= set(step.writes) - touched
        touched |= set(step.writes)
    return made


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


def _needed(pipeline: Pipeline) -> Iterable[str]:
    known = {dataset.name for dataset in pipeline.datasets if not dataset.staged}
    for step in pipeline.steps:
        names = [*_waited(step)]
        if isinstance(step, CleanupStep) and step.dataset:
            names.append(step.dataset)
        if isinstance(step, SqlStep) and not _creates(step):
            names += step.writes
        yield from (name for name in names if name in known)


def _waited(step: Step) -> tuple[str, ...]:
    if isinstance(step, WaitStep) and isinstance(step.wait_for, ForData):
        return (step.wait_for.dataset,)
    return ()


def _creates(step: SqlStep) -> bool:
    words = (step.statement or "").split()
    return step.action == "create_table" or (bool(words) and words[0].upper() == "CREATE")


def _with_timestamp(dataset: Dataset, name: str) -> Dataset:
    if any(column.name == name for column in dataset.columns):
        return dataset
    return dataset.model_copy(update={"columns": (*dataset.columns, Column(name=name, type="timestamp"))})
