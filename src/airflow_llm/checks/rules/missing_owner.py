"""A pipeline that belongs to nobody.

## What it finds
A pipeline without `owners` in which at least one step has no owner either.

## Why it hurts
When it fails at night, nobody knows whom to call; Airflow shows its own name as the owner.

## Example
```yaml
id: orders
```

## Use instead
```yaml
id: orders
owners: [data-platform]
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "missing-owner"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """No owner of the pipeline, and steps without one of their own. Only a person knows who it is: there is no fix."""
    if any(owner.strip() for owner in pipeline.owners) or not pipeline.steps:
        return
    orphans = [step.id for step in pipeline.steps if not (step.owner or "").strip()]
    if orphans:
        what = "nobody owns the pipeline" if len(orphans) == len(pipeline.steps) else f"nobody owns {orphans[0]!r}"
        yield Diagnostic(
            code=code,
            severity="warning",
            message=what,
            place=Place(path="owners"),
            why="when it fails, nobody knows whom to call",
            hint="name a team or a person in `owners`",
        )
