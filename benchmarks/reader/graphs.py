"""Comparing graphs by what comes before what, so that edges which follow from others never count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.reader.cases import Edge

Reach = Mapping[str, frozenset[str]]
"""Each task with all that come after it."""


@dataclass(frozen=True)
class Count:
    """Right, surplus and missing things of one kind."""

    right: int = 0
    surplus: int = 0
    missing: int = 0

    @property
    def f1(self) -> float | None:
        """None where there is nothing to be found and nothing was."""
        all_of_it = 2 * self.right + self.surplus + self.missing
        return 2 * self.right / all_of_it if all_of_it else None


def compared(wanted: set[Edge], found: set[Edge]) -> Count:
    """The count of two sets of edges."""
    return Count(len(wanted & found), len(found - wanted), len(wanted - found))


def reach(tasks: Iterable[str], edges: Iterable[Edge]) -> Reach:
    """What comes after each task; an edge to itself says nothing."""
    after: dict[str, set[str]] = {task: set() for task in tasks}
    for up, down in edges:
        if up in after and down in after and up != down:
            after[up].add(down)
    return {task: _all_after(task, after) for task in after}


def _all_after(task: str, after: Mapping[str, set[str]]) -> frozenset[str]:
    seen: set[str] = set()
    waiting = list(after[task])
    while waiting:
        following = waiting.pop()
        if following not in seen:
            seen.add(following)
            waiting.extend(after[following])
    return frozenset(seen)


def is_cyclic(order: Reach) -> bool:
    """Whether a task comes after itself."""
    return any(task in following for task, following in order.items())


def projected(order: Reach, tasks: Iterable[str]) -> set[Edge]:
    """The fewest edges that tell the order of these tasks; those between them are contracted."""
    kept = set(tasks)
    edges = set()
    for up in kept:
        below = order[up] & kept - {up}
        edges |= {(up, down) for down in below if not any(down in order[other] for other in below - {down})}
    return edges
