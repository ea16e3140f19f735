"""What the rules of a validate step say about the sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airflow_llm.samples.lineage import Place, fills_nulls
from airflow_llm.samples.needs import ColumnNeed, TableNeed, require
from airflow_llm.samples.sql_usage import Usage, usage
from airflow_llm.spec.rules import (
    Allowed,
    Expression,
    ForeignKey,
    Freshness,
    NotNull,
    Pattern,
    Range,
    RowCount,
    Rule,
    Unique,
)

if TYPE_CHECKING:
    from airflow_llm.samples.collect import Collector


def collect_rule(collector: Collector, dataset: str, rule: Rule, bundle: str) -> None:
    """What a rule on a dataset asks of the sources behind it."""
    match rule:
        case NotNull():
            _not_null(collector, dataset, rule)
        case Unique(columns=columns):
            collector.make_unique(dataset, columns)
        case RowCount():
            _row_count(collector, dataset, rule)
        case ForeignKey():
            _foreign_key(collector, dataset, rule, bundle)
        case Expression(sql=sql):
            _expression(collector, dataset, sql, bundle)
        case Range() | Allowed() | Pattern() | Freshness():
            for need in collector.at(dataset, [rule.column]):
                _bound(need, rule)


def _not_null(collector: Collector, dataset: str, rule: NotNull) -> None:
    for need in collector.at(dataset, rule.columns, fills_nulls):
        need.nullable = False
    for name in collector.lineage.row_sources(dataset) if not rule.columns else ():
        if name in collector.tables:
            collector.tables[name].complete = True


def _row_count(collector: Collector, dataset: str, rule: RowCount) -> None:
    for name in collector.lineage.row_sources(dataset):
        table = collector.tables.get(name, TableNeed(name))
        table.minimum = max(table.minimum, rule.minimum)
        if rule.maximum is not None:
            table.maximum = rule.maximum if table.maximum is None else min(table.maximum, rule.maximum)


def _foreign_key(collector: Collector, dataset: str, rule: ForeignKey, bundle: str) -> None:
    parents = [(rule.references, rule.to_column)]
    collector.unite([(dataset, rule.column), *parents], f"{bundle}.{rule.column}")
    for need in collector.needs(parents):
        need.parent, need.nullable = True, False


def _expression(collector: Collector, dataset: str, sql: str, bundle: str) -> None:
    text = usage(sql)
    known = collector.known()

    def place(table: str, column: str) -> tuple[Place, ...]:
        return ((table if table in known else dataset, column),)

    collector.read_sql(Usage(columns=text.columns, equal=text.equal), place, bundle)
    for comparison in text.comparisons:
        for need in collector.needs(place(comparison.table, comparison.column)):
            require(need, comparison)
    if text.tables:
        return
    ways = {(source, column) for _, column in text.columns for source in collector.lineage.sources(dataset, column)}
    owners = {source[0] for source, _ in ways}
    if len(owners) == 1 and all(column == source[1] for source, column in ways):
        table = collector.tables.get(owners.pop())
        if table is not None:
            table.predicates.append(sql)


def _bound(need: ColumnNeed, rule: Range | Allowed | Pattern | Freshness) -> None:
    match rule:
        case Range():
            need.vote("number")
            if rule.minimum is not None:
                need.raise_minimum(rule.minimum, exclusive=rule.exclusive)
            if rule.maximum is not None:
                need.lower_maximum(rule.maximum, exclusive=rule.exclusive)
        case Allowed(values=values):
            need.allow_only(values)
        case Pattern():
            need.pattern = rule
            need.vote("string")
        case Freshness(max_age=max_age):
            need.vote("timestamp")
            need.in_interval = True
            need.max_age = max_age if need.max_age is None else min(need.max_age, max_age)
