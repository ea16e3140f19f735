"""Values that columns of several sources share, so that joins and foreign keys find their rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_llm.samples.needs import ColumnNeed, TableNeed
from airflow_llm.samples.randomness import seeded
from airflow_llm.samples.values import Cell, Interval, guess_type, nth, whole_bounds

if TYPE_CHECKING:
    import pyarrow as pa


class Domains:
    """For each domain the positions of the values that every parent really has."""

    def __init__(self, needs: Mapping[str, TableNeed], rows: int, interval: Interval) -> None:
        self._needs = needs
        self._interval = interval
        members: dict[str, list[tuple[TableNeed, ColumnNeed]]] = defaultdict(list)
        for table in needs.values():
            for need in table.columns.values():
                if need.domain is not None:
                    members[need.domain].append((table, need))
        self._merged = {name: _merged([need for _, need in found]) for name, found in members.items()}
        self._available = {name: list(range(_size(need, rows))) for name, need in self._merged.items()}
        for name, found in members.items():
            for _, need in found:
                merged = self._merged[name]
                need.type, need.declared = guess_type(merged), True
        self._values = {
            name: [nth(self._merged[name], position, interval) for position in positions]
            for name, positions in self._available.items()
        }

    def parents_first(self) -> list[str]:
        """The sources in an order in which those that own the values of others come first."""
        return sorted(self._needs, key=lambda name: -sum(_leads(n) for n in self._needs[name].columns.values()))

    def column(self, table: TableNeed, need: ColumnNeed, count: int, seed: int) -> list[Cell]:
        """The column's values. A parent or key takes each in turn; another takes each once, then any by chance."""
        name = need.domain or ""
        available, values = self._available[name], self._values[name]
        if not available:
            return [None] * count
        positions = [available[row % len(available)] for row in range(count)]
        if not (need.parent or self._leads_in(table, need)):
            # One source of randomness for a bundle: the columns of one key stay together.
            random = seeded(seed, table.name, need.bundle)
            half = count // 2
            positions[half:] = [available[int(random.random() * len(available))] for _ in range(half, count)]
        return [values[position] for position in positions]

    def narrow(self, table: TableNeed, made: pa.Table) -> None:
        """Leaves the values that a finished parent really has."""
        from airflow_llm.samples.data import fit

        for need in table.columns.values():
            if need.domain is None or not (_leads(need) or self._leads_in(table, need)):
                continue
            present = set(made.column(need.name).to_pylist())
            values, kind = self._values[need.domain], guess_type(need)
            self._available[need.domain] = [n for n in self._available[need.domain] if fit(values[n], kind) in present]

    def _leads_in(self, table: TableNeed, need: ColumnNeed) -> bool:
        return any(need.name in keys and all(table.columns[k].domain for k in keys) for keys in table.unique)


def _leads(need: ColumnNeed) -> bool:
    return need.domain is not None and (need.parent or need.unique)


def _merged(needs: list[ColumnNeed]) -> ColumnNeed:
    """One need that meets them all."""
    first = next((need for need in needs if need.declared), needs[0])
    merged = replace(first, hints=[], unique=True, values=())
    for need in needs:
        merged.type = merged.type or need.type
        merged.pattern = merged.pattern or need.pattern
        merged.in_interval = merged.in_interval or need.in_interval
        if need.values:
            merged.allow_only(need.values)
        if need.minimum is not None:
            merged.raise_minimum(need.minimum, exclusive=need.low_open)
        if need.maximum is not None:
            merged.lower_maximum(need.maximum, exclusive=need.high_open)
    return merged


def _size(need: ColumnNeed, rows: int) -> int:
    if need.values:
        return len(need.values)
    kind = guess_type(need)
    if kind == "boolean":
        return 2
    low, high = whole_bounds(need)
    if kind == "integer" and low is not None and high is not None:
        return max(1, min(rows, high - low + 1))
    return rows
