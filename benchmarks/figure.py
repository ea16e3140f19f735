"""One measured figure beside its bound, and how to take it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """`value` in `unit`; `bound` is the most that it may be (the least where `at_least`); None bounds nothing."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def holds(self) -> bool:
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound


def timed(function: Callable[[], object]) -> float:
    """Seconds that one call takes."""
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def samples(function: Callable[[], object], repeat: int, warm_up: int = 3) -> list[float]:
    """Seconds of each of `repeat` calls, after some that are not counted."""
    for _ in range(warm_up):
        function()
    return [timed(function) for _ in range(repeat)]


def paired_ratio(ours: Callable[[], object], theirs: Callable[[], object], repeat: int) -> tuple[float, float, float]:
    """(median ratio, our median, their median) of calls taken in turn, so that noise hits both alike."""
    pairs = [(timed(ours), timed(theirs)) for _ in range(repeat + 1)][1:]
    ratio = statistics.median(our / their for our, their in pairs)
    return ratio, statistics.median(p[0] for p in pairs), statistics.median(p[1] for p in pairs)


def percentile(values: list[float], share: float) -> float:
    """The value below which that share (0 to 1) of the values lies, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Measure = Callable[[], Iterator[Figure]]
