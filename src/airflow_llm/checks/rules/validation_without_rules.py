"""A validation that checks nothing, or that cannot fail.

## What it finds
A `validate` step without rules, and one that should stop the run or set rows aside although all its rules only
warn.

## Why it hurts
The pipeline looks as if its data were checked.

## Example
```yaml
steps:
  - {id: check, kind: validate, reads: [orders]}
```

## Use instead
```yaml
steps:
  - id: check
    kind: validate
    reads: [orders]
    rules:
      - {rule: not_null, columns: [order_id]}
      - {rule: unique, columns: [order_id]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ValidateStep

code = "validation-without-rules"
_WHY = "the pipeline looks as if its data were checked"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Validations without a rule, with the keys of the dataset as a suggestion, and those that cannot fail."""
    for step in pipeline.steps:
        if not isinstance(step, ValidateStep):
            continue
        if not step.rules:
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} has no rules, so only code of your own can check anything",
                place=Place(path=f"steps.{step.id}.rules"),
                why=_WHY,
                hint="say what is true of good data: not null, unique, a range, allowed values…",
                fix=_fix(pipeline, step),
            )
        elif step.on_invalid != "warn" and all(rule.severity == "warning" for rule in step.rules):
            yield Diagnostic(
                code=code,
                severity="warning",
                message=f"{step.id!r} is to {step.on_invalid} on bad data, but all its rules only warn",
                place=Place(path=f"steps.{step.id}.on_invalid"),
                why=_WHY,
                hint="give a rule the severity error, or set `on_invalid: warn`",
            )


def _fix(pipeline: Pipeline, step: ValidateStep) -> Fix | None:
    """The keys of the only dataset that is read are never null and unique; somebody should agree to it first."""
    keys = next((list(one.keys) for one in pipeline.datasets if (one.name,) == step.reads and one.keys), [])
    rules = [{"rule": "not_null", "columns": keys}, {"rule": "unique", "columns": keys}]
    edit = Edit(op="set", path=f"steps.{step.id}.rules", value=rules)
    return Fix(title=f"{', '.join(keys)} is unique and not null", edits=(edit,), safe=False) if keys else None
