"""Readings in the format of the scoring program: step kinds by its names, edges, schedule, slots."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from airflow_llm.errors import AirflowLLMError, InputError
from airflow_llm.readers.prose.conditions import denied, opposite
from airflow_llm.readers.prose.flow import SOURCE, SOURCE_TAKEN
from airflow_llm.readers.prose.named_systems import named_systems
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Described, Negated, Outcome
from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.schedule import AssetSchedule, CronSchedule, IntervalSchedule, ManualSchedule, OnceSchedule
from airflow_llm.spec.steps import Alert, ChooseStep, LoadStep, PythonStep, Step

_KINDS = {
    "wait": "sensor",
    "choose": "branch",
    "http": "api_call",
    "promote": "deploy",
    "container": "docker",
    "shell": "bash",
    "trigger": "trigger_dag",
    "marker": "empty",
    "python": "other",
}
_PRESETS = {3600.0: "@hourly", 86400.0: "@daily", 604800.0: "@weekly"}
_READ_FOR_SYSTEMS = 20_000
_CALLED = frozenset(
    {"http", "airbyte", "fivetran", "power_bi", "tableau", "azure_data_factory", "salesforce", "rds", "emr"}
)


def prediction(reading: Reading) -> dict[str, Any]:
    """The reading as the scoring program takes it."""
    pipeline = reading.pipeline
    return {
        "tasks": [_task(pipeline, step) for step in pipeline.steps],
        "edges": [list(edge) for edge in edges(pipeline)],
        "schedule": _schedule(pipeline),
        "retries": pipeline.defaults.retries,
        "retry_delay_minutes": _minutes(pipeline.defaults.retry_delay),
        "catchup": _catchup(reading),
        "alerts": [_alert(alert) for alert in _alerts(pipeline)],
        "conditions": list(_conditions(pipeline)),
        "otherwise": list(_otherwise(pipeline)),
        "mapped": {step.id: step.for_each.name for step in pipeline.steps if step.for_each is not None},
        "systems": _systems(reading),
        "task_retries": {step.id: step.retries for step in pipeline.steps if step.retries is not None},
        "timeouts_minutes": _timeouts(pipeline),
        "trigger_rules": {step.id: step.trigger_rule for step in pipeline.steps if step.trigger_rule is not None},
        "confidence": reading.confidence,
    }


def _systems(reading: Reading) -> list[str]:
    """Every system that the pipeline uses or the text names."""
    named = reading.facts.get("systems")
    unsaid = _assumed(reading.pipeline)
    used = [connection.name for connection in reading.pipeline.connections if connection.name != unsaid]
    said = named_systems(reading.pipeline.description[:_READ_FOR_SYSTEMS])
    return list(dict.fromkeys([*used, *(named if isinstance(named, list) else []), *said]))


def cases_of(cases_path: Path, texts_dir: Path | None = None) -> Iterator[tuple[str, str]]:
    """Names and texts: of a list of records, or of an object whose texts lie in a folder."""
    try:
        cases = json.loads(cases_path.read_text(encoding="utf-8"))
        if isinstance(cases, list):
            yield from [(str(case["id"]), str(case.get("description", ""))) for case in cases]
            return
        if not isinstance(cases, dict):
            raise TypeError("neither a list nor an object")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{str(cases_path)!r} is not a JSON file of cases: {error}", place=str(cases_path)) from error
    folder = texts_dir or cases_path.with_suffix("")
    for stem in cases:
        path = next((path for path in (folder / f"{stem}.txt", folder / stem) if path.is_file()), None)
        if path is None:
            raise InputError(
                f"there is no text for the case {stem!r} in {str(folder)!r}", hint="name the folder with --texts"
            )
        yield str(stem), path.read_text(encoding="utf-8")


def predicted(name: str, text: str, *, by_rules: bool = False) -> dict[str, Any]:
    """The prediction for one text; what cannot be read becomes `{"error": ...}`, so that no text costs the others."""
    try:
        return prediction(read(Source(text=text, name=name, by_rules=by_rules)))
    except AirflowLLMError as error:
        return {"error": str(error)}
    except Exception as error:  # a defect of the reader in one text must not lose the rest of the file
        return {"error": f"this is a defect of AirflowLLM: {type(error).__name__}: {error}"}


def _task(pipeline: Pipeline, step: Step) -> dict[str, Any]:
    task: dict[str, Any] = {"id": step.id, "kind": _kind(pipeline, step)}
    if step.title:
        task["text"] = step.origin.text if step.origin else step.title
    systems = {pipeline.dataset(name).connection for name in (*step.reads, *step.writes)} - {None, _assumed(pipeline)}
    connection = getattr(step, "connection", None)
    task["systems"] = sorted({*systems, *([connection] if connection else [])}, key=str)
    if step.retries is not None:
        task["retries"] = step.retries
    return task


def _kind(pipeline: Pipeline, step: Step) -> str:
    read = {pipeline.dataset(name).connection for name in step.reads} - {None, _assumed(pipeline)}
    if isinstance(step, LoadStep) and read:
        return "ingest"
    if isinstance(step, PythonStep) and step.origin is not None and any(name in step.id for name in _CALLED):
        return "api_call"
    return _KINDS.get(step.kind, step.kind)


def _assumed(pipeline: Pipeline) -> str | None:
    """The connection that stands for a source of which the text says nothing."""
    return SOURCE if any(SOURCE_TAKEN in one.text for one in pipeline.assumptions) else None


def _schedule(pipeline: Pipeline) -> dict[str, Any]:
    schedule = pipeline.schedule
    found: dict[str, Any] = {"cron": None, "timezone": schedule.timezone, "trigger": None}
    match schedule:
        case CronSchedule(expressions=expressions):
            found["cron"] = expressions[0]
        case IntervalSchedule(every=every):
            minutes, seconds = divmod(int(every.total_seconds()), 60)
            spoken = f"every {60 * minutes + seconds} s" if seconds else f"every {minutes} minutes"
            found["cron"] = _PRESETS.get(every.total_seconds(), spoken)
        case AssetSchedule(assets=assets):
            found["trigger"] = f"asset:{assets[0]}"
        case OnceSchedule():
            found["cron"] = "@once"
        case ManualSchedule():
            found["trigger"] = "manual"
    return found


def _catchup(reading: Reading) -> bool | None:
    """Catch-up only where the text says something about it."""
    said = reading.facts.get("catchup")
    return bool(said) if said is not None else None


def _alerts(pipeline: Pipeline) -> Iterator[Alert]:
    yield from pipeline.alerts
    for step in pipeline.steps:
        yield from step.alerts


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "channel": alert.connection,
        "target": alert.target or None,
        "on": "sla" if alert.on == "deadline" else alert.on,
    }


def _conditions(pipeline: Pipeline) -> Iterator[dict[str, str]]:
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            said = [_spoken(branch.when) for branch in step.branches]
            for branch, words in zip(step.branches, said, strict=True):
                yield from ({"task": target, "expr": words} for target in branch.then)
        elif step.when is not None:
            yield {"task": step.id, "expr": _spoken(step.when)}


def _otherwise(pipeline: Pipeline) -> Iterator[dict[str, str]]:
    """What is done otherwise, under the opposite of the conditions. Steps that come after an arm as well are none."""
    order = edges(pipeline)
    for step in pipeline.steps:
        if isinstance(step, ChooseStep):
            others = " and ".join(_denied(branch.when) for branch in step.branches)
            behind = _behind({target for branch in step.branches for target in branch.then}, order)
            yield from ({"task": target, "expr": others} for target in step.otherwise if target not in behind)


def _behind(steps: set[str], order: Sequence[tuple[str, str]]) -> set[str]:
    """The steps that come after one of these."""
    found: set[str] = set()
    while more := {down for up, down in order if up in steps | found} - found:
        found |= more
    return found


def _spoken(condition: Condition) -> str:
    match condition:
        case Comparison(name=name, operator=operator, right=right):
            return f"{name} {operator} {right}"
        case Outcome(step=step, state=state):
            return f"{step} {'succeeds' if state == 'success' else state}"
        case Described(text=text):
            return text
        case Negated(condition=inner):
            return _denied(inner)
        case Combined(match=match, conditions=parts):
            return f" {'and' if match == 'all' else 'or'} ".join(_spoken(part) for part in parts)
    return ""


def _denied(condition: Condition) -> str:
    """The words of the opposite condition."""
    match condition:
        case Comparison():
            return _spoken(opposite(condition))
        case Outcome(step=step, state="success"):
            return f"{step} failed"
        case Negated(condition=inner):
            return _spoken(inner)
        case Described(text=text):
            return denied(text)
    return f"not ({_spoken(condition)})"


def _timeouts(pipeline: Pipeline) -> dict[str, float]:
    """The limits of the steps; `*` is the one that is said of all of them, else that of the whole run."""
    found = {step.id: step.timeout.total_seconds() / 60 for step in pipeline.steps if step.timeout is not None}
    limit = pipeline.defaults.timeout or pipeline.timeout
    if limit is not None:
        found["*"] = limit.total_seconds() / 60
    return found


def _minutes(value: Any) -> float | None:
    return None if value is None else round(value.total_seconds() / 60, 4)
