"""A command that is run as it was written.

## What it finds
Every `shell` and `container` step with a command: it is taken verbatim from the request.

## Why it hurts
Nobody but you can say what the command does: the proof runs none of it, and whoever may edit the request may
run anything.

## Example
```yaml
steps:
  - {id: archive, kind: shell, command: "tar czf /backup/orders.tgz /data/orders"}
```

## Use instead
Read the command before you deploy it. Where a step kind does the same (`extract`, `load`, `cleanup`…), use
that.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.secrets import redact
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ContainerStep, ShellStep

code = "quoted-command"
_WHY = "it is the user's own command: it is neither changed nor proven"
_LONGEST = 200


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every command, shown as it is, but for credentials in it."""
    for step in pipeline.steps:
        match step:
            case ShellStep(command=command):
                yield _finding(step.id, "a shell", command)
            case ContainerStep(command=(_, *_) as words):
                yield _finding(step.id, f"the container {step.image}", " ".join(words))


def _finding(step_id: str, where: str, command: str) -> Diagnostic:
    shown = redact(command)
    shown = shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"
    return Diagnostic(
        code=code,
        severity="info",
        message=f"{step_id!r} runs this in {where}: {shown}",
        place=Place(path=f"steps.{step_id}.command"),
        why=_WHY,
        hint="read it before you deploy it",
    )
