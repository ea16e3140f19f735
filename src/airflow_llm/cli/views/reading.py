"""What was understood, as a tree: each task with the words it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from airflow_llm.cli.asking import questions_data
from airflow_llm.cli.graph.style import style_of
from airflow_llm.cli.terminal import line
from airflow_llm.cli.views import schedule as schedule_words
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.readers.questions import OpenQuestion
from airflow_llm.spec.graph import upstream
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Alert, Step

_SURE, _DOUBTFUL = 0.85, 0.6
_MOST_STEPS = 400
_CONFIG = "config."


def reading_tree(pipeline: Pipeline, confidence: float) -> RenderableType:
    """The whole reading."""
    head = Text(pipeline.id, style="bold")
    if pipeline.title:
        head.append(f"  {line(pipeline.title)}", style="dim")
    head.append("  ").append(_percent(confidence))
    tree = Tree(head, guide_style="dim")
    for label, value in _facts(pipeline):
        tree.add(Text(f"{label:<10}", style="dim").append(line(value), style="not dim"))
    tasks = tree.add(Text(f"{len(pipeline.steps)} tasks" if len(pipeline.steps) != 1 else "1 task", style="dim"))
    before = upstream(pipeline)
    for step in pipeline.steps[:_MOST_STEPS]:
        tasks.add(_step_text(pipeline, step, before[step.id]))
    if len(pipeline.steps) > _MOST_STEPS:
        tasks.add(Text(f"… {len(pipeline.steps) - _MOST_STEPS} more", style="dim"))
    return tree


def notes(pipeline: Pipeline, asked: Sequence[OpenQuestion] = ()) -> Iterable[RenderableType]:
    """The assumptions that were made and the questions that are open, each with what to do."""
    if pipeline.assumptions:
        tree = Tree(Text("assumptions (what the text did not say)", style="bold"), guide_style="dim")
        settings = [
            one.subject.removeprefix(_CONFIG) for one in pipeline.assumptions if one.subject.startswith(_CONFIG)
        ]
        for assumption in pipeline.assumptions:
            if not assumption.subject.startswith(_CONFIG):
                tree.add(_assumption(assumption.subject, assumption.text, assumption.change))
        if settings:
            how = "look at config.yml before you deploy"
            tree.add(_assumption("config.yml", f"guessed values for {', '.join(settings)}", how))
        yield tree
    still_open, settled = list(_open(pipeline, asked)), list(_settled(pipeline))
    if still_open or settled:
        how = " (the safest answer is taken; `generate --ask` asks, `--answer id=value` answers)" if still_open else ""
        tree = Tree(Text("questions", style="bold").append(how, "not bold dim"), guide_style="dim")
        for text in (*still_open, *settled):
            tree.add(text)
        yield tree


def _open(pipeline: Pipeline, asked: Sequence[OpenQuestion]) -> Iterable[Text]:
    """Those that can be answered, and those of the spec that are only told."""
    for one in asked:
        text = Text(f"{one.id}: ", style="bold").append(line(one.text), style="not bold yellow")
        yield _question(text, one.quote, one.taken, [held.label for held in one.choices if held.value != one.default])
    known = {one.id for one in asked}
    for held in pipeline.questions:
        if not held.answered and held.id not in known:
            rest = [option for option in held.options if option != held.taken]
            yield _question(Text(line(held.text), style="yellow"), held.quote, held.taken, rest)


def _settled(pipeline: Pipeline) -> Iterable[Text]:
    for held in pipeline.questions:
        if held.answered:
            text = Text(line(held.text), style="green")
            yield text.append(f"  answered: {line(held.taken)}", style="default")


def _question(text: Text, quote: str, taken: str, others: Sequence[str]) -> Text:
    if quote:
        text.append(f" “{line(quote)}”", style="not bold italic default")
    if taken:
        text.append(f"  taken: {line(taken)}", style="not bold default")
    return text.append(f"  or: {line('; '.join(others))}", style="not bold dim") if others else text


def _assumption(subject: str, text: str, change: str) -> Text:
    row = Text(line(subject), style="yellow").append(f": {line(text, 400)}", style="default")
    return row.append(f"  change: {line(change)}", style="dim") if change else row


def reading_data(pipeline: Pipeline, confidence: float, asked: Sequence[OpenQuestion] = ()) -> dict[str, Any]:
    """The same for a machine."""
    before = upstream(pipeline)
    following = schedule_words.next_run(pipeline.schedule)
    return {
        "id": pipeline.id,
        "confidence": confidence,
        "schedule": {
            **pipeline.schedule.model_dump(mode="json"),
            "words": schedule_words.words(pipeline.schedule),
            "next_run": following.isoformat() if following else None,
        },
        "tasks": [
            {
                "id": step.id,
                "kind": step.kind,
                "upstream": sorted(before[step.id]),
                "reads": step.reads,
                "writes": step.writes,
                "origin": step.origin.text if step.origin else None,
                "confidence": step.confidence,
                "hook": hook_reason(pipeline, step),
            }
            for step in pipeline.steps
        ],
        "assumptions": [assumption.model_dump(mode="json") for assumption in pipeline.assumptions],
        "questions": questions_data(asked),
        "answered": [held.model_dump(mode="json") for held in pipeline.questions if held.answered],
    }


def _facts(pipeline: Pipeline) -> Iterable[tuple[str, str]]:
    when = schedule_words.words(pipeline.schedule)
    following = schedule_words.next_run(pipeline.schedule)
    yield "schedule", f"{when}; next run {following:%a %d %b %Y %H:%M}" if following else when
    defaults = pipeline.defaults
    if defaults.retries is not None:
        apart = f", {format_duration(defaults.retry_delay)} apart" if defaults.retry_delay is not None else ""
        yield "retries", f"{defaults.retries}{apart}" + (", growing" if defaults.backoff else "")
    if pipeline.timeout is not None:
        yield "time-out", f"{format_duration(pipeline.timeout)} for a run"
    if defaults.timeout is not None:
        yield "time-out", f"{format_duration(defaults.timeout)} for each task"
    for alert in pipeline.alerts:
        yield "alert", _alert_words(alert)
    if pipeline.owners:
        yield "owners", ", ".join(pipeline.owners)


def _alert_words(alert: Alert) -> str:
    late = f" {format_duration(alert.after)} after the start" if alert.after is not None else ""
    return f"on {alert.on}{late}: {alert.target or 'default recipient'} ({alert.connection})"


def _step_text(pipeline: Pipeline, step: Step, before: set[str]) -> Text:
    text = Text(step.id, style="bold").append("  ").append(step.kind, style=f"not bold {style_of(step.kind).terminal}")
    if step.reads or step.writes:
        flow = " -> ".join(", ".join(names) for names in (step.reads, step.writes) if names)
        text.append(f"  {line(flow)}", style="not bold dim")
    known = [other.id for other in pipeline.steps if other.id in before]
    if known:
        text.append(f"  after {line(', '.join(known))}", style="not bold dim")
    if step.origin is not None:
        text.append(f"  “{line(step.origin.text, 100)}”", style="not bold italic")
    if step.confidence is not None:
        text.append("  ").append(_percent(step.confidence))
    if hook_reason(pipeline, step) is not None:
        text.append("  you write this one", style="not bold yellow")
    return text


def _percent(confidence: float) -> Text:
    colour = "green" if confidence >= _SURE else "yellow" if confidence >= _DOUBTFUL else "red"
    return Text(f"{confidence:.0%}", style=f"not bold {colour}")
