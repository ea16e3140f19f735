"""What every command has: the common options, and errors as panels instead of tracebacks."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperOption

from airflow_llm.cli.terminal import Terminal
from airflow_llm.errors import AirflowLLMError, MachineError

DEBUG = "AIRFLOW_LLM_DEBUG"
_NOT_TAKEN = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


def terminal_of(ctx: Any) -> Terminal:
    """The terminal as the common options want it."""
    if not isinstance(ctx.obj, Terminal):
        ctx.obj = Terminal()
    return ctx.obj


def _store(name: str) -> Callable[[typer.Context, bool], bool]:
    def store(ctx: typer.Context, value: bool) -> bool:
        setattr(terminal_of(ctx), name, bool(value))
        return value

    return store


def _flag(name: str, *flags: str, text: str) -> Any:
    return typer.Option(
        *flags, help=text, callback=_store(name), is_eager=True, expose_value=False, rich_help_panel="Output"
    )


Json = Annotated[bool, _flag("json", "--json", text="Machine output: one JSON document on stdout, nothing else.")]
Quiet = Annotated[bool, _flag("quiet", "--quiet", "-q", text="Only results and errors.")]
NoColor = Annotated[bool, _flag("no_color", "--no-color", text="No colours (the variable NO_COLOR does the same).")]


def _common_options() -> list[Any]:
    """The options as typer makes them: those of a command that has no others and is never run."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def common(json: Json = False, quiet: Quiet = False, no_color: NoColor = False) -> None:
        del json, quiet, no_color

    return list(typer.main.get_command(app).params)


class Option(TyperOption):
    """An option whose default needs no conversion: getting ready to convert takes time, and few options are given."""

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value that the command gets."""
        default = () if self.multiple and value is None else value
        if self.required or not (value is None or (value == self.default and not self.multiple)):
            return super().process_value(ctx, value)
        return default if self.callback is None else self.callback(ctx, self, default)


class Command(TyperCommand):
    """A command with --json, --quiet and --no-color, whose errors say what to do."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(_common_options())
        for param in self.params:
            if type(param) is TyperOption:
                param.__class__ = Option

    def invoke(self, ctx: Any) -> Any:
        """Runs the command; an error becomes a panel and an exit code."""
        try:
            return super().invoke(ctx)
        except AirflowLLMError as error:
            terminal_of(ctx).fail(error)
            raise typer.Exit(error.exit_code) from None
        except (typer.Exit, typer.Abort, KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG) or type(error).__module__.startswith(("typer", "click")):
                raise
            told = unexpected(error)
            terminal_of(ctx).fail(told)
            raise typer.Exit(told.exit_code) from None


class InternalError(AirflowLLMError):
    """A defect of ours."""

    exit_code = 70


def unexpected(error: Exception) -> AirflowLLMError:
    """An error that no part of ours foresaw: output that the machine does not take, or a defect, said as such."""
    if isinstance(error, OSError) and error.errno in _NOT_TAKEN:
        return MachineError(
            f"the output cannot be written: {error.strerror}", hint="check the free space of the disk that it goes to"
        )
    return InternalError(
        f"this is a defect of AirflowLLM, not of your input: {type(error).__name__}: {error}",
        hint=f"{DEBUG}=1 shows where; please report it with the input that caused it",
    )
