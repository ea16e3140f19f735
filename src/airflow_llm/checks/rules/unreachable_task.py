"""A step that no run can ever reach.

## What it finds
A branch that is never taken because an earlier one always holds first or because its condition contradicts
itself, a `when` that can never hold, and a trigger rule that contradicts the step's own condition or the steps
before it.

## Why it hurts
The work looks as if it were part of the pipeline, but it never happens and nobody is told.

## Example
```yaml
steps:
  - id: decide
    kind: choose
    branches:
      - {when: {kind: comparison, source: rows, name: orders, operator: ">", right: 0}, then: [load]}
      - {when: {kind: comparison, source: rows, name: orders, operator: ">", right: 1000}, then: [load_in_parts]}
```

## Use instead
```yaml
steps:
  - id: decide
    kind: choose
    branches:
      - {when: {kind: comparison, source: rows, name: orders, operator: ">", right: 1000}, then: [load_in_parts]}
      - {when: {kind: comparison, source: rows, name: orders, operator: ">", right: 0}, then: [load]}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.conditions import first_true
from airflow_llm.spec import graph
from airflow_llm.spec.conditions import Outcome
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, Step, WaitStep

code = "unreachable-task"
_WHY = "the work looks like a part of the pipeline, but it never happens and nobody is told"
_NEEDS_SUCCESS = frozenset({"all_success", "none_failed", "none_failed_min_one_success"})


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every branch and step that no combination of values leads to."""
    before = graph.upstream(pipeline)
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            yield from _branches(pipeline, step)
        if step.when is not None and first_true(pipeline, [step.when]) == frozenset({1}):
            path = f"steps.{step.id}.when"
            yield _finding(path, f"the condition of {step.id!r} can never hold", "correct or remove the condition")
        yield from _rule_against_condition(step)
        if step.trigger_rule == "all_skipped" and before[step.id] and not _may_skip(pipeline, step.id, before):
            message = f"{step.id!r} runs only when all steps before it are skipped, but none of them can be"
            yield _finding(f"steps.{step.id}.trigger_rule", message, "use the trigger rule all_done, or remove it")


def _branches(pipeline: Pipeline, step: ChooseStep) -> Iterator[Diagnostic]:
    taken = first_true(pipeline, [branch.when for branch in step.branches])
    if taken is None:
        return
    for number, branch in enumerate(step.branches):
        if number not in taken:
            alone = first_true(pipeline, [branch.when])
            reason = (
                "its condition can never hold" if alone == frozenset({1}) else "an earlier branch always holds first"
            )
            message = f"{step.id!r} never takes the branch to {_named(branch.then)}: {reason}"
            path = f"steps.{step.id}.branches.{number}"
            yield _finding(path, message, "correct the condition, or put the narrower branch first")
    if step.otherwise and len(step.branches) not in taken:
        message = f"{step.id!r} never takes `otherwise` to {_named(step.otherwise)}: one of the branches always holds"
        yield _finding(f"steps.{step.id}.otherwise", message, "remove `otherwise`, or narrow a branch")


def _rule_against_condition(step: Step) -> Iterator[Diagnostic]:
    if isinstance(step.when, Outcome) and step.when.state == "failed" and step.trigger_rule in _NEEDS_SUCCESS:
        message = (
            f"{step.id!r} runs only if {step.when.step!r} failed, but its trigger rule {step.trigger_rule} forbids that"
        )
        yield _finding(f"steps.{step.id}.trigger_rule", message, "use the trigger rule all_done or one_failed")


def _may_skip(pipeline: Pipeline, step_id: str, before: dict[str, set[str]]) -> bool:
    """Whether every step directly before may be skipped: by a branch, a condition, a sensor, or a step before it."""
    targets = {name for step in pipeline.steps for name in graph.branch_targets(step)}
    sources = targets | {
        step.id for step in pipeline.steps if step.when is not None or (isinstance(step, WaitStep) and step.soft_fail)
    }
    return all(_reaches(name, sources, before) for name in before[step_id])


def _reaches(name: str, sources: set[str], before: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    pending = [name]
    while pending:
        current = pending.pop()
        if current in sources:
            return True
        if current not in seen:
            seen.add(current)
            pending.extend(before[current])
    return False


def _named(names: tuple[str, ...]) -> str:
    return ", ".join(repr(name) for name in names)


def _finding(path: str, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, severity="warning", message=message, place=Place(path=path), why=_WHY, hint=hint)
