"""Which steps a branch skips, and which steps can therefore never run."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.spec.graph import branch_targets
from airflow_llm.spec.steps import ChooseStep, Step

NEEDS_ALL = frozenset({"all_success", "none_skipped"})
"""Trigger rules under which one skipped step before it keeps a step from running."""

Before = dict[str, set[str]]


def outcomes(choice: ChooseStep) -> tuple[frozenset[str], ...]:
    """The sets of steps that a choice may take, `otherwise` last."""
    return (*(frozenset(branch.then) for branch in choice.branches), frozenset(choice.otherwise))


def skipped(
    choice: ChooseStep, taken: frozenset[str], steps: dict[str, Step], before: Before, order: tuple[str, ...]
) -> set[str]:
    """The steps that are skipped when the choice takes `taken`, as Airflow's branching does it.

    A step without a trigger rule runs after a merge as long as one of the steps before it ran.
    """
    reached = _after(taken, before, order)
    out = {target for target in branch_targets(choice) if target not in reached}
    for step_id in order:
        lost = before[step_id] & out
        if lost and step_id not in taken and _is_skipped(steps[step_id], lost == before[step_id]):
            out.add(step_id)
    return out


def never_runs(choice: ChooseStep, steps: dict[str, Step], before: Before, order: tuple[str, ...]) -> Iterator[str]:
    """The steps with an explicit rule that needs all before them, of which every outcome of the choice skips one."""
    losses = [skipped(choice, taken, steps, before, order) for taken in outcomes(choice) if taken]
    for step_id in order:
        needs_all = steps[step_id].trigger_rule in NEEDS_ALL
        if needs_all and losses and all(before[step_id] & loss for loss in losses):
            yield step_id


def _is_skipped(step: Step, all_lost: bool) -> bool:
    if step.trigger_rule is None or step.trigger_rule in ("none_failed_min_one_success", "one_success"):
        return all_lost
    return step.trigger_rule in NEEDS_ALL


def _after(taken: frozenset[str], before: Before, order: tuple[str, ...]) -> set[str]:
    reached = set(taken)
    for step_id in order:
        if before[step_id] & reached:
            reached.add(step_id)
    return reached
