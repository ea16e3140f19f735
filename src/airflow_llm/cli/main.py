"""The entry point of `airflow-llm`."""

from __future__ import annotations

import gc
import logging
import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from airflow_llm.cli.command import DEBUG, INTERNAL_ERROR, internal_error
from airflow_llm.cli.terminal import Terminal

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


def main() -> None:
    """Runs the command line and leaves with its exit code; never with a traceback."""
    # A short run makes many small objects that live to its end: looking through them again and again is wasted time.
    gc.set_threshold(250_000, 50, 50)
    # Looking for pydantic's plug-ins reads the metadata of every installed package; we use none.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # What sqlglot cannot parse is kept as the user wrote it, and a check says so where it matters.
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        Terminal().fail(internal_error(error))
        sys.exit(INTERNAL_ERROR)
    finally:
        gc.freeze()  # nor is there a need to look through them all once more when the interpreter ends


if __name__ == "__main__":
    main()
