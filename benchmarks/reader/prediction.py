"""What a reader made of a text, as the measures take it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from benchmarks.reader.cases import Edge
from benchmarks.reader.words import lexicon

_MARKERS = ("empty", "marker", "dummy")


@dataclass(frozen=True)
class Predicted:
    """`said` is the prediction whole: its slots are read from there. `fault` is the exception that came instead."""

    tasks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    said: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    fault: str | None = None

    @property
    def confidence(self) -> float:
        """How sure the reader says that it is; 0 when it does not say."""
        return float(self.said.get("confidence") or 0.0)


def predicted(said: Mapping[str, Any]) -> Predicted:
    """The prediction; a repeated id is a task too many, and edges mean the first."""
    if said.get("error"):
        return Predicted(error=str(said["error"]))
    if said.get("fault"):
        return Predicted(fault=str(said["fault"]))
    edges = tuple((str(up), str(down)) for up, down in said.get("edges") or [])
    return Predicted(dict(_apart(said)), edges, said)


def _apart(said: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    seen: Counter[str] = Counter()
    for task in said.get("tasks") or []:
        name = str(task["id"])
        seen[name] += 1
        unique = name if seen[name] == 1 else f"{name}#{seen[name]}"
        yield unique, {**task, "id": unique}


def kind_of(task: Mapping[str, Any]) -> str:
    """The task's kind in lower case."""
    return str(task.get("kind", "")).lower()


def is_marker(task: Mapping[str, Any]) -> bool:
    """Whether the task only joins others: too many of these are no fault."""
    return kind_of(task) in _MARKERS or str(task["id"]).lower() in lexicon().markers
