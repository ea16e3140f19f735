"""Work on a data interval in a pipeline that has none.

## What it finds
An incremental extract, a load by partition or a freshness rule in a pipeline that is started by hand, by an
asset or once.

## Why it hurts
Such runs have no data interval: there is nothing that says which rows belong to the run.

## Example
```yaml
schedule: {kind: manual}
steps:
  - {id: extract, kind: extract, reads: [orders], writes: [new_orders], incremental: updated_at}
```

## Use instead
```yaml
schedule: {kind: cron, expressions: ["@daily"], timezone: UTC}
steps:
  - {id: extract, kind: extract, reads: [orders], writes: [new_orders], incremental: updated_at}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import CronSchedule, IntervalSchedule
from airflow_llm.spec.steps import ExtractStep, LoadStep

code = "interval-without-schedule"
_WHY = "without a clock a run has no data interval, so nothing says which rows belong to it"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Steps that need the interval of a schedule that has none."""
    if isinstance(pipeline.schedule, (CronSchedule, IntervalSchedule)):
        return
    for step in pipeline.steps:
        match step:
            case ExtractStep(incremental=str(column)) | LoadStep(incremental=str(column)):
                yield _finding(f"steps.{step.id}.incremental", f"{step.id!r} takes the interval's rows by {column!r}")
            case LoadStep(mode="partition"):
                yield _finding(f"steps.{step.id}.mode", f"{step.id!r} replaces the interval's rows")


def _finding(path: str, what: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        severity="warning",
        message=f"{what}, but the schedule has no interval",
        place=Place(path=path),
        why=_WHY,
        hint="give the pipeline a cron or interval schedule, or work on the whole dataset",
    )
