"""For every outcome of every condition: what must be so that it is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice, product
from operator import eq, ge, gt, le, lt, ne
from typing import Any
from zoneinfo import ZoneInfo

from airflow_llm.proof.understudies import comparisons
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.graph import ancestors, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, Step

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_TRIES = 20_000
_MOST_ROWS = 100_000
_DAYS = 400
_FAILED = ("failed", "upstream_failed")

Key = tuple[str, str, str | None]
Want = tuple[Step, Condition, bool]


@dataclass(frozen=True)
class Taken:
    """One outcome: the entry tasks that run, those that do not, and how the world must be.

    `on_the_way` are the decisions before it that only the user's code makes, each with what it must choose.
    """

    step: str
    label: str
    chosen: tuple[str, ...]
    left: tuple[str, ...]
    metrics: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
    date: datetime | None = None
    forced: bool = False
    on_the_way: tuple[tuple[str, tuple[str, ...]], ...] = ()
    impossible: str = ""


def outcomes(pipeline: Pipeline, date: datetime) -> list[Taken]:
    """Every outcome of every `choose`, and both of every `when`."""
    found: list[Taken] = []
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            found += _of_choice(pipeline, step, date)
        elif step.when is not None:
            for wanted, label in ((True, "runs"), (False, "is skipped")):
                chosen = (step.id,) if wanted else ()
                left = () if wanted else (step.id,)
                found.append(_taken(pipeline, step, [(step.when, wanted)], label, (chosen, left), date))
    return found


def _of_choice(pipeline: Pipeline, step: ChooseStep, date: datetime) -> Iterator[Taken]:
    everything = _targets(step)
    for number, targets in enumerate(everything):
        label = f"branch {number + 1}" if number < len(step.branches) else "otherwise"
        left = tuple(dict.fromkeys(name for names in everything for name in names if name not in targets))
        ends = (targets, left)
        yield _taken(pipeline, step, _wanted(step, number), f"{label}: {', '.join(targets) or 'nothing'}", ends, date)


def _targets(step: ChooseStep) -> list[tuple[str, ...]]:
    return [*(branch.then for branch in step.branches), step.otherwise]


def _wanted(step: ChooseStep, number: int) -> list[tuple[Condition, bool]]:
    """What must hold, and what must not, for the branch of that number to be taken."""
    wanted = [(branch.when, False) for branch in step.branches[:number]]
    if number < len(step.branches):
        wanted.append((step.branches[number].when, True))
    return wanted


def _way_to(pipeline: Pipeline, step: Step) -> Iterator[tuple[Step, list[tuple[Condition, bool]], tuple[str, ...]]]:
    """The conditions before the step that decide whether it is reached: what must hold, and what they then choose."""
    before = ancestors(pipeline, step.id)
    on_the_way = {*before, step.id}
    for other in pipeline.steps:
        if other.id not in before:
            continue
        if isinstance(other, ChooseStep):
            leading = [n for n, targets in enumerate(_targets(other)) if on_the_way.intersection(targets)]
            if leading and len(leading) <= len(other.branches):
                yield other, _wanted(other, leading[0]), _targets(other)[leading[0]]
        elif other.when is not None:
            yield other, [(other.when, True)], (other.id,)


def _taken(  # noqa: PLR0913, PLR0917  # one outcome has these parts, and there is one caller of each kind
    pipeline: Pipeline,
    step: Step,
    wanted: list[tuple[Condition, bool]],
    label: str,
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    date: datetime,
) -> Taken:
    forced = any(_is_described(condition) for condition, _ in wanted)
    own = [] if forced else [(step, condition, want) for condition, want in wanted]
    way: list[Want] = []
    on_the_way: list[tuple[str, tuple[str, ...]]] = []
    for other, conditions, chosen in _way_to(pipeline, step):
        if any(_is_described(condition) for condition, _ in conditions):
            on_the_way.append((other.id, chosen))
        else:
            way += [(other, condition, want) for condition, want in conditions]
    taken = Taken(step.id, label, *ends, forced=forced, on_the_way=tuple(on_the_way))
    # Where both cannot be, the outcome itself is what counts.
    world = _solved(pipeline, [*own, *way], date) or _solved(pipeline, own, date)
    if world is None:
        return replace(taken, impossible="no values were found for which this outcome is taken")
    return replace(taken, **world)


def _solved(pipeline: Pipeline, wanted: list[Want], date: datetime) -> dict[str, Any] | None:
    """How the world must be for all of it to hold."""
    atoms = {_key(pipeline, step, item): item for step, condition, _ in wanted for item in comparisons(condition)}
    states = {part.step for _, condition, _ in wanted for part in _outcomes_in(condition)}
    values = {key: _values(pipeline, key, [c for _, cond, _ in wanted for c in comparisons(cond)]) for key in atoms}
    days = _dates(date) if any(key[0] == "calendar" for key in atoms) else [date]
    choices = [values[key] if key[0] != "calendar" else [None] for key in values]
    tried = product(days, *choices, *([("success", "failed")] * len(states)))
    for day, *rest in islice(tried, _TRIES):
        world = dict(zip(values, rest, strict=False)) | {("calendar", "", None): day}
        ended = dict(zip(sorted(states), rest[len(values) :], strict=True))
        if all(_holds(pipeline, step, condition, world, ended) == want for step, condition, want in wanted):
            return _world(world, ended, day if days != [date] else None)
    return None


def _world(world: Mapping[Key, Any], ended: Mapping[str, str], day: datetime | None) -> dict[str, Any]:
    """The solution in the terms of an outcome."""
    return {
        "metrics": {(str(key[2]), key[1]): value for key, value in world.items() if key[0] == "metric"},
        "rows": {key[1]: value for key, value in world.items() if key[0] == "rows"},
        "parameters": {key[1]: value for key, value in world.items() if key[0] == "parameter"},
        "failing": tuple(name for name, state in ended.items() if state == "failed"),
        "date": day,
    }


def _key(pipeline: Pipeline, step: Step, comparison: Comparison) -> Key:
    returned_by = _returning(pipeline, step, comparison) if comparison.source == "metric" else None
    return (comparison.source, comparison.name, returned_by)


def _returning(pipeline: Pipeline, step: Step, comparison: Comparison) -> str | None:
    if comparison.step is not None:
        return comparison.step
    before = upstream(pipeline)
    level, seen = {step.id}, {step.id}
    while level:
        level = {up for name in level for up in before[name]} - seen
        seen |= level
        for name in sorted(level):
            if comparison.name in pipeline.step(name).returns:
                return name
    return None


def _values(pipeline: Pipeline, key: Key, found: list[Comparison]) -> list[Any]:
    """Both sides of every boundary that a comparison draws."""
    values: list[Any] = []
    for comparison in found:
        if (comparison.source, comparison.name) != key[:2]:
            continue
        for right in comparison.right if isinstance(comparison.right, tuple) else (comparison.right,):
            values += _around(right)
    if key[0] == "rows":
        return [value for value in dict.fromkeys(values) if isinstance(value, int) and 0 <= value <= _MOST_ROWS] or [0]
    if key[0] == "parameter":
        allowed = next((item.values for item in pipeline.parameters if item.name == key[1]), ())
        if allowed:
            return list(allowed)
    return list(dict.fromkeys(values))


def _around(right: Any) -> list[Any]:
    match right:
        case bool():
            return [right, not right]
        case int():
            return [right, right + 1, right - 1]
        case float():
            return [right, right + 0.01, right - 0.01]
        case str():
            return [right, f"not {right}"]
    return [right, "something"]


def _dates(date: datetime) -> list[datetime]:
    days = [date + timedelta(days=n) for n in range(-13, 0)] + [date]
    days += [date - timedelta(hours=n) for n in range(24)]
    return [*dict.fromkeys(days), *(date - timedelta(days=n) for n in range(_DAYS))]


def _holds(
    pipeline: Pipeline, step: Step, condition: Condition, world: Mapping[Key, Any], ended: Mapping[str, str]
) -> bool:
    match condition:
        case Comparison():
            return _compares(pipeline, step, condition, world)
        case Outcome(step=other, state=state):
            return ended[other] == state
        case Combined(match=match, conditions=parts):
            held = [_holds(pipeline, step, part, world, ended) for part in parts]
            return all(held) if match == "all" else any(held)
        case Negated(condition=part):
            return not _holds(pipeline, step, part, world, ended)
    return False


def _compares(pipeline: Pipeline, step: Step, comparison: Comparison, world: Mapping[Key, Any]) -> bool:
    if comparison.source == "calendar":
        left = _calendar(world["calendar", "", None], comparison.name, pipeline.schedule.timezone)
    else:
        left = world[_key(pipeline, step, comparison)]
    if comparison.operator in ("in", "not in"):
        inside = left in comparison.right if isinstance(comparison.right, tuple) else False
        return inside == (comparison.operator == "in")
    try:
        return bool(_COMPARE[comparison.operator](left, comparison.right))
    except TypeError:
        return False


def _calendar(moment: datetime, name: str, timezone: str | None) -> int:
    local = moment.astimezone(ZoneInfo(timezone or "UTC"))
    return local.isoweekday() % 7 if name == "weekday" else int(getattr(local, name, 0))


def _is_described(condition: Condition | None) -> bool:
    match condition:
        case Described():
            return True
        case Combined(conditions=parts):
            return any(_is_described(part) for part in parts)
        case Negated(condition=part):
            return _is_described(part)
    return False


def _outcomes_in(condition: Condition | None) -> list[Outcome]:
    match condition:
        case Outcome():
            return [condition]
        case Combined(conditions=parts):
            return [found for part in parts for found in _outcomes_in(part)]
        case Negated(condition=part):
            return _outcomes_in(part)
    return []
