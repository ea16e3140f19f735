"""A proof: what ran, what fired, what was taken, and what is not proven."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.box import SIMPLE
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from airflow_llm.cli.terminal import line, plain
from airflow_llm.proof.evidence import Failure, Proof, TaskEvidence

_MOST = 60
_STATES = {"success": "green", "failed": "red", "upstream_failed": "red", "skipped": "yellow"}


def proof_view(proof: Proof) -> RenderableType:
    """The whole proof."""
    head = Text("proof: ", style="bold").append(proof.pipeline, style="bold").append("  ")
    head.append("held" if proof.held else "did not hold", style="green" if proof.held else "red")
    head.append(f"  {proof.level}", style="not bold" if proof.held else "red")
    parts: list[RenderableType] = [head]
    if proof.tasks:
        parts.append(tasks_view(proof.tasks))
    parts += list(_scenarios(proof))
    parts += [failure_view(failure) for failure in proof.failures]
    return Group(*parts)


def proof_data(proof: Proof) -> dict[str, Any]:
    """The same for a machine."""
    return proof.model_dump(mode="json", exclude_none=True)


def tasks_view(tasks: Iterable[TaskEvidence], *, judged: bool = True) -> Table:
    """The tasks of a run; `judged` adds whether each is proven."""
    table = Table(box=SIMPLE, pad_edge=False)
    for heading, right in (("task", 0), ("state", 0), ("seconds", 1), ("rows in", 1), ("rows out", 1), ("stand-in", 0)):
        table.add_column(heading, justify="right" if right else "left")
    if judged:
        table.add_column("proven")
    for task in tasks:
        proven = Text("yes", style="green") if task.proven else Text(line(task.reason or "no"), style="yellow")
        cells: list[RenderableType] = [
            line(task.task),
            Text(line(task.state), style=_STATES.get(task.state, "")),
            f"{task.seconds:.2f}",
            _number(task.rows_in),
            _number(task.rows_out),
            line(task.stand_in),
        ]
        table.add_row(*cells, *([proven] if judged else []))
    return table


def _scenarios(proof: Proof) -> Iterable[Text]:
    for rule in proof.rules:
        yield _outcome(rule.fired, f"rule {rule.rule} of {rule.step} fired on data that breaks it", rule.reason)
    for branch in proof.branches:
        forced = f" (forced: {', '.join(branch.forced)})" if branch.forced else ""
        yield _outcome(branch.taken, f"{branch.step}: {branch.outcome} was taken{forced}", branch.reason)
    for alert in proof.alerts:
        where = f"{alert.connection} {alert.target}".strip()
        yield _outcome(alert.sent, f"alert on {alert.on} of {alert.task} reached {where}", alert.reason)
    for mapping in proof.mappings:
        yield _outcome(mapping.held, f"{mapping.step} with {mapping.items} items")
    for result in proof.results:
        yield _outcome(result.held, f"{result.step}: {result.what}")
    if proof.replay_same is not None:
        other = ", apart from what only appends" if proof.appends else ""
        yield _outcome(proof.replay_same, f"the same data interval again left the same rows and files{other}")
    if proof.kill_replay_same is not None:
        yield _outcome(proof.kill_replay_same, "so did a run that was killed between write and publish")
    for reason in (*proof.appends, *proof.not_proven)[:_MOST]:
        yield Text("  not proven: ", style="yellow").append(line(reason, 300), style="default")


def _outcome(held: bool, what: str, reason: str = "") -> Text:
    text = Text("  ✓ " if held else "  ✗ ", style="green" if held else "red").append(line(what, 240), style="default")
    return text.append(f": {line(reason)}", style="dim") if reason else text


def failure_view(failure: Failure) -> Text:
    """What did not hold, with the last lines of the log."""
    text = Text("\n  failed: ", style="red").append(line(str(failure), 600), style="default")
    if failure.log:
        tail = "\n".join(f"    {row}" for row in plain(failure.log).rstrip().splitlines()[-15:])
        text.append(f"\n{tail}", style="dim")
    return text


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:,}"
