"""`airflow-llm version`: the versions of what takes part."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import typer

from airflow_llm import __version__
from airflow_llm.cli.command import Command, terminal_of

app = typer.Typer(add_completion=False)
PARTS = ("apache-airflow", "duckdb", "pyarrow", "pydantic", "ruff", "sqlglot")


@app.command(cls=Command)
def show_version(ctx: typer.Context) -> None:
    """Print the versions of what takes part.

    [dim]airflow-llm version --json[/dim]
    """
    terminal = terminal_of(ctx)
    found = {"airflow-llm": __version__, "python": platform.python_version()}
    for name in PARTS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    terminal.result("\n".join(f"{name} {value}" for name, value in found.items()))
    terminal.emit(found)
