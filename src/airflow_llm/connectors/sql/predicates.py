"""SQL predicates that a user wrote, parsed before they are used: text enters SQL only as one parsed condition."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.errors import InputError

_MAX_LENGTH = 100_000
_STATEMENTS = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Placeholder, exp.Parameter)


def parse_predicate(sql: str) -> exp.Expr:
    """One row predicate in DuckDB's dialect. InputError quotes what is not one."""
    return _parsed(sql).copy()


@lru_cache(maxsize=4096)
def _parsed(sql: str) -> exp.Expr:
    shown = sql if len(sql) <= 80 else sql[:77] + "..."
    if len(sql) > _MAX_LENGTH:
        raise InputError(f"the SQL predicate {shown!r} is longer than {_MAX_LENGTH} characters")
    try:
        parsed = [part for part in parse(sql, dialect="duckdb") if part is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise InputError(f"{shown!r} is not a SQL predicate: {reason}", hint="write it like amount > 0") from error
    if len(parsed) != 1 or not _is_condition(parsed[0]):
        raise InputError(f"{shown!r} is not one SQL predicate", hint="write one condition on a row, like amount > 0")
    if next(_outside_subqueries(parsed[0], exp.AggFunc, exp.Window), None) is not None:
        hint = "aggregate in a subquery: amount <= (SELECT MAX(credit) FROM limits)"
        raise InputError(f"{shown!r} looks at more than one row", hint=hint)
    for node in parsed[0].walk():
        node.comments = None
    return parsed[0]


def _is_condition(node: exp.Expr) -> bool:
    if isinstance(node, (exp.Query, exp.Alias, *_STATEMENTS)) and not isinstance(node, exp.Subquery):
        return False
    return not any(node.find_all(*_STATEMENTS)) and isinstance(node, (exp.Condition, exp.Predicate, exp.Subquery))


def _outside_subqueries(root: exp.Expr, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
    for node in root.walk(prune=lambda found: isinstance(found, exp.Query)):
        if isinstance(node, kinds):
            yield node
