"""Synthetic data for every source of a pipeline: it passes all rules, its joins find rows, its filters matter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.sql.rules import kept_rows
from airflow_llm.samples.collect import collect
from airflow_llm.samples.domains import Domains
from airflow_llm.samples.needs import ColumnNeed, TableNeed
from airflow_llm.samples.randomness import seeded
from airflow_llm.samples.values import Cell, Interval, draw, guess_type, narrowed, nth
from airflow_llm.spec.datasets import ColumnType
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Expression

if TYPE_CHECKING:
    import pyarrow as pa

MISS_EVERY = 4
"""Of so many rows one is left out by the filters."""
_REPEAT_EVERY = 10
_NULL_EVERY = 20
_SPARE = 4


@dataclass(frozen=True)
class _Plan:
    """What holds for every table of one call."""

    rows: int
    seed: int
    interval: Interval
    domains: Domains


def sample_tables(
    pipeline: Pipeline, rows: int = 200, seed: int = 0, interval: Interval | None = None
) -> dict[str, pa.Table]:
    """A table for each dataset that the pipeline reads and does not make; the same for the same arguments.

    `interval` is the data interval (UTC) in which incremental and partition columns lie: by default the first day of
    the schedule.
    """
    return make_tables(collect(pipeline), rows, seed, interval or first_day(pipeline))


def first_day(pipeline: Pipeline) -> Interval:
    """The first day of the schedule, in UTC without a time zone."""
    start = datetime.combine(pipeline.schedule.start, time())
    return start, start + timedelta(days=1)


def make_tables(needs: Mapping[str, TableNeed], rows: int, seed: int, interval: Interval) -> dict[str, pa.Table]:
    """The tables that the needs ask for."""
    start, end = (_plain(moment) for moment in interval)
    interval = (start, end) if end > start else (end - timedelta(days=1), end)
    for need in needs.values():
        _fill_unknown(need)
    plan = _Plan(rows, seed, interval, Domains(needs, rows, interval))
    tables = {name: _table(needs[name], plan) for name in plan.domains.parents_first()}
    return {name: tables[name] for name in needs}


def arrow_type(kind: ColumnType) -> pa.DataType:
    """The Arrow type of a column type."""
    import pyarrow as pa

    types: dict[ColumnType, Any] = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    return types.get(kind, pa.string())


def fit(value: Cell, kind: ColumnType) -> Cell:
    """The value as a column of that type holds it; null where it cannot."""
    if value is None:
        return None
    try:
        match kind:
            case "integer":
                return int(value)  # type: ignore[arg-type]  # a date raises TypeError, caught below
            case "number":
                return float(value)  # type: ignore[arg-type]  # as above
            case "boolean":
                return value.strip().lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)
            case "date":
                return _as_moment(value).date()
            case "timestamp":
                return _as_moment(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _as_moment(value: Any) -> datetime:
    if isinstance(value, datetime):
        return _plain(value)
    return datetime.combine(value, time()) if isinstance(value, date) else _plain(datetime.fromisoformat(str(value)))


def _plain(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo is not None else moment


def _fill_unknown(table: TableNeed) -> None:
    """Plausible columns for a source that nothing is known about."""
    if not table.columns:
        table.columns["id"] = ColumnNeed("id", type="integer", nullable=False, unique=True)
        table.unique.append(("id",))
        table.columns["value"] = ColumnNeed("value", type="number", nullable=False)


def _table(table: TableNeed, plan: _Plan) -> pa.Table:
    count = table_rows(table, plan.rows)
    drawn = count * _SPARE if table.predicates else count
    columns = {name: _column(table, need, drawn, plan) for name, need in table.columns.items()}
    for keys in table.repeated:
        _repeat(table, columns, keys, drawn)
    for keys in table.unique:
        _drop_copies(columns, keys)
    made = _arrow(table, columns)
    if table.predicates:
        made = _kept(table, made)
    made = made.slice(0, count)
    plan.domains.narrow(table, made)
    return made


def table_rows(table: TableNeed, rows: int) -> int:
    """How many rows the source has."""
    least = table.minimum * MISS_EVERY // (MISS_EVERY - 1) + 1 if table.minimum > 1 else table.minimum
    count = max(rows, least)
    return count if table.maximum is None else max(min(count, table.maximum), table.minimum)


def _column(table: TableNeed, need: ColumnNeed, count: int, plan: _Plan) -> list[Cell]:
    if need.domain is not None:
        return plan.domains.column(table, need, count, plan.seed)
    if need.unique or _makes_unique(table, need):
        return _distinct(replace(need, unique=True), count, plan.interval)
    random = seeded(plan.seed, table.name, need.name)
    inner = narrowed(need)
    cells = []
    for row in range(count):
        inside = row % MISS_EVERY != MISS_EVERY - 1
        cells.append(draw(inner if inside else need, random, plan.interval, inside=inside))
    if _has_nulls(table, need):
        cells[_NULL_EVERY - 1 :: _NULL_EVERY] = [None] * len(cells[_NULL_EVERY - 1 :: _NULL_EVERY])
    return cells


def _makes_unique(table: TableNeed, need: ColumnNeed) -> bool:
    """Whether the column is the one that tells apart the rows of a key.

    A key that a step removes copies of has copies only where they are put on purpose: else a row by chance is removed.
    """
    for keys in (*table.unique, *table.repeated):
        free = [key for key in keys if _is_free(table.columns[key])]
        if free and free[0] == need.name and not any(table.columns[key].unique for key in keys):
            return True
    return False


def _is_free(need: ColumnNeed) -> bool:
    return need.domain is None and not need.values and guess_type(need) != "boolean"


def _distinct(need: ColumnNeed, count: int, interval: Interval) -> list[Cell]:
    cells = [nth(need, position, interval) for position in range(count)]
    if len(set(cells)) == count:
        return cells
    more = (nth(need, position, interval) for position in range(count, count * 20))
    found = dict.fromkeys(cells)
    for value in more:
        if len(found) >= count:
            break
        found[value] = None
    return (list(found) * count)[:count]


def _has_nulls(table: TableNeed, need: ColumnNeed) -> bool:
    if need.gaps and need.nullable and not table.complete:
        return True
    return need.declared and need.nullable and not need.used and not table.complete


def _repeat(table: TableNeed, columns: dict[str, list[Cell]], keys: tuple[str, ...], count: int) -> None:
    """Copies of keys, so that a step which removes them has something to do; none where a rule forbids them."""
    copied = set(keys) or set(columns)
    if any(set(unique) <= copied for unique in table.unique):
        return
    for row in range(_REPEAT_EVERY - 1, count, _REPEAT_EVERY):
        for name in copied:
            columns[name][row] = columns[name][row - 1]


def _drop_copies(columns: dict[str, list[Cell]], keys: tuple[str, ...]) -> None:
    seen: set[tuple[Cell, ...]] = set()
    kept = []
    for row, key in enumerate(zip(*(columns[name] for name in keys), strict=True)):
        if key not in seen or None in key:
            seen.add(key)
            kept.append(row)
    for name, cells in columns.items():
        columns[name] = [cells[row] for row in kept]


def _arrow(table: TableNeed, columns: Mapping[str, list[Cell]]) -> pa.Table:
    import pyarrow as pa

    arrays = {}
    for name, cells in columns.items():
        kind = guess_type(table.columns[name])
        arrays[name] = pa.array([fit(cell, kind) for cell in cells], type=arrow_type(kind))
    return pa.table(arrays)


def _kept(table: TableNeed, made: pa.Table) -> pa.Table:
    """The rows for which the predicates hold, or all of them when none is left."""
    import duckdb

    query = kept_rows([Expression(sql=sql) for sql in table.predicates], "sample").sql("duckdb")
    with duckdb.connect() as connection:
        connection.register("sample", made)
        try:
            kept: Any = connection.sql(query).to_arrow_table()
        except duckdb.Error:
            return made
    return kept.cast(made.schema) if kept.num_rows else made
