"""`airflow-llm connectors`: the systems that can be used."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from airflow_llm.cli.command import Command, terminal_of

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def connectors(
    ctx: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One system, by any name people use for it.")] = None,
) -> None:
    """List the systems that can be used, what reaches them, and what stands in for them without an account.

    [dim]airflow-llm connectors postgres[/dim]
    """
    from airflow_llm.connectors.registry import find, known

    terminal = terminal_of(ctx)
    chosen = [find(name)] if name else list(known())
    if not terminal.json:
        terminal.show(_table(chosen) if name is None else _one(chosen[0]))
    if terminal.quiet:
        terminal.result("\n".join(connector.name for connector in chosen))
    terminal.emit([_data(connector) for connector in chosen])


def _table(chosen: list[Any]) -> Any:
    from rich.box import SIMPLE
    from rich.table import Table

    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("system", "names people use", "Airflow connection", "provider", "stands in for it"):
        table.add_column(heading)
    for one in chosen:
        names = ", ".join(one.aliases)
        table.add_row(one.title, names, one.connection_type, one.requirement, one.standin)
    return table


def _one(connector: Any) -> Any:
    from rich.text import Text

    rows = [
        ("names", ", ".join(connector.names)),
        ("connection type", connector.connection_type),
        ("provider", connector.requirement),
        ("SQL dialect", connector.dialect or "none"),
        ("stand-in", connector.standin),
        ("secret fields", ", ".join(connector.secret_fields) or "none"),
    ]
    text = Text(connector.title, style="bold")
    for label, value in rows:
        text.append(f"\n  {label:<20}", style="not bold dim").append(value, style="not bold")
    for (target, kind), binding in sorted(connector.bindings.items()):
        text.append(f"\n  {target + ' ' + kind:<20}", style="not bold cyan").append(binding.path, style="not bold")
    return text


def _data(connector: Any) -> dict[str, Any]:
    return {
        "name": connector.name,
        "title": connector.title,
        "names": connector.names,
        "family": connector.family,
        "connection_type": connector.connection_type,
        "provider": connector.requirement,
        "dialect": connector.dialect,
        "standin": connector.standin,
        "bindings": {f"{target}.{kind}": binding.path for (target, kind), binding in connector.bindings.items()},
    }
