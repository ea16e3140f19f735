"""What a `wait` step waits for."""

from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import Field

from airflow_llm.spec.deferred import Deferred
from airflow_llm.spec.model import Duration, Identifier, Tagged, Text

LONGEST_WAIT = timedelta(hours=6)
"""How long a step waits that says nothing about it; a fixed delay comes on top."""


class ForData(Tagged):
    """A file, object or table of this spec exists (and, for `rows`, holds at least one row of the interval)."""

    on: Literal["data"] = "data"
    dataset: Identifier
    rows: bool = False


class ForQuery(Tagged):
    """A SQL query on a connection returns a first cell that is true, non-zero and not null."""

    on: Literal["query"] = "query"
    connection: Identifier
    sql: Text


class ForDag(Tagged):
    """A run of another DAG (or one task of it) succeeded, `earlier` before this run's logical date."""

    on: Literal["dag"] = "dag"
    dag_id: Text = Field(min_length=1, max_length=250)
    task_id: Text | None = None
    earlier: Duration | None = None


class ForTime(Tagged):
    """A time of day, in the schedule's time zone."""

    on: Literal["time"] = "time"
    at: time


class ForDelay(Tagged):
    """A length of time after the end of the data interval."""

    on: Literal["delay"] = "delay"
    delay: Duration


class ForHttp(Tagged):
    """A GET answers with a success status and, when `contains` is given, with that text."""

    on: Literal["http"] = "http"
    connection: Identifier
    path: Text = "/"
    contains: Text = ""


class ForDescribed(Tagged):
    """Something that only the user's own code can see: it becomes a hook that returns true or false."""

    on: Literal["described"] = "described"
    text: Text


WaitFor = Annotated[ForData | ForQuery | ForDag | ForTime | ForDelay | ForHttp | ForDescribed, Deferred("on")]
