"""What a text says beside the graph: retries, alerts, conditions, mapping, rules, limits, systems."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.reader.alerts import score_alerts
from benchmarks.reader.cases import Graph
from benchmarks.reader.conditions import score_conditions
from benchmarks.reader.graphs import Count
from benchmarks.reader.matching import Match
from benchmarks.reader.prediction import Predicted, kind_of
from benchmarks.reader.words import channel_name, likeness, system_name, words_of

SLOTS = (
    "retries", "task_retries", "retry_delay", "catchup", "alerts", "conditions", "mapped", "timeouts", "trigger_rules",
)  # fmt: skip
RECALLED = ("mapped_over", "systems")
_CLOSE = 0.02


def score_slots(wanted: Mapping[str, Any], graph: Graph, prediction: Predicted, found: Match) -> dict[str, Count]:
    """The count of every slot, against the answer that the prediction is nearest to."""
    said = prediction.said
    return {
        **_numbers(wanted, graph, prediction, found),
        "catchup": _single(wanted.get("catchup"), said.get("catchup"), lambda one, other: bool(one) == bool(other)),
        "alerts": score_alerts(wanted.get("alerts") or [], said.get("alerts") or [], graph, prediction, found),
        "conditions": _conditions(wanted, graph, prediction, found),
        **_mapped(wanted, graph, prediction, found),
        "systems": _systems(wanted, graph, prediction),
        **dict(_by_task(wanted, said, found)),
    }


def _single(wanted: Any, found: Any, same: Callable[[Any, Any], bool]) -> Count:
    """One value: right, missing, wrong (both a missing and a surplus one), or invented."""
    if wanted is None:
        return Count(surplus=int(found is not None))
    if found is not None and same(wanted, found):
        return Count(right=1)
    return Count(surplus=int(found is not None), missing=1)


def _close(wanted: Any, found: Any) -> bool:
    try:
        return abs(float(wanted) - float(found)) <= max(_CLOSE, _CLOSE * abs(float(wanted)))
    except (TypeError, ValueError):
        return False


def _numbers(wanted: Mapping[str, Any], graph: Graph, prediction: Predicted, found: Match) -> dict[str, Count]:
    """Retries and their delay. Where single tasks have retries, those said of all instead are accepted."""
    said, of_tasks = prediction.said, wanted.get("task_retries") or {}
    count, delay = wanted.get("retries"), wanted.get("retry_delay_minutes")
    found_count = None if of_tasks and count is None else said.get("retries")
    found_delay = None if of_tasks and delay is None else said.get("retry_delay_minutes")
    counts = {"retries": _single(count, found_count, _close), "retry_delay": _single(delay, found_delay, _close)}
    if of_tasks:
        ids = {task.id for task in graph.tasks}
        own = {task: retries for task, retries in of_tasks.items() if task in ids}
        told = _task_retries(prediction)
        instead = said.get("retries") if count is None else None
        right = sum(
            _close(n, told.get(found.pairs.get(task, task), told.get(task, instead))) for task, n in own.items()
        )
        counts["task_retries"] = Count(right, 0, len(own) - right)
    return counts


def _task_retries(prediction: Predicted) -> dict[str, Any]:
    of_tasks = {name: task["retries"] for name, task in prediction.tasks.items() if task.get("retries") is not None}
    return of_tasks | {str(name): retries for name, retries in (prediction.said.get("task_retries") or {}).items()}


def _conditions(wanted: Mapping[str, Any], graph: Graph, prediction: Predicted, found: Match) -> Count:
    ids = {task.id for task in graph.tasks}
    own = [condition for condition in wanted.get("conditions") or [] if condition["task"] in ids]
    branches = {name for name, task in prediction.tasks.items() if kind_of(task) == "branch"}
    said = prediction.said
    return score_conditions(own, said.get("conditions") or [], said.get("otherwise") or [], found.pairs, branches)


def _mapped(wanted: Mapping[str, Any], graph: Graph, prediction: Predicted, found: Match) -> dict[str, Count]:
    """Which tasks run once for each item, and over what, as far as both sides say."""
    ids = {task.id for task in graph.tasks}
    everything = wanted.get("mapped") or {}
    own = {task: over for task, over in everything.items() if task in ids}
    told: Mapping[str, Any] = prediction.said.get("mapped") or {}
    right = {task: found.pairs[task] for task in own if found.pairs.get(task) in told}
    # an answer in which none of the mapped tasks stands says nothing against mapping
    surplus = len(set(told) - {found.pairs.get(task) for task in own}) if own or not everything else 0
    overs = [(own[task], told[name]) for task, name in right.items() if told[name]]
    alike = sum(likeness(words_of(str(one)), words_of(str(other))) > 0 for one, other in overs)
    return {
        "mapped": Count(len(right), surplus, len(own) - len(right)),
        "mapped_over": Count(alike, 0, len(overs) - alike),
    }


def _systems(wanted: Mapping[str, Any], graph: Graph, prediction: Predicted) -> Count:
    """Recall only: naming more systems is no fault."""
    own = {*wanted.get("systems", ()), *(name for task in graph.tasks for name in task.systems)}
    needed = set(map(system_name, own))
    told = {*(prediction.said.get("systems") or ()), *_systems_of(list(prediction.tasks.values()))}
    channels = {channel_name(alert.get("channel")) for alert in prediction.said.get("alerts") or []}
    right = needed & (set(map(system_name, told)) | channels)
    return Count(len(right), 0, len(needed - right))


def _systems_of(tasks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    return (str(name) for task in tasks for name in task.get("systems") or ())


def _by_task(wanted: Mapping[str, Any], said: Mapping[str, Any], found: Match) -> Iterator[tuple[str, Count]]:
    """Limits and trigger rules by task, counted only where both sides have some."""
    for slot, key in (("timeouts", "timeouts_minutes"), ("trigger_rules", "trigger_rules")):
        own, told = wanted.get(key) or {}, said.get(key) or {}
        if own and told:
            pairs = [(value, told.get(found.pairs.get(task, task))) for task, value in own.items()]
            right = sum(_same(value, other) for value, other in pairs)
            yield slot, Count(right, 0, len(own) - right)


def _same(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, (int, float)):
        return _close(wanted, found)
    return found is not None and str(found) == wanted
