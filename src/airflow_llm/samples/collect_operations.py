"""What the operations of a transform say about the sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from airflow_llm.samples.lineage import Place, stem
from airflow_llm.samples.sql_usage import usage
from airflow_llm.spec.datasets import ColumnType
from airflow_llm.spec.operations import (
    Aggregate,
    Cast,
    Deduplicate,
    Derive,
    Drop,
    DropNulls,
    Fill,
    Filter,
    Join,
    Normalize,
    Query,
    Rename,
    Select,
    Sort,
)
from airflow_llm.spec.steps import TransformStep

if TYPE_CHECKING:
    from airflow_llm.samples.collect import Collector
    from airflow_llm.samples.needs import ColumnNeed

    At = Callable[[Iterable[str]], list[ColumnNeed]]


def collect_operation(collector: Collector, step: TransformStep, position: int) -> None:
    """What the step's operation at the position uses and asks for."""
    operation = step.operations[position]

    def at(columns: Iterable[str]) -> list[ColumnNeed]:
        places = [place for column in columns for place in collector.lineage.before(step, position, column)]
        return collector.needs(places)

    match operation:
        case Join(keys=keys):
            _join(collector, step, keys)
        case Filter(predicate=sql) | Derive(expression=sql):
            _predicate(collector, step, position, sql)
        case Query(sql=sql):
            _query(collector, step, position, sql)
        case Aggregate():
            _aggregate(operation, at)
        case Deduplicate():
            _deduplicate(collector, step, position, operation)
        case Select(columns=columns) | Drop(columns=columns) | Sort(columns=columns):
            at(columns)
        case _:
            _one_column(operation, at)


def _one_column(operation: object, at: At) -> None:
    match operation:
        case Rename(column=column):
            at([column])
        case Normalize(columns=columns):
            _vote(at(columns), "string")
        case Cast(column=column, type=kind):
            _vote(at([column]), kind)
        case DropNulls(columns=columns):
            for need in at(columns):
                need.gaps = True
        case Fill(column=column):
            for need in at([column]):
                need.gaps = True


def _vote(needs: Iterable[ColumnNeed], kind: ColumnType) -> None:
    for need in needs:
        need.vote(kind)


def _join(collector: Collector, step: TransformStep, keys: tuple[str, ...]) -> None:
    for key in keys:
        places: list[Place] = [(name, key) for name in step.reads]
        collector.unite(places, step.id)
        for name in step.reads:
            if key.lower().startswith(stem(name)):
                for need in collector.needs([(name, key)]):
                    need.parent = True


def _predicate(collector: Collector, step: TransformStep, position: int, sql: str) -> None:
    def place(_table: str, column: str) -> tuple[Place, ...]:
        return collector.lineage.before(step, position, column)

    text = usage(sql)
    if isinstance(step.operations[position], Derive):
        text.comparisons.clear()
    collector.read_sql(text, place, f"{step.id}.{position}")


def _query(collector: Collector, step: TransformStep, position: int, sql: str) -> None:
    def place(table: str, column: str) -> tuple[Place, ...]:
        name = collector.lineage.named(table, step.reads) if table else None
        return ((name, column),) if name else collector.lineage.before(step, position, column)

    collector.read_sql(usage(sql), place, f"{step.id}.{position}")


def _aggregate(operation: Aggregate, at: At) -> None:
    for need in at(operation.by):
        need.category = True
    for measure in operation.measures:
        needs = at([measure.column] if measure.column else [])
        if measure.function in ("sum", "avg", "median"):
            _vote(needs, "number")


def _deduplicate(collector: Collector, step: TransformStep, position: int, operation: Deduplicate) -> None:
    places = [place for key in operation.keys for place in collector.lineage.before(step, position, key)]
    sources = [source for place in places for source in collector.lineage.sources(*place)]
    collector.needs(places)
    if operation.newest_by is not None:
        for need in collector.needs(collector.lineage.before(step, position, operation.newest_by)):
            need.vote("timestamp")
    names = [source for source, _ in sources] or [n for read in step.reads for n in collector.lineage.row_sources(read)]
    for name in dict.fromkeys(names):
        keys = tuple(column for source, column in sources if source == name)
        if name in collector.tables and len(keys) == len(operation.keys):
            collector.tables[name].repeated.append(keys)
