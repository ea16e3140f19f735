"""A step that runs for nearly as many items as Airflow allows, or more.

## What it finds
A `for_each` over 800 or more listed items. Airflow's `max_map_length` is 1,024.

## Why it hurts
Beyond the limit Airflow fails the step; near it, a few new items are enough, and the scheduler slows down for
all DAGs.

## Example
A `for_each` with one item for each of 1,000 customers.

## Use instead
Batches of customers as items, with the single customers inside the task.
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ForEach

code = "mapping-near-limit"
_LIMIT = 1024
_NEAR = 800
_WHY = "Airflow fails a step that is mapped over more items than `max_map_length`, and slows down well before"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Mapped steps whose items are known, and are many."""
    for step in pipeline.steps:
        count = _items(pipeline, step.for_each) if step.for_each is not None else 0
        if count >= _NEAR:
            yield Diagnostic(
                code=code,
                severity="error" if count > _LIMIT else "warning",
                message=f"{step.id!r} runs for {count:,} items; Airflow allows {_LIMIT:,}",
                place=Place(path=f"steps.{step.id}.for_each"),
                why=_WHY,
                hint="map over batches of items, or raise `max_map_length` in the deployment",
            )


def _items(pipeline: Pipeline, each: ForEach) -> int:
    if each.parameter is None:
        return len(each.items)
    default = next((one.default for one in pipeline.parameters if one.name == each.parameter), None)
    return len(default) if isinstance(default, tuple) else 0
