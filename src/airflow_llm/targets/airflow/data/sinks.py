"""Where rows go to: a table, files or an API."""

from __future__ import annotations

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.sql.names import table_parts
from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.steps import ExtractStep, LoadStep
from airflow_llm.targets.airflow.data.parts import Parts, file_format
from airflow_llm.targets.python import call, literal


def written(parts: Parts, dataset: Dataset, uris: str) -> str:
    """The call that writes staged rows into a system's dataset."""
    connector = parts.connector(dataset)
    if connector.family == "sql":
        return _to_table(parts, dataset, connector, uris)
    if connector.family in ("objects", "files"):
        return _to_files(parts, dataset, connector, uris)
    if connector.family == "http":
        parts.use("post_records")
        parts.requirements.add(connector.requirement)
        return f'post_records(CONFIG["{dataset.connection}_conn_id"], {parts.path(dataset)}, {uris})'
    raise UnsupportedError(
        f"rows cannot be written to {connector.title}",
        hint="write them to a database, to files or to an HTTP API",
        place=f"steps.{parts.step.id}",
    )


def _to_table(parts: Parts, dataset: Dataset, connector: Connector, uris: str) -> str:
    parts.use("load_table", "Load")
    parts.use_system("load", connector)
    parts.requirements |= {connector.requirement, "airflow-provider-duckdb"}
    arguments = [f'CONFIG["{dataset.connection}_conn_id"]', uris, call("Load", load_arguments(parts, dataset))]
    return f"load_table({', '.join(arguments)})"


def load_arguments(parts: Parts, dataset: Dataset) -> dict[str, object]:
    """How the step writes the table: its name, the mode, and what the mode needs."""
    step = parts.step
    load: dict[str, object] = {"table": table_parts(dataset.location or dataset.name)}
    mode = step.mode if isinstance(step, LoadStep) else "replace"
    load["mode"] = mode
    if mode == "merge" and isinstance(step, LoadStep):
        load["keys"] = step.keys
    if mode == "partition":
        load["partition"] = partition_column(parts, dataset)
    return load


def _to_files(parts: Parts, dataset: Dataset, connector: Connector, uris: str) -> str:
    parts.use("write_files")
    arguments = [uris, parts.files_at(dataset, connector, file_format(dataset) or "parquet")]
    step = parts.step
    if isinstance(step, LoadStep) and step.mode != "replace":
        arguments.append(f"mode={literal(step.mode)}")
        if step.mode == "merge":
            arguments.append(f"keys={literal(step.keys)}")
        if step.mode == "partition":
            arguments.append(f"partition={literal(partition_column(parts, dataset))}")
    return f"write_files({', '.join(arguments)})"


def partition_column(parts: Parts, dataset: Dataset) -> str:
    """The column by which the rows of an interval are swapped."""
    pipeline, step = parts.pipeline, parts.step
    candidates = [dataset.partition, *(pipeline.dataset(name).partition for name in step.reads)]
    candidates += [other.incremental for other in pipeline.steps if isinstance(other, ExtractStep | LoadStep)]
    found = next((column for column in candidates if column is not None), None)
    if found is None:
        raise UnsupportedError(
            f"{step.id!r} swaps the rows of an interval, but no column says which those are",
            hint=f"name it as the `partition` of the dataset {dataset.name!r}, or use mode 'replace' or 'merge'",
            place=f"steps.{step.id}.mode",
        )
    return found
