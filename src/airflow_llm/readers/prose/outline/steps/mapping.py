"""Tasks that run once for each item, and what the items are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_llm.readers.prose.outline.tasks.names import Node, slug
from airflow_llm.readers.prose.spellings import pattern

Fields = dict[str, Any]
_DYNAMIC = (
    r"\.expand\s*\(|\bdynamic(?:ally)?\s+(?:task\s+)?(?:mapp\w+|creat\w+|generat\w+|expand\w*)|\btask\s+mapping\b|"
    r"\bone\s+(?:\w+\s+){0,2}(?:task|instance)s?\s+(?:per|for\s+each)\b|\bN\s+(?:parallel\s+)?(?:tasks|workers|"
    r"instances)\b|\bmapped\s+(?:task|over)\b"
)


def for_each(node: Node, text: str) -> Fields | None:
    """The mapping of a task over a run parameter, or over items that the whole text lists; None when it runs once."""
    words = node.item.text("objective", "parameters", "notes", "operator", "input")
    words = f"{node.item.name}\n{words}"
    templated = pattern(r"^\W*\w*[{<]\w+[}>]\w*").match(node.item.name) is not None
    if node.item.parent[:1].isalpha() and ".expand" not in words:
        return None  # one of several that the text names
    if not node.mapped and not templated and pattern(_DYNAMIC).search(words) is None:
        return None
    named = _named(words)
    listed = _listed(words, text)
    if listed is not None:
        return listed
    template = pattern(r"^\W*\w*[{<](\w+)[}>]").match(node.item.name)
    argument = pattern(r"\.expand\s*\(\s*(\w+)\s*=\s*\w+\s*\(").search(words)
    one = template or argument
    if one is not None and slug(one[1]):
        return {"name": slug(one[1]), "parameter": f"{slug(one[1])}_list"}
    parameter = slug(named) or "items"
    return {
        "name": _single(parameter),
        "parameter": parameter if parameter != _single(parameter) else f"{parameter}_list",
    }


def _listed(words: str, text: str) -> Fields | None:
    """The items that `expand` gets, or those of the list that the words name and the text spells out."""
    said = pattern(r"\.expand\s*\(\s*(\w+)\s*=\s*\[([^\]]{1,2000})\]").search(words)
    if said is None:
        named = pattern(r"\b(?:in|over|of|from)\s+[`'\"]?([A-Z][A-Z0-9_]+)\b", 0).search(words)
        name = named[1] if named is not None else r"[A-Z][A-Z0-9_]+" if "{" in words else ""
        found = pattern(rf"\b({name})\s*=\s*[\[(]([^\]\[()]{{1,2000}})[\])]", 0).search(text) if name else None
        said = found
    if said is None:
        return None
    items = [one.strip().strip("'\"`") for one in said[2].split(",") if one.strip()]
    return {"name": _single(slug(said[1])) or "item", "items": items} if items else None


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


def parameters_of(fields: Mapping[str, Fields]) -> list[Fields]:
    """The run parameters that mapped steps run over."""
    found: dict[str, Fields] = {}
    for step, data in fields.items():
        each = data.get("for_each")
        if each and each.get("parameter"):
            found[each["parameter"]] = {
                "name": each["parameter"],
                "default": [],
                "description": f"one run of {step} for each",
            }
    return list(found.values())
