"""Where sample data goes, so that the pipeline finds it in its stand-ins, and which connections lead there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.registry import get
from airflow_llm.connectors.sql.names import table_parts
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    import pyarrow as pa

_TOLD = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xml", ".gz", ".zst"})
_STORE = re.compile(r"^(?a:[a-z][a-z0-9+.-]*)://[^/]*/?", re.IGNORECASE)


def stand_in_of(pipeline: Pipeline, connection: str) -> str:
    """The kind of stand-in of a logical connection: duckdb, folder, http, smtp; empty when its system is unknown."""
    known = {item.name: item.connector for item in pipeline.connections}
    connector = get(known.get(connection, connection))
    return connector.standin if connector is not None else ""


def seeds(
    pipeline: Pipeline, tables: Mapping[str, pa.Table], names: Iterable[str], folder: Path, when: datetime
) -> list[dict[str, Any]]:
    """Write the tables of these datasets into `folder`, and say where the worker must put each."""
    found = []
    for name in names:
        dataset = pipeline.dataset(name)
        if dataset.connection is None or name not in tables:
            continue
        place = _seed(pipeline, dataset, tables[name], folder, when)
        if place is not None:
            found.append(place)
    return found


def _seed(pipeline: Pipeline, dataset: Dataset, table: pa.Table, folder: Path, when: datetime) -> dict[str, Any] | None:
    connection = dataset.connection or ""
    match stand_in_of(pipeline, connection):
        case "duckdb":
            source = write_table(table, folder / f"{dataset.name}.parquet", "parquet")
            return {"kind": "table", **table_place(dataset), "source": str(source)}
        case "folder":
            path = object_path(dataset, when)
            if dataset.format is None and Path(path).suffix.lower() not in _TOLD:
                # A name that tells no format is a folder's; the files in it tell theirs.
                path = f"{path}/part.parquet"
            source = write_table(table, folder / f"{dataset.name}.file", dataset.format or Path(path).suffix[1:])
            return {"kind": "file", "target": f"embedded/{connection}/{path}", "source": str(source)}
        case "http":
            return answer(dataset.location or dataset.name, table, folder / f"{dataset.name}.json")
    return None


def answer(location: str, table: pa.Table, file: Path) -> dict[str, Any]:
    """What the local HTTP server answers to a GET of that location."""
    path = _STORE.sub("", location).lstrip("/").partition("?")[0]
    return {"kind": "answer", "path": path, "source": str(write_table(table, file, "json"))}


def table_place(dataset: Dataset) -> dict[str, Any]:
    """The stand-in's file and the table in it; a database part of the name is the file."""
    parts = table_parts(dataset.location or dataset.name)[-2:]
    return {"target": f"embedded/{dataset.connection}.duckdb", "table": list(parts)}


def object_path(dataset: Dataset, when: datetime) -> str:
    """The path inside of a store, with patterns and dates filled in for that moment."""
    path = _STORE.sub("", dataset.location or dataset.name).lstrip("/")
    path = re.sub(r"\{\{\s*ds\s*\}\}", when.strftime("%Y-%m-%d"), path)
    path = re.sub(r"\{\{\s*ds_nodash\s*\}\}", when.strftime("%Y%m%d"), path)
    path = path.replace("*", "sample").replace("?", "x")
    return path + f"part.{dataset.format or 'parquet'}" if path.endswith("/") or not path else path


def write_table(table: pa.Table, path: Path, kind: str) -> Path:
    """The table as a file of that kind; Parquet when the kind is not one that we can write."""
    import duckdb

    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.register("rows", table)
        if kind in ("json", "jsonl"):
            array = "true" if kind == "json" else "false"
            connection.execute(f"COPY rows TO '{_quoted(path)}' (FORMAT json, ARRAY {array})")
        else:
            options = "FORMAT csv, HEADER" if kind in ("csv", "txt") else "FORMAT parquet"
            connection.execute(f"COPY rows TO '{_quoted(path)}' ({options})")
    return path


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
