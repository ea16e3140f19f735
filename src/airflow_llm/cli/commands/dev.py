"""`airflow-llm dev`: the local stand-ins for an Airflow of your own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import line
from airflow_llm.errors import MachineError

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Start and stop the local stand-ins.")
Home = Annotated[
    Path | None, typer.Option("--home", help="The AIRFLOW_HOME to serve; by default $AIRFLOW_HOME or ~/airflow.")
]
_SERVER = "airflow_llm.cli.dev_server"
_START_SECONDS, _STOP_SECONDS = 20.0, 10.0


@app.command(cls=Command)
def up(  # noqa: PLR0913, PLR0917 - typer reads the options from the signature
    ctx: typer.Context,
    bundles: Annotated[list[str] | None, typer.Argument(help="Bundles; without it all of the output folder.")] = None,
    home: Home = None,
    http_port: Annotated[int, typer.Option("--http-port", min=0, max=65535, help="0 takes any free one.")] = 0,
    smtp_port: Annotated[int, typer.Option("--smtp-port", min=0, max=65535, help="0 takes any free one.")] = 0,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Start the stand-ins of HTTP, Slack and mail, and write the connections that reach them and the DuckDB files.

    [dim]airflow-llm dev up customer_orders --home ~/airflow[/dim]
    """
    from airflow_llm.cli.targets import bundles_of

    terminal = terminal_of(ctx)
    found = bundles_of(bundles or [], output_dir)
    place = _home(home)
    folder = place / "embedded"
    state = _running(folder) or _start(folder, http_port, smtp_port)
    path = _write_environment(place, state, found)
    terminal.show(
        f"stand-ins of HTTP and Slack on 127.0.0.1:{state['http_port']}, of mail on 127.0.0.1:{state['smtp_port']}",
        f"what they receive is written to {line(folder / 'received.jsonl')}",
        "use them with:",
        f"  source {shlex.quote(str(path))}",
        '  airflow pools set embedded 1 "DuckDB has one writer"',
    )
    if terminal.quiet:
        terminal.result(str(path))
    terminal.emit({**state, "environment": str(path), "bundles": [bundle.id for bundle in found]})


@app.command(cls=Command)
def down(ctx: typer.Context, home: Home = None) -> None:
    """Stop the stand-ins; the data in the `embedded` folder stays.

    [dim]airflow-llm dev down[/dim]
    """
    terminal = terminal_of(ctx)
    folder = _home(home) / "embedded"
    state = _running(folder)
    if state is not None:
        _stop(int(state["pid"]), folder)
    terminal.show("stopped" if state else f"no stand-ins are running for {line(folder.parent)}")
    terminal.emit({"stopped": state is not None})


def _home(home: Path | None) -> Path:
    return (home or Path(os.environ.get("AIRFLOW_HOME") or Path.home() / "airflow")).expanduser().resolve()


def _running(folder: Path) -> dict[str, Any] | None:
    """The state that a living server of ours wrote; None when there is none."""
    from airflow_llm.cli.dev_server import STATE

    try:
        state: dict[str, Any] = json.loads((folder / STATE).read_bytes())
        command = Path(f"/proc/{int(state['pid'])}/cmdline").read_bytes()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return state if _SERVER.encode() in command and str(folder).encode() in command else None


def _start(folder: Path, http_port: int, smtp_port: int) -> dict[str, Any]:
    from airflow_llm.cli.dev_server import STATE

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / STATE).unlink(missing_ok=True)
        with (folder / "dev.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module with checked numbers
                [sys.executable, "-m", _SERVER, str(folder), str(http_port), str(smtp_port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
    except OSError as error:
        raise MachineError(f"cannot start the stand-ins in {folder}: {error.strerror}", place=str(folder)) from error
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        state = _running(folder)
        if state is not None:
            return state
        time.sleep(0.05)
    last = (folder / "dev.log").read_text("utf-8", "replace").strip().splitlines()[-1:]
    raise MachineError("the stand-ins did not start: " + (last[0] if last else "no reason given"), place=str(folder))


def _stop(pid: int, folder: Path) -> None:
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while _running(folder) is not None:
        if time.monotonic() > deadline:
            raise MachineError(f"the stand-ins (process {pid}) do not stop", hint=f"kill {pid}")
        time.sleep(0.05)
    (folder / "dev.json").unlink(missing_ok=True)


def _write_environment(home: Path, state: dict[str, Any], bundles: list[Any]) -> Path:
    """The shell file that makes an Airflow use the stand-ins."""
    from airflow_llm.proof.connections import embedded_connections
    from airflow_llm.proof.placement import stand_in_of

    connections: dict[str, str] = {}
    for bundle in bundles:
        connections |= embedded_connections(bundle.pipeline, str(home), (state["http_port"], state["smtp_port"]))
        for connection in bundle.pipeline.connections:
            if stand_in_of(bundle.pipeline, connection.name) == "folder":
                (home / "embedded" / connection.name).mkdir(exist_ok=True)
    lines = [f"export AIRFLOW_HOME={shlex.quote(str(home))}", "export DEPLOYMENT_ENVIRONMENT=dev"]
    lines += [f"export AIRFLOW_CONN_{name.upper()}={shlex.quote(value)}" for name, value in sorted(connections.items())]
    path = home / "embedded" / "dev.env"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
