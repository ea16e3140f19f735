"""What a change leaves behind: connections and data that nobody uses any more, and assumptions that were overruled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated
from airflow_llm.spec.difference import difference
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import AssetSchedule, CronSchedule
from airflow_llm.spec.steps import Step

_ZONE = "the text names no time zone; UTC is taken"
_TOGETHER = {"keys": ("mode",), "mode": ("keys",)}


def tidied(old: Pipeline, new: Pipeline, settled: Iterable[str] = ()) -> Pipeline:
    """The new pipeline without what only the old one had a use for, and with its assumptions brought up to date."""
    steps = {step.id for step in new.steps}
    unused = _datasets(old) - _datasets(new) - _named_by_others(new)
    datasets = tuple(dataset for dataset in new.datasets if dataset.name not in unused)
    new = new.model_copy(update={"datasets": datasets})
    lost = _connections(old) - _connections(new)
    connections = tuple(connection for connection in new.connections if connection.name not in lost)
    gone = {connection.name for connection in old.connections} - {connection.name for connection in connections}
    dropped = {f"{name}_{suffix}" for name in gone for suffix in ("conn_id", "url")}
    settings = tuple(setting for setting in new.settings if setting.name not in dropped)
    parameters = _parameters(old) - _parameters(new)
    new = new.model_copy(
        update={
            "connections": connections,
            "settings": settings,
            "parameters": tuple(one for one in new.parameters if one.name not in parameters),
        }
    )
    subjects = {f"config.{name}" for name in dropped} | {f"parameters.{name}" for name in parameters} | set(settled)
    return _with_assumptions(old, new, subjects, steps)


def _with_assumptions(old: Pipeline, new: Pipeline, answered: set[str], steps: set[str]) -> Pipeline:
    changed = {one.path for one in difference(old, new)}
    kept = []
    for one in new.assumptions:
        if one not in old.assumptions:
            kept.append(one)
            continue
        removed = one.subject.startswith("steps.") and one.subject.split(".")[1] not in steps
        if not removed and one.subject not in answered and not _overruled(one.subject, changed, old, new):
            kept.append(one)
    return new.model_copy(update={"assumptions": tuple(kept)})


def _overruled(subject: str, changed: set[str], old: Pipeline, new: Pipeline) -> bool:
    """Whether the assumption is about something that the change has said."""
    if subject in changed:
        return True
    if subject == "schedule":
        return type(old.schedule) is not type(new.schedule)
    if subject in ("schedule.timezone", "schedule.start") and "schedule" in changed:
        field = subject.partition(".")[2]
        return getattr(old.schedule, field) != getattr(new.schedule, field) or not isinstance(
            new.schedule, CronSchedule
        )
    head, _, field = subject.rpartition(".")
    return any(f"{head}.{other}" in changed for other in _TOGETHER.get(field, ()))


def clocked(old: Pipeline, new: Pipeline) -> Iterator[tuple[str, str, str]]:
    """What is assumed when a pipeline gets a clock that it did not have before."""
    if not isinstance(new.schedule, CronSchedule) or isinstance(old.schedule, CronSchedule):
        return
    if new.schedule.timezone is None:
        yield "schedule.timezone", _ZONE, "name it in the text, or set `schedule.timezone` in tasks.yml"
    if new.schedule.start == old.schedule.start and not old.schedule.catchup and old.schedule.kind == "manual":
        text = f"the text names no first day; {new.schedule.start} is taken"
        yield "schedule.start", text, "set `schedule.start` in tasks.yml"


# --------------------------------------------------------------- who uses what
def _datasets(pipeline: Pipeline) -> set[str]:
    found = {name for step in pipeline.steps for name in (*step.reads, *step.writes, *_also(step))}
    return found & {dataset.name for dataset in pipeline.datasets}


def _named_by_others(pipeline: Pipeline) -> set[str]:
    return set(pipeline.schedule.assets) if isinstance(pipeline.schedule, AssetSchedule) else set()


def _also(step: Step) -> Iterator[str]:
    data: dict[str, Any] = step.model_dump(include={"wait_for", "dataset", "attach"})
    yield from data.get("attach") or ()
    for name in (data.get("dataset"), (data.get("wait_for") or {}).get("dataset")):
        if name:
            yield name
    for condition in (step.when, *(branch.when for branch in getattr(step, "branches", ()))):
        yield from _rows(condition)


def _rows(condition: Condition | None) -> Iterator[str]:
    match condition:
        case Comparison(source="rows", name=name):
            yield name
        case Combined(conditions=parts):
            for part in parts:
                yield from _rows(part)
        case Negated(condition=part):
            yield from _rows(part)


def _connections(pipeline: Pipeline) -> set[str]:
    found = {dataset.connection for dataset in pipeline.datasets}
    for step in pipeline.steps:
        data = step.model_dump(include={"connection", "wait_for"})
        found |= {data.get("connection"), (data.get("wait_for") or {}).get("connection")}
        found |= {alert.connection for alert in step.alerts}
    found |= {alert.connection for alert in pipeline.alerts}
    return {name for name in found if name}


def _parameters(pipeline: Pipeline) -> set[str]:
    used = {step.for_each.parameter for step in pipeline.steps if step.for_each is not None}
    return {name for name in used if name}
