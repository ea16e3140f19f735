"""A sensor without a time-out of its own.

## What it finds
A `wait` step without `timeout`, neither on the step nor in the defaults.

## Why it hurts
The sensor that is written for the step gives up after six hours (after a fixed delay: six hours more), a limit that
nobody chose: a file that is due later fails the run, and that one never comes is told six hours late.

## Example
```yaml
steps:
  - {id: wait_for_file, kind: wait, wait_for: {on: data, dataset: incoming}}
```

## Use instead
```yaml
steps:
  - {id: wait_for_file, kind: wait, wait_for: {on: data, dataset: incoming}, timeout: 1h}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import WaitStep
from airflow_llm.spec.waits import LONGEST_WAIT, ForDelay, ForTime

code = "sensor-without-timeout"
_CHOSEN_BY_NOBODY = "that limit fits by luck: what is due later fails the run, what never comes is told late"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Waits without a limit; the fix is a choice that changes when the run fails, so it is not made without asking."""
    if pipeline.defaults.timeout is not None:
        return
    for step in pipeline.steps:
        if isinstance(step, WaitStep) and step.timeout is None:
            limit, default = format_duration(_limit(step)), format_duration(_default(step))
            path = f"steps.{step.id}.timeout"
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} has no time-out of its own: it gives up after {default}",
                place=Place(path=path),
                why=_CHOSEN_BY_NOBODY,
                hint=f"set `timeout`, for instance {limit}",
                fix=Fix(title=f"give up after {limit}", edits=(Edit(op="set", path=path, value=limit),), safe=False),
            )


def _default(step: WaitStep) -> timedelta:
    """What the generated sensor does without a word about it."""
    return LONGEST_WAIT + (step.wait_for.delay if isinstance(step.wait_for, ForDelay) else timedelta(0))


def _limit(step: WaitStep) -> timedelta:
    match step.wait_for:
        case ForDelay(delay=delay):
            return delay + timedelta(hours=1)
        case ForTime():
            return timedelta(days=1)
    return timedelta(hours=1)
