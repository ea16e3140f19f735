"""Two steps that write the same dataset without an order between them.

## What it finds
Two steps, neither before the other and not in different branches, that write one dataset or two datasets with
the same connection and location; and a step that runs once for each item and replaces the whole dataset every
time.

## Why it hurts
Whichever ends last wins: rows get lost or doubled from run to run, with nothing in the logs.

## Example
```yaml
steps:
  - {id: load_web, kind: load, reads: [web], writes: [orders], mode: replace}
  - {id: load_shop, kind: load, reads: [shop], writes: [orders], mode: replace}
```

## Use instead
```yaml
steps:
  - {id: combine, kind: transform, reads: [web, shop], writes: [all_orders], operations: [{op: union}]}
  - {id: load, kind: load, reads: [all_orders], writes: [orders], mode: replace}
```
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations

from airflow_llm.checks.branches import outcomes
from airflow_llm.spec import graph
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, LoadStep

code = "two-writers"
_WHY = "whichever ends last wins: rows get lost or doubled from run to run, with nothing in the logs"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every pair of steps that race for a dataset, and every mapped step that races with itself."""
    yield from _mapped(pipeline)
    shared = {place: steps for place, steps in _writers(pipeline).items() if len(steps) > 1}
    if not shared:
        return
    earlier = _ancestors(pipeline)
    for place, steps in shared.items():
        for first, second in combinations(dict.fromkeys(steps), 2):
            ordered = first in earlier[second] or second in earlier[first]
            if not ordered and not _exclusive(pipeline, first, second, earlier):
                yield _finding(
                    f"steps.{second}.writes",
                    f"{first!r} and {second!r} both write {place}, in no order",
                    f"let {second!r} run `after` {first!r}, or write two datasets and combine them",
                )


def _mapped(pipeline: Pipeline) -> Iterator[Diagnostic]:
    staged = {dataset.name for dataset in pipeline.datasets if dataset.staged}
    for step in pipeline.steps:
        if isinstance(step, LoadStep) and step.for_each is not None and step.mode in ("replace", "partition"):
            for name in (name for name in step.writes if name not in staged):
                yield _finding(
                    f"steps.{step.id}.mode",
                    f"{step.id!r} runs once for each {step.for_each.name} and each run replaces what the others "
                    f"wrote to {name!r}",
                    "use mode merge with keys, or combine the items first and load once",
                )


def _writers(pipeline: Pipeline) -> dict[str, list[str]]:
    """The steps that write each place where data really is."""
    places = {dataset.name: _place(dataset) for dataset in pipeline.datasets}
    found: dict[str, list[str]] = defaultdict(list)
    for step in pipeline.steps:
        for name in step.writes:
            found[places.get(name, repr(name))].append(step.id)
    return found


def _place(dataset: Dataset) -> str:
    if dataset.connection is None or not dataset.location:
        return repr(dataset.name)
    return f"{dataset.location!r} in {dataset.connection}"


def _ancestors(pipeline: Pipeline) -> dict[str, set[str]]:
    before = graph.upstream(pipeline)
    return {step.id: graph.reached(step.id, before) for step in pipeline.steps}


def _exclusive(pipeline: Pipeline, first: str, second: str, earlier: dict[str, set[str]]) -> bool:
    """Whether a choice never takes both."""
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            sides = outcomes(step)
            ways = [{n for n, side in enumerate(sides) if side & {name, *earlier[name]}} for name in (first, second)]
            if ways[0] and ways[1] and not ways[0] & ways[1]:
                return True
    return False


def _finding(path: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, place=Place(path=path), why=_WHY, hint=hint)
