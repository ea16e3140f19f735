"""`airflow-llm explain`: the words and the rule or score behind each task, edge and value, and the task's files."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airflow_llm.cli import options
from airflow_llm.cli.command import Command, terminal_of
from airflow_llm.cli.terminal import line
from airflow_llm.errors import NotFoundError

if TYPE_CHECKING:
    from airflow_llm.compiler.evidence import Evidence

app = typer.Typer(add_completion=False)


@app.command(cls=Command)
def explain(
    ctx: typer.Context,
    subject: Annotated[str, typer.Argument(help="A bundle, a spec file, or a description.")],
    task: Annotated[str | None, typer.Argument(help="One task; without it, all.")] = None,
    output_dir: options.OutputDir = options.DEFAULT_OUTPUT,
) -> None:
    """Say where a task comes from: its words, the rules or scores behind it, its assumptions, its files.

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
    from airflow_llm.compiler.evidence import evidence

    found = evidence(one.pipeline)
    facts = [_facts(one, found, name) for name in names if task in (None, name)]
    whole = _whole(found)
    if not terminal.json:
        if task is None:
            terminal.show(_whole_view(one.pipeline.id, whole))
        for fact in facts:
            terminal.show(_view(fact))
    terminal.emit({"id": one.pipeline.id, "whole": whole, "tasks": facts})


def _whole(found: Evidence) -> dict[str, Any]:
    return {
        "reader": found.chosen,
        "why": found.why,
        "readings": [asdict(one) for one in found.candidates],
        "values": [asdict(slot) for slot in found.of_whole()],
    }


def _facts(one: Any, found: Evidence, name: str) -> dict[str, Any]:
    from airflow_llm.compiler.evidence import SINCE
    from airflow_llm.connectors.hooks import hook_reason
    from airflow_llm.spec.graph import downstream, upstream

    pipeline, made = one.pipeline, found.steps.get(name)
    step = pipeline.step(name)
    systems = {dataset.connection for dataset in pipeline.datasets if dataset.name in {*step.reads, *step.writes}} | {
        getattr(step, "connection", None)
    }
    subjects = {name, *step.reads, *step.writes, *(system for system in systems if system)}
    return {
        "id": name,
        "kind": step.kind,
        "words": step.origin.text if step.origin else None,
        "rule": made.rule if made is not None else SINCE,
        "confidence": step.confidence,
        "doubts": list(made.doubts) if made is not None else [],
        "before": sorted(upstream(pipeline)[name]),
        "after": sorted(downstream(pipeline)[name]),
        "reads": list(step.reads),
        "writes": list(step.writes),
        "edges": [asdict(link) for link in found.before(name)],
        "values": [asdict(slot) for slot in found.of_step(name)],
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

    text = Text(fact["id"], style="bold").append(
        f"  {fact['kind']}", style=f"not bold {style_of(fact['kind']).terminal}"
    )
    return _with_rows(text, _rows(fact))


def _whole_view(name: str, whole: dict[str, Any]) -> Any:
    from rich.text import Text

    rows = [("read by", f"{whole['reader']}: {whole['why']}")] if whole["reader"] else []
    rows += [("weighed", f"{one['reader']} {one['confidence']:.0%}") for one in whole["readings"]]
    return _with_rows(Text(name, style="bold"), [*rows, *_values(whole["values"])])


def _with_rows(text: Any, rows: list[tuple[str, str]]) -> Any:
    for label, value in rows:
        text.append(f"\n  {label:<11} ", style="not bold dim").append(line(value, 400), style="not bold default")
    return text.append("\n")


def _rows(fact: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [("words", f"“{fact['words']}”" if fact["words"] else "none: it follows from the others")]
    rows.append(("because", fact["rule"]))
    if fact["confidence"] is not None:
        less = f", less sure: {'; '.join(fact['doubts'])}" if fact["doubts"] else ""
        rows.append(("confidence", f"{fact['confidence']:.0%}{less}"))
    rows += [(label, ", ".join(fact[label])) for label in ("reads", "writes") if fact[label]]
    rows += [("before", f"{edge['before']}: {_edge(edge)}") for edge in fact["edges"]]
    if fact["after"]:
        rows.append(("after", ", ".join(fact["after"])))
    rows += _values([slot for slot in fact["values"] if not slot["rule"].startswith("assumed")])
    for assumption in fact["assumptions"]:
        change = f"; change: {assumption['change']}" if assumption["change"] else ""
        rows.append(("assumed", f"{assumption['text']}{change}"))
    if fact["you_write_it"]:
        rows.append(("yours", fact["you_write_it"]))
    return rows + [("file", path) for path in fact["files"]]


def _edge(edge: dict[str, Any]) -> str:
    words = f" “{edge['words']}”" if edge["words"] else ""
    return f"{edge['rule']}{words}{_score(edge)}"


def _values(slots: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Each value with its words and its rule."""
    rows = []
    for slot in slots:
        steps, _, rest = slot["subject"].partition(".")
        name = rest.partition(".")[2] if steps == "steps" else slot["subject"]
        words = f"“{slot['words']}” " if slot["words"] else ""
        rows.append((name, f"{slot['value']}; {words}{slot['rule']}{_score(slot)}"))
    return rows


def _score(found: dict[str, Any]) -> str:
    return "" if found["confidence"] is None else f" ({found['confidence']:.2f})"
