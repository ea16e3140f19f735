"""Sensors: deferred, or rescheduled between two looks, and always with a time-out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.registry import get
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import WaitStep
from airflow_llm.spec.waits import LONGEST_WAIT, ForDag, ForData, ForDelay, ForDescribed, ForHttp, ForQuery, ForTime
from airflow_llm.targets.airflow.control.wait_sql import query_sensor, table_sensor
from airflow_llm.targets.airflow.data.parts import path_of
from airflow_llm.targets.airflow.hook_file import Hook, hook_file
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_STANDARD = frozenset({"apache-airflow-providers-standard"})
_SECONDS_BETWEEN = timedelta(minutes=1)
# A server that is not ready yet answers like this; 401 or 403 will not get better by waiting.
_NOT_YET = ("404", "408", "425", "429", "5")


def emit_wait(pipeline: Pipeline, step: WaitStep) -> TaskCode:
    """The sensor for what the step waits for."""
    if hook_reason(pipeline, step) is not None:
        return _described(pipeline, step)
    emit: dict[type, Callable[[Pipeline, WaitStep, Any], TaskCode]] = {
        ForData: _data,
        ForQuery: query_sensor,
        ForDag: _dag,
        ForTime: _time,
        ForDelay: _delay,
        ForHttp: _http,
    }
    code = emit[type(step.wait_for)](pipeline, step, step.wait_for)
    return _with_limits(pipeline, step, code)


def _with_limits(pipeline: Pipeline, step: WaitStep, code: TaskCode) -> TaskCode:
    from dataclasses import replace

    limits: dict[str, Expression] = {}
    deferred = "deferrable" in code.arguments or code.operator == "DateTimeSensorAsync"
    if not deferred:
        limits["mode"] = literal("reschedule")
    looks = isinstance(step.wait_for, ForDag) or not deferred
    if looks:
        limits["poke_interval"] = literal((step.poke_interval or _SECONDS_BETWEEN).total_seconds())
    limits["timeout"] = literal(_timeout(pipeline, step).total_seconds())
    if step.soft_fail:
        limits["soft_fail"] = literal(True)
    arguments = {name: _whole(value) for name, value in (dict(code.arguments) | limits).items()}
    return replace(code, arguments=arguments)


def _timeout(pipeline: Pipeline, step: WaitStep) -> timedelta:
    own = step.timeout or pipeline.defaults.timeout
    if own is not None:
        return own
    waited = step.wait_for.delay if isinstance(step.wait_for, ForDelay) else timedelta(0)
    return LONGEST_WAIT + waited


def _whole(value: Expression) -> Expression:
    return Expression(value.removesuffix(".0")) if value.replace(".", "", 1).isdigit() else value


def _time(pipeline: Pipeline, step: WaitStep, wait: ForTime) -> TaskCode:  # noqa: ARG001 - one signature for all
    zone = pipeline.schedule.timezone or "UTC"
    moment = "(dag_run.data_interval_end or dag_run.run_after)"
    local = f".astimezone(macros.dateutil.tz.gettz({zone!r}))"
    at = f".replace(hour={wait.at.hour}, minute={wait.at.minute}, second={wait.at.second}, microsecond=0)"
    return TaskCode(
        imports=("from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync",),
        operator="DateTimeSensorAsync",
        arguments={"target_time": literal(f"{{{{ {moment}{local}{at} }}}}")},
        requirements=_STANDARD,
    )


def _delay(pipeline: Pipeline, step: WaitStep, wait: ForDelay) -> TaskCode:  # noqa: ARG001 - one signature for all
    return TaskCode(
        imports=("from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor",),
        operator="TimeDeltaSensor",
        arguments={"delta": literal(wait.delay), "deferrable": literal(True)},
        requirements=_STANDARD,
    )


def _dag(pipeline: Pipeline, step: WaitStep, wait: ForDag) -> TaskCode:  # noqa: ARG001 - one signature for all
    arguments: dict[str, Expression] = {"external_dag_id": literal(plain(wait.dag_id))}
    failed = ["failed"]
    if wait.task_id is not None:
        arguments["external_task_id"] = literal(plain(wait.task_id))
        failed.append("upstream_failed")
    if wait.earlier:
        arguments["execution_delta"] = literal(wait.earlier)
    arguments |= {"allowed_states": literal(["success"]), "failed_states": literal(failed)}
    arguments["deferrable"] = literal(True)
    return TaskCode(
        imports=("from airflow.providers.standard.sensors.external_task import ExternalTaskSensor",),
        operator="ExternalTaskSensor",
        arguments=arguments,
        requirements=_STANDARD,
    )


def _http(pipeline: Pipeline, step: WaitStep, wait: ForHttp) -> TaskCode:  # noqa: ARG001 - one signature for all
    return _http_sensor(wait.connection, wait.path, wait.contains)


def _http_sensor(connection: str, path: str, contains: str) -> TaskCode:
    arguments: dict[str, Expression] = {
        "http_conn_id": Expression(f'CONFIG["{connection}_conn_id"]'),
        "endpoint": literal(plain(path)),
        "response_error_codes_allowlist": literal(list(_NOT_YET)),
    }
    if contains:
        arguments["response_check"] = Expression(f"lambda response: {literal(contains)} in response.text")
    return TaskCode(
        imports=("from airflow.providers.http.sensors.http import HttpSensor",),
        operator="HttpSensor",
        arguments=arguments,
        requirements=frozenset({"apache-airflow-providers-http"}),
    )


def _data(pipeline: Pipeline, step: WaitStep, wait: ForData) -> TaskCode:
    dataset = pipeline.dataset(wait.dataset)
    if dataset.connection is None:
        return _described(pipeline, step)
    connector = get(pipeline.connection(dataset.connection).connector)
    family = connector.family if connector is not None else ""
    if family == "sql":
        return table_sensor(pipeline, step, wait)
    if family == "http":
        return _http_sensor(dataset.connection, dataset.location or "/", "")
    return _file(pipeline, dataset)


def _file(pipeline: Pipeline, dataset: Dataset) -> TaskCode:
    """Any object store and local files alike; a pattern (`*.csv`) waits for at least one match."""
    name = dataset.connection or ""
    url, conn_id = f'CONFIG["{name}_url"]', f'CONFIG["{name}_conn_id"]'
    location = literal(path_of(dataset))
    connector = get(pipeline.connection(name).connector)
    return TaskCode(
        decorator="task.sensor",
        body=(
            f"from resources.{pipeline.id}.staging import exists",
            "",
            f"return exists({url}, {location}, {conn_id})",
        ),
        returns="bool",
        support=frozenset({"exists"}),
        requirements=frozenset({"apache-airflow-providers-common-io", *([connector.provider] if connector else [])}),
    )


def _described(pipeline: Pipeline, step: WaitStep) -> TaskCode:
    wait = step.wait_for
    text = wait.text if isinstance(wait, ForDescribed) else f"Whether {step.title or step.id} is so."
    contract = "Returns true as soon as the wait is over; it is called again until then."
    file_name = f"{step.id}_function.py"
    code = TaskCode(
        decorator="task.sensor",
        body=(
            f"from resources.{pipeline.id}.{step.id}_function import {step.id}",
            "",
            f"return {step.id}()",
        ),
        returns="bool",
        files={file_name: hook_file(pipeline.id, file_name, (Hook(step.id, text, {}, "bool", contract),))},
    )
    return _with_limits(pipeline, step, code)
