"""`airflow-llm generate`: a description becomes a bundle, and with `--prove` a proven one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.asking import refuse_without_terminal
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.sources import STDIN, source_from
from airflow_llm.cli.terminal import Terminal
from airflow_llm.readers.reading import Reading, Source

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def generate(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What you want; `-` reads standard input.")] = None,
    file: options.TextFile = None,
    pipeline_id: options.PipelineId = None,
    reader: options.ReaderChoice = "auto",
    ask: Annotated[bool, typer.Option("--ask", help="Ask what the text leaves open; Enter takes the safest.")] = False,
    answer: options.Answer = None,
    owner: options.Owner = None,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
    target: options.Target = options.DEFAULT_TARGET,
    airflow_version: options.AirflowVersion = None,
    force: options.Force = False,
    keep_edits: options.KeepEdits = False,
    prove: Annotated[bool, typer.Option("--prove", help="Run it in the real Airflow on stand-ins, at once.")] = False,
    rows: options.Rows = options.DEFAULT_ROWS,
    seed: options.Seed = 0,
    airflow_python: options.AirflowPython = None,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
) -> None:
    """Turn a description into a bundle of production code.

    [dim]airflow-llm generate "Every weekday at 6:30 Berlin time load orders from Postgres into Snowflake" --prove[/dim]
    """
    from airflow_llm.compiler.bundle import write
    from airflow_llm.compiler.compile import compile_read

    terminal = terminal_of(ctx)
    refuse_without_terminal(terminal, ask=ask, piped=text == STDIN)
    source = source_from(text, file, pipeline_id, by_rules=reader == "grammar")
    reading = _read(terminal, source, answer, owner, ask=ask)
    if reading is None:
        return
    compilation = compile_read(source, reading, target, airflow_version)
    bundle = write(compilation, output_dir, force, keep_edits)
    data = _report(terminal, compilation, bundle, asked=ask)
    failed = False
    if prove:
        from airflow_llm.cli.proving import Proving

        failed, data["proof"] = Proving(rows, seed, airflow_python, timeout).show(terminal, [bundle.dag_file])
    terminal.emit(data)
    if failed:
        raise typer.Exit(1)


def _read(
    terminal: Terminal, source: Source, answers: list[str] | None, owners: list[str] | None, *, ask: bool
) -> Reading | None:
    """The reading with its answers and owners; None when a machine was told the questions."""
    from airflow_llm.cli.asking import settled_reading

    reading = settled_reading(terminal, source, answers, ask=ask)
    if reading is None or not owners:
        return reading
    return replace(reading, pipeline=reading.pipeline.model_copy(update={"owners": tuple(owners)}))


def _report(terminal: Terminal, compilation: Any, bundle: Any, *, asked: bool) -> dict[str, Any]:
    pipeline, reading = compilation.pipeline, compilation.reading
    open_still = () if asked else reading.worth_asking
    if terminal.quiet:
        terminal.result(str(bundle.dag_file))
        if not terminal.json:
            return {}

    from airflow_llm.cli.views.bundle import bundle_data, bundle_view
    from airflow_llm.cli.views.findings import findings_data, findings_view
    from airflow_llm.cli.views.reading import notes, reading_data, reading_tree

    terminal.show(
        reading_tree(pipeline, reading.confidence),
        *notes(pipeline, open_still),
        bundle_view(bundle),
        findings_view(compilation.diagnostics),
    )
    return {
        **reading_data(pipeline, reading.confidence, open_still),
        **bundle_data(bundle),
        "findings": findings_data(compilation.diagnostics),
    }
