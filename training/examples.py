"""Requests of the corpus as the network learns them: marked places, and how the tasks among them hang together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from airflow_llm.readers.prose.tagger.labels import RULES
from training.corpus import Request, edges_of, pieces

_RULES = {
    "always": "all_done",
    "all_done_min_one_success": "all_done",
    "one_done": "all_done",
    "all_failed": "one_failed",
}
_RULES |= {"none_failed_min_one_success": "none_failed", "none_skipped": "none_failed", "all_skipped": "none_failed"}


@dataclass(frozen=True)
class Mark:
    """A place of the text, from `start` to before `end`, and what it holds."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class TaskMark:
    """A task's place and what the network is to say of it."""

    name: str
    mark: Mark
    kinds: tuple[str, ...]
    conditional: bool
    mapped: bool
    rule: str


@dataclass(frozen=True)
class Example:
    """One request: tasks in the order of the text, edges as pairs of their numbers (a transitive reduction)."""

    id: str
    hand: str
    text: str
    tasks: tuple[TaskMark, ...]
    others: tuple[Mark, ...]
    edges: frozenset[tuple[int, int]]
    is_error: bool


def example(request: Request) -> Example:
    """The request with the places of its quotations. Tasks without words (implied branchings) are taken out."""
    text = request.text
    taken: list[tuple[int, int]] = []
    found = []
    for name in request.tasks:
        place = _place(text, _anchor(request, name), taken)
        if place is not None:
            taken.append(place)
            found.append((place, name))
    found.sort()
    numbers = {name: number for number, (_, name) in enumerate(found)}
    tasks = tuple(_task(request, name, Mark(*place, "task")) for place, name in found)
    edges = _contracted(edges_of(request.data.get("flow") or []), numbers)
    others = tuple(_others(request, taken))
    return Example(request.id, request.id[:3], text, tasks, others, edges, bool(request.data.get("error")))


def _anchor(request: Request, name: str) -> str:
    """Of the pieces that carry a task the last that no other task shares."""
    own = pieces(request.tasks[name].get("words"))
    if len(own) < 2:
        return own[0] if own else ""
    shared = {piece for other, task in request.tasks.items() if other != name for piece in pieces(task.get("words"))}
    return next((piece for piece in reversed(own) if piece not in shared), own[-1])


def _place(text: str, words: str, taken: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The first occurrence that overlaps nothing; one that reaches into a taken place is cut."""
    if not words.strip():
        return None
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())))
    places = [match.span() for match in pattern.finditer(text)]
    free = [place for place in places if not any(place[0] < end and start < place[1] for start, end in taken)]
    if free:
        return free[0]
    for start, end in places:
        for other_start, other_end in taken:
            if start < other_start < end:
                return start, other_start
            if start < other_end < end:
                return other_end, end
    return None


def _task(request: Request, name: str, mark: Mark) -> TaskMark:
    data = request.data
    rule = str((data.get("rules") or {}).get(name, "all_success"))
    return TaskMark(
        name=name,
        mark=mark,
        kinds=tuple(str(request.tasks[name]["kind"]).split("/")),
        conditional=name in (data.get("conditions") or {}),
        mapped=name in (data.get("mapped") or {}),
        rule=_RULES.get(rule, rule if rule in RULES else "all_success"),
    )


def _contracted(edges: list[tuple[str, str]], numbers: dict[str, int]) -> frozenset[tuple[int, int]]:
    """The edges between placed tasks; those that went through a task without words join its ends."""
    pairs = set(edges)
    for name in {name for edge in edges for name in edge if name not in numbers}:
        ups = [up for up, down in pairs if down == name]
        downs = [down for up, down in pairs if up == name]
        pairs = {pair for pair in pairs if name not in pair} | {(up, down) for up in ups for down in downs}
    return frozenset((numbers[up], numbers[down]) for up, down in pairs)


def _others(request: Request, taken: list[tuple[int, int]]) -> Iterator[Mark]:
    data = request.data
    said = [
        ("schedule", (data.get("schedule") or {}).get("words")),
        ("retries", (data.get("retries") or {}).get("words")),
    ]
    said += [("alert", alert.get("words")) for alert in data.get("alerts") or [] if alert["when"] != "step"]
    said += [("skip", data.get("skip"))]
    used = list(taken)
    for label, words in said:
        for piece in pieces(words):
            place = _place(request.text, piece, used)
            if place is not None:
                used.append(place)
                yield Mark(*place, label)
