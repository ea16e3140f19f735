"""The SELECT of an extract, in the source's dialect and for its stand-in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp, parse
from sqlglot.errors import SqlglotError

from airflow_llm.connectors.sql.names import column, in_stand_in, table
from airflow_llm.connectors.sql.text import text
from airflow_llm.errors import InputError

_START = "airflow_llm_interval_start"
_END = "airflow_llm_interval_end"
_ITEM = "airflow_llm_item"
_PARAMETERS = {_START: "interval_start", _END: "interval_end", _ITEM: "item"}
_MARK = re.compile(r"\b(?:" + "|".join(_PARAMETERS) + r")\b")


class Cut(NamedTuple):
    """Which rows of a table: those of the data interval by a column, those of one item of a mapped step."""

    incremental: str | None = None
    item: str | None = None


def select(location: str, columns: Sequence[str], cut: Cut, dialect: str, connection: str = "") -> str:
    """`SELECT` those columns, or all, of a table; the bounds of the cut are bound parameters."""
    names: list[exp.Expr] = [column(name, dialect) for name in columns] or [exp.Star()]
    query = exp.select(*names).from_(table(location, dialect, connection), copy=False)
    if cut.item is not None:
        query = query.where(exp.EQ(this=column(cut.item, dialect), expression=exp.column(_ITEM)), copy=False)
    if cut.incremental is not None:
        query = within_interval(query, column(cut.incremental, dialect))
    return rendered(query, dialect)


def narrowed(sql: str, incremental: str | None, dialect: str, to: str, connection: str = "") -> str:
    """A user's query in another dialect, its rows cut to the data interval when `incremental` names a column."""
    query = parse_query(sql, dialect)
    if to == "duckdb":
        for found in query.find_all(exp.Table):
            in_stand_in(found, connection)
    if incremental is not None:
        query = within_interval(
            exp.select(exp.Star()).from_(query.subquery("source", copy=False), copy=False), column(incremental, to)
        )
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
        copy=False,
    )


def rendered(query: exp.Expr, dialect: str) -> str:
    """The SQL, pretty; interval bounds become bound parameters in the style that the dialect's driver takes."""
    sql = text(query, dialect)
    if not _MARK.search(sql):
        return sql + "\n"
    if dialect == "duckdb":
        return _MARK.sub(lambda found: f"${_PARAMETERS[found[0]]}", sql) + "\n"
    return _MARK.sub(lambda found: f"%({_PARAMETERS[found[0]]})s", sql.replace("%", "%%")) + "\n"
