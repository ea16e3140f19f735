"""A schedule at an hour of the day, without a time zone.

## What it finds
A cron schedule with a fixed hour, day or month, and no `timezone`.

## Why it hurts
Airflow takes UTC: a run meant for 6:30 in the morning starts hours off, and moves when the clocks change.

## Example
```yaml
schedule: {kind: cron, expressions: ["30 6 * * *"]}
```

## Use instead
```yaml
schedule: {kind: cron, expressions: ["30 6 * * *"], timezone: Europe/Berlin}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.frequency import has_fixed_hour
from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline

code = "schedule-without-timezone"
_WHY = "Airflow takes UTC, so local times are hours off and move when the clocks change"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A fixed hour without a zone. The fix writes down what Airflow does anyway."""
    if pipeline.schedule.timezone is None and has_fixed_hour(pipeline.schedule):
        path = "schedule.timezone"
        yield Diagnostic(
            code=code,
            severity="warning",
            message="the schedule names an hour but no time zone, so it means UTC",
            place=Place(path=path),
            why=_WHY,
            hint="name the zone, such as Europe/Berlin, or UTC",
            fix=Fix(title="say UTC", edits=(Edit(op="set", path=path, value="UTC"),)),
        )
