"""`airflow-llm read`: how a description is understood, without writing any code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.sources import source_from
from airflow_llm.cli.terminal import Terminal
from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Reading

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def read(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What you want; `-` reads standard input.")] = None,
    file: options.TextFile = None,
    pipeline_id: options.PipelineId = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Write the spec (or the predictions) to this file; `-` prints only that."),
    ] = None,
    cases: Annotated[Path | None, typer.Option("--cases", help="Read every case of a benchmark file.")] = None,
    texts: Annotated[Path | None, typer.Option("--texts", help="The folder of the cases' texts.")] = None,
    reader: options.ReaderChoice = "auto",
    answer: options.Answer = None,
    trace: Annotated[bool, typer.Option("--trace", help="Also show every stage of the reading, and why.")] = False,
) -> None:
    """Show how a description is understood: the tasks, their order, the assumptions, the questions.

    [dim]airflow-llm read "Every Monday copy invoices from MySQL to S3" --out invoices.yml[/dim]
    """
    terminal = terminal_of(ctx)
    terminal.quiet = terminal.quiet or out == options.STDOUT
    if cases is not None:
        _read_cases(terminal, cases, texts, out, by_rules=reader == "grammar")
        return
    from airflow_llm.cli.asking import settled_reading
    from airflow_llm.spec.document import dump

    source = source_from(text, file, pipeline_id, by_rules=reader == "grammar", traced=trace)
    reading = settled_reading(terminal, source, answer, ask=False)
    if reading is None:
        return
    spec = dump(reading.pipeline)[0] if out is not None or terminal.quiet else ""
    _show(terminal, reading, traced=trace)
    if out is not None and out != options.STDOUT:
        from airflow_llm.compiler.saving import save

        save(out, spec)
        terminal.show(f"written: {out}")
    elif terminal.quiet:
        terminal.result(spec)
    terminal.emit(_data(reading) | ({"trace": reading.trace.data() if reading.trace else None} if trace else {}))


def _show(terminal: Terminal, reading: Reading, *, traced: bool) -> None:
    from airflow_llm.cli.views.findings import findings_view
    from airflow_llm.cli.views.reading import notes, reading_tree

    if traced:
        _show_trace(terminal, reading)
    terminal.show(reading_tree(reading.pipeline, reading.confidence), *notes(reading.pipeline, reading.worth_asking))
    if reading.diagnostics:
        terminal.show(findings_view(reading.diagnostics, "the reader"))


def _data(reading: Reading) -> dict[str, Any]:
    from airflow_llm.cli.views.findings import findings_data
    from airflow_llm.cli.views.reading import reading_data

    return {
        **reading_data(reading.pipeline, reading.confidence, reading.worth_asking),
        "findings": findings_data(reading.diagnostics),
        "spec": reading.pipeline.model_dump(mode="json", exclude_defaults=True),
    }


def _show_trace(terminal: Terminal, reading: Reading) -> None:
    if reading.trace is None:
        terminal.show("a spec is read as it is written: there are no stages to show")
        return
    if not terminal.json and not terminal.quiet:
        from airflow_llm.cli.views.trace import trace_view

        terminal.show(*trace_view(reading.trace))


def _read_cases(terminal: Terminal, cases: Path, texts: Path | None, out: Path | None, *, by_rules: bool) -> None:
    from airflow_llm.readers.predictions import cases_of, predicted

    if out is None:
        raise InputError("--cases needs --out, the file for the predictions", hint="add --out predictions.json")
    entries = list(cases_of(cases, texts))
    found = {}
    for name, text in terminal.track(entries, len(entries), "reading"):
        found[name] = predicted(name, text, by_rules=by_rules)
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    failed = sum("error" in prediction for prediction in found.values())
    counts = {"cases": len(found), "refused": failed}
    if out == options.STDOUT:
        terminal.result(text)
        terminal.emit({**counts, "predictions": found})
        return
    from airflow_llm.compiler.saving import save

    save(out, text)
    terminal.show(f"{len(found)} cases read, {failed} refused: {out}")
    terminal.emit({**counts, "out": str(out)})
