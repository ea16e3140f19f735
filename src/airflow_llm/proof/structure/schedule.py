"""The schedule that the spec asks for, beside the timetable that the scheduler would store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from airflow_llm.proof.structure.expected import Expected, differs
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import (
    PRESETS,
    AssetSchedule,
    CronSchedule,
    IntervalSchedule,
    ManualSchedule,
    OnceSchedule,
    Schedule,
)
from airflow_llm.spec.steps import ExtractStep, LoadStep


def schedule_differences(expected: Expected, dag: Mapping[str, Any]) -> Iterator[str]:
    """What differs in when the DAG runs."""
    schedule = expected.pipeline.schedule
    timetable = dag["timetable"] or {}
    kind = str(timetable.get("__type", "")).rpartition(".")[2]
    values = timetable.get("__var") or {}
    yield from _timetable_differences(expected, schedule, kind, values)
    yield from differs("max_active_runs", schedule.max_active_runs, dag["max_active_runs"])
    if isinstance(schedule, (ManualSchedule, AssetSchedule)):
        return
    yield from differs("catchup", schedule.catchup, dag["catchup"])
    yield from _moment_differences("the start date", _start(schedule), dag["start_date"])
    if schedule.end is not None and not str(dag["end_date"] or "").startswith(
        (schedule.end.isoformat(), _utc(schedule.end, schedule.timezone, time.max).date().isoformat())
    ):
        yield f"the end date is {dag['end_date']!r}, not {schedule.end.isoformat()}"


def works_on_intervals(pipeline: Pipeline) -> bool:
    """Whether a step takes or replaces the rows of the data interval, so that no time may be left out."""
    return any(
        (isinstance(step, ExtractStep | LoadStep) and step.incremental is not None)
        or (isinstance(step, LoadStep) and step.mode == "partition")
        for step in pipeline.steps
    )


def _timetable_differences(
    expected: Expected, schedule: Schedule, kind: str, values: Mapping[str, Any]
) -> Iterator[str]:
    intervals = works_on_intervals(expected.pipeline)
    match schedule:
        case CronSchedule(expressions=(expression,)):
            yield from differs(
                "the timetable", "CronDataIntervalTimetable" if intervals else "CronTriggerTimetable", kind
            )
            yield from differs("the schedule", _cron(expression), _cron(str(values.get("expression"))))
            yield from differs("the schedule's time zone", schedule.timezone or "UTC", values.get("timezone"))
        case CronSchedule(expressions=expressions):
            yield from differs("the timetable", "MultipleCronTriggerTimetable", kind)
            found = sorted(_cron(str(text)) for text in values.get("expressions", []))
            yield from differs("the schedule", sorted(map(_cron, expressions)), found)
            yield from differs("the schedule's time zone", schedule.timezone or "UTC", values.get("timezone"))
        case IntervalSchedule(every=every):
            wanted = ("DeltaDataIntervalTimetable",) if intervals else ("DeltaTriggerTimetable",)
            if kind not in (*wanted, "DeltaDataIntervalTimetable"):
                yield f"the timetable is {kind!r}, not {wanted[0]!r}"
            yield from differs("the schedule's interval", every.total_seconds(), values.get("delta"))
        case AssetSchedule():
            yield from _asset_differences(expected, schedule, kind, values)
        case OnceSchedule():
            yield from differs("the timetable", "OnceTimetable", kind)
        case _:
            yield from differs("the timetable", "NullTimetable", kind)


def _asset_differences(
    expected: Expected, schedule: AssetSchedule, kind: str, values: Mapping[str, Any]
) -> Iterator[str]:
    yield from differs("the timetable", "AssetTriggeredTimetable", kind)
    condition = values.get("asset_condition") or {}
    known = expected.datasets
    wanted = {known[name].location.strip() or name if name in known else name for name in schedule.assets}
    found = set(_asset_names(condition))
    if len(wanted) != len(found):
        yield f"the schedule waits for {sorted(found)}, not for {sorted(wanted)}"
    for name in sorted(wanted):
        if not any(name.strip() in (text, unquote(text)) or unquote(text).endswith(name.strip("/")) for text in found):
            yield f"the schedule does not wait for {name!r}"
    if len(wanted) > 1:
        operator = str(condition.get("__type", "")).lower().rpartition("_")[2]
        yield from differs("how the schedule's assets are combined", schedule.match, operator)


def _asset_names(condition: Any) -> Iterator[str]:
    match condition:
        case {"objects": objects}:
            for item in objects:
                yield from _asset_names(item)
        case {"name": str(name)}:
            yield name
        case {"uri": str(uri)}:
            yield uri
        case {"__var": inner}:
            yield from _asset_names(inner)


def _cron(text: str) -> str:
    short = " ".join(text.split()).lower()
    return PRESETS.get(short, short)


def _start(schedule: Schedule) -> datetime:
    if isinstance(schedule, OnceSchedule) and schedule.at is not None:
        at = schedule.at
        return at if at.tzinfo is not None else at.replace(tzinfo=ZoneInfo(schedule.timezone or "UTC"))
    return _utc(schedule.start, schedule.timezone, time.min)


def _utc(day: date, timezone: str | None, moment: time) -> datetime:
    return datetime.combine(day, moment, ZoneInfo(timezone or "UTC")).astimezone(UTC)


def _moment_differences(what: str, wanted: datetime, found: str | None) -> Iterator[str]:
    if found is None or datetime.fromisoformat(found) != wanted:
        yield f"{what} is {found!r}, not {wanted.astimezone(UTC).isoformat()!r}"
