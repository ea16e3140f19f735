"""What a run on the user's own files left."""

from __future__ import annotations

from pydantic import Field

from airflow_llm.proof.evidence import Evidence, Failure, TaskEvidence


class TableView(Evidence):
    """A look at one table: the number of its rows and the first of them, as text."""

    name: str
    place: str
    rows: int
    columns: tuple[str, ...] = ()
    head: tuple[tuple[str, ...], ...] = ()


class RunReport(Evidence):
    """The run: `tables` are those that the pipeline wrote, `quarantined` the rows that it set aside."""

    pipeline: str
    state: str
    held: bool
    home: str
    tasks: tuple[TaskEvidence, ...] = ()
    tables: tuple[TableView, ...] = ()
    quarantined: tuple[TableView, ...] = ()
    messages: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()
    inputs: dict[str, int] = Field(default_factory=dict)
    not_run: tuple[str, ...] = ()
    sandbox: tuple[str, ...] = ()
    seconds: float = 0.0
