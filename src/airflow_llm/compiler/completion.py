"""What every bundle needs and nobody writes: a connection id, an address and a pool for each environment."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.compiler.buckets import separate_buckets
from airflow_llm.compiler.residence import keep_inside
from airflow_llm.connectors.registry import get
from airflow_llm.errors import InputError
from airflow_llm.spec.datasets import Connection
from airflow_llm.spec.model import Scalar
from airflow_llm.spec.pipeline import Assumption, Pipeline, Setting
from airflow_llm.spec.steps import EvaluateStep

_EMBEDDED = "dev"
_LONGEST_NAME = 72
_HOME = "file://${AIRFLOW_HOME}/embedded"
_HOW = "set {name} in config.yml"


def complete(pipeline: Pipeline) -> Pipeline:
    """The pipeline with every setting that its bundle reads; what the user set stays. Twice is the same as once."""
    if not pipeline.environments:
        return pipeline
    _refuse_long_names(pipeline)
    pipeline = separate_buckets(keep_inside(_with_metrics_returned(pipeline)), _EMBEDDED, _HOME)
    known = {setting.name: setting for setting in pipeline.settings}
    settings: dict[str, Setting] = {}
    assumptions = list(pipeline.assumptions)
    told = {assumption.subject for assumption in assumptions}
    for name, guess, why in _wanted(pipeline):
        given = known.get(name)
        missing = [env for env in pipeline.environments if given is None or env not in given.values]
        values: dict[str, Scalar] = dict(given.values) if given is not None else {}
        settings[name] = Setting(name=name, values=values | {env: guess(env) for env in missing})
        subject = f"config.{name}"
        if missing and subject not in told:
            shown = ", ".join(f"{env}: {guess(env)}" for env in missing)
            assumptions.append(Assumption(subject=subject, text=f"{why} ({shown})", change=_HOW.format(name=name)))
    merged = {**known, **settings}
    return pipeline.model_copy(update={"settings": tuple(merged.values()), "assumptions": tuple(assumptions)})


def _with_metrics_returned(pipeline: Pipeline) -> Pipeline:
    """What an `evaluate` measures is what it returns, unless the spec says what it returns."""
    steps = tuple(
        step.model_copy(update={"returns": step.metrics})
        if isinstance(step, EvaluateStep) and step.metrics and not step.returns
        else step
        for step in pipeline.steps
    )
    return pipeline if steps == pipeline.steps else pipeline.model_copy(update={"steps": steps})


def _refuse_long_names(pipeline: Pipeline) -> None:
    for connection in pipeline.connections:
        if len(connection.name) > _LONGEST_NAME:
            raise InputError(
                f"the connection name {connection.name!r} is too long for its settings",
                hint=f"use at most {_LONGEST_NAME} characters",
                place="connections",
            )


class _Guess:
    """A value for each environment: one for the embedded one, one pattern for the others."""

    def __init__(self, other: str, embedded: str) -> None:
        self.other = other
        self.embedded = embedded

    def __call__(self, environment: str) -> str:
        return (self.embedded if environment == _EMBEDDED else self.other).replace("{env}", environment)


def _wanted(pipeline: Pipeline) -> Iterator[tuple[str, _Guess, str]]:
    """The settings that the bundle reads: name, value for each environment, and what is assumed."""
    for connection in pipeline.connections:
        name = f"{connection.name}_conn_id"
        yield name, _Guess(f"{connection.name}_{{env}}", f"{connection.name}_{{env}}"), "The Airflow connection ids"
        if _has_address(connection):
            yield f"{connection.name}_url", _address(connection), f"Where {connection.name} keeps its files"
    if any(step.kind == "dbt" for step in pipeline.steps):
        yield "dbt_project_dir", _Guess("/opt/airflow/dbt", "/opt/airflow/dbt"), "Where the dbt project is deployed"
        yield "dbt_target", _Guess("{env}", "{env}"), "The target of the dbt profile"
    if _stages(pipeline):
        guess = _Guess("s3://company-staging", f"{_HOME}/staging")
        yield "staging_url", guess, "Where data waits between two steps"
    if _uses_sql(pipeline):
        yield "sql_pool", _Guess("default_pool", "embedded"), "The pool of the tasks that hold a database connection"


def _has_address(connection: Connection) -> bool:
    connector = get(connection.connector)
    return connector is not None and connector.family in ("objects", "files")


def _address(connection: Connection) -> _Guess:
    connector = get(connection.connector)
    embedded = f"{_HOME}/{connection.name}"
    if connector is not None and connector.family == "objects":
        return _Guess("s3://company-data", embedded)
    return _Guess(f"file:///data/{connection.name}", embedded)


def _stages(pipeline: Pipeline) -> bool:
    """Whether anything goes through staging: staged datasets, or copies from one system to another."""
    moving = {"extract", "load", "validate", "transform", "train", "evaluate", "predict", "report", "http", "python"}
    kinds = {step.kind for step in pipeline.steps if step.reads or step.writes}
    return any(dataset.staged for dataset in pipeline.datasets) or bool(kinds & moving)


def _uses_sql(pipeline: Pipeline) -> bool:
    connectors = (get(connection.connector) for connection in pipeline.connections)
    return any(connector is not None and connector.family == "sql" for connector in connectors)
