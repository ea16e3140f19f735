"""The arguments that any task may have, and those of `default_args`."""

from __future__ import annotations

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.assets import asset
from airflow_llm.targets.airflow.resources import executor_config
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.airflow.versions import Features
from airflow_llm.targets.python import Expression, literal

_BACKOFF_FACTOR = 2.0


def default_arguments(pipeline: Pipeline, features: Features) -> dict[str, Expression]:
    """What holds for every task that does not say otherwise."""
    defaults = pipeline.defaults
    values: dict[str, object] = {
        "owner": ", ".join(pipeline.owners) or None,
        "retries": defaults.retries,
        "retry_delay": defaults.retry_delay,
        "max_retry_delay": defaults.max_retry_delay,
        "execution_timeout": defaults.timeout,
        "depends_on_past": defaults.depends_on_past or None,
        "pool": defaults.pool,
        "priority_weight": defaults.priority,
    }
    found = {name: literal(value) for name, value in values.items() if value is not None}
    if defaults.backoff is not None:
        found["retry_exponential_backoff"] = backoff(defaults.backoff, features)
    return found


def backoff(wanted: bool, features: Features) -> Expression:
    """Growing delays: a factor where Airflow takes one."""
    return literal((_BACKOFF_FACTOR if wanted else 0) if features.backoff_multiplier else wanted)


def task_arguments(pipeline: Pipeline, step: Step, code: TaskCode, features: Features) -> dict[str, Expression]:
    """What the step says about itself, in the order that people look for it."""
    values: dict[str, object] = {"retries": step.retries, "retry_delay": step.retry_delay}
    if step.backoff is not None:
        values["retry_exponential_backoff"] = backoff(step.backoff, features)
    if step.kind != "wait":
        values["execution_timeout"] = step.timeout
    values |= _pool(pipeline, step, code)
    values |= {"priority_weight": step.priority, "owner": step.owner}
    if step.for_each is not None:
        values["max_active_tis_per_dagrun"] = step.for_each.max_parallel
    outlets = [asset(pipeline.dataset(name)) for name in _updated(pipeline, step)]
    values["outlets"] = outlets or None
    if step.resources is not None and "executor_config" not in code.arguments:
        values["executor_config"] = executor_config(step.resources, code)
    found = {name: literal(value) for name, value in values.items() if value is not None}
    return {name: value for name, value in found.items() if name not in code.arguments}


def _pool(pipeline: Pipeline, step: Step, code: TaskCode) -> dict[str, object]:
    pool: object = step.pool
    if pool is None and code.uses_sql and pipeline.defaults.pool is None and _has_setting(pipeline, "sql_pool"):
        pool = Expression('CONFIG["sql_pool"]')
    return {"pool": pool, "pool_slots": step.pool_slots if step.pool_slots > 1 else None}


def _has_setting(pipeline: Pipeline, name: str) -> bool:
    return any(setting.name == name for setting in pipeline.settings)


def _updated(pipeline: Pipeline, step: Step) -> list[str]:
    """The datasets of users' systems that the step writes: other DAGs may wait for them."""
    known = {dataset.name: dataset for dataset in pipeline.datasets}
    return [name for name in step.writes if name in known and not known[name].staged]
