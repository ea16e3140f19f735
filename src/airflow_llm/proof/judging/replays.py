"""Whether running a data interval again changes nothing; what is declared to append may add its own rows again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.registry import get
from airflow_llm.connectors.sql.names import table_parts
from airflow_llm.connectors.sql.statements import only_inserts
from airflow_llm.proof.judging.runs import changed_stores
from airflow_llm.proof.judging.tasks import stored_names
from airflow_llm.proof.worker.stores import quoted
from airflow_llm.spec.graph import ancestors
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, SqlStep, Step

if TYPE_CHECKING:
    from airflow_llm.proof.plan import Planner


@dataclass
class Replay:
    """What another run of the interval changed: against the spec, and as the spec declares."""

    wrong: list[str] = field(default_factory=list)
    declared: list[str] = field(default_factory=list)


def judge_replay(plan: Planner, first: Mapping[str, Any], second: Mapping[str, Any]) -> Replay:
    """Compare what two runs of one interval left in the stand-ins."""
    found = Replay()
    steps = [step for step in plan.pipeline.steps if appends(plan.pipeline, step) and step.id not in plan.reasons]
    appended = {name: step for step in steps for name in _written_by(plan, step, second)}
    following = {name for step in steps for name in _written_after(plan, step.id, second)}
    for name, text in changed_stores(first, second).items():
        if _equal_when_rounded(first["stores"].get(name), second["stores"].get(name)):
            continue
        step = appended.get(name)
        if step is not None and _only_added(first["stores"].get(name), second["stores"].get(name)):
            rows = (first["stores"][name]["rows"], second["stores"][name]["rows"])
            added = f"the interval's rows came again ({rows[0]} rows, then {rows[1]})"
            found.declared.append(f"{step.id}: appends by declaration, so it is not proven idempotent: {added}")
        elif step is None and name in following:
            found.declared.append(f"{text}: it is made from what is appended")
        else:
            found.wrong.append(text)
    return found


def appends(pipeline: Pipeline, step: Step) -> bool:
    """Whether the step, by the words of the spec, only adds rows."""
    if isinstance(step, LoadStep):
        return step.mode == "append"
    if not isinstance(step, SqlStep) or step.statement is None:
        return False
    systems = {item.name: item.connector for item in pipeline.connections}
    connector = get(systems.get(step.connection, step.connection))
    return only_inserts(step.statement, (connector.dialect if connector is not None else None) or "duckdb")


def _written_by(plan: Planner, step: Step, result: Mapping[str, Any]) -> Iterator[str]:
    for name in step.writes:
        dataset = plan.pipeline.dataset(name)
        yield from stored_names(plan, dataset, result)
        # A statement may write a table of another schema than the one of that name in the spec.
        if isinstance(step, SqlStep):
            end = f".{table_parts(dataset.location or name)[-1]}".casefold()
            yield from (store for store in result["stores"] if store.casefold().endswith(end))


def _written_after(plan: Planner, step_id: str, result: Mapping[str, Any]) -> Iterator[str]:
    for step in plan.pipeline.steps:
        if step_id not in ancestors(plan.pipeline, step.id):
            continue
        for name in step.writes:
            yield from stored_names(plan, plan.pipeline.dataset(name), result)
        # Reports and rows that are set aside lie in staging under the step's own name.
        yield from (store for store in result["stores"] if store.startswith("staging/") and step.id in store)


def _equal_when_rounded(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> bool:
    """Whether only the last digits of floating-point numbers differ: those of a sum depend on the order of the rows."""
    import duckdb

    if first is None or second is None or not first.get("copy") or first.get("columns") != second.get("columns"):
        return False
    loose = [name for name, kind in first["columns"] if kind in ("DOUBLE", "FLOAT")]
    if not loose:
        return False
    rounded = ", ".join(f"round({quoted(name)}, 6) AS {quoted(name)}" for name in loose)
    with duckdb.connect() as connection:
        for view, data in (("before", first), ("after", second)):
            connection.read_parquet(data["copy"]).project(f"* REPLACE ({rounded})").create_view(view)
        sides = ("FROM before EXCEPT ALL FROM after", "FROM after EXCEPT ALL FROM before")
        return not any(connection.execute(f"FROM ({side}) LIMIT 1").fetchall() for side in sides)


def _only_added(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> bool:
    """Whether nothing was lost, and every row that came is one that was there before."""
    import duckdb

    if first is None or second is None or not first.get("copy") or not second.get("copy"):
        return False
    with duckdb.connect() as connection:
        connection.read_parquet(first["copy"]).create_view("before")
        connection.read_parquet(second["copy"]).create_view("after")
        lost = "FROM before EXCEPT ALL FROM after"
        foreign = "FROM after EXCEPT FROM before"
        return not connection.execute(f"FROM ({lost}) UNION ALL FROM ({foreign}) LIMIT 1").fetchall()
