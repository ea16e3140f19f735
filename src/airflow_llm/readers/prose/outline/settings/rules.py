"""Trigger rules: those that the text states, and those that the merges of branches need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from airflow_llm.readers.prose.outline.tasks.names import Node
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.steps import TriggerRule

if TYPE_CHECKING:
    from airflow_llm.readers.prose.outline.order.branches import Choice
    from airflow_llm.readers.prose.outline.order.edges import Order
    from airflow_llm.readers.prose.outline.tasks.listed import Document
    from airflow_llm.readers.prose.outline.tasks.names import Names

_BARE = r"(?<!\w)(?:none_failed_min_one_success|none_failed|one_success|all_done|one_failed|all_failed)(?!\w)"
RULES = frozenset(get_args(TriggerRule))


def stated(node: Node) -> str | None:
    """The trigger rule in the task's own words."""
    words = node.item.text("parameters", "trigger", "notes", "operator", "objective", "input")
    match = pattern(r"\btrigger[_\s-]rule\W*\s*(?:is|of|set\s+to|[=:])?\s*['\"`]?(?:TriggerRule\.)?([a-z_]+)").search(
        words
    )
    if match is not None and match[1].lower() in RULES:
        return match[1].lower()
    bare = pattern(_BARE).search(words)
    if bare is not None:
        return bare.group().lower()
    before = pattern(r"['\"`]?\b([a-z]+(?:[_-][a-z]+)+)['\"`]?\s+trigger[_\s-]rule\b").search(words)
    rule = before[1].lower().replace("-", "_") if before is not None else ""
    own = node.item.labels.get("trigger", "").strip(" .'\"`").lower()
    return rule if rule in RULES else own if own in RULES else None


def note_rules(document: Document, names: Names) -> None:
    """Gives each task the trigger rule that a line elsewhere states for it alone."""
    for line in document.words("pattern", "infrastructure", "failure", "summary"):
        found = list(dict.fromkeys(match.lower() for match in pattern(_BARE).findall(line)))
        meant = names.mentioned(line)
        first = pattern(r"\w+").search(line)
        opens = bool(meant) and first is not None and first.group().lower() == meant[0].id
        if len(found) == 1 and meant and (opens or len(meant) == 1) and stated(meant[0]) is None:
            meant[0].item.labels["trigger"] = found[0]


def merges(order: Order, choices: Sequence[Choice]) -> list[str]:
    """The tasks where the paths of a branch meet again: a path that was not taken must not skip them."""
    found: list[str] = []
    for choice in choices:
        reached = [{path.id, *order.below(path.id)} for path, _ in choice.paths]
        for node in order.nodes:
            inside = [index for index, below in enumerate(reached) if node.id in below]
            if len(inside) < 2:
                continue
            ups = order.upstream(node.id)
            meets = {
                index
                for index in inside
                for up in ups
                if up in reached[index] and sum(up in one for one in reached) < len(inside)
            }
            direct = choice.node.id in ups
            if len(meets) > 1 or (direct and meets):
                found.append(node.id)
    return list(dict.fromkeys(found))
