"""Which columns a dataset will have: the steps' own SQL over empty tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from airflow_llm.connectors.sql.names import identifier
from airflow_llm.connectors.sql.operations import transform_sql
from airflow_llm.errors import AirflowLLMError
from airflow_llm.spec.graph import order
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, LoadStep, Step, TransformStep, ValidateStep

if TYPE_CHECKING:
    import pyarrow as pa


def with_later_columns(
    pipeline: Pipeline, tables: Mapping[str, pa.Table], outside: Sequence[str]
) -> dict[str, pa.Table]:
    """The tables, of which those that a later load fills have its columns: truncating one needs it to be there."""
    found = dict(tables)
    loads = [(name, read) for step in pipeline.steps if isinstance(step, LoadStep) for read, name in _pairs(step)]
    wanted = [(name, read) for name, read in loads if name in outside and name in tables]
    if not wanted:
        return found
    shapes = _shapes(pipeline, tables)
    for name, read in wanted:
        if read in shapes and not pipeline.dataset(name).columns:
            found[name] = _widened(tables[name], shapes[read])
    return found


def _widened(table: pa.Table, shape: pa.Table) -> pa.Table:
    """As many rows with the shape's columns, and those of the table's own that it lacks: nobody knows their values."""
    import pyarrow as pa

    own = (
        {} if set(table.column_names) == {"id", "value"} else dict(zip(table.column_names, table.columns, strict=True))
    )
    columns = {field.name: pa.nulls(table.num_rows, field.type) for field in shape.schema}
    known = {name.casefold() for name in columns}
    return pa.table({**columns, **{name: column for name, column in own.items() if name.casefold() not in known}})


def _shapes(pipeline: Pipeline, tables: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """An empty table for each dataset whose columns follow from those of the sources."""
    import duckdb

    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table.slice(0, 0))
        known = set(tables)
        for step_id in order(pipeline):
            for name, query in _queries(pipeline.step(step_id)):
                with suppress(duckdb.Error):
                    if name not in known:
                        connection.execute(f"CREATE TABLE {identifier(name).sql('duckdb')} AS {query}")
                        known.add(name)
        return {name: connection.table(identifier(name).sql("duckdb")).limit(0).to_arrow_table() for name in known}


def _queries(step: Step) -> Iterator[tuple[str, str]]:
    match step:
        case TransformStep() if step.operations and step.reads and step.writes:
            with suppress(AirflowLLMError):
                yield step.writes[0], transform_sql(step.operations, step.reads)
        case ExtractStep(query=None) | LoadStep() | ValidateStep():
            columns = step.columns if isinstance(step, ExtractStep) else ()
            shown = ", ".join(identifier(name).sql("duckdb") for name in columns) or "*"
            for read, write in _pairs(step):
                yield write, f"SELECT {shown} FROM {identifier(read).sql('duckdb')}"  # noqa: S608  # quoted names


def _pairs(step: Step) -> Iterator[tuple[str, str]]:
    return zip(step.reads, step.writes, strict=False)
