"""A step after a branch that the branch always skips.

## What it finds
A step with the trigger rule `all_success` or `none_skipped` behind several branches of one choice, so that
every outcome skips at least one step before it.

## Why it hurts
Airflow skips such a step in every run, and the run still counts as a success.

## Example
```yaml
steps:
  - {id: publish, kind: python, after: [small, large], trigger_rule: all_success}
```

## Use instead
```yaml
steps:
  - {id: publish, kind: python, after: [small, large], trigger_rule: none_failed_min_one_success}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.branches import NEEDS_ALL, never_runs
from airflow_llm.spec import graph
from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep

code = "merge-skipped-by-branch"
_WHY = "Airflow skips the step in every run, and the run still counts as a success"
_RULE = "none_failed_min_one_success"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Merges that no outcome of a choice lets run. The fix is safe: without it the step never runs at all."""
    choices = [step for step in pipeline.steps if isinstance(step, ChooseStep)]
    strict = any(step.trigger_rule in NEEDS_ALL for step in pipeline.steps)
    if not choices or not strict or graph.cycle(pipeline):
        return
    steps = {step.id: step for step in pipeline.steps}
    before, order = graph.upstream(pipeline), graph.order(pipeline)
    for choice in choices:
        for step_id in never_runs(choice, steps, before, order):
            path = f"steps.{step_id}.trigger_rule"
            rule = steps[step_id].trigger_rule
            yield Diagnostic(
                code=code,
                severity="error",
                message=f"{step_id!r} never runs: {choice.id!r} always skips a step before it, but {rule} needs all",
                place=Place(path=path),
                why=_WHY,
                hint=f"use the trigger rule {_RULE}",
                fix=Fix(title=f"use {_RULE}", edits=(Edit(op="set", path=path, value=_RULE),)),
            )
