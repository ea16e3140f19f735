"""Values on both sides of each boundary of a condition, so that every outcome of a branch can be taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.model import Scalar

Leaf = tuple[str, str, str]
"""What a value is given for: the source (`metric`, `rows`, `parameter`, `calendar`, `outcome`, `described`), the step
("" for none) and the name. An outcome's value is a state, a described condition's what its function returns."""

Sample = Mapping[Leaf, Scalar]

_CALENDAR = {"weekday": (0, 6), "day": (1, 31), "month": (1, 12), "hour": (0, 23)}
_MOST_TRIES = 4096
_KEPT = 8


def condition_samples(condition: Condition) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Samples for which the condition holds and samples for which it does not, nearest to its boundaries first.

    One of them is empty when the condition cannot come out so (`rows >= 0` always holds).
    """
    leaves: dict[Leaf, dict[Scalar, None]] = {}
    for part in _parts(condition):
        leaves.setdefault(leaf_of(part), {}).update(dict.fromkeys(_values(part)))
    names = list(leaves)
    sides: tuple[list[Sample], list[Sample]] = ([], [])
    for _, values in zip(range(_MOST_TRIES), product(*(list(leaves[name]) for name in names)), strict=False):
        sample = dict(zip(names, values, strict=True))
        side = sides[0] if holds(condition, sample) else sides[1]
        if len(side) < _KEPT:
            side.append(sample)
        elif all(len(kept) >= _KEPT for kept in sides):
            break
    return tuple(sides[0]), tuple(sides[1])


def holds(condition: Condition, sample: Sample) -> bool:
    """Whether the condition holds for the sample's values."""
    match condition:
        case Comparison():
            return _compare(condition, sample[leaf_of(condition)])
        case Outcome(state=state):
            return sample[leaf_of(condition)] == state
        case Described():
            return bool(sample[leaf_of(condition)])
        case Combined(match="all", conditions=parts):
            return all(holds(part, sample) for part in parts)
        case Combined(conditions=parts):
            return any(holds(part, sample) for part in parts)
    return not holds(condition.condition, sample)


def leaf_of(condition: Comparison | Outcome | Described) -> Leaf:
    """What the condition looks at."""
    match condition:
        case Comparison(source=source, step=step, name=name):
            return source, step or "", name
        case Outcome(step=step):
            return "outcome", step, ""
    return "described", "", condition.text


def _parts(condition: Condition) -> Iterator[Comparison | Outcome | Described]:
    match condition:
        case Combined(conditions=parts):
            for part in parts:
                yield from _parts(part)
        case Negated(condition=part):
            yield from _parts(part)
        case _:
            yield condition


def _values(condition: Comparison | Outcome | Described) -> list[Scalar]:
    match condition:
        case Outcome():
            return ["success", "failed", "skipped"]
        case Described():
            return [True, False]
    members = condition.right if isinstance(condition.right, tuple) else (condition.right,)
    near = [value for member in members for value in _around(member)] or [0]
    if condition.source == "rows":
        return [value for value in near if isinstance(value, int) and not isinstance(value, bool) and value >= 0] or [
            0,
            1,
        ]
    if condition.source == "calendar":
        low, high = _CALENDAR.get(condition.name, (0, 6))
        return [value for value in [*near, low, high] if isinstance(value, int) and low <= value <= high]
    return near


def _around(value: Scalar) -> list[Scalar]:
    """The value itself, and others just beside it."""
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int):
        return [value, value - 1, value + 1]
    if isinstance(value, float):
        step = max(abs(value) * 1e-3, 1e-6)
        return [value, value - step, value + step]
    return [value, f"{value}?"] if isinstance(value, str) else [None, "?"]


def _compare(condition: Comparison, value: Scalar) -> bool:
    right = condition.right
    if isinstance(right, tuple):
        return (value in right) == (condition.operator == "in")
    if condition.operator in ("==", "!="):
        return (value == right) == (condition.operator == "==")
    if not isinstance(value, (int, float)) or not isinstance(right, (int, float)):
        return False
    match condition.operator:
        case "<":
            return value < right
        case "<=":
            return value <= right
        case ">":
            return value > right
    return value >= right
