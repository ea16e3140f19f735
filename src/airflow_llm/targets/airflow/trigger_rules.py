"""Which trigger rule each task needs, so that a merge runs whichever branch was taken and nothing else does.

Each task carries what its running depends on: for each choice (a branch, a guard, a handler of a failure, a mapping
that may have no items) the outcomes under which it runs. Where tasks that depend on different outcomes meet, that is
a merge. A task that needs the data of a step that may be skipped depends on what that step depends on.
"""

from __future__ import annotations

from collections.abc import Mapping

from airflow_llm.spec.steps import ChooseStep, Step, WaitStep
from airflow_llm.targets.airflow.guards import outcome_rule
from airflow_llm.targets.airflow.plan import Edge, Node, Plan, outcomes

MERGE = "none_failed_min_one_success"
_Depends = dict[str, frozenset[int]]
_YES = frozenset({1})
_YES_NO = frozenset({0, 1})


def trigger_rules(plan: Plan) -> dict[str, str]:
    """The rule of each task that needs another than Airflow's own `all_success`, or where it is worth saying."""
    depends: dict[str, _Depends] = {}
    rules: dict[str, str] = {}
    universe = {node.id: _universe(node) for node in plan.nodes}
    steps = {node.id: node for node in plan.nodes}
    for node in plan.nodes:
        own, merge = _meet(plan.into(node.id), depends, universe, steps)
        rule = _rule(plan, node, merge, own, steps)
        if rule is not None:
            rules[node.id] = rule
        if node.role == "step" and (outcome_rule(plan.pipeline, node.step) not in (None, "all_success")):
            own[node.id] = _YES
        if isinstance(node.step, WaitStep) and node.step.soft_fail:
            own[node.id] = _YES
        depends[node.id] = own
    return rules


def may_have_no_items(step: Step) -> bool:
    """Whether the step is mapped over a list that is only known when it runs."""
    return step.for_each is not None and not step.for_each.items


def _universe(node: Node) -> frozenset[int]:
    if node.role == "step" and isinstance(node.step, ChooseStep):
        return frozenset(range(len(node.step.branches) + 1))
    return _YES_NO


def _of_edge(edge: Edge, depends: Mapping[str, _Depends], steps: Mapping[str, Node]) -> _Depends:
    found = dict(depends[edge.before])
    if edge.outcomes is not None:
        found[edge.before] = edge.outcomes
    elif steps[edge.before].role == "guard":
        found[edge.before] = _YES
    return found


def _meet(
    into: list[Edge],
    depends: Mapping[str, _Depends],
    universe: Mapping[str, frozenset[int]],
    steps: Mapping[str, Node],
) -> tuple[_Depends, bool]:
    """What a task depends on, from the edges into it, and whether it is a merge."""
    found = [(edge, _of_edge(edge, depends, steps)) for edge in into]
    own: _Depends = {}
    merge = False
    for choice in dict.fromkeys(name for _, restricted in found for name in restricted):
        bound = [(edge, restricted[choice]) for edge, restricted in found if choice in restricted]
        union = frozenset[int]().union(*(taken for _, taken in bound))
        same = len({taken for _, taken in bound}) == 1
        free = len(bound) < len(found)
        if same and (not free or any(edge.needed for edge, _ in bound)):
            own[choice] = union
            continue
        merge = True
        if not free and union != universe[choice]:
            own[choice] = union
    return own, merge and not _lacks_data(found, own)


def _lacks_data(found: list[tuple[Edge, _Depends]], own: _Depends) -> bool:
    """Whether running without regard to skips would run the task without data that it needs.

    A branch skips its targets itself, so its own edges cannot do that.
    """
    return any(
        edge.needed and edge.outcomes is None and any(choice in restricted for choice in own)
        for edge, restricted in found
    ) and any(not restricted for _, restricted in found)


def _rule(plan: Plan, node: Node, merge: bool, own: _Depends, steps: Mapping[str, Node]) -> str | None:
    step = node.step
    if node.role == "step" and step.trigger_rule is not None:
        return step.trigger_rule
    if node.role == "step":
        outcome = outcome_rule(plan.pipeline, step)
        if outcome is not None:
            return None if outcome == "all_success" else outcome
    if _looks_at_outcomes(node):
        return "all_done"
    if merge:
        return MERGE
    mapped = [edge for edge in plan.into(node.id) if _mapped(steps[edge.before])]
    if mapped and node.role == "step":
        return "all_success" if own or any(edge.needed for edge in mapped) else "none_failed"
    return None


def _mapped(node: Node) -> bool:
    return node.role == "step" and may_have_no_items(node.step)


def _looks_at_outcomes(node: Node) -> bool:
    if node.role == "guard":
        return any(True for _ in outcomes(node.step.when))
    if node.role == "step" and isinstance(node.step, ChooseStep):
        return any(True for branch in node.step.branches for _ in outcomes(branch.when))
    return False
