"""A load that adds the same rows again when it runs again.

## What it finds
A load in mode `append`, and a SQL statement that only inserts.

## Why it hurts
Every retry and every cleared task of the same data interval doubles the rows.

## Example
```yaml
steps:
  - {id: load, kind: load, reads: [orders], writes: [sales], mode: append}
```

## Use instead
```yaml
steps:
  - {id: load, kind: load, reads: [orders], writes: [sales], mode: merge, keys: [order_id]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, SqlStep

code = "non-idempotent-load"
_WHY = "every retry and every cleared task of the same data interval adds the same rows again"
_QUOTED = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_INSERT = re.compile(r"\binsert\s+into\b", re.IGNORECASE)
_REPEATABLE = re.compile(
    r"\b(delete\s+from|merge|truncate|on\s+conflict|on\s+duplicate|insert\s+overwrite|create\s+or\s+replace"
    r"|drop\s+table|not\s+exists)\b",
    re.IGNORECASE,
)


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Loads that append, with a merge as the fix where the keys are known, and inserts without a matching delete."""
    for step in pipeline.steps:
        if isinstance(step, LoadStep) and step.mode == "append":
            yield _append(pipeline, step)
        elif isinstance(step, SqlStep) and step.statement:
            sql = _QUOTED.sub(" ", step.statement)
            if _INSERT.search(sql) and not _REPEATABLE.search(sql):
                yield Diagnostic(
                    code=code,
                    severity="warning",
                    message=f"{step.id!r} inserts rows without removing those of an earlier run",
                    place=Place(path=f"steps.{step.id}.statement"),
                    why=_WHY,
                    hint="delete the interval's rows first, or use MERGE or INSERT … ON CONFLICT",
                )


def _append(pipeline: Pipeline, step: LoadStep) -> Diagnostic:
    keys = list(step.keys or _keys(pipeline, step))
    at = f"steps.{step.id}"
    edits = (Edit(op="set", path=f"{at}.mode", value="merge"), Edit(op="set", path=f"{at}.keys", value=keys))
    return Diagnostic(
        code=code,
        severity="warning",
        message=f"{step.id!r} appends, so a second run of the same interval doubles its rows",
        place=Place(path=f"{at}.mode"),
        why=_WHY,
        hint=f"merge by {', '.join(keys)}" if keys else "use mode merge with keys, partition, or replace",
        fix=Fix(title=f"merge by {', '.join(keys)}", edits=edits) if keys else None,
    )


def _keys(pipeline: Pipeline, step: LoadStep) -> tuple[str, ...]:
    """The keys of the written datasets, when they are known and agree."""
    known = {dataset.keys for dataset in pipeline.datasets if dataset.name in step.writes}
    return known.pop() if len(known) == 1 else ()
