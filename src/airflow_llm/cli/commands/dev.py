"""`airflow-llm dev`: the local stand-ins for an Airflow of your own."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Annotated

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import line
from airflow_llm.errors import MachineError

_HELP = """Start and stop the local stand-ins.

[dim]airflow-llm dev up customer_orders --home ~/airflow[/dim]
"""
app = typer.Typer(add_completion=False, no_args_is_help=True, help=_HELP)
Home = Annotated[
    Path | None, typer.Option("--home", help="The AIRFLOW_HOME to serve; by default $AIRFLOW_HOME or ~/airflow.")
]
Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")]
ENVIRONMENT_FILE = "dev.env"


@app.command(cls=Command)
def up(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    bundles: Annotated[list[str] | None, typer.Argument(help="Bundles; without it all of the output folder.")] = None,
    home: Home = None,
    http_port: Port = 0,
    smtp_port: Port = 0,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Start the stand-ins of HTTP, Slack and mail, and write the connections that reach them and the DuckDB files.

    [dim]airflow-llm dev up customer_orders --home ~/airflow[/dim]
    """
    from airflow_llm.cli.targets import bundles_of
    from airflow_llm.proof.dev import dev_up, exports

    terminal = terminal_of(ctx)
    found = bundles_of(bundles or [], output_dir)
    place = _home(home)
    try:
        stubs = dev_up(place / "embedded", http_port=http_port, smtp_port=smtp_port)
        lines = exports([bundle.pipeline for bundle in found], stubs, place)
        path = place / "embedded" / ENVIRONMENT_FILE
        settings = [one for one in lines if one.startswith("export ")]
        path.write_text("\n".join(settings) + "\n", encoding="utf-8")
    except OSError as error:
        raise MachineError(f"cannot use {place}: {error.strerror}", place=str(place)) from error
    commands = [f"source {shlex.quote(str(path))}", *(one for one in lines if not one.startswith("export "))]
    terminal.show(
        f"stand-ins of HTTP and Slack on 127.0.0.1:{stubs.http_port}, of mail on 127.0.0.1:{stubs.smtp_port}",
        f"what they receive is written to {line(stubs.log)}",
        "to use them:",
        *(f"  {command}" for command in commands),
    )
    if terminal.quiet:
        terminal.result(str(path))
    terminal.emit(
        {"pid": stubs.pid, "http_port": stubs.http_port, "smtp_port": stubs.smtp_port, "log": stubs.log}
        | {"environment": str(path), "commands": commands, "bundles": [bundle.id for bundle in found]}
    )


@app.command(cls=Command)
def down(ctx: typer.Context, home: Home = None) -> None:
    """Stop the stand-ins; the data in the `embedded` folder stays.

    [dim]airflow-llm dev down[/dim]
    """
    from airflow_llm.proof.dev import dev_down

    terminal = terminal_of(ctx)
    place = _home(home)
    stopped = dev_down(place / "embedded")
    terminal.show("stopped" if stopped else f"no stand-ins are running for {line(place)}")
    terminal.emit({"stopped": stopped is not None})


def _home(home: Path | None) -> Path:
    return (home or Path(os.environ.get("AIRFLOW_HOME") or Path.home() / "airflow")).expanduser().resolve()
