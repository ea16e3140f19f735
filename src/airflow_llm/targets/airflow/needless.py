"""Edges that need not be written, because other edges say the same."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_llm.targets.airflow.plan import Plan


def needless_edges(plan: Plan, rules: Mapping[str, str]) -> set[tuple[str, str]]:
    """The edges `a >> b` beside a way from a to b.

    Only where every task of that way, and b, runs under Airflow's `all_success`: then b ends in the same state without
    the edge. A choice's own edges stay: they say what it may take.
    """
    plain = {node.id for node in plan.nodes if rules.get(node.id, "all_success") == "all_success"}
    after: dict[str, list[str]] = {}
    for edge in plan.edges:
        if edge.after in plain:
            after.setdefault(edge.before, []).append(edge.after)
    reached: dict[str, set[str]] = {}
    for node in reversed(plan.nodes):
        following = after.get(node.id, ())
        reached[node.id] = set(following).union(*(reached.get(name, ()) for name in following))
    return {
        (edge.before, edge.after)
        for edge in plan.edges
        if edge.outcomes is None
        and any(edge.after in reached.get(name, ()) for name in after.get(edge.before, ()) if name != edge.after)
    }
