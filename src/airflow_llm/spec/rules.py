"""Data-quality rules. Each one names what is true of good data, so that data which breaks it can be derived."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import ColumnName, Duration, Identifier, Tagged, Text

Columns = Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=50)]


class RuleBase(Tagged):
    """`dataset` names which input of the step the rule is about; None when the step reads one only."""

    dataset: Identifier | None = None
    severity: Literal["error", "warning"] = "error"


class NotNull(RuleBase):
    """No null in any of the columns; `columns` empty means all of them."""

    rule: Literal["not_null"] = "not_null"
    columns: tuple[ColumnName, ...] = ()


class Unique(RuleBase):
    """No two rows agree in all of the columns."""

    rule: Literal["unique"] = "unique"
    columns: Columns


class Range(RuleBase):
    """`minimum` <= column <= `maximum`; `exclusive` drops the equal signs."""

    rule: Literal["range"] = "range"
    column: ColumnName
    minimum: float | None = None
    maximum: float | None = None
    exclusive: bool = False

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise ValueError("a range rule needs a minimum or a maximum")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError(f"minimum {self.minimum} is above maximum {self.maximum}")
        return self


class Allowed(RuleBase):
    """The column holds one of the values."""

    rule: Literal["allowed"] = "allowed"
    column: ColumnName
    values: tuple[str | int | float | bool, ...] = Field(min_length=1, max_length=10_000)


class Pattern(RuleBase):
    """The whole text of the column matches a named format or a regular expression (RE2 syntax)."""

    rule: Literal["pattern"] = "pattern"
    column: ColumnName
    format: Literal["email", "uuid", "iso_date", "url", "phone", "custom"] = "custom"
    regex: Text = ""

    @model_validator(mode="after")
    def _custom_has_regex(self) -> Self:
        if (self.format == "custom") != bool(self.regex):
            raise ValueError("a pattern rule has either a named format or a regex")
        return self


class RowCount(RuleBase):
    """The number of rows lies between the bounds."""

    rule: Literal["row_count"] = "row_count"
    minimum: int = Field(default=1, ge=0)
    maximum: int | None = Field(default=None, ge=0)


class Freshness(RuleBase):
    """The newest value of the timestamp column is at most `max_age` before the end of the data interval."""

    rule: Literal["freshness"] = "freshness"
    column: ColumnName
    max_age: Duration


class ForeignKey(RuleBase):
    """Every non-null value of the column is found in `references.to_column`, another input of the step."""

    rule: Literal["foreign_key"] = "foreign_key"
    column: ColumnName
    references: Identifier
    to_column: ColumnName


class Expression(RuleBase):
    """A SQL predicate (DuckDB dialect) that holds for every row, parsed by sqlglot before it is used."""

    rule: Literal["expression"] = "expression"
    sql: Text


class Described(RuleBase):
    """A rule that the text states but that has no formal meaning here: it becomes a hook."""

    rule: Literal["described"] = "described"
    text: Text


Rule = Annotated[
    NotNull | Unique | Range | Allowed | Pattern | RowCount | Freshness | ForeignKey | Expression | Described,
    Deferred("rule"),
]
