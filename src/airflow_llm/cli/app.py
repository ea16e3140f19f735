"""The commands of `airflow-llm`; each is imported when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "generate": "Turn a description into a bundle.",
    "read": "Show how a description is understood.",
    "edit": "Change a pipeline by a sentence.",
    "build": "Build specs into bundles.",
    "check": "Check a spec, a bundle or a folder of bundles.",
    "prove": "Run bundles in the real Airflow on stand-ins.",
    "run": "Run a bundle on your own files.",
    "dev": "Start and stop the local stand-ins.",
    "show": "Draw the graph.",
    "explain": "Say where a task comes from.",
    "connectors": "List the systems that can be used.",
    "schema": "Print the JSON schema of the spec.",
    "version": "Print the versions of what takes part.",
}


class LazyGroup(TyperGroup):
    """Imports the file of a command when that command is wanted."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the framework's signature
        """Every command, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - the framework's signature
        """The command of that name; None when there is none."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"airflow_llm.cli.commands.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(
    cls=LazyGroup,
    name="airflow-llm",
    no_args_is_help=True,
    add_completion=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root() -> None:
    """Say what pipeline you want, get production code for Apache Airflow that is proven to run.

    [dim]airflow-llm generate "Every day at 6 load orders from Postgres into Snowflake" --prove[/dim]
    """
