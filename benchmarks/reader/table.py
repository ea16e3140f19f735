"""What is printed: measures by reader, and the worst cases where they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.table import Table

from benchmarks.reader.cases import Case
from benchmarks.reader.measures import Measured
from benchmarks.reader.record import Record

BOUNDS = {
    "task F1": 0.97, "edge F1, strict": 0.93, "exact graph": 0.85, "schedule exact": 0.98, "slots, mean F1": 0.95,
    "expected errors found": 1.0, "injections left out": 1.0, "said to be sure": 0.6,
}  # fmt: skip
"""The least that is held to on our own test split."""
CEILINGS = {"faults": 0.0, "false errors": 0.0, "wrong among the sure": 0.03}


def measures_table(title: str, results: Mapping[str, Sequence[Measured]], *, bounded: bool) -> Table:
    """A column for each reader; a bound where `bounded`."""
    table = Table("measure", "cases", *results, *(["bound"] if bounded else []), title=title)
    for row in zip(*results.values(), strict=True):
        cells = [_cell(measure) for measure in row]
        if any(measure.value is not None for measure in row):
            most = max(measure.cases for measure in row)
            table.add_row(row[0].name, str(most), *cells, *([_bound(row[-1])] if bounded else []))
    return table


def _cell(measure: Measured) -> str:
    if measure.value is None:
        return "-"
    digits = 1 if measure.unit else 3
    interval = f"{measure.low:.{digits}f} to {measure.high:.{digits}f}"
    return f"{measure.value:.{digits}f} [dim]{interval}[/]{f' {measure.unit}' if measure.unit else ''}"


def _bound(measure: Measured) -> str:
    if measure.value is None:
        return ""
    least, most = BOUNDS.get(measure.name), CEILINGS.get(measure.name)
    if least is not None:
        return f"≥ {least:g} {_mark(measure.value >= least)}"
    return f"≤ {most:g} {_mark(measure.value <= most)}" if most is not None else ""


def _mark(holds: bool) -> str:
    return "[green]ok[/]" if holds else "[red]missed[/]"


def fault_lines(records: Sequence[Record]) -> list[str]:
    """What the reader ended with instead of an answer, how often, and where first."""
    counts = Counter(record.fault for record in records if record.fault)
    first = {record.fault: record.case.id for record in reversed(records)}
    return [f"the reader ended with {fault} {count} x, first at {first[fault]}" for fault, count in counts.items()]


def worst_lines(records: Sequence[Record], count: int) -> list[str]:
    """The cases that are read worst, with their texts and what is wrong in each."""
    faulty = [record for record in records if not _is_right(record)]
    return [line for record in sorted(faulty, key=_merit)[:count] for line in _lines(record)]


def _is_right(record: Record) -> bool:
    return record.error_right if record.graph is None else record.is_exact and record.schedule.exact


def _merit(record: Record) -> float:
    if record.graph is None or record.error or record.fault:
        return 0.0
    edges = record.graph.edge_f1_strict
    parts = [record.graph.task_f1, *([] if edges is None else [edges]), float(record.schedule.exact)]
    return sum(parts) / len(parts)


def _lines(record: Record) -> list[str]:
    lines = [f"{record.case.id} ({_merit(record):.2f}): {_shown(record.case)}"]
    if record.fault:
        return [*lines, f"  ended with {record.fault}"]
    if record.error:
        return [*lines, f"  refused: {record.error}"]
    if record.graph is None:
        return [*lines, "  an error was expected"]
    graph = record.graph
    faults = {
        "missing tasks": graph.match.missing,
        "surplus tasks": graph.match.surplus,
        "missing edges": sorted(" > ".join(edge) for edge in graph.edges_missing),
        "surplus edges": sorted(" > ".join(edge) for edge in graph.edges_surplus),
        "schedule": () if record.schedule.exact else (str(record.case.wanted.get("schedule")),),
    }
    return [*lines, *(f"  {name}: {', '.join(found)}" for name, found in faults.items() if found)]


def _shown(case: Case) -> str:
    return " ".join(case.text.split())
