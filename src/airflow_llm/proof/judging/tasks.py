"""The table of the proof: each task's state, time, rows and stand-in in the run on good data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.registry import get
from airflow_llm.connectors.sql.names import table_parts
from airflow_llm.proof.evidence import TaskEvidence
from airflow_llm.proof.placement import object_path, stand_in_of
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.steps import Step

if TYPE_CHECKING:
    from airflow_llm.proof.plan import Planner

_NAMES = {
    "duckdb": "DuckDB file for {title}",
    "folder": "local folder for {title}",
    "http": "local HTTP server for {title}",
    "smtp": "local mail sink for {title}",
}


def task_evidence(plan: Planner, result: Mapping[str, Any]) -> list[TaskEvidence]:
    """One line for each task of a step, mapped instances together."""
    seconds: dict[str, float] = {}
    for attempt in result["attempts"]:
        seconds[attempt["task_id"]] = seconds.get(attempt["task_id"], 0.0) + attempt["seconds"]
    rows = dataset_rows(plan, result)
    found = []
    for step in plan.pipeline.steps:
        states = sorted({task["state"] for task in result["tasks"] if task["task_id"] == step.id})
        reason = plan.reasons.get(step.id, "")
        found.append(
            TaskEvidence(
                task=step.id,
                state="/".join(states) or "missing",
                seconds=round(seconds.get(step.id, 0.0), 3),
                rows_in=_total(rows, step.reads),
                rows_out=_total(rows, step.writes),
                stand_in="recorded stand-in" if reason else _stand_ins(plan, step),
                proven=not reason,
                reason=reason,
            )
        )
    return found


def dataset_rows(plan: Planner, result: Mapping[str, Any]) -> dict[str, int]:
    """The rows of each dataset after the run, as far as they can be counted."""
    found: dict[str, int] = {}
    for dataset in plan.pipeline.datasets:
        data = stored(plan, dataset, result)
        counts = [item["rows"] for item in data if item["rows"] is not None]
        if counts:
            found[dataset.name] = sum(counts)
    return found


def stored(plan: Planner, dataset: Dataset, result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What the stand-ins hold of the dataset: one entry, or one for each item of a mapped step."""
    return [result["stores"][name] for name in stored_names(plan, dataset, result)]


def stored_names(plan: Planner, dataset: Dataset, result: Mapping[str, Any]) -> list[str]:
    """Where in the stand-ins that is."""
    stores: Mapping[str, Mapping[str, Any]] = result["stores"]
    if dataset.staged:
        # A step may hand on what it was given, so its answer counts, not the name of the dataset.
        return [name for name in dict.fromkeys(_handed_on(plan, dataset.name, result)) if name in stores]
    connection = dataset.connection or ""
    if stand_in_of(plan.pipeline, connection) == "duckdb":
        *schema, table = table_parts(dataset.location or dataset.name)[-2:]
        wanted = f"{connection}.duckdb/{schema[0] if schema else 'main'}.{table}".casefold()
        return [name for name in stores if name.casefold() == wanted]
    path = f"{connection}/{object_path(dataset, plan.date)}"
    return [name for name in stores if name == path or name.startswith(f"{path}/")]


def _handed_on(plan: Planner, dataset: str, result: Mapping[str, Any]) -> Iterator[str]:
    """The files of the dataset, by the URIs that its writers returned."""
    writers = {step.id for step in plan.pipeline.steps if dataset in step.writes}
    root = f"file://{result['home']}/embedded/"
    for task in result["tasks"]:
        value = task["value"].get(dataset) if isinstance(task["value"], dict) else task["value"]
        if task["task_id"] in writers and isinstance(value, str) and value.startswith(root):
            yield value.removeprefix(root)


def lost_rows(plan: Planner, step: Step, result: Mapping[str, Any]) -> Iterator[str]:
    """Inputs of a check whose rows are neither handed on nor set aside."""
    for read, write in zip(step.reads, step.writes, strict=False):
        given, kept = (
            sum(data["rows"] or 0 for data in stored(plan, plan.pipeline.dataset(name), result))
            for name in (read, write)
        )
        end = f"quarantine/{step.id}__{read}.parquet"
        aside = sum(data["rows"] or 0 for name, data in result["stores"].items() if name.endswith(end))
        if given != kept + aside:
            yield f"of {given} rows of {read}, {kept} went on and {aside} were set aside"


def _total(rows: Mapping[str, int], names: tuple[str, ...]) -> int | None:
    known = [rows[name] for name in names if name in rows]
    return sum(known) if known else None


def _stand_ins(plan: Planner, step: Step) -> str:
    datasets = {dataset.name: dataset for dataset in plan.pipeline.datasets}
    connections = [datasets[name].connection for name in (*step.reads, *step.writes) if name in datasets]
    connections.append(getattr(step, "connection", None))
    connectors = {item.name: item.connector for item in plan.pipeline.connections}
    found = []
    for connection in dict.fromkeys(name for name in connections if name):
        connector = get(connectors.get(connection, connection))
        if connector is not None:
            found.append(_NAMES[connector.standin].format(title=connector.title))
    return ", ".join(dict.fromkeys(found))
