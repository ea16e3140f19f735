"""The meaning of the operations, a second time: one query over the inputs, written from the spec's documentation.

The generated code has its own; both must give the same rows. Names are quoted, values are SQL literals of ours.
"""

# ruff: noqa: S608  # this module writes SQL: every name in it is quoted, every value is a literal of ours
from __future__ import annotations

from collections.abc import Mapping, Sequence

from airflow_llm.spec.operations import (
    Aggregate,
    Cast,
    Convert,
    Deduplicate,
    Derive,
    Drop,
    DropNulls,
    Fill,
    Filter,
    Join,
    Limit,
    Measure,
    Normalize,
    Operation,
    Query,
    Rename,
    Select,
    Sort,
    Union,
)
from airflow_llm.spec.steps import ExtractStep, LoadStep, Step, TransformStep

Columns = Mapping[str, Mapping[str, str]]
_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "string": "VARCHAR",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
}
_HOW = {"inner": "INNER", "left": "LEFT", "right": "RIGHT", "full": "FULL"}


class UnclearError(Exception):
    """The spec alone does not say what the rows must be."""


def reckon(step: Step, columns: Columns) -> tuple[str, Sequence[str] | None]:
    """The query for the step's output, and which of its columns are compared (None: all; empty: only how many rows)."""
    first = next(iter(columns))
    match step:
        case ExtractStep(query=str()):
            raise UnclearError("the extract has a query of its own")
        case ExtractStep(incremental=str()) | LoadStep(incremental=str()):
            raise UnclearError("the extract takes one interval")
        case ExtractStep(columns=chosen) if chosen:
            return f"SELECT {_list(chosen)} FROM {_name(first)}", None
        case ExtractStep() | LoadStep():
            return f"FROM {_name(first)}", None
        case TransformStep(operations=operations):
            return _chain(operations, columns)
    raise UnclearError(f"a step of kind {step.kind} is not worked out")


def _chain(operations: Sequence[Operation], columns: Columns) -> tuple[str, Sequence[str] | None]:
    query, compared = f"FROM {_name(next(iter(columns)))}", None
    ambiguous: set[str] = set()
    for operation in operations:
        if isinstance(operation, Join):
            ambiguous |= _twice(operation, columns)
        if isinstance(operation, (Limit, Deduplicate)):
            compared = _certain(operation)
        query = _apply(operation, query, columns)
    if ambiguous:
        raise UnclearError(f"more than one input has the columns {sorted(ambiguous)}")
    return query, compared


def _twice(join: Join, columns: Columns) -> set[str]:
    seen: set[str] = set()
    found: set[str] = set()
    for names in columns.values():
        rest = {name.casefold() for name in names} - {key.casefold() for key in join.keys}
        found |= rest & seen
        seen |= rest
    return found


def _certain(operation: Limit | Deduplicate) -> Sequence[str] | None:
    """The columns whose values do not depend on which of several equal rows is kept."""
    if isinstance(operation, Limit):
        return ()
    if not operation.keys:
        return None
    return (*operation.keys, *([operation.newest_by] if operation.newest_by else []))


def _apply(operation: Operation, query: str, columns: Columns) -> str:
    if isinstance(operation, (Join, Union, Query)):
        return _of_inputs(operation, query, columns)
    inner = f"({query}) AS input"
    match operation:
        case Filter(predicate=predicate):
            return f"SELECT * FROM {inner} WHERE {predicate}"
        case Aggregate(by=by, measures=measures):
            return _aggregate(by, measures, inner)
        case Deduplicate(keys=keys, newest_by=newest):
            return _deduplicate(keys, newest, inner)
        case DropNulls(columns=names):
            held = " AND ".join(f"{_name(name)} IS NOT NULL" for name in names) or "COLUMNS(*) IS NOT NULL"
            return f"SELECT * FROM {inner} WHERE {held}"
        case Limit(rows=rows):
            return f"SELECT * FROM {inner} LIMIT {rows}"
        case Sort() | Convert():
            return query
    return _of_columns(operation, inner)


def _of_inputs(operation: Join | Union | Query, query: str, columns: Columns) -> str:
    match operation:
        case Join(keys=keys, how=how):
            left, *others = columns
            joined = "".join(f" {_HOW[how]} JOIN {_name(other)} USING ({_list(keys)})" for other in others)
            return f"SELECT * FROM {_name(left)}{joined}"
        case Union(distinct=distinct):
            word = "UNION" if distinct else "UNION ALL"
            return f" {word} BY NAME ".join(f"FROM {_name(name)}" for name in columns)
        case Query(sql=sql):
            return f"WITH input AS ({query}) FROM ({sql.strip().rstrip(';')})"


def _of_columns(operation: Operation, inner: str) -> str:
    match operation:
        case Select(columns=names):
            return f"SELECT {_list(names)} FROM {inner}"
        case Drop(columns=names):
            return f"SELECT * EXCLUDE ({_list(names)}) FROM {inner}"
        case Rename(column=column, to=to):
            return f"SELECT * EXCLUDE ({_name(column)}), {_name(column)} AS {_name(to)} FROM {inner}"
        case Cast(column=column, type=kind, strict=strict):
            word = "CAST" if strict else "TRY_CAST"
            return f"SELECT * REPLACE ({word}({_name(column)} AS {_TYPES[kind]}) AS {_name(column)}) FROM {inner}"
        case Fill(column=column, value=value):
            return f"SELECT * REPLACE (coalesce({_name(column)}, {_value(value)}) AS {_name(column)}) FROM {inner}"
        case Derive(column=column, expression=expression):
            # A derived column may replace one of the same name; only the new one counts.
            return (
                f"SELECT * EXCLUDE (__derived), __derived AS {_name(column)} FROM (SELECT COLUMNS(lambda c: "
                f"lower(c) <> lower({_value(column)})), {expression} AS __derived FROM {inner})"
            )
        case Normalize(columns=names, case=case):
            folded = {"lower": "lower(trim({}))", "upper": "upper(trim({}))", "keep": "trim({})"}[case]
            if not names:
                text = "CAST(COLUMNS(*) AS VARCHAR)"
                tidy = f"CASE typeof(COLUMNS(*)) WHEN 'VARCHAR' THEN {folded.format(text)} ELSE {text} END"
                return f"SELECT cast_to_type({tidy}, COLUMNS(*)) FROM {inner}"
            changed = ", ".join(f"{folded.format(_name(name))} AS {_name(name)}" for name in names)
            return f"SELECT * REPLACE ({changed}) FROM {inner}"
    raise UnclearError(f"the operation {operation.op} is not worked out")


def _aggregate(by: Sequence[str], measures: Sequence[Measure], inner: str) -> str:
    shown = [_name(name) for name in by]
    for measure in measures:
        column = "*" if measure.column is None else _name(measure.column)
        call = f"count(DISTINCT {column})" if measure.function == "count_distinct" else f"{measure.function}({column})"
        shown.append(f"{call} AS {_name(measure.name)}")
    if not measures:
        shown.append("count(*) AS count")
    grouped = f" GROUP BY {_list(by)}" if by else ""
    return f"SELECT {', '.join(shown)} FROM {inner}{grouped}"


def _deduplicate(keys: Sequence[str], newest: str | None, inner: str) -> str:
    if not keys:
        return f"SELECT DISTINCT * FROM {inner}"
    order = f" ORDER BY {_name(newest)} DESC NULLS LAST" if newest else " ORDER BY input"
    return f"SELECT * FROM {inner} QUALIFY row_number() OVER (PARTITION BY {_list(keys)}{order}) = 1"


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(_name, names))


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value(value: object) -> str:
    if value is None or isinstance(value, (bool, int, float)):
        return "NULL" if value is None else str(value).lower() if isinstance(value, bool) else repr(value)
    return "'" + str(value).replace("'", "''") + "'"
