"""How many rows break each data-quality rule, worked out a second time from the spec's documentation.

The generated queries have their own definition; on the same rows both must give the same number.
"""

# ruff: noqa: S608  # this module writes SQL: every name in it is quoted, every value is a bound parameter
from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.sql.rules import FORMATS, describe, subject
from airflow_llm.proof.interval import data_interval
from airflow_llm.proof.judging.tasks import stored
from airflow_llm.proof.reckoning import UnclearError
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
from airflow_llm.spec.steps import ValidateStep

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from airflow_llm.proof.plan import Planner

_Query = tuple[str, list[Any]]


def reported_count(step: ValidateStep, rule: Rule, result: Mapping[str, Any]) -> int | None:
    """How many rows the task said to break the rule when it first looked; None when it said nothing."""
    logs = "\n".join(item["log"] for item in result["attempts"] if item["task_id"] == step.id)
    marked = describe(rule) + (" (warning)" if rule.severity == "warning" else "")
    match = re.search(re.escape(f"{subject(step, rule)}: {marked!r} is broken ") + r"(\d+) times", logs)
    return int(match[1]) if match else None


def wrong_counts(plan: Planner, step: ValidateStep, result: Mapping[str, Any]) -> Iterator[str]:
    """The rules for which the task reported another number of rows than there are."""
    import duckdb

    if step.for_each is not None:
        return
    end = data_interval(plan.pipeline, plan.date)[1]
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if not _views(connection, plan, step, result):
            return
        for rule in step.rules:
            said = reported_count(step, rule, result)
            if said is None:
                continue
            try:
                query, values = count_query(rule, _name(subject(step, rule)), end)
                there = int(connection.execute(query, values).fetchall()[0][0])
            except (duckdb.Error, UnclearError):
                continue
            if said != there:
                yield f"it reported {said} rows that break {describe(rule)!r}, where there are {there}"


def _views(connection: DuckDBPyConnection, plan: Planner, step: ValidateStep, result: Mapping[str, Any]) -> bool:
    """The inputs of the step under their names; False when one of them cannot be seen."""
    for name in step.reads:
        copies = [data["copy"] for data in stored(plan, plan.pipeline.dataset(name), result) if data.get("copy")]
        if not copies:
            return False
        files = ", ".join("'" + copy.replace("'", "''") + "'" for copy in copies)
        connection.execute(f"CREATE VIEW {_name(name)} AS FROM read_parquet([{files}], union_by_name = true)")
    return True


def count_query(rule: Rule, table: str, end: Any) -> _Query:
    """One number: how many rows break the rule, or 1 when it is about the whole table and broken."""
    match rule:
        case NotNull(columns=columns):
            complete = " AND ".join(f"{_name(name)} IS NOT NULL" for name in columns) or "COLUMNS(*) IS NOT NULL"
            return f"SELECT (SELECT count(*) FROM {table}) - (SELECT count(*) FROM {table} WHERE {complete})", []
        case Unique(columns=columns):
            keys = ", ".join(map(_name, columns))
            known = " AND ".join(f"{_name(name)} IS NOT NULL" for name in columns)
            return f"SELECT count(*) - count(DISTINCT row({keys})) FROM {table} WHERE {known}", []
        case RowCount(minimum=low, maximum=high):
            return f"SELECT (count(*) NOT BETWEEN ? AND ?)::INT FROM {table}", [low, 2**62 if high is None else high]
        case Freshness(column=column, max_age=age):
            newest = f"max(TRY_CAST({_name(column)} AS TIMESTAMP))"
            return f"SELECT coalesce({newest} < ?, true)::INT FROM {table}", [end - age]
        case ForeignKey(column=column, references=parent, to_column=key):
            absent = f"{_name(column)} NOT IN (SELECT {_name(key)} FROM {_name(parent)} WHERE {_name(key)} IS NOT NULL)"
            return f"SELECT count(*) FROM {table} WHERE {_name(column)} IS NOT NULL AND {absent}", []
        case Expression(sql=sql):
            return f"SELECT count(*) - count(*) FILTER (WHERE ({sql}) IS NOT FALSE) FROM {table}", []
    return _of_values(rule, table)


def _of_values(rule: Rule, table: str) -> _Query:
    """The rules about the value of one column; a null breaks none of them."""
    match rule:
        case Range(column=column, minimum=low, maximum=high, exclusive=exclusive):
            signs = (">", "<") if exclusive else (">=", "<=")
            bounds = [(sign, bound) for sign, bound in zip(signs, (low, high), strict=True) if bound is not None]
            inside = " AND ".join(f"TRY_CAST({_name(column)} AS DOUBLE) {sign} ?::DOUBLE" for sign, _ in bounds)
            values: list[Any] = [bound for _, bound in bounds]
        case Pattern(column=column, format=kind, regex=regex):
            inside, values = f"regexp_full_match({_name(column)}::VARCHAR, ?)", [FORMATS.get(kind, regex)]
        case Allowed(column=column, values=allowed):
            tests, values = [], []
            for value in allowed:
                to = "VARCHAR" if isinstance(value, str) else "BOOLEAN" if isinstance(value, bool) else "DOUBLE"
                tests.append(f"coalesce(TRY_CAST({_name(column)} AS {to}) = ?, false)")
                values.append(value)
            inside = " OR ".join(tests)
        case _:
            raise UnclearError(f"the rule {describe(rule)!r} has no SQL")
    known = f"FROM {table} WHERE {_name(column)} IS NOT NULL"
    return f"SELECT count(*) {known} AND NOT coalesce(({inside}), false)", values


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
