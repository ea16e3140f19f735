"""`airflow-llm show`: the graph of a pipeline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.errors import InputError

app = typer.Typer(add_completion=False)
Format = Literal["terminal", "mermaid", "svg", "png"]
_BY_SUFFIX: dict[str, Format] = {
    ".svg": "svg",
    ".png": "png",
    ".mmd": "mermaid",
    ".mermaid": "mermaid",
    ".txt": "terminal",
}
_FILE_WIDTH = 200


@app.command(cls=Command)
def show(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="A bundle, a spec file, or a description.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Write a picture: .svg, .png or .mmd; `-` prints it.")
    ] = None,
    format: Annotated[  # noqa: A002 - the option's own name
        Format | None, typer.Option("--format", help="What to print; by default what the file's ending says.")
    ] = None,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Draw the graph: in the terminal, as Mermaid, or as a picture in a file.

    [dim]airflow-llm show customer_orders --out customer_orders.svg[/dim]
    """
    from airflow_llm.cli.graph.model import picture
    from airflow_llm.cli.targets import subject_of

    terminal = terminal_of(ctx)
    chosen = format or _format(out)
    drawn = picture(subject_of(subject, output_dir).pipeline)
    if out is not None and out != options.STDOUT:
        from airflow_llm.compiler.saving import save

        save(out, _content(drawn, chosen))
        terminal.show(f"written: {out}")
        terminal.emit({"out": str(out), "format": chosen})
        return
    if chosen == "png" and (out is None or sys.stdout.isatty()):
        raise InputError("a PNG picture goes into a file", hint="add --out graph.png")
    if terminal.json:
        terminal.emit(
            {"id": drawn.title, "nodes": drawn.nodes, "edges": drawn.edges}
            | {"labels": [[*edge, label] for edge, label in drawn.labels.items()], "conditions": drawn.conditions}
        )
    elif chosen == "png":
        sys.stdout.buffer.write(_content(drawn, chosen))
        sys.stdout.flush()
    elif chosen == "terminal":
        from airflow_llm.cli.graph.text import graph_text

        terminal.out.print(graph_text(drawn, terminal.out.width), end="", soft_wrap=True)
    else:
        terminal.result(_content(drawn, chosen).decode())


def _format(out: Path | None) -> Format:
    if out is None or out == options.STDOUT:
        return "terminal"
    if out.suffix.lower() not in _BY_SUFFIX:
        raise InputError(f"{out.name!r} has no ending of a picture", hint="use .svg, .png or .mmd")
    return _BY_SUFFIX[out.suffix.lower()]


def _content(drawn: Any, chosen: Format) -> bytes:
    from airflow_llm.cli.graph.drawing import drawing
    from airflow_llm.cli.graph.mermaid import mermaid
    from airflow_llm.cli.graph.png import png
    from airflow_llm.cli.graph.svg import svg
    from airflow_llm.cli.graph.text import graph_text

    match chosen:
        case "svg":
            return svg(drawing(drawn)).encode()
        case "png":
            return png(drawing(drawn))
        case "mermaid":
            return mermaid(drawn).encode()
        case "terminal":
            return graph_text(drawn, _FILE_WIDTH).plain.encode()
