"""The operations of a transform as one query in DuckDB's dialect: one common table expression an operation.

The columns of staged data are not all known when the query is written, so every expression works without them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch

from sqlglot import exp

from airflow_llm.connectors.sql.expressions import parse_expression
from airflow_llm.connectors.sql.extract import parse_query
from airflow_llm.connectors.sql.names import column, identifier
from airflow_llm.connectors.sql.predicates import parse_predicate
from airflow_llm.connectors.sql.text import text
from airflow_llm.spec import operations as ops

_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "TEXT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
}
_NAMES = {
    "join": "joined",
    "union": "combined",
    "filter": "filtered",
    "aggregate": "aggregated",
    "deduplicate": "deduplicated",
    "select": "selected",
    "drop": "reduced",
    "rename": "renamed",
    "cast": "converted",
    "derive": "extended",
    "fill": "filled",
    "normalize": "normalized",
    "drop_nulls": "complete",
    "sort": "sorted_rows",
    "limit": "first_rows",
    "query": "queried",
}


def transform(operations: Sequence[ops.Operation], inputs: Sequence[str]) -> exp.Query:
    """The query over the inputs, which are tables by those names; the first is what single-table operations start from.

    No operation means the rows as they are.
    """
    operations = [operation for operation in operations if not isinstance(operation, ops.Convert)]
    current = inputs[0]
    taken = {*inputs, "input"}
    query: exp.Query = exp.select(exp.Star()).from_(_table(current), copy=False)
    earlier: list[tuple[str, exp.Query]] = []
    for position, operation in enumerate(operations):
        previous = operations[position - 1] if position else None
        if position and not (isinstance(operation, ops.Limit) and isinstance(previous, ops.Sort)):
            current = _fresh(_NAMES[operations[position - 1].op], taken)
            earlier.append((current, query))
        if isinstance(operation, ops.Limit) and isinstance(previous, ops.Sort):
            # An order holds only within one SELECT, so the limit belongs to the sort's.
            query = query.limit(operation.rows, copy=False)
        else:
            query = _expression(operation, [current, *inputs[1:]])
    for name, part in earlier:
        query = query.with_(identifier(name), as_=part, copy=False)
    return query


def transform_sql(operations: Sequence[ops.Operation], inputs: Sequence[str]) -> str:
    """The query's text, pretty."""
    return text(transform(operations, inputs), "duckdb") + "\n"


@singledispatch
def _expression(operation: object, _tables: Sequence[str]) -> exp.Query:
    raise TypeError(f"no SQL for {type(operation).__name__}")


@_expression.register
def _(operation: ops.Join, tables: Sequence[str]) -> exp.Query:
    query = exp.select(exp.Star()).from_(_table(tables[0]), copy=False)
    for other in tables[1:]:
        query = query.join(
            _table(other),
            using=[column(key) for key in operation.keys],
            join_type="" if operation.how == "inner" else operation.how,
            copy=False,
        )
    return query


@_expression.register
def _(operation: ops.Union, tables: Sequence[str]) -> exp.Query:
    query: exp.Query = exp.select(exp.Star()).from_(_table(tables[0]), copy=False)
    for other in tables[1:]:
        rows = exp.select(exp.Star()).from_(_table(other), copy=False)
        query = exp.Union(this=query, expression=rows, distinct=operation.distinct, by_name=True)
    return (
        query
        if len(tables) > 1 or not operation.distinct
        else exp.select(exp.Star()).distinct(copy=False).from_(_table(tables[0]), copy=False)
    )


@_expression.register
def _(operation: ops.Filter, tables: Sequence[str]) -> exp.Query:
    return _all(tables[0]).where(parse_predicate(operation.predicate), copy=False)


@_expression.register
def _(operation: ops.Aggregate, tables: Sequence[str]) -> exp.Query:
    measures = operation.measures or (ops.Measure(function="count", name="count"),)
    keys = [column(name) for name in operation.by]
    query = exp.select(*keys, *(exp.alias_(_measure(item), identifier(item.name), copy=False) for item in measures))
    return query.from_(_table(tables[0]), copy=False).group_by(*(key.copy() for key in keys), copy=False)


@_expression.register
def _(operation: ops.Deduplicate, tables: Sequence[str]) -> exp.Query:
    if not operation.keys:
        return exp.select(exp.Star()).distinct(copy=False).from_(_table(tables[0]), copy=False)
    # The table's name stands for the whole row, so that the choice is the same in every run.
    order = [exp.Ordered(this=exp.column(identifier(tables[0])), nulls_first=False)]
    if operation.newest_by is not None:
        order.insert(0, exp.Ordered(this=column(operation.newest_by), desc=True, nulls_first=False))
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(key) for key in operation.keys],
        order=exp.Order(expressions=order),
    )
    query = _all(tables[0])
    query.set("qualify", exp.Qualify(this=exp.EQ(this=number, expression=exp.Literal.number(1))))
    return query


@_expression.register
def _(operation: ops.Select, tables: Sequence[str]) -> exp.Query:
    return exp.select(*(column(name) for name in operation.columns)).from_(_table(tables[0]), copy=False)


@_expression.register
def _(operation: ops.Drop, tables: Sequence[str]) -> exp.Query:
    return _starred(tables[0], except_=[identifier(name) for name in operation.columns])


@_expression.register
def _(operation: ops.Rename, tables: Sequence[str]) -> exp.Query:
    renamed = exp.alias_(column(operation.column), identifier(operation.to), copy=False)
    return _starred(tables[0], rename=[renamed])


@_expression.register
def _(operation: ops.Cast, tables: Sequence[str]) -> exp.Query:
    kind = exp.Cast if operation.strict else exp.TryCast
    value = kind(this=column(operation.column), to=exp.DataType.build(_TYPES[operation.type], dialect="duckdb"))
    return _replaced(tables[0], operation.column, value)


@_expression.register
def _(operation: ops.Derive, tables: Sequence[str]) -> exp.Query:
    name = exp.to_identifier("name")
    different = exp.NEQ(this=exp.Lower(this=name.copy()), expression=exp.Literal.string(operation.column.lower()))
    kept = exp.Columns(this=exp.Lambda(this=different, expressions=[name]))
    value = exp.alias_(parse_expression(operation.expression), identifier(operation.column), copy=False)
    return exp.select(kept, value).from_(_table(tables[0]), copy=False)


@_expression.register
def _(operation: ops.Fill, tables: Sequence[str]) -> exp.Query:
    value = exp.func("COALESCE", column(operation.column), exp.convert(operation.value))
    return _replaced(tables[0], operation.column, value)


@_expression.register
def _(operation: ops.Normalize, tables: Sequence[str]) -> exp.Query:
    if operation.columns:
        replaced = [
            exp.alias_(_tidy(column(name), operation.case), identifier(name), copy=False) for name in operation.columns
        ]
        return _starred(tables[0], replace=replaced)
    return exp.select(_if_text(operation.case)).from_(_table(tables[0]), copy=False)


@_expression.register
def _(operation: ops.DropNulls, tables: Sequence[str]) -> exp.Query:
    values: list[exp.Expr] = [column(name) for name in operation.columns] or [exp.Columns(this=exp.Star())]
    return _all(tables[0]).where(
        *(exp.not_(exp.Is(this=value, expression=exp.null()), copy=False) for value in values), copy=False
    )


@_expression.register
def _(operation: ops.Sort, tables: Sequence[str]) -> exp.Query:
    order = [exp.Ordered(this=column(name), desc=operation.descending, nulls_first=False) for name in operation.columns]
    return _all(tables[0]).order_by(*order, copy=False)


@_expression.register
def _(operation: ops.Limit, tables: Sequence[str]) -> exp.Query:
    # Without an order "the first rows" would be others in every run.
    return _all(tables[0]).order_by(exp.var("ALL"), copy=False).limit(operation.rows, copy=False)


@_expression.register
def _(operation: ops.Query, tables: Sequence[str]) -> exp.Query:
    query = parse_query(operation.sql, "duckdb")
    for found in query.find_all(exp.Table):
        if found.name == "input" and not found.db:
            found.set("this", identifier(tables[0]))
    return query


def _measure(item: ops.Measure) -> exp.Expr:
    if item.column is None:
        return exp.Count(this=exp.Star())
    value = column(item.column)
    if item.function == "count_distinct":
        return exp.Count(this=exp.Distinct(expressions=[value]))
    return exp.func(item.function, value, dialect="duckdb")


def _tidy(value: exp.Expr, case: str) -> exp.Expr:
    trimmed: exp.Expr = exp.Trim(this=value)
    if case == "keep":
        return trimmed
    return exp.Lower(this=trimmed) if case == "lower" else exp.Upper(this=trimmed)


def _if_text(case: str) -> exp.Expr:
    """Every column, the text ones tidied: types are known when DuckDB plans the query, so the choice costs no row."""
    every = exp.Columns(this=exp.Star())
    tidied = _tidy(exp.cast(every.copy(), "TEXT"), case)
    # Only the other columns need it, for which this branch is never taken: both branches must have the column's type.
    same_type = exp.Anonymous(this="CAST_TO_TYPE", expressions=[tidied, every.copy()])
    is_text = exp.EQ(this=exp.Typeof(this=every.copy()), expression=exp.Literal.string("VARCHAR"))
    return exp.case().when(is_text, same_type).else_(every)


def _replaced(current: str, name: str, value: exp.Expr) -> exp.Select:
    return _starred(current, replace=[exp.alias_(value, identifier(name), copy=False)])


def _starred(current: str, **changes: list[exp.Expr]) -> exp.Select:
    return exp.select(exp.Star(**changes)).from_(_table(current), copy=False)


def _all(current: str) -> exp.Select:
    return exp.select(exp.Star()).from_(_table(current), copy=False)


def _table(name: str) -> exp.Table:
    return exp.Table(this=identifier(name))


def _fresh(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    taken.add(candidate)
    return candidate
