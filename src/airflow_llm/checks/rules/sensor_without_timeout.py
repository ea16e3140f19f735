"""A sensor without a time-out of its own.

## What it finds
A `wait` step without `timeout`, neither on the step nor in the defaults.

## Why it hurts
Airflow's own limit is seven days: until then nobody hears that the file never came, and the next runs queue up
behind.

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
from airflow_llm.spec.waits import ForDelay, ForTime

code = "sensor-without-timeout"
_WHY = "Airflow gives up only after seven days; until then nobody hears that what it waits for never came"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Waits without a limit; the fix is a choice that changes when the run fails, so it is not made without asking."""
    if pipeline.defaults.timeout is not None:
        return
    for step in pipeline.steps:
        if isinstance(step, WaitStep) and step.timeout is None:
            limit = format_duration(_limit(step))
            path = f"steps.{step.id}.timeout"
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} waits without a time-out",
                place=Place(path=path),
                why=_WHY,
                hint=f"set `timeout`, for instance {limit}",
                fix=Fix(title=f"give up after {limit}", edits=(Edit(op="set", path=path, value=limit),), safe=False),
            )


def _limit(step: WaitStep) -> timedelta:
    match step.wait_for:
        case ForDelay(delay=delay):
            return delay + timedelta(hours=1)
        case ForTime():
            return timedelta(days=1)
    return timedelta(hours=1)
