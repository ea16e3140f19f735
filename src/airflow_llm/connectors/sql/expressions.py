"""SQL expressions that a user wrote, parsed before they are used: text enters SQL only as one parsed expression."""

from __future__ import annotations

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.errors import InputError

_MAX_LENGTH = 100_000
_REFUSED = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Placeholder, exp.Parameter)


def parse_expression(sql: str) -> exp.Expr:
    """One value expression in DuckDB's dialect, windows included. InputError quotes what is not one."""
    shown = sql if len(sql) <= 80 else sql[:77] + "..."
    if len(sql) > _MAX_LENGTH:
        raise InputError(f"the SQL expression {shown!r} is longer than {_MAX_LENGTH} characters")
    try:
        parsed = [part for part in parse(sql, dialect="duckdb") if part is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise InputError(f"{shown!r} is not a SQL expression: {reason}", hint="write it like price * amount") from error
    if len(parsed) != 1 or not _is_value(parsed[0]):
        raise InputError(f"{shown!r} is not one SQL expression", hint="write it like price * amount")
    for node in parsed[0].walk():
        node.comments = None
    return parsed[0]


def _is_value(node: exp.Expr) -> bool:
    if isinstance(node, (exp.Alias, exp.Query)) and not isinstance(node, exp.Subquery):
        return False
    return isinstance(node, exp.Condition) and not any(node.find_all(*_REFUSED))
