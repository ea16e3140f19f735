"""Steps that wait for one another in a circle.

## What it finds
A step that, through data, `after`, conditions or branches, comes before itself.

## Why it hurts
No step of the circle can ever start, and Airflow refuses to load the DAG.

## Example
```yaml
steps:
  - {id: clean, kind: python, after: [publish]}
  - {id: publish, kind: python, after: [clean]}
```

## Use instead
```yaml
steps:
  - {id: clean, kind: python}
  - {id: publish, kind: python, after: [clean]}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from airflow_llm.checks.secrets import redact
from airflow_llm.spec import graph
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "cycle"
_WHY = "none of these steps can ever start, and Airflow refuses to load the DAG"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """One finding for each circle, with the words that the steps came from."""
    for step in pipeline.steps:
        if step.id in step.after:
            yield _finding(pipeline, (step.id,), f"steps.{step.id}.after")
    for circle in _circles(pipeline):
        yield _finding(pipeline, circle, f"steps.{circle[0]}")


def _circles(pipeline: Pipeline) -> Iterator[tuple[str, ...]]:
    """Circles that share no step, each starting with the step that the spec names first."""
    position = {step.id: number for number, step in enumerate(pipeline.steps)}
    before = graph.upstream(pipeline)
    while circle := _circle(before):
        first = circle.index(min(circle, key=position.__getitem__))
        yield circle[first:] + circle[:first]
        before = {name: earlier - {*circle} for name, earlier in before.items() if name not in circle}


def _circle(before: dict[str, set[str]]) -> tuple[str, ...]:
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return tuple(error.args[1][:-1])
    return ()


def _finding(pipeline: Pipeline, circle: tuple[str, ...], path: str) -> Diagnostic:
    arrows = " → ".join((*circle, circle[0]))
    quotes = [pipeline.step(name).origin for name in circle]
    words = "; ".join(f"“{redact(quote.text)}”" for quote in quotes if quote is not None and quote.text)
    return Diagnostic(
        code=code,
        severity="error",
        message=f"the order goes in a circle: {arrows}" + (f" (from {words})" if words else ""),
        place=Place(path=path),
        why=_WHY,
        hint="take one of these steps out of `after`, or read a dataset that no later step writes",
    )
