"""`airflow-llm schema`: the JSON schema of the spec."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def schema(
    ctx: typer.Context,
    config: Annotated[bool, typer.Option("--config", help="The schema of config.yml instead of tasks.yml.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file; `-` prints it.")] = None,
) -> None:
    """Print the JSON schema of the spec, for editors and validators.

    [dim]airflow-llm schema --out tasks.schema.json[/dim]
    """
    from airflow_llm.spec.json_schema import config_schema, tasks_schema

    terminal = terminal_of(ctx)
    data = config_schema() if config else tasks_schema()
    if out is None or out == options.STDOUT:
        terminal.result(json.dumps(data, indent=2, ensure_ascii=False))
        terminal.emit(data)
        return
    from airflow_llm.compiler.saving import save

    save(out, json.dumps(data, indent=2, ensure_ascii=False) + "\n")
    terminal.show(f"written: {out}")
    terminal.emit({"out": str(out)})
