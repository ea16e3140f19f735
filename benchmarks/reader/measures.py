"""The measures over all cases, each a share of sums, with a 95% interval from resampled cases."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.reader.graphs import Count
from benchmarks.reader.record import Record
from benchmarks.reader.slots import RECALLED, SLOTS

SURE = 0.9
MEAN_OF = ("retries", "alerts", "conditions", "mapped", "trigger_rules")
"""The slots whose mean is held to a bound."""
_RESAMPLES = 2_000
_SEED = 0
_SHARES = (0.025, 0.975)

Parts = tuple[float, float]
"""What a case adds above and below the line; (0, 0) where a measure does not touch it."""
ABSENT: Parts = (0.0, 0.0)
MEASURES = {
    **dict.fromkeys(("task F1", "edge F1", "edge F1, strict", "exact graph", "kind accuracy"), "graph"),
    **dict.fromkeys(("said to be sure", "wrong among the sure"), "graph"),
    **dict.fromkeys(("schedule exact", "schedule exact, where said"), "schedule"),
    **dict.fromkeys(("expected errors found", "false errors", "injections left out", "faults"), "errors"),
    **dict.fromkeys((*SLOTS, *(f"{slot}, recall" for slot in RECALLED)), "slots"),
}
"""The measures in the order of the table, with their groups."""


@dataclass(frozen=True)
class Measured:
    """A figure with its interval; None where no case is touched. `group` is what a reader must do to have it."""

    name: str
    group: str
    value: float | None
    low: float | None = None
    high: float | None = None
    cases: int = 0
    unit: str = ""


def measured(records: Sequence[Record], seconds: Sequence[float]) -> list[Measured]:
    """Every measure; `seconds` is what each case took."""
    generator = np.random.default_rng(_SEED)
    chosen = generator.integers(0, max(1, len(records)), (_RESAMPLES, len(records)))
    counts = np.array([np.bincount(row, minlength=len(records)) for row in chosen])
    told = [parts_of(record) for record in records]
    found = [_share(name, group, told, counts) for name, group in MEASURES.items()]
    return [*found, _slot_mean(told, counts), *_times(np.asarray(seconds) * 1e3, chosen)]


def parts_of(record: Record) -> dict[str, Parts]:
    """What the case adds to each measure that it touches."""
    if record.graph is None:
        return {"expected errors found": _mean(record.error_right), "faults": _mean(bool(record.fault))}
    graph, schedule = record.graph, record.schedule
    sure = record.confidence >= SURE
    values = {
        "task F1": graph.task_f1,
        "edge F1": graph.edge_f1,
        "edge F1, strict": graph.edge_f1_strict,
        "exact graph": graph.exact,
        "schedule exact": schedule.exact,
        "schedule exact, where said": schedule.exact if schedule.said else None,
        "said to be sure": sure,
        "wrong among the sure": not graph.exact if sure else None,
        "false errors": not record.error_right,
        "injections left out": record.is_clean,
        "faults": bool(record.fault),
    }
    kinds = {"kind accuracy": (float(graph.match.kinds_right), float(len(graph.match.pairs)))}
    f1 = {slot: _f1(count) for slot, count in record.slots.items() if slot in SLOTS}
    recall = {f"{slot}, recall": _recall(count) for slot, count in record.slots.items() if slot in RECALLED}
    return {name: _mean(value) for name, value in values.items() if value is not None} | kinds | f1 | recall


def _mean(value: float) -> Parts:
    return float(value), 1.0


def _f1(count: Count) -> Parts:
    return 2.0 * count.right, 2.0 * count.right + count.surplus + count.missing


def _recall(count: Count) -> Parts:
    return float(count.right), float(count.right + count.missing)


def _share(name: str, group: str, told: Sequence[Mapping[str, Parts]], counts: Any) -> Measured:
    parts = _column(name, told)
    above, below = parts.sum(0)
    if not below:
        return Measured(name, group, None)
    cases = int((parts[:, 1] > 0).sum())
    low, high = _interval(_resampled(parts, counts))
    if above in (0.0, below):  # resampling equal cases tells nothing: the exact interval of as many trials
        unseen = 1.0 - _SHARES[0] ** (1.0 / cases)
        low, high = (0.0, unseen) if above == 0.0 else (1.0 - unseen, 1.0)
    return Measured(name, group, float(above / below), low, high, cases)


def _column(name: str, told: Sequence[Mapping[str, Parts]]) -> Any:
    return np.array([parts.get(name, ABSENT) for parts in told]).reshape(-1, 2)


def _resampled(parts: Any, counts: Any) -> Any:
    """The measure in each resample; not a number where none of its cases is drawn."""
    above, below = (counts @ parts).T
    return np.divide(above, below, out=np.full(len(above), np.nan), where=below > 0)


def _interval(values: Any) -> tuple[float, float]:
    low, high = np.nanquantile(values, _SHARES)
    return float(low), float(high)


def _slot_mean(told: Sequence[Mapping[str, Parts]], counts: Any) -> Measured:
    """The mean F1 of the slots that any case touches."""
    name = "slots, mean F1"
    columns = [parts for parts in (_column(slot, told) for slot in MEAN_OF) if parts[:, 1].sum()]
    if not columns:
        return Measured(name, "slots", None)
    value = float(np.mean([parts[:, 0].sum() / parts[:, 1].sum() for parts in columns]))
    resampled = np.array([_resampled(parts, counts) for parts in columns])
    present = ~np.isnan(resampled)
    means = np.divide(
        np.nansum(resampled, 0), present.sum(0), out=np.full(resampled.shape[1], np.nan), where=present.any(0)
    )
    low, high = _interval(means)
    touched = int(np.any([parts[:, 1] > 0 for parts in columns], axis=0).sum())
    return Measured(name, "slots", value, low, high, touched)


def _times(milliseconds: Any, chosen: Any) -> Iterator[Measured]:
    for name, share in (("median", 0.5), ("99th percentile", 0.99)):
        if not len(milliseconds):
            yield Measured(f"time, {name}", "time", None, unit="ms")
            continue
        low, high = _interval(np.quantile(milliseconds[chosen], share, axis=1))
        value = float(np.quantile(milliseconds, share))
        yield Measured(f"time, {name}", "time", value, low, high, len(milliseconds), "ms")
