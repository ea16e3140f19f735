"""Source data that breaks one chosen rule of a validate step, and as little else as possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.sql.rules import FORMATS, describe, subject, violations
from airflow_llm.errors import UnsupportedError
from airflow_llm.samples.collect import collect
from airflow_llm.samples.data import first_day, make_tables
from airflow_llm.samples.lineage import Lineage, Passage, Place, fills_nulls, makes_unique
from airflow_llm.samples.needs import meets
from airflow_llm.samples.sql_usage import usage
from airflow_llm.samples.values import Interval
from airflow_llm.spec.pipeline import Pipeline
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
    import pyarrow as pa

_MOST_ROWS = 1_000_000
_MOST_TRIES = 20_000
_NO_PATTERN = ("not a match", "", "?", "0", "a", "\n", "é", " " * 300)
_POOL: dict[str, tuple[Any, ...]] = {
    "int64": (-1_000_000, -1, 0, 1, 1_000_000),
    "double": (-1e6, -1.0, 0.0, 0.5, 1e6),
    "string": ("", "x", "unexpected", "0", "9999-01-01"),
    "bool": (True, False),
    "date32[day]": (date(1, 1, 1), date(9999, 1, 1)),
    "timestamp[us]": (datetime(1, 1, 1), datetime(9999, 1, 1)),  # without a zone, as the columns are
    "timestamp[us, tz=UTC]": (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)),
}


def breaking_tables(
    pipeline: Pipeline,
    step_id: str,
    rule_index: int,
    tables: Mapping[str, pa.Table],
    interval: Interval | None = None,
) -> dict[str, pa.Table]:
    """The source tables changed so that the rule is broken: one row where a row can break it.

    UnsupportedError says why no source data can break the rule (a step before it sees to it that it holds, or the
    column is computed).
    """
    step = pipeline.step(step_id)
    if not isinstance(step, ValidateStep):
        raise UnsupportedError(f"{step_id!r} is a {step.kind} step and has no rules")
    return _Breaker(pipeline, step, step.rules[rule_index], tables).broken(interval or first_day(pipeline))


class _Breaker:
    def __init__(self, pipeline: Pipeline, step: ValidateStep, rule: Rule, tables: Mapping[str, pa.Table]) -> None:
        self._pipeline = pipeline
        self._lineage = Lineage(pipeline)
        self._rule = rule
        self._subject = subject(step, rule)
        self._tables = dict(tables)
        behind = tuple(reversed(list(self._lineage.steps_behind(self._subject))))
        self._before = collect(pipeline.model_copy(update={"steps": behind}))

    def broken(self, interval: Interval) -> dict[str, pa.Table]:
        """The tables with the rule broken; new rows lie in the data interval."""
        match self._rule:
            case NotNull():
                self._null(self._rule)
            case Unique(columns=columns):
                self._copy_key(columns)
            case Range() | Allowed() | Pattern() as rule:
                self._replace(self._place(rule.column), _outside(rule))
            case RowCount():
                self._resize(self._rule, interval)
            case Freshness():
                self._age(self._rule)
            case ForeignKey():
                self._orphan(self._rule)
            case Expression(sql=sql):
                self._search(sql)
            case _:
                raise self._refusal("it is only described")
        return self._tables

    def _refusal(self, reason: str) -> UnsupportedError:
        hint = "the step before it sees to the rule, or the column is computed: prove the rule on data of your own"
        return UnsupportedError(f"no source data breaks the rule {describe(self._rule)!r}: {reason}", hint=hint)

    def _place(self, column: str, stop: Callable[[Passage], bool] | None = None) -> Place:
        """The source column behind a column of the checked dataset."""
        for source, name in self._lineage.sources(self._subject, column, stop=stop):
            if source in self._tables and name in self._tables[source].column_names:
                return source, name
        raise self._refusal(f"{column!r} does not come unchanged from a source")

    def _passes(self, place: Place, value: Any) -> bool:
        """Whether a row with the value gets through the filters before the rule."""
        source, column = place
        table = self._before.get(source)
        known = table.columns.get(column) if table is not None else None
        return known is None or all(meets(value, hint) for hint in known.hints)

    def _set(self, place: Place, row: int, value: Any) -> None:
        source, column = place
        table = self._tables[source]
        if table.num_rows <= row:
            raise self._refusal(f"{source!r} has only {table.num_rows} rows")
        cells = table.column(column).to_pylist()
        cells[row] = value
        self._tables[source] = _with(table, column, cells)

    def _null(self, rule: NotNull) -> None:
        columns = rule.columns or tuple(
            name for source in self._lineage.row_sources(self._subject) for name in reversed(self._names(source))
        )
        for column in columns:
            try:
                place = self._place(column, fills_nulls)
            except UnsupportedError:
                continue
            if self._passes(place, None):
                self._set(place, 0, None)
                return
        raise self._refusal("no null of a source gets as far as the rule")

    def _names(self, source: str) -> Sequence[str]:
        return self._tables[source].column_names if source in self._tables else ()

    def _copy_key(self, columns: tuple[str, ...]) -> None:
        def stop(passage: Passage) -> bool:
            return makes_unique(passage, columns)

        places = [self._place(column, stop) for column in columns]
        if len({source for source, _ in places}) != 1:
            raise self._refusal("its columns come from several sources")
        for source, column in places:
            self._set((source, column), 1, self._tables[source].column(column)[0].as_py())

    def _replace(self, place: Place, values: Iterator[Any]) -> None:
        """Puts the first of the values that the column's type can hold, and that breaks the rule, into one row."""
        source, column = place
        kind = self._tables[source].schema.field(column).type
        for value in values:
            if _holds(value, kind) and self._passes(place, value):
                self._set(place, 0, value)
                if self._is_broken(source, column):
                    return
        raise self._refusal(f"a column of type {kind} holds no value that does and that gets as far as the rule")

    def _is_broken(self, source: str, column: str) -> bool:
        """Whether the rule, said of the source column, is broken there."""
        rule = self._rule.model_copy(update={"column": column, "dataset": None})
        return _count(rule, self._tables[source]) > 0

    def _resize(self, rule: RowCount, interval: Interval) -> None:
        sources = [name for name in self._lineage.row_sources(self._subject) if name in self._tables]
        if not sources:
            raise self._refusal("its rows come from no source")
        if rule.minimum > 0:
            for source in sources:
                self._tables[source] = self._tables[source].slice(0, 0)
            return
        if rule.maximum is None or rule.maximum >= _MOST_ROWS:
            raise self._refusal(
                "every number of rows is allowed" if rule.maximum is None else "it allows too many rows"
            )
        needs = collect(self._pipeline)
        for source in sources:
            needs[source].maximum, needs[source].minimum = None, rule.maximum + 1
        self._tables = make_tables(needs, rule.maximum + 1, 0, interval)

    def _age(self, rule: Freshness) -> None:
        source, column = self._place(rule.column)
        table = self._tables[source]
        away = rule.max_age + timedelta(days=2)
        cells = [_older(cell, away) for cell in table.column(column).to_pylist()]
        self._tables[source] = _with(table, column, cells)

    def _orphan(self, rule: ForeignKey) -> None:
        parents = {
            cell
            for source, column in self._lineage.sources(rule.references, rule.to_column)
            if source in self._tables
            for cell in self._tables[source].column(column).to_pylist()
        }
        place = self._place(rule.column)
        kind = self._tables[place[0]].schema.field(place[1]).type
        for value in _strangers(parents):
            if _holds(value, kind) and value not in parents and self._passes(place, value):
                self._set(place, 0, value)
                return
        raise self._refusal("every value of its type is in the parent")

    def _search(self, sql: str) -> None:
        """Tries values for the columns of the predicate, all in one query, and keeps the first that break it."""
        names = list(dict.fromkeys(column for _, column in usage(sql).columns))
        places = {name: self._place(name) for name in names}
        if not names or len({source for source, _ in places.values()}) != 1:
            raise self._refusal("its columns come from several sources" if names else "it looks at no column")
        source = places[names[0]][0]
        table = self._tables[source]
        pools = [
            [
                value
                for value in self._candidates(sql, name, table.column(places[name][1]))
                if self._passes(places[name], value)
            ]
            for name in names
        ]
        found = _first_violation(self._rule, table, {n: places[n][1] for n in names}, pools)
        if found is None:
            raise self._refusal("none of the values that were tried does")
        for name, value in found.items():
            self._set(places[name], 0, value)

    def _candidates(self, sql: str, name: str, column: Any) -> list[Any]:
        cells = column.to_pylist()
        near: list[Any] = []
        for comparison in usage(sql).comparisons:
            for value in comparison.values if comparison.column == name else ():
                near.append(value)
                if isinstance(value, (int, float)) and not isinstance(value, bool):
                    near.extend((value - 1, value + 1))
        pool = [*cells[:1], *near, *_POOL.get(str(column.type), ()), *_spread(cells)]
        return list(dict.fromkeys(value for value in pool if value is not None and _holds(value, column.type)))


def _outside(rule: Range | Allowed | Pattern) -> Iterator[Any]:
    """Values that break the rule, for columns of several types."""
    match rule:
        case Range(minimum=low, maximum=high):
            for bound, away in ((low, -1), (high, 1)):
                if bound is not None:
                    yield from _beyond(bound, away)
        case Allowed(values=values):
            numbers = [value for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]
            yield from ("not allowed", int(max(numbers, default=0)) + 1, max(numbers, default=0) + 0.5, True, False)
        case Pattern():
            regex = FORMATS.get(rule.format, rule.regex)
            yield from (*_NO_PATTERN, regex + "~")


def _beyond(bound: float, away: int) -> Iterator[Any]:
    step = max(1.0, abs(bound) * 1e-6)
    value = bound + away * step
    whole = int(value) + away if abs(value) < 2**62 else None
    yield from (value, str(value)) if whole is None else (whole, value, float(whole), str(whole))


def _holds(value: Any, kind: Any) -> bool:
    import pyarrow as pa

    try:
        return bool(pa.scalar(value, type=kind).as_py() == value) and (
            isinstance(value, bool) == pa.types.is_boolean(kind)
        )
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError, TypeError):
        return False


def _with(table: pa.Table, column: str, cells: list[Any]) -> pa.Table:
    import pyarrow as pa

    position = table.column_names.index(column)
    return table.set_column(position, column, pa.array(cells, type=table.schema.field(column).type))


def _older(cell: Any, away: timedelta) -> Any:
    if isinstance(cell, str):
        return (datetime.fromisoformat(cell) - away).isoformat(sep=" ")
    return None if cell is None else cell - away


def _strangers(parents: set[Any]) -> Iterator[Any]:
    """Values that are probably not among the parents."""
    known = [value for value in parents if value is not None]
    numbers = [value for value in known if isinstance(value, (int, float)) and not isinstance(value, bool)]
    yield from (max(numbers, default=0) + 1, min(numbers, default=0) - 1)
    yield from ("no such parent", *(str(value) + "?" for value in known[:1] if isinstance(value, str)))
    yield from (True, False)
    for value in known[:1]:
        if hasattr(value, "year"):
            yield value.replace(year=1900)


def _spread(cells: list[Any]) -> list[Any]:
    """Some values of the column itself: least, greatest and a few between."""
    known = sorted({cell for cell in cells if cell is not None}, key=lambda cell: (str(type(cell)), cell))
    return known[:: max(1, len(known) // 4)][:6] + known[-1:]


def _first_violation(
    rule: Rule, table: pa.Table, names: Mapping[str, str], pools: Sequence[Sequence[Any]]
) -> dict[str, Any] | None:
    import pyarrow as pa

    rows = [row for _, row in zip(range(_MOST_TRIES), product(*pools), strict=False)]
    if not rows:
        return None
    row = table.slice(0, 1)
    tried = row.take([0] * len(rows)) if row.num_rows else None
    if tried is None:
        return None
    for position, name in enumerate(names.values()):
        tried = _with(tried, name, [values[position] for values in rows])
    tried = tried.append_column("tried", pa.array(range(len(rows))))
    renamed = {source: name for name, source in names.items()}
    tried = tried.rename_columns([renamed.get(name, name) for name in tried.column_names])
    found = _rows(rule, tried)
    if not found:
        return None
    best = rows[min(found)]
    return dict(zip(names, best, strict=True))


def _rows(rule: Rule, table: pa.Table) -> list[int]:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("sample", table)
        query = f"SELECT tried FROM ({violations(rule, 'sample').sql('duckdb')})"  # noqa: S608  # built by sqlglot
        try:
            return [row[0] for row in connection.execute(query).fetchall()]
        except duckdb.Error:
            return []


def _count(rule: Rule, table: pa.Table) -> int:
    import duckdb

    with duckdb.connect() as connection:
        connection.register("sample", table)
        return len(connection.execute(violations(rule, "sample").sql("duckdb")).fetchall())
