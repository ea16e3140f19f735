"""`airflow-llm run`: a bundle in the embedded environment on your own files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.errors import InputError, NotFoundError

app = typer.Typer(add_completion=False)
_TIMEOUT = 3600.0


@app.command(cls=Command)
def run(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    bundle: Annotated[str, typer.Argument(help="A bundle: its id, DAG file or folder.")],
    data: Annotated[Path, typer.Option("--data", help="The folder of your files (CSV, Parquet, JSON).")],
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of the run, as name=value; may be repeated.")
    ] = None,
    home: Annotated[
        Path | None, typer.Option("--home", help="Where the DuckDB files are kept; by default beside the bundle.")
    ] = None,
    airflow_python: options.AirflowPython = None,
    timeout: options.Timeout = _TIMEOUT,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Run a bundle on your own files, and look at the tables that it leaves. Exit code 1 when it fails.

    [dim]airflow-llm run customer_orders --data examples/shop --set on_invalid=quarantine[/dim]
    """
    from airflow_llm.cli.proving import follow
    from airflow_llm.compiler.find import open_bundle

    terminal = terminal_of(ctx)
    values = _settings(setting or [])
    found = open_bundle(bundle, output_dir)
    if not data.is_dir():
        raise NotFoundError(f"there is no folder {str(data)!r}", hint="--data names the folder that holds your files")
    from airflow_llm.cli.views.run import run_data, run_view
    from airflow_llm.proof.run import run_bundle

    with follow(terminal, f"running {found.id} in Airflow") as on_event:
        report = run_bundle(
            found.dag_file,
            data,
            values,
            home=home,
            airflow_python=airflow_python,
            timeout=timeout,
            on_event=on_event,
        )
    terminal.show(run_view(report))
    terminal.emit(run_data(report))
    if not report.held:
        raise typer.Exit(1)


def _settings(given: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--set {one!r} is not name=value", hint="for example --set on_invalid=quarantine")
        found[name.strip()] = value
    return found
