"""Documents made from staged datasets."""

from __future__ import annotations

import html
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from airflow_llm.targets.airflow.support.engine import engine, parquet, quoted
from airflow_llm.targets.airflow.support.files import excel_value, write_file
from airflow_llm.targets.airflow.support.location import local_copies, publish

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger(__name__)

SHOWN_ROWS = 1000

Table = tuple[str, int, list[str], list[tuple[object, ...]]]


def make_report(
    title: str,
    inputs: Mapping[str, str | Iterable[str]],
    target: str,
    report_format: str,
    conn_id: str | None = None,
) -> str:
    """Publish a document about staged datasets at the target, and return the target.

    A page shows the first rows of each dataset; a data file holds all rows of one.
    """
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        for name, uris in inputs.items():
            paths = stack.enter_context(local_copies(uris))
            connection.execute(f"CREATE VIEW {quoted(name)} AS FROM {parquet(paths)}")
        attempt = stack.enter_context(publish(target, conn_id))
        if report_format in PAGES:
            page = PAGES[report_format](title, shown_tables(connection, inputs))
            attempt.write_text(page, encoding="utf-8")
        elif report_format == "excel":
            write_workbook(attempt, shown_tables(connection, inputs))
        else:
            query = f"FROM {quoted(next(iter(inputs)))}"
            write_file(connection, query, attempt, report_format)
    log.info("%s written", target)
    return target


def shown_tables(
    connection: DuckDBPyConnection, names: Iterable[str]
) -> Iterator[Table]:
    """Name, number of rows, columns and first rows of each dataset."""
    for name in names:
        counted = connection.execute(f"SELECT count(*) FROM {quoted(name)}").fetchone()
        result = connection.execute(
            f"FROM {quoted(name)} ORDER BY ALL LIMIT {SHOWN_ROWS}"
        )
        columns = [column[0] for column in result.description]
        yield name, int(counted[0]) if counted else 0, columns, result.fetchall()


def html_page(title: str, tables: Iterable[Table]) -> str:
    """The tables as one HTML page, every value escaped."""
    parts = ["<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">']
    parts += [f"<title>{html.escape(title)}</title>", "</head>", "<body>"]
    parts.append(f"<h1>{html.escape(title)}</h1>")
    for name, count, columns, rows in tables:
        parts += [f"<h2>{html.escape(name)}</h2>", f"<p>{count} rows</p>", "<table>"]
        parts.append(html_row("th", columns))
        parts += [html_row("td", row) for row in rows]
        parts.append("</table>")
    return "\n".join([*parts, "</body>", "</html>", ""])


def html_row(tag: str, values: Iterable[object]) -> str:
    """One row of an HTML table."""
    cells = (html.escape("" if value is None else str(value)) for value in values)
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def markdown_page(title: str, tables: Iterable[Table]) -> str:
    """The tables as Markdown."""
    parts = [f"# {markdown_cell(title)}"]
    for name, count, columns, rows in tables:
        parts += ["", f"## {markdown_cell(name)}", "", f"{count} rows", ""]
        parts.append(markdown_row(columns))
        parts.append(markdown_row(["---"] * len(columns)))
        parts += [markdown_row(row) for row in rows]
    return "\n".join([*parts, ""])


def markdown_row(values: Iterable[object]) -> str:
    """One row of a Markdown table."""
    return f"| {' | '.join(markdown_cell(value) for value in values)} |"


def markdown_cell(value: object) -> str:
    """A value that cannot end its cell, nor become markup."""
    shown = "" if value is None else " ".join(str(value).split())
    return html.escape(shown, quote=False).replace("\\", "\\\\").replace("|", "\\|")


def write_workbook(path: Path, tables: Iterable[Table]) -> None:
    """The tables as the sheets of one workbook."""
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, _, columns, rows in tables:
        sheet = workbook.create_sheet(name[:31])
        sheet.append(columns)
        for row in rows:
            sheet.append([excel_value(value) for value in row])
        for cells in sheet.iter_rows():
            for cell in cells:
                # Text stays text: a value that begins with "=" is no formula.
                if isinstance(cell.value, str):
                    cell.data_type = "s"
    with path.open("wb") as file:
        workbook.save(file)


PAGES: dict[str, Callable[[str, Iterable[Table]], str]] = {
    "html": html_page,
    "markdown": markdown_page,
}
