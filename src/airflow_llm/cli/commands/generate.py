"""`airflow-llm generate`: a description becomes a bundle, and with `--prove` a proven one."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.sources import source_from
from airflow_llm.cli.terminal import Terminal

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def generate(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What you want; `-` reads standard input.")] = None,
    file: options.TextFile = None,
    pipeline_id: options.PipelineId = None,
    reader: options.ReaderChoice = "auto",
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
    from airflow_llm.cli.proving import Proving
    from airflow_llm.compiler.bundle import write
    from airflow_llm.compiler.compile import compile_reading, read_source

    terminal = terminal_of(ctx)
    source = source_from(text, file, pipeline_id, by_rules=reader == "grammar")
    with terminal.working("reading"):
        reading = read_source(source)
        if owner:
            reading = replace(reading, pipeline=reading.pipeline.model_copy(update={"owners": tuple(owner)}))
        compilation = compile_reading(reading, target, airflow_version, source=source)
    bundle = write(compilation, output_dir, force, keep_edits)
    data = _report(terminal, compilation, bundle)
    failed = False
    if prove:
        proving = Proving(rows, seed, airflow_python, timeout)
        failed, data["proof"] = proving.show(terminal, [bundle.dag_file])
    terminal.emit(data)
    if failed:
        raise typer.Exit(1)


def _report(terminal: Terminal, compilation: Any, bundle: Any) -> dict[str, Any]:
    pipeline, confidence = compilation.pipeline, compilation.reading.confidence
    if terminal.quiet:
        terminal.result(str(bundle.dag_file))
        if not terminal.json:
            return {}

    from airflow_llm.cli.views.bundle import bundle_data, bundle_view
    from airflow_llm.cli.views.findings import findings_data, findings_view
    from airflow_llm.cli.views.reading import notes, reading_data, reading_tree

    terminal.show(
        reading_tree(pipeline, confidence),
        *notes(pipeline),
        bundle_view(bundle),
        findings_view(compilation.diagnostics),
    )
    return {
        **reading_data(pipeline, confidence),
        **bundle_data(bundle),
        "findings": findings_data(compilation.diagnostics),
    }
