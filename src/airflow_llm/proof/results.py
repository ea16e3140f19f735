"""Whether each step's output is what the spec says of its actual input, worked out without the generated code."""

# ruff: noqa: S608  # this module compares by SQL over views of its own, and quotes every column
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow_llm.proof.judging.tasks import stored
from airflow_llm.proof.placement import stand_in_of
from airflow_llm.proof.reckoning import UnclearError, reckon
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.steps import ExtractStep, LoadStep, Step, TransformStep

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from airflow_llm.proof.plan import Planner

_LOOSE = ("DOUBLE", "FLOAT", "DECIMAL", "REAL")


def wrong_results(plan: Planner, result: Mapping[str, Any]) -> Iterator[tuple[str, str, bool | None]]:
    """(step, what was compared, whether it held; None: it could not be worked out)."""
    for step in plan.pipeline.steps:
        if step.id in plan.reasons or step.for_each is not None or not step.reads or not step.writes:
            continue
        if not any(task["task_id"] == step.id and task["state"] == "success" for task in result["tasks"]):
            continue
        yield from _of_step(plan, step, result)


def kept_wrongly(plan: Planner, step: Step, mode: str, runs: tuple[Mapping[str, Any], Mapping[str, Any]]) -> str:
    """What is wrong with a load's table when a row of an earlier run was there; empty when nothing is."""
    import duckdb

    dataset = plan.pipeline.dataset(step.writes[0])
    with duckdb.connect() as connection:
        try:
            _view(connection, plan, dataset, runs[0], alias="before")
            _view(connection, plan, dataset, runs[1], alias="after")
        except UnclearError:
            return ""
        lost = _count(connection, "before", "after")
        extra = _count(connection, "after", "before")
    wanted = 0 if mode == "replace" else 1
    if lost:
        return f"{lost} rows of this run are missing after loading over an earlier one"
    if extra != wanted:
        return f"mode {mode!r} left {extra} rows of an earlier run, not {wanted}"
    return ""


def unnamed_rule(aside: Sequence[Mapping[str, Any]], rule: str) -> str:
    """What is wrong with the reasons of rows that were set aside; empty when each has one, and one names the rule."""
    import duckdb

    reasons: list[str] = []
    with duckdb.connect() as connection:
        for data in aside:
            if not any(name == "broken_rules" for name, _ in data["columns"]):
                return "the rows that were set aside do not say why"
            rows = connection.read_parquet(data["copy"]).project("broken_rules").fetchall()
            reasons += [str(row[0] or "") for row in rows]
    if not all(reasons):
        return "a row that was set aside does not say why"
    return "" if any(rule in reason for reason in reasons) else f"no row was set aside because of {rule!r}"


def _count(connection: DuckDBPyConnection, left: str, right: str) -> int:
    query = f'SELECT count(*) FROM (FROM "{left}" EXCEPT ALL FROM "{right}")'
    return int(connection.execute(query).fetchall()[0][0])


def _of_step(plan: Planner, step: Step, result: Mapping[str, Any]) -> Iterator[tuple[str, str, bool | None]]:
    import duckdb

    if not isinstance(step, (ExtractStep, LoadStep, TransformStep)):
        return
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        pairs = [(step.reads, step.writes)] if isinstance(step, TransformStep) else list(_pairs(step))
        for reads, writes in pairs:
            what = f"{', '.join(writes)} from {', '.join(reads)}"
            try:
                difference = _difference(plan, step, (reads, writes[0]), result, connection)
            except (duckdb.Error, UnclearError, KeyError) as error:
                yield step.id, f"{what}: not worked out ({str(error).splitlines()[0]})", None
            else:
                yield step.id, f"{what}: {difference or 'the rows that the spec says'}", not difference


def _pairs(step: Step) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for read, write in zip(step.reads, step.writes, strict=False):
        yield (read,), (write,)


def _difference(
    plan: Planner,
    step: Step,
    ends: tuple[Sequence[str], str],
    result: Mapping[str, Any],
    connection: DuckDBPyConnection,
) -> str:
    reads, write = ends
    output = plan.pipeline.dataset(write)
    known = output.staged or stand_in_of(plan.pipeline, output.connection or "") == "duckdb"
    if known and not stored(plan, output, result):
        return f"nothing of {output.location or write} was written"
    for name in reads:
        _view(connection, plan, plan.pipeline.dataset(name), result)
    _view(connection, plan, output, result, alias="the output")
    columns = {name: _columns(connection, name) for name in reads}
    query, compared = reckon(step, columns)
    connection.execute(f'CREATE VIEW "the expected" AS {query}')
    return _compare(connection, step, compared, kept=_keeps_rows(plan, step, output))


def _view(
    connection: DuckDBPyConnection, plan: Planner, dataset: Dataset, result: Mapping[str, Any], alias: str = ""
) -> None:
    copies = [data["copy"] for data in stored(plan, dataset, result) if data.get("copy")]
    if not copies:
        raise UnclearError(f"no rows of {dataset.name} were found")
    files = ", ".join("'" + copy.replace("'", "''") + "'" for copy in copies)
    connection.execute(f'CREATE VIEW "{alias or dataset.name}" AS FROM read_parquet([{files}], union_by_name = true)')


def _columns(connection: DuckDBPyConnection, name: str) -> dict[str, str]:
    return {str(row[0]): str(row[1]) for row in connection.execute(f'DESCRIBE FROM "{name}"').fetchall()}


def _keeps_rows(plan: Planner, step: Step, output: Dataset) -> bool:
    """Whether rows that were in the table before the run may be there after it."""
    if not isinstance(step, LoadStep) or step.mode == "replace":
        return False
    there = [plan.pipeline.dataset(name) for name in plan.seeded]
    return any(_place(dataset) == _place(output) for dataset in there if dataset.connection == output.connection)


def _place(dataset: Dataset) -> str:
    return (dataset.location or dataset.name).casefold()


def _compare(connection: DuckDBPyConnection, step: Step, compared: Sequence[str] | None, *, kept: bool = False) -> str:
    """What differs between the expected rows and the output, as multisets; empty when nothing does."""
    wanted, found = _columns(connection, "the expected"), _columns(connection, "the output")
    folded = {name.casefold(): name for name in found}
    names = [name for name in wanted if compared is None or name in compared]
    missing = [name for name in names if name.casefold() not in folded]
    if missing:
        return f"the columns {missing} are missing"
    if not names:
        counts = [connection.execute(f'SELECT count(*) FROM "{it}"').fetchall()[0][0] for it in _BOTH]
        return "" if counts[0] == counts[1] else f"there are {counts[1]} rows, not {counts[0]}"
    lists = [
        ", ".join(_comparable(name, wanted[name], found[folded[name.casefold()]]) for name in names),
        ", ".join(_comparable(folded[name.casefold()], wanted[name], found[folded[name.casefold()]]) for name in names),
    ]
    left, right = (f'(SELECT {columns} FROM "{it}")' for columns, it in zip(lists, _BOTH, strict=True))
    lost = connection.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchall()[0][0]
    extra = connection.execute(f"SELECT count(*) FROM ({right} EXCEPT ALL {left})").fetchall()[0][0]
    if isinstance(step, LoadStep) and step.mode == "partition":
        lost = 0
    if kept:
        extra = 0
    if lost or extra:
        return f"{lost} rows that the spec asks for are missing, {extra} rows are there that it does not ask for"
    return ""


_BOTH = ("the expected", "the output")


def _comparable(name: str, wanted: str, found: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if any(kind.startswith(_LOOSE) for kind in (wanted, found)):
        return f"round(TRY_CAST({quoted} AS DOUBLE), 6)"
    if any(kind.startswith(("TIMESTAMP", "DATE")) for kind in (wanted, found)):
        return f"TRY_CAST({quoted} AS TIMESTAMP)"
    return f"CAST({quoted} AS VARCHAR)"
