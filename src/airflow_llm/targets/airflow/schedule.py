"""The schedule as arguments of the DAG."""

from __future__ import annotations

from datetime import datetime

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import (
    AssetSchedule,
    CronSchedule,
    IntervalSchedule,
    ManualSchedule,
    OnceSchedule,
    ScheduleBase,
)
from airflow_llm.spec.steps import ExtractStep, LoadStep
from airflow_llm.targets.airflow.assets import asset, asset_named
from airflow_llm.targets.airflow.versions import Features
from airflow_llm.targets.python import Expression, literal


def schedule_arguments(pipeline: Pipeline, features: Features) -> tuple[dict[str, Expression], set[str]]:
    """`schedule`, `start_date`, `end_date`, `catchup` and `max_active_runs`, and their import lines."""
    schedule = pipeline.schedule
    value, imports = _schedule(pipeline, features)
    arguments = {"schedule": value}
    if not isinstance(schedule, (ManualSchedule, AssetSchedule)):
        imports.add("import pendulum")
        arguments["start_date"] = _start(schedule)
        if schedule.end is not None:
            end = schedule.end
            arguments["end_date"] = _moment(datetime(end.year, end.month, end.day, 23, 59, 59), schedule)
        arguments["catchup"] = literal(schedule.catchup)
    arguments["max_active_runs"] = literal(schedule.max_active_runs)
    return arguments, imports


def needs_data_interval(pipeline: Pipeline) -> bool:
    """Whether a step works on the data of one interval, so that runs must cover the time without gaps."""
    for step in pipeline.steps:
        if isinstance(step, ExtractStep | LoadStep) and step.incremental is not None:
            return True
        if isinstance(step, LoadStep) and step.mode == "partition":
            return True
    return False


def _schedule(pipeline: Pipeline, features: Features) -> tuple[Expression, set[str]]:
    schedule = pipeline.schedule
    match schedule:
        case CronSchedule(expressions=(expression,)):
            if needs_data_interval(pipeline):
                return _timetable("CronDataIntervalTimetable", [expression], schedule, features)
            return literal(expression), set()
        case CronSchedule(expressions=expressions):
            return _timetable("MultipleCronTriggerTimetable", list(expressions), schedule, features)
        case IntervalSchedule(every=every):
            imports = {"from datetime import timedelta"}
            if needs_data_interval(pipeline):
                imports.add(features.timetable_import("DeltaDataIntervalTimetable"))
                return Expression(f"DeltaDataIntervalTimetable({literal(every)})"), imports
            return literal(every), imports
        case AssetSchedule(assets=names, match=match):
            return _assets(pipeline, names, match)
        case OnceSchedule():
            return literal("@once"), set()
    return Expression("None"), set()


def _timetable(
    name: str, expressions: list[str], schedule: ScheduleBase, features: Features
) -> tuple[Expression, set[str]]:
    zone = literal(schedule.timezone or "UTC")
    crons = ", ".join(literal(expression) for expression in expressions)
    return Expression(f"{name}({crons}, timezone={zone})"), {features.timetable_import(name)}


def _assets(pipeline: Pipeline, names: tuple[str, ...], match: str) -> tuple[Expression, set[str]]:
    by_name = {dataset.name: dataset for dataset in pipeline.datasets}
    found = [asset(by_name[name]) if name in by_name else asset_named(name) for name in dict.fromkeys(names)]
    imports = {"from airflow.sdk import Asset"}
    if len(found) == 1:
        return Expression(f"[{found[0]}]"), imports
    name = "AssetAll" if match == "all" else "AssetAny"
    return Expression(f"{name}({', '.join(found)})"), {*imports, f"from airflow.sdk import {name}"}


def _start(schedule: ScheduleBase) -> Expression:
    start = datetime(schedule.start.year, schedule.start.month, schedule.start.day)
    if isinstance(schedule, OnceSchedule) and schedule.at is not None:
        start = schedule.at
    return _moment(start, schedule)


def _moment(moment: datetime, schedule: ScheduleBase) -> Expression:
    zone = schedule.timezone or "UTC"
    if moment.tzinfo is not None:
        from zoneinfo import ZoneInfo

        moment = moment.astimezone(ZoneInfo(zone))
    parts = [moment.year, moment.month, moment.day]
    if moment.hour or moment.minute or moment.second:
        parts += [moment.hour, moment.minute]
    if moment.second:
        parts.append(moment.second)
    return Expression(f"pendulum.datetime({', '.join(map(str, parts))}, tz={literal(zone)})")
