"""The annotated cases: the project's own splits, or files in either of the two formats."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.corpus import case, load
from training.splits import hands_of

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
Edge = tuple[str, str]


@dataclass(frozen=True)
class Task:
    """A task that is wanted. `optional` ones may be missing."""

    id: str
    kind: str
    other_kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    optional: bool = False
    systems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Graph:
    """One right answer."""

    tasks: tuple[Task, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Case:
    """A text and what is to be read in it; `wanted` holds the slots as the file has them."""

    id: str
    text: str = field(repr=False)
    graphs: tuple[Graph, ...]
    wanted: Mapping[str, Any]

    @property
    def is_error(self) -> bool:
        """Whether the text is to be refused."""
        return bool(self.wanted.get("expected_error"))


def of_split(split: str) -> list[Case]:
    """The cases of `train`, `development` or `test`."""
    return [listed(case(held)) for hand in hands_of(split) for held in load(CORPUS / f"{hand}.yml")]


def of_file(path: Path, texts: Path | None = None) -> list[Case]:
    """The cases of a file; where it is an object, each text is a file of `texts` (default: the folder of its name)."""
    data = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(data, list):
        return [listed(record) for record in data]
    folder = texts or path.with_suffix("")
    return [keyed(stem, record, _text(folder, stem)) for stem, record in data.items()]


def _text(folder: Path, stem: str) -> str:
    path = folder / f"{stem}.txt"
    return (path if path.is_file() else folder / stem).read_text(encoding="utf-8")


def listed(record: Mapping[str, Any]) -> Case:
    """A record of the list format."""
    graphs = tuple(_graph(variant) for variant in _variants(record))
    return Case(str(record["id"]), str(record.get("description", "")), graphs, record)


def _variants(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield record
    other = record.get("alternative")
    yield from [other] if isinstance(other, Mapping) else other or []
    yield from record.get("alternatives") or []


def _graph(variant: Mapping[str, Any]) -> Graph:
    return Graph(tuple(map(_task, variant["tasks"])), _edges(variant["edges"]))


def _edges(pairs: Sequence[Sequence[str]]) -> tuple[Edge, ...]:
    return tuple((str(up), str(down)) for up, down in pairs)


def _task(data: Mapping[str, Any]) -> Task:
    return Task(
        id=str(data["id"]),
        kind=str(data["kind"]),
        other_kinds=tuple(data.get("kind_alt") or ()),
        names=tuple(map(str, data.get("aliases") or ())),
        optional=bool(data.get("optional")),
        systems=tuple(map(str, data.get("systems") or ())),
    )


def keyed(stem: str, record: Mapping[str, Any], text: str) -> Case:
    """A record of the object format, which says less: its slots in the terms of the list format."""
    tasks = tuple(_task({**task, "systems": []}) for task in record["tasks"])
    ids = {task.id for task in tasks}
    orders = [record["edges"], *([record["alternative_edges"]] if record.get("alternative_edges") else [])]
    conditions = [held for held in _arms(record.get("branch_conditions") or []) if held["task"] in ids]
    mapped = {task: over for task, over in (record.get("mapped_or_expanded") or {}).items() if task in ids}
    wanted = {
        "schedule": _schedule(record.get("schedule")),
        "retries": record.get("retries"),
        "retry_delay_minutes": record.get("retry_delay_minutes"),
        "catchup": record.get("catchup"),
        "alerts": [{"channel": "email", "target": None, "on": "failure"}] if record.get("email_on_failure") else [],
        "conditions": conditions,
        "mapped": mapped,
        "systems": record.get("connections_or_systems") or [],
        "trigger_rules": record.get("trigger_rules") or {},
    }
    return Case(stem, text, tuple(Graph(tasks, _edges(order)) for order in orders), wanted)


def _schedule(said: object) -> dict[str, str | None]:
    asset = re.match(r"(?:dataset|asset):(.*)", str(said), re.DOTALL)
    cron = None if asset or said in (None, "unspecified") else str(said)
    return {"cron": cron, "timezone": None, "trigger": f"asset:{asset[1]}" if asset else None}


def _arms(branches: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for branch in branches:
        arm = branch.get("true")
        yield from ({"task": task, "expr": branch.get("condition", "")} for task in _listed(arm))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
