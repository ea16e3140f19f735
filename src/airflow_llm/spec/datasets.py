"""What data there is: datasets, their columns, and the connections that reach them."""

from typing import Literal

from pydantic import Field

from airflow_llm.spec.model import ColumnName, Identifier, Model, Text

ColumnType = Literal["integer", "number", "string", "boolean", "date", "timestamp", "json"]


class Column(Model):
    """One column as far as it is known. `values` are the only ones allowed, when the text names them."""

    name: ColumnName
    type: ColumnType = "string"
    nullable: bool = True
    values: tuple[str | int | float | bool, ...] = ()


class Connection(Model):
    """A logical system. Each environment maps it to an Airflow connection id (`config.yml`: `<name>_conn_id`)."""

    name: Identifier
    connector: Identifier
    role: Text = ""


class Dataset(Model):
    """A named table, file set, message stream, model or metric.

    `connection` None means that it is staged: Parquet between two steps, never in a user's system.
    `location` is the table name, path or key, URL path, topic or model name in that system.
    """

    name: Identifier
    kind: Literal["table", "file", "stream", "model", "metric"] = "table"
    connection: Identifier | None = None
    location: Text = ""
    format: Literal["parquet", "csv", "json", "jsonl", "excel", "xml", "text", "binary"] | None = None
    columns: tuple[Column, ...] = Field(default=(), max_length=2000)
    keys: tuple[ColumnName, ...] = ()
    partition: ColumnName | None = None
    description: Text = ""

    @property
    def staged(self) -> bool:
        """Whether it only lives between two steps of this pipeline."""
        return self.connection is None
