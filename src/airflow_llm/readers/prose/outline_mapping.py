"""Tasks that run once for each item, and what the items are called."""

from __future__ import annotations

from typing import Any

from airflow_llm.readers.prose.outline_names import Node, slug
from airflow_llm.readers.prose.spellings import pattern

Fields = dict[str, Any]
_DYNAMIC = (
    r"\.expand\s*\(|\bdynamic(?:ally)?\s+(?:task\s+)?(?:mapp\w+|creat\w+|generat\w+|expand\w*)|\btask\s+mapping\b|"
    r"\bone\s+(?:\w+\s+){0,2}(?:task|instance)s?\s+(?:per|for\s+each)\b|\bN\s+(?:parallel\s+)?(?:tasks|workers|"
    r"instances)\b|\bmapped\s+(?:task|over)\b"
)


def for_each(node: Node) -> Fields | None:
    """The mapping of a task over a run parameter, or over the items that the text lists; None when it runs once."""
    words = node.item.text("objective", "parameters", "notes", "operator", "input")
    words = f"{node.item.name}\n{words}"
    templated = pattern(r"^\W*\w*[{<]\w+[}>]\w*").match(node.item.name) is not None
    if not node.mapped and not templated and pattern(_DYNAMIC).search(words) is None:
        return None
    listed = pattern(r"\.expand\s*\(\s*(\w+)\s*=\s*\[([^\]]{1,2000})\]").search(words)
    if listed is not None:
        items = [one.strip().strip("'\"") for one in listed[2].split(",") if one.strip()]
        return {"name": slug(listed[1]) or "item", "items": items}
    constant = pattern(r"\b([A-Za-z]\w*)\s*=\s*\[([^\]\[]{1,2000})\]").search(words)
    if constant is not None and pattern(rf"\b(?:in|over|of|from)\s+{constant[1]}\b").search(words):
        items = [one.strip().strip("'\"") for one in constant[2].split(",") if one.strip()]
        return {"name": _single(slug(constant[1])) or "item", "items": items}
    argument = pattern(r"\.expand\s*\(\s*(\w+)\s*=\s*\w+\s*\(").search(words)
    if argument is not None:
        return {"name": slug(argument[1]) or "item", "parameter": f"{slug(argument[1]) or 'item'}_list"}
    named = _named(words)
    parameter = slug(named) or "items"
    return {
        "name": _single(parameter),
        "parameter": parameter if parameter != _single(parameter) else f"{parameter}_list",
    }


def _named(words: str) -> str:
    """What the mapped task runs over: the argument of `expand`, a constant that lists it, or the word after `each`."""
    expanded = pattern(r"\.expand\s*\(\s*(\w+)\s*=\s*(\w+)?").search(words)
    if expanded is not None:
        return expanded[2] or expanded[1]
    constant = pattern(
        r"\b(?:from|in|over|of|for\s+each\s+\w+\s+in)\s+([A-Z][A-Z0-9]*_[A-Z0-9_]*S[A-Z0-9_]*)\b", 0
    ).search(words)
    if constant is not None:
        return constant[1]
    noun = pattern(
        r"\b(?:for\s+each|per|each|across\s+(?:multiple|different|all|several)(?:\s+\w+\s+and)?|"
        r"over\s+(?:all|each|a\s+list\s+of))\s+(?:of\s+the\s+)?([a-z]+)"
    ).search(words)
    return noun[1] if noun is not None else "items"


def _single(name: str) -> str:
    head, _, _ = name.partition("_to_")
    if head.endswith("ies"):
        return f"{head[:-3]}y"
    return head[:-1] if head.endswith("s") and not head.endswith("ss") else head
