"""A time-out that cannot be met.

## What it finds
A sensor whose time-out is not longer than what it waits for or than the pause between two looks, and a step
whose time-out is longer than that of the whole run.

## Why it hurts
The sensor always fails, or looks only once; the step's own time-out never has an effect.

## Example
```yaml
steps:
  - {id: pause, kind: wait, wait_for: {on: delay, delay: 2h}, timeout: 1h}
```

## Use instead
```yaml
steps:
  - {id: pause, kind: wait, wait_for: {on: delay, delay: 2h}, timeout: 3h}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from airflow_llm.spec.diagnostic import Diagnostic, Place, Severity
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import WaitStep
from airflow_llm.spec.waits import ForDelay

code = "timeout-too-short"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Time-outs that contradict the wait, the pause between two looks, or the run."""
    for step in pipeline.steps:
        limit = step.timeout if step.timeout is not None else pipeline.defaults.timeout
        if isinstance(step, WaitStep) and limit is not None:
            yield from _waits(step, limit)
        if step.timeout is not None and pipeline.timeout is not None and step.timeout > pipeline.timeout:
            yield _finding(
                step.id,
                "warning",
                f"{step.id!r} may take {format_duration(step.timeout)}, but the whole run only "
                f"{format_duration(pipeline.timeout)}",
                "the run is stopped before the step's own time-out has an effect",
                "lengthen the run's time-out or shorten the step's",
            )


def _waits(step: WaitStep, limit: timedelta) -> Iterator[Diagnostic]:
    shown = format_duration(limit)
    if isinstance(step.wait_for, ForDelay) and limit <= step.wait_for.delay:
        message = f"{step.id!r} waits {format_duration(step.wait_for.delay)} but gives up after {shown}"
        yield _finding(step.id, "error", message, "the step can never succeed", "set `timeout` longer than the delay")
    if step.poke_interval is not None and step.poke_interval >= limit:
        message = f"{step.id!r} looks every {format_duration(step.poke_interval)} but gives up after {shown}"
        why = "it looks only once, so it does not wait at all"
        yield _finding(step.id, "error", message, why, "set `timeout` to several times `poke_interval`")


def _finding(step_id: str, severity: Severity, message: str, why: str, hint: str) -> Diagnostic:
    place = Place(path=f"steps.{step_id}.timeout")
    return Diagnostic(code=code, severity=severity, message=message, place=place, why=why, hint=hint)
