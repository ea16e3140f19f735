"""Catch-up that makes many runs, or the same run many times.

## What it finds
`catchup: true` where no step works on the run's own data interval, or where a year of it means more than 400
runs.

## Why it hurts
When the DAG is first switched on, Airflow starts one run for every interval since `start`. If the steps do not
look at the interval, all of them do the same work; if there are thousands, they block the workers for days.

## Example
```yaml
schedule: {kind: cron, expressions: ["*/5 * * * *"], start: 2024-01-01, catchup: true}
```

## Use instead
```yaml
schedule: {kind: cron, expressions: ["*/5 * * * *"], start: 2026-01-01, catchup: false}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.checks.frequency import runs_per_year
from airflow_llm.checks.texts import texts
from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, LoadStep

code = "catchup-surprise"
_WHY = "when the DAG is switched on, Airflow starts a run for every interval since the start date"
_MOST = 400
_INTERVAL_WORDS = re.compile(r"interval_(?:start|end)|logical_date|\bds(?:_nodash)?\b|\bts(?:_nodash)?\b")


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Catch-up whose runs do the same work, or are too many. Both are counted from the spec, never from today."""
    schedule = pipeline.schedule
    runs = runs_per_year(schedule) if schedule.catchup else 0
    if not runs:
        return
    if schedule.end is not None:
        runs = round(runs * ((schedule.end - schedule.start).days + 1) / 365)
    span = f"until {schedule.end}" if schedule.end is not None else "for each year"
    if not _uses_interval(pipeline):
        message = f"catch-up from {schedule.start} starts about {runs:,} runs {span}, and all of them do the same work"
        yield _finding(message, "switch catch-up off, or make a step incremental or load by partition")
    elif runs > _MOST:
        message = f"catch-up from {schedule.start} starts about {runs:,} runs {span}"
        yield _finding(message, "switch catch-up off and backfill what is needed, or start later")


def _uses_interval(pipeline: Pipeline) -> bool:
    for step in pipeline.steps:
        if isinstance(step, ExtractStep | LoadStep) and step.incremental:
            return True
        if isinstance(step, LoadStep) and step.mode == "partition":
            return True
    written = (
        found for found in texts(pipeline) if found.path.rpartition(".")[2] not in ("text", "doc", "description")
    )
    return any(_INTERVAL_WORDS.search(found.text) for found in written)


def _finding(message: str, hint: str) -> Diagnostic:
    edits = (Edit(op="set", path="schedule.catchup", value=False),)
    return Diagnostic(
        code=code,
        severity="warning",
        message=message,
        place=Place(path="schedule.catchup"),
        why=_WHY,
        hint=hint,
        fix=Fix(title="switch catch-up off", edits=edits, safe=False),
    )
