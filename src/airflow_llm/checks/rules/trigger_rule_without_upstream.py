"""A trigger rule on a step with nothing before it.

## What it finds
A step without any step before it whose trigger rule speaks of those before it, such as `one_failed`.

## Why it hurts
Airflow runs a first step whatever its rule says: a clean-up "only after a failure" runs every time, right at
the start.

## Example
```yaml
steps:
  - {id: extract, kind: extract, reads: [orders], writes: [raw]}
  - {id: roll_back, kind: python, trigger_rule: one_failed}
```

## Use instead
```yaml
steps:
  - {id: extract, kind: extract, reads: [orders], writes: [raw]}
  - {id: roll_back, kind: python, trigger_rule: one_failed, after: [extract]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec import graph
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "trigger-rule-without-upstream"
_WHY = "Airflow runs a first step whatever its rule says"
_MEANT = frozenset({"all_failed", "all_skipped", "one_failed", "one_success", "one_done", "all_done_min_one_success"})


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """First steps with a rule that waits for others."""
    if not any(step.trigger_rule in _MEANT for step in pipeline.steps):
        return
    before = graph.upstream(pipeline)
    for step in pipeline.steps:
        if step.trigger_rule in _MEANT and not before[step.id]:
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} has the trigger rule {step.trigger_rule}, but no step comes before it",
                place=Place(path=f"steps.{step.id}.trigger_rule"),
                why=_WHY,
                hint="say in `after` which steps it waits for, or remove the rule",
            )
