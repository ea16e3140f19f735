"""Branches: a task that returns the ids of the tasks to take, and guards in front of single steps."""

from __future__ import annotations

from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, Step
from airflow_llm.targets.airflow.conditions import Predicates
from airflow_llm.targets.airflow.guards import guard_id
from airflow_llm.targets.airflow.layout import statement
from airflow_llm.targets.airflow.plan import entry_id
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_choose(pipeline: Pipeline, step: ChooseStep) -> TaskCode:
    """`@task.branch`: the first branch whose condition holds, else `otherwise`; an empty list skips all."""
    if step.for_each is not None:
        raise UnsupportedError(
            f"the choice {step.id!r} cannot be made once for each item",
            hint="put the condition on the mapped step as its `when`, or choose inside a transform",
            place=f"steps.{step.id}.for_each",
        )
    predicates = Predicates(pipeline, step, step.id)
    body: list[str] = []
    for branch in step.branches:
        body += statement(f"if {predicates.compile(branch.when)}:")
        body.append(f"    return {literal([entry_id(pipeline, target) for target in branch.then])}")
    body.append(f"return {literal([entry_id(pipeline, target) for target in step.otherwise])}")
    return predicates.code(body, "task.branch", "list[str]")


def emit_guard(pipeline: Pipeline, step: Step) -> TaskCode:
    """`@task.short_circuit` that skips the step; what comes after decides by its own trigger rule."""
    if step.when is None:
        raise ValueError(f"{step.id} has no condition")
    predicates = Predicates(pipeline, step, guard_id(pipeline, step) or step.id)
    expression = predicates.compile(step.when)
    # Parameters and states are untyped, so that what is compared with them is as well.
    typed = f"bool({expression})" if predicates.needs & {"params", "states"} else expression
    code = predicates.code([f"return {typed}"], "task.short_circuit", "bool")
    return TaskCode(
        imports=code.imports,
        decorator=code.decorator,
        parameters=code.parameters,
        body=code.body,
        returns=code.returns,
        arguments={"ignore_downstream_trigger_rules": Expression("False")},
        files=code.files,
        support=code.support,
        scalars=code.scalars,
        annotations=code.annotations,
    )
