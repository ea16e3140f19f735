"""What a transform does to its inputs, in order. Each operation becomes one SQL expression (DuckDB dialect)."""

from typing import Annotated, Literal

from pydantic import Field

from airflow_llm.spec.datasets import ColumnType
from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import ColumnName, Model, Scalar, Tagged, Text

Columns = Annotated[tuple[ColumnName, ...], Field(min_length=1, max_length=200)]


class Join(Tagged):
    """The step's inputs joined from left to right on columns that all of them have."""

    op: Literal["join"] = "join"
    keys: Columns
    how: Literal["inner", "left", "right", "full"] = "inner"


class Union(Tagged):
    """The rows of all inputs under one another, columns matched by name."""

    op: Literal["union"] = "union"
    distinct: bool = False


class Filter(Tagged):
    """Keep the rows for which the SQL predicate holds."""

    op: Literal["filter"] = "filter"
    predicate: Text


class Measure(Model):
    """One aggregated column; `column` is None only for `count`, which then counts rows."""

    function: Literal["sum", "avg", "min", "max", "count", "count_distinct", "median"]
    column: ColumnName | None = None
    name: ColumnName


class Aggregate(Tagged):
    """One row for each combination of the `by` columns; no measure means `count`."""

    op: Literal["aggregate"] = "aggregate"
    by: tuple[ColumnName, ...] = ()
    measures: tuple[Measure, ...] = ()


class Deduplicate(Tagged):
    """One row for each key: the newest by `newest_by`, else the first in the order of all columns.

    No keys means that only rows equal in every column are duplicates.
    """

    op: Literal["deduplicate"] = "deduplicate"
    keys: tuple[ColumnName, ...] = ()
    newest_by: ColumnName | None = None


class Select(Tagged):
    """Only these columns, in this order."""

    op: Literal["select"] = "select"
    columns: Columns


class Drop(Tagged):
    """Every column but these."""

    op: Literal["drop"] = "drop"
    columns: Columns


class Rename(Tagged):
    """One column under a new name."""

    op: Literal["rename"] = "rename"
    column: ColumnName
    to: ColumnName


class Cast(Tagged):
    """One column as another type; a value that does not fit becomes null when `strict` is false."""

    op: Literal["cast"] = "cast"
    column: ColumnName
    type: ColumnType
    strict: bool = True


class Derive(Tagged):
    """A new (or replaced) column from a SQL expression."""

    op: Literal["derive"] = "derive"
    column: ColumnName
    expression: Text


class Fill(Tagged):
    """A value in place of nulls."""

    op: Literal["fill"] = "fill"
    column: ColumnName
    value: Scalar


class Normalize(Tagged):
    """Text columns trimmed and, when asked, folded to one case; no columns means all text columns."""

    op: Literal["normalize"] = "normalize"
    columns: tuple[ColumnName, ...] = ()
    case: Literal["lower", "upper", "keep"] = "keep"


class DropNulls(Tagged):
    """Rows without a null in these columns; no columns means in any."""

    op: Literal["drop_nulls"] = "drop_nulls"
    columns: tuple[ColumnName, ...] = ()


class Sort(Tagged):
    """Rows in order of the columns."""

    op: Literal["sort"] = "sort"
    columns: Columns
    descending: bool = False


class Limit(Tagged):
    """The first rows, after a sort."""

    op: Literal["limit"] = "limit"
    rows: int = Field(ge=1)


class Query(Tagged):
    """A SELECT in DuckDB's dialect over the inputs, by dataset name (`input` is the result so far)."""

    op: Literal["query"] = "query"
    sql: Text


class Convert(Tagged):
    """The same rows in another file format."""

    op: Literal["convert"] = "convert"
    format: Literal["parquet", "csv", "json", "jsonl"]


Operation = Annotated[
    Join
    | Union
    | Filter
    | Aggregate
    | Deduplicate
    | Select
    | Drop
    | Rename
    | Cast
    | Derive
    | Fill
    | Normalize
    | DropNulls
    | Sort
    | Limit
    | Query
    | Convert,
    Deferred("op"),
]
