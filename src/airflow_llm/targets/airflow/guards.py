"""What decides whether a step with a `when` runs: a trigger rule where one says it, else a task of its own."""

from __future__ import annotations

from airflow_llm.spec.conditions import Combined, Condition, Outcome
from airflow_llm.spec.graph import upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

_ONE = {"failed": "all_failed", "success": "all_success", "skipped": "all_skipped"}


def guard_id(pipeline: Pipeline, step: Step) -> str | None:
    """The id of the short-circuit task in front of the step; None when it needs none."""
    if step.when is None or outcome_rule(pipeline, step) is not None:
        return None
    return _free(pipeline, f"if_{step.id}")


def items_id(pipeline: Pipeline, step: Step) -> str:
    """The id of the task that lists the items of a mapped step, where it needs one."""
    return _free(pipeline, f"{step.id}_items")


def outcome_rule(pipeline: Pipeline, step: Step) -> str | None:
    """The trigger rule that says the same as the step's `when`: how exactly its upstream steps ended."""
    if step.when is None or step.trigger_rule is not None:
        return None
    states, rule = _states(step.when)
    if rule is None or states != upstream(pipeline)[step.id]:
        return None
    return rule


def _states(condition: Condition) -> tuple[set[str], str | None]:
    match condition:
        case Outcome(step=step, state=state):
            return {step}, _ONE[state]
        case Combined(match=match, conditions=parts) if all(isinstance(part, Outcome) for part in parts):
            outcomes = [part for part in parts if isinstance(part, Outcome)]
            states = {part.state for part in outcomes}
            steps = {part.step for part in outcomes}
            if len(states) == 1 and match == "all":
                return steps, _ONE[states.pop()]
            if states == {"failed"}:
                return steps, "one_failed"
    return set(), None


def _free(pipeline: Pipeline, name: str) -> str:
    taken = {step.id for step in pipeline.steps}
    while name in taken:
        name += "_"
    return name
