"""`airflow-llm explain`: where a task comes from, what was assumed for it, and which files it has."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.errors import NotFoundError

app = typer.Typer(add_completion=False)
_SHOWN_ELSEWHERE = frozenset({"id", "kind", "reads", "writes", "after", "origin", "confidence"})


@app.command(cls=Command)
def explain(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="A bundle, a spec file, or a description.")],
    task: Annotated[str | None, typer.Argument(help="One task; without it, all.")] = None,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Say where a task comes from: its words, its assumptions, its files.

    [dim]airflow-llm explain customer_orders load_customer_orders[/dim]
    """
    from airflow_llm.cli.targets import subject_of

    terminal = terminal_of(ctx)
    one = subject_of(subject, output_dir)
    names = [step.id for step in one.pipeline.steps]
    if task is not None and task not in names:
        from difflib import get_close_matches

        near = get_close_matches(task, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"its tasks are {', '.join(names[:20])}"
        raise NotFoundError(f"{one.pipeline.id} has no task {task!r}", hint=hint)
    facts = [_facts(one, name) for name in names if task in (None, name)]
    if not terminal.json:
        for fact in facts:
            terminal.show(_view(fact))
    terminal.emit({"id": one.pipeline.id, "tasks": facts})


def _facts(one: Any, name: str) -> dict[str, Any]:
    from airflow_llm.connectors.hooks import hook_reason
    from airflow_llm.spec.graph import downstream, upstream

    pipeline = one.pipeline
    step = pipeline.step(name)
    systems = {dataset.connection for dataset in pipeline.datasets if dataset.name in {*step.reads, *step.writes}} | {
        getattr(step, "connection", None)
    }
    subjects = {name, *step.reads, *step.writes, *(system for system in systems if system)}
    values = step.model_dump(mode="json", exclude_defaults=True)
    return {
        "id": name,
        "kind": step.kind,
        "words": step.origin.text if step.origin else None,
        "confidence": step.confidence,
        "before": sorted(upstream(pipeline)[name]),
        "after": sorted(downstream(pipeline)[name]),
        "reads": list(step.reads),
        "writes": list(step.writes),
        "settings": {key: value for key, value in values.items() if key not in _SHOWN_ELSEWHERE},
        "assumptions": [
            assumption.model_dump(mode="json")
            for assumption in pipeline.assumptions
            if set(assumption.subject.replace("steps.", "").replace(":", ".").split(".")) & subjects
        ],
        "you_write_it": hook_reason(pipeline, step),
        "files": [] if one.bundle is None else _files(one.bundle, name),
    }


def _files(bundle: Any, name: str) -> list[str]:
    stems = (f"{name}.", f"{name}_function.")
    own = [path for path in sorted(bundle.resources.iterdir()) if path.name.startswith(stems)]
    return [str(bundle.dag_file), *(str(path) for path in own)]


def _view(fact: dict[str, Any]) -> Any:
    from rich.text import Text

    from airflow_llm.cli.graph.style import style_of
    from airflow_llm.cli.terminal import line

    text = Text(fact["id"], style="bold").append(
        f"  {fact['kind']}", style=f"not bold {style_of(fact['kind']).terminal}"
    )
    for label, value in _rows(fact):
        text.append(f"\n  {label:<12}", style="not bold dim").append(line(value, 400), style="not bold default")
    return text.append("\n")


def _rows(fact: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [("words", f"“{fact['words']}”" if fact["words"] else "none: it follows from the others")]
    if fact["confidence"] is not None:
        rows.append(("confidence", f"{fact['confidence']:.0%}"))
    for label in ("reads", "writes", "before", "after"):
        if fact[label]:
            rows.append((label, ", ".join(fact[label])))
    rows += [(key, str(value)) for key, value in fact["settings"].items()]
    for assumption in fact["assumptions"]:
        change = f"; change: {assumption['change']}" if assumption["change"] else ""
        rows.append(("assumed", f"{assumption['text']}{change}"))
    if fact["you_write_it"]:
        rows.append(("yours", fact["you_write_it"]))
    rows += [("file", path) for path in fact["files"]]
    return rows
