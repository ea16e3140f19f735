"""`airflow-llm prove`: bundles run in the real Airflow, on stand-ins with synthetic data."""

from __future__ import annotations

from typing import Annotated

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def prove(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    bundles: Annotated[
        list[str] | None, typer.Argument(help="Bundles, or a folder of them; without it all of the output folder.")
    ] = None,
    rows: options.Rows = options.DEFAULT_ROWS,
    seed: options.Seed = 0,
    airflow_python: options.AirflowPython = None,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Run bundles in the real Airflow: no network, no credentials, every rule and branch. Exit code 1 if one fails.

    [dim]airflow-llm prove customer_orders --rows 1000 --seed 7[/dim]
    """
    from airflow_llm.cli.proving import Proving
    from airflow_llm.cli.targets import bundles_of

    terminal = terminal_of(ctx)
    found = bundles_of(bundles or [], output_dir)
    failed, data = Proving(rows, seed, airflow_python, timeout).show(terminal, [bundle.dag_file for bundle in found])
    terminal.emit({"proofs": data})
    if failed:
        raise typer.Exit(1)
