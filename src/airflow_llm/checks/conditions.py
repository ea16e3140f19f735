"""Which outcomes conditions can have, decided by trying every value that makes a difference."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, product
from math import ceil, floor, prod

from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.pipeline import Pipeline

CALENDAR = {"weekday": (0, 6), "day": (1, 31), "month": (1, 12), "hour": (0, 23)}
_MOST_COMBINATIONS = 5_000
_OTHER = "\x00another value"

Variable = tuple[str, str, str]
_Values = Mapping[Variable, object]


def first_true(pipeline: Pipeline, conditions: Sequence[Condition]) -> frozenset[int] | None:
    """The positions that can be the first condition to hold; `len(conditions)` when none may hold.

    None when there are too many combinations to try. Comparisons are only with constants, so the constants and one
    value in each gap between them stand for all values: the answer is exact.
    """
    domains = _domains(pipeline, conditions)
    if prod(len(values) for values in domains.values()) > _MOST_COMBINATIONS:
        return None
    names = list(domains)
    taken: set[int] = set()
    for combination in product(*domains.values()):
        values = dict(zip(names, combination, strict=True))
        taken.add(next((n for n, one in enumerate(conditions) if _holds(one, values)), len(conditions)))
    return frozenset(taken)


def parts(condition: Condition | None) -> Iterator[Comparison | Outcome | Described]:
    """The simple conditions that a condition is made of."""
    match condition:
        case Combined(conditions=members):
            for member in members:
                yield from parts(member)
        case Negated(condition=member):
            yield from parts(member)
        case Comparison() | Outcome() | Described():
            yield condition


def _variable(part: Comparison | Outcome | Described) -> Variable:
    if isinstance(part, Comparison):
        return part.source, part.step or "", part.name
    return (part.kind, part.step, "") if isinstance(part, Outcome) else (part.kind, "", part.text)


def _domains(pipeline: Pipeline, conditions: Sequence[Condition]) -> dict[Variable, list[object]]:
    constants: dict[Variable, list[object]] = defaultdict(list)
    for condition in conditions:
        for part in parts(condition):
            right = part.right if isinstance(part, Comparison) else ()
            constants[_variable(part)] += right if isinstance(right, tuple) else [right]
    return {variable: _domain(pipeline, variable, values) for variable, values in constants.items()}


def _domain(pipeline: Pipeline, variable: Variable, constants: list[object]) -> list[object]:
    source, _, name = variable
    if source == "outcome":
        return ["success", "failed", "skipped"]
    if source == "described" or (constants and all(isinstance(value, bool) for value in constants)):
        return [True, False]
    if source == "rows":
        return _whole_numbers(constants, 0, None)
    if source == "calendar" and name in CALENDAR:
        return _whole_numbers(constants, *CALENDAR[name])
    allowed = next((one.values for one in pipeline.parameters if source == "parameter" and one.name == name), ())
    numbers, texts = _between(_numbers(constants)), _texts(constants)
    return list(allowed) or [*numbers, *texts, *([_OTHER] if texts or not numbers else [])]


def _numbers(constants: list[object]) -> list[float]:
    return sorted(
        {float(value) for value in constants if isinstance(value, (int, float)) and not isinstance(value, bool)}
    )


def _texts(constants: list[object]) -> list[object]:
    return [value for value in constants if isinstance(value, bool) or not isinstance(value, (int, float))]


def _between(numbers: list[float]) -> list[float]:
    if not numbers:
        return []
    gaps = [(low + high) / 2 for low, high in pairwise(numbers)]
    return [numbers[0] - 1, *numbers, *gaps, numbers[-1] + 1]


def _whole_numbers(constants: list[object], low: int, high: int | None) -> list[object]:
    near = {low} if high is None else {low, high}
    for value in _numbers(constants):
        near |= {floor(value) - 1, floor(value), ceil(value), ceil(value) + 1}
    return [value for value in sorted(near) if value >= low and (high is None or value <= high)]


def _holds(condition: Condition, values: _Values) -> bool:
    match condition:
        case Combined(match=match, conditions=members):
            results = [_holds(member, values) for member in members]
            return all(results) if match == "all" else any(results)
        case Negated(condition=member):
            return not _holds(member, values)
        case Outcome(state=state):
            return values[_variable(condition)] == state
        case Described():
            return bool(values[_variable(condition)])
    return _compare(condition, values[_variable(condition)])


def _compare(comparison: Comparison, left: object) -> bool:
    right = comparison.right
    if isinstance(right, tuple):
        return (left in right) == (comparison.operator == "in")
    if comparison.operator in ("==", "!="):
        return (left == right) == (comparison.operator == "==")
    if not isinstance(left, (int, float)) or not isinstance(right, (int, float)):
        return False
    ordered = {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}
    return ordered[comparison.operator]
