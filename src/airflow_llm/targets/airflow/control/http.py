"""One HTTP request as a step."""

from __future__ import annotations

from dataclasses import replace

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import HttpStep
from airflow_llm.targets.airflow.control.user_code import described_task, staged_writes
from airflow_llm.targets.airflow.docs import step_doc
from airflow_llm.targets.airflow.imports import local_imports
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

_HTTP = frozenset({"apache-airflow-providers-http"})


def emit_http(pipeline: Pipeline, step: HttpStep) -> TaskCode:
    """`HttpOperator`; a task that stages the answer's records when the step writes a dataset."""
    if hook_reason(pipeline, step) is not None:
        return described_task(pipeline, step, f"{step_doc(step)}\n\n{step.method} {step.path} of {step.connection}.")
    return _records(pipeline, step) if staged_writes(pipeline, step) else _request(step)


def _request(step: HttpStep) -> TaskCode:
    arguments: dict[str, Expression] = {
        "http_conn_id": Expression(f'CONFIG["{step.connection}_conn_id"]'),
        "method": literal(step.method),
        "endpoint": literal(plain(step.path)),
    }
    if step.headers:
        arguments["headers"] = literal({plain(name): plain(value) for name, value in step.headers.items()})
    if step.body is not None:
        arguments["data"] = literal(plain(step.body))
    code = TaskCode(
        imports=("from airflow.providers.http.operators.http import HttpOperator",),
        operator="HttpOperator",
        arguments=arguments,
        requirements=_HTTP,
    )
    return code if step.for_each is None else _for_each(step, step.for_each.name, code)


def _for_each(step: HttpStep, name: str, code: TaskCode) -> TaskCode:
    """One request for each item: it is a field of the form, or of the query; beside a body it is a header."""
    if step.body is None and step.method != "HEAD":
        return replace(code, mapped_argument="data", mapped_value=Expression(f"{{{literal(name)}: str(item)}}"))
    headers = {**{plain(key): plain(value) for key, value in step.headers.items()}, "X-Item": Expression("str(item)")}
    common = {key: value for key, value in code.arguments.items() if key != "headers"}
    return replace(code, arguments=common, mapped_argument="headers", mapped_value=literal(headers))


def _records(pipeline: Pipeline, step: HttpStep) -> TaskCode:
    (name, *_) = staged_writes(pipeline, step)
    plain_get = step.method == "GET" and not step.headers and step.body is None
    function = "unload_api" if plain_get else "request_records"
    request = step.path if plain_get else (step.method, step.path)
    parts = [
        f'CONFIG["{step.connection}_conn_id"]',
        literal(request),
        f'staged(CONFIG["staging_url"], {literal(name)})',
        f"headers={literal(dict(step.headers))}" if step.headers else "",
        f"body={literal(step.body)}" if step.body is not None else "",
    ]
    return TaskCode(
        decorator="task",
        body=(
            *local_imports([f"from resources.{pipeline.id}.staging import {function}, staged"]),
            f"return {function}({', '.join(part for part in parts if part)})",
        ),
        returns="str",
        support=frozenset({function, "staged"}),
        requirements=_HTTP | {"pyarrow"},
    )
