"""The SELECT of an extract, in the source's dialect and for its stand-in."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.connectors.sql.names import column, in_stand_in, table
from airflow_llm.errors import InputError

_START = "airflow_llm_interval_start"
_END = "airflow_llm_interval_end"
_STYLES = {"duckdb": "$interval_{}"}
_PYFORMAT = "%(interval_{})s"


def select(location: str, columns: Sequence[str], incremental: str | None, dialect: str, connection: str = "") -> str:
    """`SELECT` those columns, or all, of a table; `incremental` keeps the rows of the data interval by that column."""
    names: list[exp.Expr] = [column(name, dialect) for name in columns] or [exp.Star()]
    query = exp.select(*names).from_(table(location, dialect, connection))
    if incremental is not None:
        query = within_interval(query, column(incremental, dialect))
    return rendered(query, dialect)


def narrowed(sql: str, incremental: str | None, dialect: str, to: str, connection: str = "") -> str:
    """A user's query in another dialect, its rows cut to the data interval when `incremental` names a column."""
    query = parse_query(sql, dialect)
    if to == "duckdb":
        for found in query.find_all(exp.Table):
            in_stand_in(found, connection)
    if incremental is not None:
        query = within_interval(exp.select("*").from_(query.subquery("source")), column(incremental, to))
    return rendered(query, to)


def parse_query(sql: str, dialect: str) -> exp.Query:
    """One SELECT in the dialect. InputError quotes what is not one."""
    shown = sql if len(sql) <= 80 else sql[:77] + "..."
    try:
        parsed = [part for part in parse(sql, dialect=dialect) if part is not None]
    except (SqlglotError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else "it is nested too deeply"
        raise InputError(f"{shown!r} is not a query in {dialect}: {reason}", hint="write one SELECT") from error
    if len(parsed) != 1 or not isinstance(parsed[0], exp.Query) or parsed[0].find(exp.DDL, exp.DML, exp.Into):
        raise InputError(f"{shown!r} is not one query", hint="write one SELECT")
    return parsed[0]


def within_interval(query: exp.Select, moment: exp.Column) -> exp.Select:
    """The rows of the data interval: the start belongs to it, the end does not."""
    return query.where(
        exp.GTE(this=moment.copy(), expression=exp.column(_START)),
        exp.LT(this=moment.copy(), expression=exp.column(_END)),
    )


def rendered(query: exp.Expr, dialect: str) -> str:
    """The SQL, pretty; interval bounds become bound parameters in the style that the dialect's driver takes."""
    sql = query.sql(dialect, pretty=True)
    if _START not in sql:
        return sql + "\n"
    style = _STYLES.get(dialect, _PYFORMAT)
    if style is _PYFORMAT:
        sql = sql.replace("%", "%%")
    return re.sub(f"{_START}|{_END}", lambda found: style.format("start" if found[0] == _START else "end"), sql) + "\n"
