"""What Airflow can and cannot express, by version: one table that feeds refusals, documentation and tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.versions import VERSIONS, Features

_TAG_LENGTH = 100


class Fact(NamedTuple):
    """One thing that a pipeline may ask for. `versions` lists where it is expressed; empty: nowhere."""

    name: str
    how: str
    versions: tuple[str, ...] = VERSIONS
    used_by: Callable[[Pipeline], str] = lambda pipeline: ""  # noqa: ARG005 - never refused by the table
    """Who asks for it (a spec path); empty when nobody does."""
    instead: str = ""


def _step_deadline(pipeline: Pipeline) -> str:
    late = (step.id for step in pipeline.steps for alert in step.alerts if alert.on == "deadline")
    return next((f"steps.{step_id}.alerts" for step_id in late), "")


def _deadline(pipeline: Pipeline) -> str:
    return "alerts" if any(alert.on == "deadline" for alert in pipeline.alerts) else ""


def _long_tag(pipeline: Pipeline) -> str:
    return "tags" if any(len(tag) > _TAG_LENGTH for tag in pipeline.tags) else ""


def _mapped(*kinds: str) -> Callable[[Pipeline], str]:
    def find(pipeline: Pipeline) -> str:
        found = (step.id for step in pipeline.steps if step.for_each is not None and step.kind in kinds)
        return next((f"steps.{step_id}.for_each" for step_id in found), "")

    return find


def _mapped_answers(pipeline: Pipeline) -> str:
    found = (step.id for step in pipeline.steps if step.kind == "http" and step.for_each is not None and step.writes)
    return next((f"steps.{step_id}.for_each" for step_id in found), "")


def _catchup_without_time(pipeline: Pipeline) -> str:
    return "schedule.catchup" if pipeline.schedule.catchup and pipeline.schedule.kind in ("manual", "asset") else ""


FACTS = (
    Fact("schedule: cron, preset", "a cron string, or CronDataIntervalTimetable when a step works by data interval"),
    Fact("schedule: several crons", "MultipleCronTriggerTimetable"),
    Fact("schedule: interval", "a timedelta, or DeltaDataIntervalTimetable when a step works by data interval"),
    Fact("schedule: asset", "Asset, AssetAll, AssetAny"),
    Fact("schedule: once, manual", "@once, None"),
    Fact("mapping", "partial and expand; a list from a parameter comes from a task of its own"),
    Fact("branches", "@task.branch; merges get none_failed_min_one_success"),
    Fact("when", "a trigger rule for the outcome of the only step before, else @task.short_circuit"),
    Fact("groups", "TaskGroup without a prefix, so that task ids stay"),
    Fact("alerts: failure, retry, success", "notifiers as callbacks"),
    Fact("resources", "executor_config with a pod for KubernetesExecutor; DockerOperator takes them itself"),
    Fact(
        "alerts: deadline of the run",
        "DeadlineAlert with AsyncCallback",
        versions=tuple(version for version in VERSIONS if version != "3.0"),
        used_by=_deadline,
        instead="target 3.1 or later, or set the pipeline's `timeout` together with a failure alert",
    ),
    Fact(
        "alerts: deadline of one step",
        "Airflow knows deadlines of whole runs only",
        versions=(),
        used_by=_step_deadline,
        instead="put the deadline on the pipeline, or give the step a timeout",
    ),
    Fact(
        "mapping of a choice, a marker or a sensor",
        "a branch decides once for all items",
        versions=(),
        used_by=_mapped("choose", "marker", "wait"),
        instead="map the steps around it, or use a python step that takes one item",
    ),
    Fact(
        "mapping of a request whose answer is a dataset",
        "each item's answer would replace the one before",
        versions=(),
        used_by=_mapped_answers,
        instead="use an extract step of the API, or write nothing",
    ),
    Fact(
        f"tags of more than {_TAG_LENGTH} characters",
        "Airflow's own limit",
        versions=(),
        used_by=_long_tag,
        instead="shorten the tag",
    ),
    Fact(
        "catch-up without a time schedule",
        "only runs at times can be caught up",
        versions=(),
        used_by=_catchup_without_time,
        instead="set `catchup` to false, or give the pipeline a cron schedule",
    ),
)


def refuse_unsupported(pipeline: Pipeline, features: Features) -> None:
    """UnsupportedError for the first fact that the pipeline asks for and the version does not have."""
    for fact in FACTS:
        if features.version in fact.versions:
            continue
        place = fact.used_by(pipeline)
        if place:
            raise UnsupportedError(
                f"Airflow {features.version} cannot express: {fact.name} ({fact.how})", hint=fact.instead, place=place
            )
