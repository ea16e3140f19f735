"""What the spec says about each task, beside the task that was loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.proof.structure.expected import Expected, differs, same_text
from airflow_llm.spec.conditions import Combined, Condition, Negated, Outcome
from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, ExtractStep, LoadStep, NotifyStep, SqlStep, Step, TriggerStep, WaitStep

_AIRFLOW_RETRY_DELAY = 300.0
_MERGES = ("none_failed_min_one_success", "none_failed", "all_success")
_OUTCOME_RULES = ("all_failed", "one_failed", "all_skipped", "all_success", "all_done")


def task_differences(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    """Every difference of one task."""
    where = f"the task {step.id!r}: "
    checks = (_retries, _limits, _place, _rule, _mapping, _outlets, _waiting, _trigger)
    for check in checks:
        yield from (where + text for text in check(expected, step, task))


def _retries(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    defaults = expected.pipeline.defaults
    retries = step.retries if step.retries is not None else defaults.retries
    yield from differs("retries", retries or 0, task["retries"])
    delay = step.retry_delay if step.retry_delay is not None else defaults.retry_delay
    wanted = expected.seconds(delay) if delay is not None else _AIRFLOW_RETRY_DELAY
    yield from differs("retry_delay", wanted, task["retry_delay"])
    backoff = step.backoff if step.backoff is not None else defaults.backoff
    yield from differs("exponential back-off", bool(backoff), bool(task["retry_exponential_backoff"]))
    yield from differs("max_retry_delay", expected.seconds(defaults.max_retry_delay), task["max_retry_delay"])


def _limits(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(step, WaitStep):
        limit = step.timeout if step.timeout is not None else expected.pipeline.defaults.timeout
        yield from differs("execution_timeout", expected.seconds(limit), task["execution_timeout"])
    yield from differs("depends_on_past", expected.pipeline.defaults.depends_on_past, task["depends_on_past"])


def _reaches_sql(expected: Expected, step: Step) -> bool:
    """Whether generated code, not the user's, holds a database connection."""
    generated = isinstance(step, (ExtractStep, LoadStep, SqlStep)) and hook_reason(expected.pipeline, step) is None
    return generated and _holds_a_connection(expected, step)


def _place(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    defaults = expected.pipeline.defaults
    wanted = step.pool or defaults.pool
    sql_pool = expected.settings.get("sql_pool") or "default_pool"
    if wanted is not None:
        yield from differs("pool", wanted, task["pool"])
    elif _reaches_sql(expected, step):
        yield from differs("pool", sql_pool, task["pool"])
    elif task["pool"] not in (sql_pool, "default_pool"):
        yield f"pool is {task['pool']!r}, which nothing asks for"
    yield from differs("pool_slots", step.pool_slots, task["pool_slots"])
    priority = step.priority if step.priority is not None else defaults.priority
    yield from differs("priority_weight", 1 if priority is None else priority, task["priority_weight"])
    owner = step.owner or ", ".join(expected.pipeline.owners) or "airflow"
    yield from differs("owner", owner, task["owner"])
    yield from differs("task group", step.group, task["group"])


def _holds_a_connection(expected: Expected, step: Step) -> bool:
    names = [expected.datasets[name].connection for name in (*step.reads, *step.writes) if name in expected.datasets]
    if isinstance(step, SqlStep):
        names = [step.connection]
    found = (expected.connector(name) for name in names)
    return any(connector is not None and connector.family == "sql" for connector in found)


def _rule(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    pipeline = expected.pipeline
    if step.trigger_rule is not None:
        yield from differs("trigger_rule", step.trigger_rule, task["trigger_rule"])
        return
    allowed = ["all_success"]
    if _may_be_skipped_above(pipeline, step):
        # Which of them is right shows when the outcomes are taken; `always` and its like would be wrong for all.
        allowed += _MERGES
    conditions = [step.when, *(branch.when for branch in getattr(step, "branches", ()))]
    if any(_looks_at_outcomes(condition) for condition in conditions):
        allowed += _OUTCOME_RULES
    if task["trigger_rule"] not in allowed:
        yield f"trigger_rule is {task['trigger_rule']!r}, not {allowed[0]!r}"


def _may_be_skipped_above(pipeline: Pipeline, step: Step) -> bool:
    before: dict[str, list[str]] = {}
    for up, down in edges(pipeline):
        before.setdefault(down, []).append(up)
    level, seen = list(before.get(step.id, ())), set()
    while level:
        name = level.pop()
        if name in seen:
            continue
        seen.add(name)
        other = pipeline.step(name)
        mapped = other.for_each is not None and not other.for_each.items
        if isinstance(other, ChooseStep) or other.when is not None or mapped or getattr(other, "soft_fail", False):
            return True
        level.extend(before.get(name, ()))
    return False


def _looks_at_outcomes(condition: Condition | None) -> bool:
    match condition:
        case Outcome():
            return True
        case Combined(conditions=parts):
            return any(_looks_at_outcomes(part) for part in parts)
        case Negated(condition=part):
            return _looks_at_outcomes(part)
    return False


def _mapping(_: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    yield from differs("dynamic mapping", step.for_each is not None, task["mapped"])
    if step.for_each is None:
        return
    yield from differs("max_active_tis_per_dagrun", step.for_each.max_parallel, task["max_active_tis_per_dagrun"])
    over = task["mapped_over"]
    values = [value for value in over.values() if isinstance(value, list)] if isinstance(over, dict) else []
    if step.for_each.items and len(values) == 1:
        found = [_item_in(step, value) for value in values[0]]
        same = len(found) == len(step.for_each.items) and all(
            same_text(want, have) if isinstance(want, str) else want == have
            for want, have in zip(step.for_each.items, found, strict=True)
        )
        if not same:
            yield f"it runs for {found!r}, not for {list(step.for_each.items)!r}"


def _outlets(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    datasets = [expected.datasets[name] for name in step.writes if name in expected.datasets]
    wanted = {dataset.location.strip() or dataset.name for dataset in datasets if not dataset.staged}
    found = {unquote(text) for text in task["outlets"]}
    yield from differs("the number of assets that it updates", len(wanted), len(found))
    for name in sorted(wanted):
        # Airflow normalises URIs, and a scheme of its own may be marked; the rest of the name stays.
        tail = (name.partition("://")[2] or name).rstrip("/")
        if not any(text.rstrip("/").endswith(tail) for text in found):
            yield f"it does not update the asset {name!r}"


def _waiting(expected: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(step, WaitStep):
        return
    limit = task["timeout"] or task["execution_timeout"]
    if not limit:
        yield "it waits without a time-out"
    elif step.timeout is not None:
        yield from differs("the time-out", expected.seconds(step.timeout), limit)
    if step.poke_interval is not None and task["poke_interval"] is not None:
        yield from differs("poke_interval", expected.seconds(step.poke_interval), task["poke_interval"])
    if task["soft_fail"] is not None:
        yield from differs("soft_fail", step.soft_fail, task["soft_fail"])
    if task["mode"] == "poke" and not task["deferrable"] and "Async" not in task["operator"]:
        yield "it holds a worker while it waits (mode 'poke')"


def _trigger(_: Expected, step: Step, task: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(step, TriggerStep):
        return
    extras = task["extras"]
    if not same_text(step.dag_id, extras.get("trigger_dag_id")):
        yield f"it starts {extras.get('trigger_dag_id')!r}, not {step.dag_id!r}"
    yield from differs("waiting for the other run", step.wait, bool(extras.get("wait_for_completion")))
    found = extras.get("conf") or {}
    if step.for_each is None and len(found) != len(step.conf):  # a mapped one hands over its items with it
        yield f"it hands over {found!r}, not {step.conf!r}"


def _item_in(step: Step, value: Any) -> Any:
    """The item in what a mapped task is given: alone, by name, or at the end of a message."""
    if isinstance(value, dict):
        name = step.for_each.name if step.for_each is not None else ""
        alone = next(iter(value.values())) if len(value) == 1 else value
        return next((value[key] for key in (name, name.upper(), "X-Item") if key in value), alone)
    if isinstance(step, NotifyStep) and isinstance(value, str) and step.for_each is not None:
        return value.rpartition(f"{step.for_each.name}: ")[2]
    return value
