"""Branches of a structured description: which tasks each may take, and the condition of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.readers.prose.conditions import find_comparisons, opposite
from airflow_llm.readers.prose.outline.tasks.listed import Document
from airflow_llm.readers.prose.outline.tasks.names import Names, Node
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.conditions import Comparison, Condition, Described

_BRANCHING = r"\bBranch\w*Operator\b|@task\.branch|\bbranch(?:ing)?\s+operator\b|\bbranch_task\b"
_SHORT = r"\bShortCircuit\w*|@task\.short_circuit"
_CHOSEN = (
    r"\b(?:when|if|once|only\s+when|only\s+if|executed?\s+(?:only\s+)?(?:on|when|if|for)|"
    r"triggered\s+(?:only\s+)?(?:when|if|for))\b"
)
_ROUTES = (
    r"\b(?:routes?|goes|leads|branch(?:es)?|proceeds?|directs?|triggers?|executes?|runs?)\s+(?:to\s+)?|"
    r"\u2192|-{1,2}>|=>"
)


class Choice(NamedTuple):
    """One branch: the tasks it may take in order, each with its condition; the last may have none."""

    node: Node
    paths: tuple[tuple[Node, Condition | None], ...]
    short: bool = False


def is_branch(node: Node) -> bool:
    """Whether the task decides which tasks run."""
    operator = node.item.text("operator")
    return pattern(_BRANCHING).search(operator) is not None or is_short_circuit(node)


def is_short_circuit(node: Node) -> bool:
    """Whether the task stops everything after it when its condition does not hold."""
    return pattern(_SHORT).search(node.item.text("operator")) is not None


def targets_of(document: Document, names: Names) -> dict[str, list[str]]:
    """The tasks that each branch may take, by its id."""
    found: dict[str, list[str]] = {}
    for node in names.nodes:
        if is_branch(node) and not is_short_circuit(node):
            chosen = [other for other in _targets(node, document, names) if other.index > node.index]
            found[node.id] = [other.id for other in chosen or names.nodes[node.index + 1 : node.index + 3]]
    return found


def _targets(node: Node, document: Document, names: Names) -> list[Node]:
    own = names.mentioned(node.item.text("output", "downstream", "condition", "members"))
    own = own or names.mentioned(node.item.text("notes", "objective", "parameters"))
    later = {other.id: other for other in own if other.id != node.id and other.index > node.index}
    for other in names.nodes[node.index + 1 :]:
        if _is_chosen_by(other, node, names):
            later.setdefault(other.id, other)
    if len(later) < 2:
        for other in names.nodes[node.index + 1 :]:
            if any(hit.id == node.id for hit in names.mentioned(other.item.text("input", "upstream"))):
                later.setdefault(other.id, other)
    if len(later) < 2:
        for words in _condition_lines(document):
            hits = [hit for hit in names.mentioned(words) if hit.index > node.index]
            if len(hits) == 1 and pattern(rf"{_ROUTES}|:").search(words):
                later.setdefault(hits[0].id, hits[0])
    return sorted(later.values(), key=lambda other: other.index)


def _is_chosen_by(other: Node, node: Node, names: Names) -> bool:
    words = other.item.text("input", "upstream", "condition")
    return pattern(_CHOSEN).search(words) is not None and any(hit.id == node.id for hit in names.mentioned(words))


def choices(document: Document, names: Names, targets: dict[str, list[str]]) -> list[Choice]:
    """Every branch with the condition of each of its paths."""
    by_id = {node.id: node for node in names.nodes}
    found = []
    for branch, chosen in targets.items():
        paths = [by_id[target] for target in chosen]
        conditions = [_condition(path, by_id[branch], document, names) for path in paths]
        found.append(Choice(by_id[branch], _completed(paths, conditions, by_id[branch])))
    return found


def _completed(
    paths: list[Node], conditions: list[Condition | None], branch: Node
) -> tuple[tuple[Node, Condition | None], ...]:
    """All but one path need a condition: a missing one is the opposite of the other, or stays in the branch's words."""
    if len(paths) == 2:
        first, second = conditions
        if first is None and isinstance(second, Comparison):
            conditions = [opposite(second), None]
        elif (isinstance(first, Comparison) and isinstance(second, Comparison) and opposite(first) == second) or (
            first is not None and not isinstance(second, Comparison)
        ):
            conditions = [first, None]
    words = " ".join(branch.item.text("objective").split())[:300] or branch.name
    filled: list[Condition | None] = []
    for path, condition in zip(paths, conditions, strict=True):
        last = len(filled) == len(paths) - 1
        filled.append(condition if condition is not None or last else Described(text=f"{words}: {path.name}"))
    return tuple(zip(paths, filled, strict=True))


def _condition(path: Node, branch: Node, document: Document, names: Names) -> Condition | None:
    """What the text says must hold for the path: in the notes on branches first, then in the path's own words."""
    described: Condition | None = None
    for words in _statements(path, branch, document, names):
        comparisons = [hit for hit in find_comparisons(words) if hit.strength >= 0.5]
        if comparisons:
            return comparisons[0].value
        named = _threshold(words)
        if named is not None:
            return named
        if described is None and words.strip():
            described = Described(text=" ".join(words.split())[:500])
    return described


def _threshold(words: str) -> Comparison | None:
    """`High toxicity (>0.7)`: an operator without a name takes the name that the branch's other words give it."""
    bare = pattern(r"([A-Za-z][\w ]{1,40}?)\s*\(\s*((?:<=|>=|<|>|\u2264|\u2265|==)\s*-?\d[\d.,]*\s*%?)\s*\)").search(
        words
    )
    if bare is None:
        return None
    hits = find_comparisons(f"{bare[1].split()[-1]} {bare[2]}")
    return hits[0].value if hits else None


def _statements(path: Node, branch: Node, document: Document, names: Names) -> Iterator[str]:
    own = path.item.text("input", "upstream", "condition", "objective", "notes")
    for match in pattern(rf"{_CHOSEN}\s*([^\n;]{{3,160}})").finditer(own):
        if not any(hit.id in (path.id, branch.id) for hit in names.mentioned(match.group())):
            yield match.group()
    for bracket in pattern(r"\(([^()\n]{3,80})\)").finditer(own):
        if find_comparisons(bracket[1]):
            yield bracket[1]
    for words in [
        *_condition_lines(document),
        *branch.item.text("condition", "notes", "output", "parameters").splitlines(),
    ]:
        for clause in pattern(r"\s*;\s*|,\s+(?=otherwise|else)|\s+(?:or|and)\s+(?=\w+_\w+)").split(words):
            hits = [hit for hit in names.mentioned(clause) if hit.id != branch.id]
            if [hit.id for hit in hits] == [path.id]:
                statement = _without_name(clause, path)
                if statement:
                    yield statement


def _without_name(clause: str, path: Node) -> str:
    """`a: x > 1` and `x > 1 -> a` without the name of the task."""
    name = rf"[`'\"]?{path.id}[`'\"]?"
    chosen = pattern(rf"\b{path.id}[`'\"]?\s*(?:\([^)]*\)\s*)?{_CHOSEN}\s+(\S.*)$").search(clause)
    if chosen is not None:
        return chosen[1]
    text = pattern(r"^\W*(?:branch\s+)?conditions?\s*:\s*").sub("", clause)
    text = pattern(rf"^\W*{name}\s*(?::|\u2192|-{{1,2}}>|=>|\u2013|-)\s*").sub("", text)
    text = pattern(rf"\s*(?::\s*)?(?:{_ROUTES})*\s*{name}.*$").sub("", text)
    text = pattern(rf"\s*\(\s*{name}\s*\)").sub("", text)
    text = pattern(r"^\W*(?:or\s+)?(?:otherwise|else|by\s+default|default)\W*$").sub("", text)
    return "" if pattern(rf"{name}|\b(?:\w+-way|merge|join)\b").search(text) else text.strip(" :.,-\u2013")


def _condition_lines(document: Document) -> list[str]:
    lines = document.words("pattern", "infrastructure", "schedule")
    return [words for words in lines if pattern(rf"{_ROUTES}|:|\b(?:if|when)\b").search(words)]
