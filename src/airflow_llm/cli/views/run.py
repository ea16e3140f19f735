"""A run on the user's own files: its tasks, and a look at the tables that it left."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from airflow_llm.cli.terminal import line
from airflow_llm.cli.views.proof import failure_view, tasks_view
from airflow_llm.proof.report import RunReport, TableView

_MOST_COLUMNS, _CELL = 10, 28


def run_view(report: RunReport) -> RenderableType:
    """The whole run."""
    head = Text(f"run of {report.pipeline}  ", style="bold")
    head.append(line(report.state), style="not bold green" if report.held else "not bold red")
    head.append(f"  {report.seconds:.1f} s", style="not bold dim")
    parts: list[RenderableType] = [head]
    if report.inputs:
        files = ", ".join(f"{name} ({rows:,} rows)" for name, rows in report.inputs.items())
        parts.append(Text(f"  your files: {line(files, 400)}", style="dim"))
    if report.tasks:
        parts.append(tasks_view(report.tasks, judged=False))
    parts += [Text("  not run: ", style="yellow").append(line(reason), style="default") for reason in report.not_run]
    parts += [Text("  sent: ", style="dim").append(line(message, 300), style="default") for message in report.messages]
    parts += list(_tables(report.quarantined, "set aside", "yellow"))
    parts += list(_tables(report.tables, "table", "green"))
    parts += [failure_view(failure) for failure in report.failures]
    parts.append(Text(f"kept in {line(report.home)}", style="dim"))
    return Group(*parts)


def run_data(report: RunReport) -> dict[str, Any]:
    """The same for a machine."""
    return report.model_dump(mode="json", exclude_none=True)


def _tables(tables: Iterable[TableView], what: str, colour: str) -> Iterable[RenderableType]:
    for table in tables:
        head = Text(f"\n{what} ", style=colour).append(line(table.name), style="bold default")
        yield head.append(f"  {table.rows:,} rows", style="not bold default").append(
            f"  {line(table.place)}", style="dim"
        )
        if table.head:
            yield _rows(table)


def _rows(view: TableView) -> Table:
    shown = view.columns[:_MOST_COLUMNS]
    table = Table(box=SIMPLE, pad_edge=False)
    for column in shown:
        table.add_column(line(column, _CELL))
    if len(view.columns) > len(shown):
        table.add_column(f"… {len(view.columns) - len(shown)} more columns")
    for row in view.head:
        table.add_row(*(line(value, _CELL) for value in row[: len(shown)]))
    return table
