"""Which tasks of a structured description stand side by side: as their words say, as a later one joins them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations, permutations
from typing import NamedTuple

from airflow_llm.readers.prose.outline.settings.rules import stated
from airflow_llm.readers.prose.outline.tasks.names import Names, Node
from airflow_llm.readers.prose.spellings import pattern

BESIDE = (
    r"\b(?:(?:in\s+)?parallel\s+(?:with|to)|(?:concurrent(?:ly)?|simultaneous(?:ly)?)\s+(?:with|to)"
    r"|concurrently|simultaneously|alongside(?:\s+(?:with|of))?|side\s+by\s+side\s+with"
    r"|overlap(?:s|ping)?\s+(?:with\s+)?|at\s+the\s+same\s+time\s+as)"
)
DENIED = (
    r"\b(?:(?:does|do|did|need|is|are|has|have)\s*(?:not|n't)|cannot|never|neither|nor|not(?=\s+(?:the|for|on|by))"
    r"|independent(?:ly)?\s+(?:of|from))\b[^.;,()\n]*"
)
_MOST_JOINED = 12
_WHATEVER = ("one_failed", "all_failed", "all_done", "always")


class Beside(NamedTuple):
    """For each task those that it neither follows nor precedes: as is said, or as only a later task lets one think."""

    told: dict[str, set[str]]
    joined: dict[str, set[str]]


def beside(names: Names, stations: Iterable[list[Node]]) -> Beside:
    """What stands side by side; `stations` are tasks that a drawing puts together."""
    return Beside(_pairs(names, _told(names)), _pairs(names, (*stations, *_joined(names))))


def _pairs(names: Names, groups: Iterable[list[Node]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {node.id: set() for node in names.nodes}
    for group in groups:
        for one, other in permutations(dict.fromkeys(node.id for node in group), 2):
            found[one].add(other)
    return found


def _told(names: Names) -> Iterator[list[Node]]:
    """`runs alongside load_b`, `does not wait for load_b`, `at the same time as the sensor`."""
    for node in names.nodes:
        if node.item.settled:
            continue
        for match in pattern(rf"{BESIDE}\s+([^;\n]+)").finditer(node.item.everything):
            hits = [*names.mentioned(match[1]), *names.numbered(match[1])]
            yield from ([node, hit] for hit in hits or _of_sort(match[1], node, names))
        for line in node.item.text("notes", "input", "upstream").splitlines():
            for match in pattern(DENIED).finditer(line):
                yield from ([node, hit] for hit in names.mentioned(match.group()))


def _of_sort(words: str, node: Node, names: Names) -> list[Node]:
    """`the sensor`: the only task that is one."""
    if pattern(r"^\W*the\s+sensor\b").match(words) is None:
        return []
    sensors = [
        other for other in names.nodes if other.id != node.id and "sensor" in other.item.text("operator").lower()
    ]
    return sensors if len(sensors) == 1 else []


def _joined(names: Names) -> Iterator[list[Node]]:
    """The tasks that one later task names together as what it takes: to name the first would be needless in a chain."""
    for node in names.nodes:
        if stated(node) in _WHATEVER or node.item.settled:
            continue
        for line in node.item.text("input", "upstream").splitlines():
            hits = [hit for hit in names.mentioned(line) if hit.index < node.index]
            if len(hits) <= _MOST_JOINED:  # a group that is named as a whole may be a chain
                yield from (
                    [one, two] for one, two in combinations(hits, 2) if one.group is None or one.group != two.group
                )
