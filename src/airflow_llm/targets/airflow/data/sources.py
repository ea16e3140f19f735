"""Where rows come from: staging, a table, files or an API."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.extract import Cut, narrowed, select
from airflow_llm.errors import InputError, UnsupportedError
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.steps import ExtractStep, LoadStep
from airflow_llm.targets.airflow.data.parts import Parts, file_format
from airflow_llm.targets.python import literal


def unloaded(parts: Parts, dataset: Dataset, target: str, *, several: bool = False) -> str:
    """The call that publishes the rows of a system's dataset at the target, and returns the target."""
    connector = parts.connector(dataset)
    if connector.family == "sql":
        return _from_table(parts, dataset, connector, target, several)
    if connector.family in ("objects", "files"):
        return _from_files(parts, dataset, connector, target)
    if connector.family == "http":
        return _from_api(parts, dataset, connector, target)
    raise UnsupportedError(
        f"rows cannot be read from {connector.title}",
        hint="read them from a database, from files or from an HTTP API",
        place=f"steps.{parts.step.id}",
    )


def input_uris(parts: Parts, name: str) -> str:
    """The URIs of an input: a parameter when it is staged, else what is unloaded from its system."""
    dataset = parts.pipeline.dataset(name)
    if dataset.staged:
        if isinstance(parts.step, LoadStep) and parts.step.incremental is not None:
            raise InputError(
                f"{parts.step.id!r} loads staged rows, which are cut already",
                hint="set `incremental` on the step that extracts them",
                place=f"steps.{parts.step.id}.incremental",
            )
        return parts.parameter(name)
    return unloaded(parts, dataset, parts.staged(f"{parts.step.id}-{name}"), several=True)


def _from_table(parts: Parts, dataset: Dataset, connector: Connector, target: str, several: bool) -> str:
    parts.use("unload")
    parts.use_system("unload", connector)
    parts.requirements |= {connector.requirement, "airflow-provider-duckdb"}
    arguments = [f'CONFIG["{dataset.connection}_conn_id"]', _sql_file(parts, dataset, connector, several), target]
    if isinstance(parts.step, ExtractStep | LoadStep) and parts.step.incremental is not None:
        parts.use("interval")
        arguments.append("interval()")
    if _cut_of(parts, several).item is not None:
        item = f'{{"item": {_item(parts)}}}'
        arguments.append(f"{arguments.pop()} | {item}" if len(arguments) > 3 else item)
    return f"unload({', '.join(arguments)})"


def _from_files(parts: Parts, dataset: Dataset, connector: Connector, target: str) -> str:
    parts.use("unload_files")
    encoding = parts.setting(f"{dataset.name}_encoding") or parts.setting(f"{dataset.connection}_encoding")
    files = parts.files_at(dataset, connector, file_format(dataset), encoding)
    return f"unload_files({', '.join([files, target, *_cut(parts)])})"


def _from_api(parts: Parts, dataset: Dataset, connector: Connector, target: str) -> str:
    parts.use("unload_api")
    parts.requirements.add(connector.requirement)
    arguments = [f'CONFIG["{dataset.connection}_conn_id"]', parts.path(dataset), target]
    return f"unload_api({', '.join([*arguments, *_cut(parts)])})"


def _cut(parts: Parts) -> list[str]:
    """The arguments that keep only some columns, or the rows of the data interval."""
    step = parts.step
    if not isinstance(step, ExtractStep | LoadStep):
        return []
    arguments = []
    if isinstance(step, ExtractStep) and step.columns and len(step.reads) == 1:
        arguments.append(f"columns={literal(step.columns)}")
    if step.incremental is not None:
        arguments.append(f"incremental={literal(step.incremental)}")
    return arguments


def _sql_file(parts: Parts, dataset: Dataset, connector: Connector, several: bool) -> str:
    name = dataset.name if several else None
    own = connector.dialect or "duckdb"
    stand_in = None if own == "duckdb" else _query(parts, dataset, own, "duckdb", several)
    return f"RESOURCES / {parts.add_sql(_query(parts, dataset, own, own, several), stand_in, name)}"


def _query(parts: Parts, dataset: Dataset, own: str, to: str, several: bool) -> str:
    step = parts.step
    if isinstance(step, ExtractStep) and step.query is not None and not several:
        return narrowed(step.query, step.incremental, own, to, dataset.connection or "")
    columns = step.columns if isinstance(step, ExtractStep) and not several else ()
    return select(dataset.location or dataset.name, columns, _cut_of(parts, several), to, dataset.connection or "")


def _cut_of(parts: Parts, several: bool) -> Cut:
    """A mapped step takes the rows whose column, named like the item, has the item's value."""
    step = parts.step
    if isinstance(step, LoadStep):
        return Cut(step.incremental, _item(parts))
    if not isinstance(step, ExtractStep):
        return Cut()
    own_query = step.query is not None and not several
    return Cut(step.incremental, None if own_query else _item(parts))


def _item(parts: Parts) -> str | None:
    each = parts.step.for_each
    return each.name if each is not None else None
