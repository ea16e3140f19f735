"""A transform as one query inside of a SQL system, where that can be said without knowing all columns."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from sqlglot import exp

from airflow_llm.connectors.sql.names import identifier, table
from airflow_llm.connectors.sql.operations import transform
from airflow_llm.spec import operations as ops
from airflow_llm.spec.datasets import Dataset

DIALECTS = frozenset({"duckdb", "mysql", "postgres", "snowflake"})
_STARS = frozenset({"duckdb", "snowflake"})
"""The dialects in which a star may leave out, replace or rename columns."""


def is_portable(operations: Sequence[ops.Operation], inputs: Sequence[Dataset], dialect: str) -> bool:
    """Whether the operations mean the same in the dialect as over staged files, whatever columns there are."""
    if dialect not in DIALECTS or not operations or (len(inputs) > 1 and not isinstance(operations[0], ops.Join)):
        return False
    if isinstance(operations[0], ops.Join) and not _joins_cleanly(operations, inputs, dialect):
        return False
    if not all(_is_portable(operations, position, dialect) for position in range(len(operations))):
        return False
    # PostgreSQL tells upper case from lower; over staged files, and on the stand-in, both mean the same column.
    columns = transform(operations, [dataset.name for dataset in inputs]).find_all(exp.Column)
    return dialect != "postgres" or all(column.name == column.name.lower() for column in columns)


def inside_query(operations: Sequence[ops.Operation], inputs: Sequence[Dataset], dialect: str) -> str:
    """The query over the tables of the system; in DuckDB over those of its stand-in."""
    places = {dataset.name: dataset for dataset in inputs}
    query = transform(operations, list(places))
    for select in list(query.find_all(exp.Select)):
        if select.args.get("qualify") is not None:
            _choose_rows(select, dialect)
    for name in query.find_all(exp.Identifier):
        if not name.args.get("quoted"):
            name.set("quoted", identifier(name.name, dialect).args.get("quoted"))
    for found in list(query.find_all(exp.Table)):
        dataset = places.get(found.name) if not found.db else None
        if dataset is not None:
            place = table(dataset.location or dataset.name, dialect, dataset.connection or "")
            place.set("alias", exp.TableAlias(this=identifier(dataset.name, dialect)))
            found.replace(place)
    return query.sql(dialect, pretty=True, copy=False) + "\n"


def _joins_cleanly(operations: Sequence[ops.Operation], inputs: Sequence[Dataset], dialect: str) -> bool:
    """Whether no two columns of the joined rows have one name: those are chosen next, or known to differ."""
    join = operations[0]
    if not isinstance(join, ops.Join) or (join.how == "full" and dialect == "mysql"):
        return False
    if len(operations) > 1 and isinstance(operations[1], (ops.Aggregate, ops.Select)):
        return True
    keys = {key.casefold() for key in join.keys}
    known = [{column.name.casefold() for column in dataset.columns} for dataset in inputs]
    return all(known) and not any((one & other) - keys for one, other in combinations(known, 2))


def _is_portable(operations: Sequence[ops.Operation], position: int, dialect: str) -> bool:
    match operations[position]:
        case ops.Join():
            return position == 0
        case ops.Filter() | ops.Select() | ops.Sort() | ops.Convert():
            return True
        case ops.Aggregate(measures=measures):
            return dialect in _STARS or all(measure.function != "median" for measure in measures)
        case ops.Deduplicate(keys=keys):
            return not keys or dialect != "mysql"
        case ops.DropNulls(columns=columns):
            return bool(columns)
        case ops.Limit():
            return position > 0 and isinstance(operations[position - 1], ops.Sort)
        case ops.Drop() | ops.Rename() | ops.Fill():
            return dialect in _STARS
        case ops.Cast(strict=strict):
            return dialect in _STARS and strict
        case ops.Normalize(columns=columns):
            return dialect in _STARS and bool(columns)
    return False


def _choose_rows(select: exp.Select, dialect: str) -> None:
    """The choice of one row for each key, in the dialect's own words."""
    window = select.args["qualify"].find(exp.Window)
    keys, order = window.args["partition_by"], window.args["order"].expressions
    # The last one is the whole row, so that the choice is the same in every run.
    whole = order[-1]
    if dialect == "snowflake":
        whole.set("this", exp.Anonymous(this="HASH", expressions=[exp.Star()]))
    if dialect == "postgres":
        whole.set("this", exp.cast(whole.this.copy(), "TEXT"))
        select.set("qualify", None)
        select.set("distinct", exp.Distinct(on=exp.Tuple(expressions=[key.copy() for key in keys])))
        first = [exp.Ordered(this=key.copy(), nulls_first=False) for key in keys]
        select.set("order", exp.Order(expressions=[*first, *(item.copy() for item in order)]))
