"""Which predicted task is which wanted one: the assignment of the highest sum of likeness."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped]  # publishes no types

from benchmarks.reader.cases import Graph, Task
from benchmarks.reader.graphs import Count
from benchmarks.reader.prediction import Predicted, is_marker, kind_of
from benchmarks.reader.words import Words, lexicon, likeness, words_of

LEAST = 0.5
"""A pair that is less alike is not matched."""
_NAME, _KIND = 0.8, 0.2
_SAME_PLACE = 0.01
_REQUIRED = 0.05


@dataclass(frozen=True)
class Match:
    """Wanted ids with the predicted ones; required tasks that are missing, predicted ones that are too many."""

    pairs: Mapping[str, str]
    missing: tuple[str, ...]
    surplus: tuple[str, ...]
    kinds_right: int
    required_found: int

    @property
    def wanted_of(self) -> dict[str, str]:
        """Predicted ids with the wanted ones."""
        return {predicted: wanted for wanted, predicted in self.pairs.items()}

    @property
    def tasks(self) -> Count:
        """How many tasks are right: optional ones count neither way."""
        return Count(self.required_found, len(self.surplus), len(self.missing))


def match(graph: Graph, prediction: Predicted) -> Match:
    """The tasks of one right answer among the predicted ones."""
    found = list(prediction.tasks.values())
    assigned = [(graph.tasks[row], found[column]) for row, column in _assigned(graph.tasks, found)]
    pairs = {task.id: str(other["id"]) for task, other in assigned}
    required = [task.id for task in graph.tasks if not task.optional]
    taken = set(pairs.values())
    return Match(
        pairs=pairs,
        missing=tuple(name for name in required if name not in pairs),
        surplus=tuple(str(task["id"]) for task in found if task["id"] not in taken and not is_marker(task)),
        kinds_right=sum(kind_likeness(task, kind_of(other)) == 1 for task, other in assigned),
        required_found=sum(name in pairs for name in required),
    )


def _assigned(tasks: Sequence[Task], found: Sequence[Mapping[str, Any]]) -> list[tuple[int, int]]:
    """Numbers of wanted and predicted tasks; an optional one never takes what a required one could have."""
    if not tasks or not found:
        return []
    scores = np.array([[_score(task, other) for other in found] for task in tasks])
    alike = scores > 0
    places = np.abs(_places(len(tasks))[:, None] - _places(len(found))[None, :])
    if len(tasks) == 1 or len(found) == 1:
        places = np.zeros_like(scores)
    required = np.array([[not task.optional] for task in tasks])
    weights = np.where(alike, scores + _SAME_PLACE * (1 - places) + _REQUIRED * required, 0.0)
    return [(int(i), int(j)) for i, j in zip(*linear_sum_assignment(-weights), strict=True) if alike[i, j]]


def _places(count: int) -> Any:
    return np.arange(count) / max(1, count - 1)


def _score(task: Task, other: Mapping[str, Any]) -> float:
    """How alike two tasks are; 0 below the threshold. The id of a branch is anybody's invention."""
    name = max(likeness(one, two) for one in _names(task) for two in _names_of(other))
    kind = kind_of(other)
    score = _NAME * name + _KIND * kind_likeness(task, kind)
    if kind == task.kind == "branch":
        score = max(score, LEAST + 0.5 * name)
    return score if score >= LEAST else 0.0


def _names(task: Task) -> list[Words]:
    return [words_of(name) for name in (task.id, *task.names)]


def _names_of(other: Mapping[str, Any]) -> list[Words]:
    own = words_of(str(other["id"]))
    title = words_of(str(other.get("text") or ""))
    return [own, title, own | title] if title else [own]


def kind_likeness(task: Task, kind: str) -> float:
    """1 for the wanted kind or one as good, a half within the family."""
    if kind in (task.kind, *task.other_kinds):
        return 1.0
    return 0.5 if any(task.kind in family and kind in family for family in lexicon().families) else 0.0
