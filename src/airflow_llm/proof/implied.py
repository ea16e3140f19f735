"""Tables that the SQL of a step reads though the spec does not name them: they must be there as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from airflow_llm.connectors.registry import get
from airflow_llm.connectors.sql.names import table_parts
from airflow_llm.errors import InputError
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, SqlStep, Step, WaitStep
from airflow_llm.spec.waits import ForQuery


def with_implied_tables(pipeline: Pipeline) -> Pipeline:
    """The pipeline with a dataset for each such table, read by the steps whose SQL does."""
    datasets = {_place(dataset): dataset for dataset in pipeline.datasets if dataset.connection is not None}
    written = {name for step in pipeline.steps for name in step.writes}
    added: dict[tuple[str, str], Dataset] = {}
    steps: list[Step] = []
    for step in pipeline.steps:
        reads = list(step.reads)
        for connection, location in _tables(pipeline, step):
            place = (connection, location)
            dataset = datasets.get(place) or added.get(place)
            if dataset is None:
                name = f"implied_{len(added)}"
                dataset = added[place] = Dataset(name=name, connection=connection, location=location)
            if dataset.name not in written and dataset.name not in reads:
                reads.append(dataset.name)
        # The pairs of an extract stay as they are: what its query looks at besides comes after them.
        steps.append(step.model_copy(update={"reads": tuple(reads)}))
    return pipeline.model_copy(update={"steps": tuple(steps), "datasets": (*pipeline.datasets, *added.values())})


def _place(dataset: Dataset) -> tuple[str, str]:
    location = dataset.location or dataset.name
    with suppress(InputError):
        location = ".".join(table_parts(location)[-2:])
    return dataset.connection or "", location.casefold()


def _tables(pipeline: Pipeline, step: Step) -> Iterator[tuple[str, str]]:
    """(connection, table) of each table that the step's SQL reads."""
    for connection, sql in _texts(pipeline, step):
        system = next((item.connector for item in pipeline.connections if item.name == connection), connection)
        connector = get(system)
        if connector is not None and connector.standin == "duckdb":
            yield from ((connection, name) for name in _read_tables(sql, connector.dialect))


def _texts(pipeline: Pipeline, step: Step) -> Iterator[tuple[str, str]]:
    match step:
        case SqlStep(statement=str(statement), connection=connection):
            yield connection, statement
        case WaitStep(wait_for=ForQuery(connection=connection, sql=sql)):
            yield connection, sql
        case ExtractStep(query=str(query)) if step.reads and pipeline.dataset(step.reads[0]).connection:
            yield pipeline.dataset(step.reads[0]).connection or "", query


def _read_tables(sql: str, dialect: str | None) -> list[str]:
    from sqlglot import exp, parse
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in parse(sql, dialect=dialect) if tree is not None]
    except (SqlglotError, RecursionError):
        return []
    known = {cte.alias.casefold() for tree in trees for cte in tree.find_all(exp.CTE)}
    made = {_name(table) for tree in trees for table in _target(tree)}
    tables = [table for tree in trees for table in tree.find_all(exp.Table) if isinstance(table.this, exp.Identifier)]
    found = dict.fromkeys(map(_name, tables))
    return [name for name in found if name not in made and name not in known]


def _target(tree: Any) -> list[Any]:
    """The table that a statement makes, drops or fills."""
    from sqlglot import exp

    if not isinstance(tree, (exp.Create, exp.Drop, exp.Insert)):
        return []
    target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
    return [target] if isinstance(target, exp.Table) else []


def _name(table: Any) -> str:
    """Schema and name, as the stand-in tells tables apart."""
    return ".".join(part for part in (table.db, table.name) if part).casefold()
