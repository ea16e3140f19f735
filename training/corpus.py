"""The annotated corpus: loading a hand's file, saying what is wrong with it, turning a request into a case.

``python -m training.corpus check training/corpus/*.yml [--apart-from FILE ...]`` prints findings and counts.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx  # type: ignore[import-untyped]  # publishes no types
import yaml

WORD = re.compile(r"\w+")
KINDS = frozenset(
    WORD.findall(
        "extract ingest sensor branch transform validate load sql api_call notify train evaluate deploy predict spark "
        "docker bash trigger_dag cleanup report dbt empty other"
    )
)
FIELDS = frozenset(
    WORD.findall(
        "text tasks flow schedule retries task_retries alerts conditions mapped rules timeouts catchup resources skip "
        "error alternatives note"
    )
)
TASK_FIELDS = frozenset(WORD.findall("kind words names systems optional"))
SLOT_FIELDS = {
    "schedule": frozenset(WORD.findall("cron cron_alternatives timezone timezone_alternatives trigger words")),
    "retries": frozenset(WORD.findall("count delay_minutes words")),
}
RULES = frozenset(
    WORD.findall(
        "all_success all_done all_failed one_success one_failed one_done none_failed none_skipped "
        "none_failed_min_one_success all_skipped all_done_min_one_success always"
    )
)
CRON = re.compile(r"@(hourly|daily|weekly|monthly|quarterly|yearly|once|continuous)|(\S+\s){4}\S+")
RUN_OF_WORDS = 6
NEAR_DUPLICATE = 0.5


@dataclass(frozen=True)
class Request:
    """One annotated request: ``id`` is ``<file stem>-<number from 1>``; ``data`` is the mapping of the file."""

    id: str
    hand: str
    style: str
    data: dict[str, Any] = field(repr=False)

    @property
    def text(self) -> str:
        """The request as its hand wrote it."""
        return str(self.data["text"]).strip()

    @property
    def tasks(self) -> dict[str, dict[str, Any]]:
        """Task id to its annotation."""
        return dict(self.data.get("tasks") or {})

    @property
    def edges(self) -> list[tuple[str, str]]:
        """The edges that ``flow`` tells, in order, each once."""
        return edges_of(self.data.get("flow") or [])


def load(path: Path) -> list[Request]:
    """The requests of one hand's file. Raises ``YAMLError`` or ``KeyError`` if it is none."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return [
        Request(f"{path.stem}-{number:03d}", str(document["hand"]), str(document["style"]), data)
        for number, data in enumerate(document["requests"], 1)
    ]


def edges_of(flow: Iterable[str]) -> list[tuple[str, str]]:
    """``["a, b > c > d"]`` to ``[("a", "c"), ("b", "c"), ("c", "d")]``."""
    edges: dict[tuple[str, str], None] = {}
    for chain in flow:
        steps = [[name.strip() for name in step.split(",")] for step in chain.split(">")]
        for ups, downs in itertools.pairwise(steps):
            edges.update({(up, down): None for up in ups for down in downs})
    return list(edges)


def squeeze(text: str) -> str:
    """Text with every run of white space as one space: quotations are compared so."""
    return " ".join(text.split())


def pieces(words: object) -> list[str]:
    """The quotations of a ``words`` entry, which is a string or a list of strings."""
    return [str(piece) for piece in words] if isinstance(words, list) else [str(words)] if words else []


def findings(request: Request) -> Iterator[str]:
    """What is wrong with the annotation of a request, each as one line."""
    yield from (f"unknown field {name!r}" for name in request.data if name not in FIELDS)
    if request.data.get("error"):
        if request.tasks:
            yield "an expected error has no tasks"
        return
    if not request.tasks:
        yield "no tasks and no error"
    for variant in (request.data, *(request.data.get("alternatives") or [])):
        yield from _graph_findings(variant)
    yield from _quotation_findings(request)
    yield from _slot_findings(request)


def _graph_findings(variant: dict[str, Any]) -> Iterator[str]:
    tasks = variant.get("tasks") or {}
    for name, task in tasks.items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(name)):
            yield f"task id {name!r} is not snake_case"
        yield from (f"task {name}: unknown field {extra!r}" for extra in task if extra not in TASK_FIELDS)
        yield from (f"task {name}: unknown kind {kind!r}" for kind in _kinds(task) if kind not in KINDS)
        if not task.get("words") and not task.get("optional"):
            yield f"task {name} has no words"
    edges = edges_of(variant.get("flow") or [])
    yield from (f"flow names {name!r}, which is no task" for edge in edges for name in edge if name not in tasks)
    graph = nx.DiGraph(edges)
    if edges and not nx.is_directed_acyclic_graph(graph):
        yield "flow has a cycle"
    redundant = set(edges) - set(nx.transitive_reduction(graph).edges) if nx.is_directed_acyclic_graph(graph) else set()
    yield from (f"edge {up} > {down} follows from others" for up, down in sorted(redundant))


def _kinds(task: dict[str, Any]) -> list[str]:
    return str(task.get("kind", "")).split("/")


def quotations(request: Request) -> Iterator[str]:
    """Every piece that the annotation says is in the text."""
    for task in request.tasks.values():
        yield from pieces(task.get("words"))
    for name in ("schedule", "retries"):
        yield from pieces((request.data.get(name) or {}).get("words"))
    for alert in request.data.get("alerts") or []:
        yield from pieces(alert.get("words"))
    yield from pieces(request.data.get("skip"))


def _quotation_findings(request: Request) -> Iterator[str]:
    text = squeeze(request.text)
    yield from (f"not in the text: {quoted!r}" for quoted in quotations(request) if squeeze(quoted) not in text)


def _slot_findings(request: Request) -> Iterator[str]:
    cron = (request.data.get("schedule") or {}).get("cron")
    if cron is not None and not CRON.fullmatch(str(cron)):
        yield f"cron {cron!r} has not five fields"
    for name, known in SLOT_FIELDS.items():
        surplus = [field for field in request.data.get(name) or {} if field not in known]
        yield from (f"{name}: unknown field {field!r}; a value that holds commas is quoted" for field in surplus)
    for name in ("conditions", "mapped", "rules", "timeouts", "task_retries", "resources"):
        slot = request.data.get(name) or {}
        yield from (f"{name} names {task!r}, which is no task" for task in slot if task not in {*request.tasks, "*"})
    yield from (
        f"unknown trigger rule {rule!r}" for rule in (request.data.get("rules") or {}).values() if rule not in RULES
    )
    yield from (
        f"alert {alert!r} needs channel and when: failure, step, success, sla or retry"
        for alert in request.data.get("alerts") or []
        if not alert.get("channel") or alert.get("when") not in ("failure", "step", "success", "sla", "retry")
    )


def runs(text: str, length: int = RUN_OF_WORDS) -> set[tuple[str, ...]]:
    """Every run of ``length`` words of a text, in lower case."""
    words = WORD.findall(text.lower())
    return {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}


def near_duplicates(requests: list[Request]) -> list[tuple[str, str]]:
    """Pairs of requests whose sets of word trigrams overlap by half or more (Jaccard)."""
    seen: dict[tuple[str, ...], list[int]] = {}
    grams = [runs(request.text, 3) for request in requests]
    for number, own in enumerate(grams):
        for gram in own:
            seen.setdefault(gram, []).append(number)
    shared = Counter((a, b) for places in seen.values() for i, a in enumerate(places) for b in places[i + 1 :])
    return [
        (requests[a].id, requests[b].id)
        for (a, b), common in shared.items()
        if common / len(grams[a] | grams[b]) >= NEAR_DUPLICATE
    ]


def case(request: Request) -> dict[str, Any]:
    """The request as a case in the format of the scored development cases."""
    data = request.data
    schedule = {name: value for name, value in (data.get("schedule") or {}).items() if name != "words"}
    retries = data.get("retries") or {}
    return {
        "id": request.id,
        "description": request.text,
        "phenomena": [request.style],
        **_variant(data),
        "alternative": None,
        "alternatives": [_variant(variant) for variant in data.get("alternatives") or []],
        "schedule": {"cron": None, "timezone": None, "trigger": None, **schedule},
        "retries": retries.get("count"),
        "retry_delay_minutes": retries.get("delay_minutes"),
        "catchup": data.get("catchup"),
        "alerts": [_alert(alert) for alert in data.get("alerts") or []],
        "conditions": [{"task": task, "expr": expr} for task, expr in (data.get("conditions") or {}).items()],
        "mapped": data.get("mapped") or {},
        "entities": {"tables": [], "files": [], "buckets": []},
        "expected_error": data.get("error"),
        **{name: data[name] for name in ("task_retries", "resources") if name in data},
        **({"timeouts_minutes": data["timeouts"]} if "timeouts" in data else {}),
        **({"trigger_rules": data["rules"]} if "rules" in data else {}),
    }


def _alert(alert: dict[str, Any]) -> dict[str, Any]:
    return {"channel": alert["channel"], "target": alert.get("target"), "on": alert["when"]}


def _variant(data: dict[str, Any]) -> dict[str, Any]:
    tasks = []
    for name, task in (data.get("tasks") or {}).items():
        kind, *alternatives = _kinds(task)
        names = [*(task.get("names") or []), *pieces(task.get("words"))]
        tasks.append(
            {"id": name, "kind": kind, "kind_alt": alternatives, "aliases": names, "systems": task.get("systems") or []}
            | {"optional": bool(task.get("optional"))}
        )
    return {"tasks": tasks, "edges": [list(edge) for edge in edges_of(data.get("flow") or [])]}


def _foreign_texts(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".json":
            yield from (str(record["description"]) for record in json.loads(text) if "description" in record)
        else:
            yield text


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong and how much there is; 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m training.corpus", description=__doc__)
    parser.add_argument("action", choices=["check"])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument(
        "--apart-from", nargs="*", type=Path, default=[], help="texts with which no six-word run is shared"
    )
    options = parser.parse_args(arguments)
    requests = [request for path in options.files for request in load(path)]
    foreign = {run for text in _foreign_texts(options.apart_from) for run in runs(text)}
    wrong = [(request.id, finding) for request in requests for finding in findings(request)]
    wrong += [(r.id, f"shares {' '.join(run)!r}") for r in requests for run in sorted(runs(r.text) & foreign)]
    duplicates = near_duplicates(requests)
    for name, finding in wrong:
        print(f"{name}: {finding}")
    for one, other in duplicates:
        print(f"{one} and {other}: near duplicates")
    words = sorted(len(WORD.findall(request.text)) for request in requests)
    hands, tasks = len({request.hand for request in requests}), sum(len(request.tasks) for request in requests)
    print(f"{len(requests)} requests of {hands} hands, {tasks} tasks, {words[len(words) // 2]} words in the median")
    print(f"{len(wrong)} findings, {len(duplicates)} pairs of near duplicates")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
