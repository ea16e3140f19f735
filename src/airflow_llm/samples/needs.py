"""What the sources of a pipeline must look like, so that good data passes every rule and every join finds rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from airflow_llm.samples.sql_usage import Comparison, Value
from airflow_llm.spec.datasets import ColumnType
from airflow_llm.spec.rules import Pattern


@dataclass
class ColumnNeed:
    """What is known about one column of a source.

    `hints` are comparisons of filters: most rows meet them, some do not. `domain` names the values that it shares
    with columns of other sources; `parent` tells the side that has each of them. A `category` has few values, `gaps`
    are nulls that a step takes care of.
    """

    name: str
    type: ColumnType | None = None
    declared: bool = False
    nullable: bool = True
    used: bool = False
    values: tuple[Value, ...] = ()
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    low_open: bool = False
    high_open: bool = False
    pattern: Pattern | None = None
    in_interval: bool = False
    max_age: timedelta | None = None
    hints: list[Comparison] = field(default_factory=list)
    domain: str | None = None
    bundle: str | None = None
    parent: bool = False
    category: bool = False
    gaps: bool = False

    def raise_minimum(self, value: float, *, exclusive: bool = False) -> None:
        """At least this."""
        if self.minimum is None or value > self.minimum or (value == self.minimum and exclusive):
            self.minimum, self.low_open = value, exclusive

    def lower_maximum(self, value: float, *, exclusive: bool = False) -> None:
        """At most this."""
        if self.maximum is None or value < self.maximum or (value == self.maximum and exclusive):
            self.maximum, self.high_open = value, exclusive

    def allow_only(self, values: tuple[Value, ...]) -> None:
        """One of these, and of those that were allowed before."""
        both = tuple(value for value in self.values if value in values) if self.values else values
        self.values = both or values

    def vote(self, kind: ColumnType | None, *, sure: bool = False) -> None:
        """A type, unless a surer one is known."""
        if kind is not None and (self.type is None or sure) and not self.declared:
            self.type = kind


@dataclass
class TableNeed:
    """What is known about one source."""

    name: str
    columns: dict[str, ColumnNeed] = field(default_factory=dict)
    unique: list[tuple[str, ...]] = field(default_factory=list)
    repeated: list[tuple[str, ...]] = field(default_factory=list)
    minimum: int = 0
    maximum: int | None = None
    predicates: list[str] = field(default_factory=list)
    complete: bool = False

    def column(self, name: str) -> ColumnNeed:
        """The column, which exists from now on."""
        return self.columns.setdefault(name, ColumnNeed(name))


def require(column: ColumnNeed, comparison: Comparison) -> None:
    """Makes a comparison with literals hold for every value of the column."""
    first = comparison.values[0]
    number = isinstance(first, (int, float)) and not isinstance(first, bool)
    match comparison.operator:
        case "==" | "in":
            column.allow_only(comparison.values)
        case ">" | ">=" if number:
            column.raise_minimum(float(first), exclusive=comparison.operator == ">")
        case "<" | "<=" if number:
            column.lower_maximum(float(first), exclusive=comparison.operator == "<")


def meets(value: object, comparison: Comparison) -> bool:
    """Whether a value meets a comparison; one that cannot be compared is taken to."""
    if value is None:
        return False
    first = comparison.values[0]
    try:
        match comparison.operator:
            case "==" | "in":
                return value in comparison.values
            case "!=":
                return value not in comparison.values
            case ">":
                return value > first  # type: ignore[operator]  # what has no order raises TypeError
            case ">=":
                return value >= first  # type: ignore[operator]  # as above
            case "<":
                return value < first  # type: ignore[operator]  # as above
        return value <= first  # type: ignore[operator]  # as above
    except TypeError:
        return True
