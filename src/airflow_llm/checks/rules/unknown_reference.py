"""A name that nothing in the spec has.

## What it finds
A step, dataset, connection, parameter or metric that is named in `reads`, `writes`, `after`, `for_each`, a
condition, a rule, an alert or the schedule, but is not defined; and a rule about a dataset that its step does
not read.

## Why it hurts
The order, the data or the message would silently be missing from the pipeline.

## Example
```yaml
datasets:
  - {name: orders}
steps:
  - {id: load, kind: load, reads: [order], writes: [orders]}
```

## Use instead
```yaml
datasets:
  - {name: orders}
  - {name: orders_clean}
steps:
  - {id: load, kind: load, reads: [orders], writes: [orders_clean]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.conditions import CALENDAR, parts
from airflow_llm.checks.nearest import nearest, suggestion
from airflow_llm.checks.references import references
from airflow_llm.spec.conditions import Comparison, Condition
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import ForeignKey
from airflow_llm.spec.schedule import AssetSchedule
from airflow_llm.spec.steps import ChooseStep, EvaluateStep, Step, ValidateStep

code = "unknown-reference"
_SLIP = 0.85
_WHY = "what it names would silently be missing from the pipeline"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every reference to something that is not there, with the nearest name that is."""
    known = {
        "step": {step.id for step in pipeline.steps},
        "dataset": {dataset.name for dataset in pipeline.datasets},
        "connection": {connection.name for connection in pipeline.connections},
        "parameter": {parameter.name for parameter in pipeline.parameters},
    }
    for found in references(pipeline):
        if found.name not in known[found.kind]:
            yield _finding(found.path, f"no {found.kind} is called {found.name!r}", found.name, known[found.kind])
    yield from _assets(pipeline, known["dataset"])
    yield from _inputs(pipeline, known["dataset"])
    yield from _metrics(pipeline)


def _assets(pipeline: Pipeline, datasets: set[str]) -> Iterator[Diagnostic]:
    if not isinstance(pipeline.schedule, AssetSchedule):
        return
    for number, name in enumerate(pipeline.schedule.assets):
        # Another DAG may own an asset of any name; one that is nearly a dataset of this spec is a slip.
        if name not in datasets and "://" not in name and nearest(name, datasets, _SLIP):
            message = f"the schedule waits for {name!r}, which is neither a dataset of this spec nor a URI"
            yield _finding(f"schedule.assets.{number}", message, name, datasets)


def _inputs(pipeline: Pipeline, datasets: set[str]) -> Iterator[Diagnostic]:
    """Rules are about what their step reads."""
    for step in pipeline.steps:
        if not isinstance(step, ValidateStep):
            continue
        for number, rule in enumerate(step.rules):
            names = {rule.dataset, rule.references if isinstance(rule, ForeignKey) else None} - {None}
            for name in sorted(str(name) for name in names & datasets if name not in step.reads):
                message = f"the rule is about {name!r}, which the step does not read"
                yield _finding(f"steps.{step.id}.rules.{number}", message, name, set(step.reads))


def _metrics(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """A condition may look only at values that some step returns, and at parts of the calendar that exist."""
    returned = {step.id: _returned(step) for step in pipeline.steps}
    anywhere = set().union(*returned.values()) if returned else set()
    for path, condition in _conditions(pipeline):
        for part in parts(condition):
            if not isinstance(part, Comparison):
                continue
            if part.source == "calendar" and part.name not in CALENDAR:
                yield _finding(path, f"the calendar has no {part.name!r}", part.name, set(CALENDAR))
            if part.source == "metric" and part.name not in returned.get(part.step or "", anywhere):
                who = f"step {part.step!r}" if part.step else "no step"
                message = f"{who} {'does not return' if part.step else 'returns'} {part.name!r}"
                yield _finding(path, message, part.name, returned.get(part.step or "", anywhere))


def _returned(step: Step) -> set[str]:
    return {*step.returns, *(step.metrics if isinstance(step, EvaluateStep) else ())}


def _conditions(pipeline: Pipeline) -> Iterator[tuple[str, Condition]]:
    for step in pipeline.steps:
        if step.when is not None:
            yield f"steps.{step.id}.when", step.when
        if isinstance(step, ChooseStep):
            for number, branch in enumerate(step.branches):
                yield f"steps.{step.id}.branches.{number}.when", branch.when


def _finding(path: str, message: str, name: str, known: set[str]) -> Diagnostic:
    hint = suggestion(name, known)
    return Diagnostic(code=code, severity="error", message=message, place=Place(path=path), why=_WHY, hint=hint)
