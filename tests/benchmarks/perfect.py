"""The cases of the fixtures, and for each the prediction that has everything right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.reader.cases import Case, Graph, of_file
from benchmarks.reader.measures import measured
from benchmarks.reader.prediction import predicted
from benchmarks.reader.record import score

FOLDER = Path(__file__).parent
SALES, NOTHING = of_file(FOLDER / "cases.json")
SLOTS = (
    "schedule", "retries", "retry_delay_minutes", "catchup", "alerts", "conditions", "mapped", "task_retries",
    "timeouts_minutes", "trigger_rules",
)  # fmt: skip


def perfect(case: Case, graph: Graph | None = None) -> dict[str, Any]:
    if case.is_error:
        return {"error": "there is no work in it"}
    graph = graph or case.graphs[0]
    tasks = [{"id": task.id, "kind": task.kind, "systems": list(task.systems)} for task in graph.tasks]
    said = {name: case.wanted[name] for name in SLOTS}
    return {"tasks": tasks, "edges": [list(edge) for edge in graph.edges], "confidence": 0.95, **said}


def figures(said: dict[str, Any], case: Case = SALES) -> dict[str, float | None]:
    """Each measure of the two cases, where `said` is the prediction of one and the other's is perfect."""
    cases = (SALES, NOTHING)
    records = [score(held, predicted(said if held is case else perfect(held))) for held in cases]
    return {figure.name: figure.value for figure in measured(records, [0.01, 0.02])}


def moved(said: dict[str, Any], case: Case = SALES) -> dict[str, float | None]:
    """The measures that differ from those of perfect predictions, without the overall mean of slots."""
    best = figures(perfect(case), case)
    return {
        name: value and round(value, 3)
        for name, value in figures(said, case).items()
        if value != best[name] and name != "slots, mean F1"
    }
