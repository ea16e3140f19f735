"""What an HTTP API answers, as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_llm.targets.airflow.support.location import publish
from airflow_llm.targets.airflow.support.rows import write_rows


def request_records(
    conn_id: str,
    request: tuple[str, str],
    target: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> str:
    """Publish the records that a request (method, path) is answered; no success fails the task."""
    from airflow.providers.http.hooks.http import HttpHook

    method, path = request
    hook = HttpHook(method=method, http_conn_id=conn_id)
    response = hook.run(path, data=body, headers=dict(headers or {}))
    records = answered_records(response.json())
    names = list(dict.fromkeys(name for record in records for name in record))
    rows = [tuple(record.get(name) for name in names) for record in records]
    with publish(target) as attempt:
        write_rows([rows], names or ["value"], attempt)
    return target


def answered_records(answer: Any) -> list[dict[str, Any]]:
    """The records of an answer: a list, the one list of an object, or the object."""
    if isinstance(answer, dict):
        lists = [value for value in answer.values() if isinstance(value, list)]
        answer = lists[0] if len(lists) == 1 else [answer]
    return [
        item if isinstance(item, dict) else {"value": item}
        for item in (answer if isinstance(answer, list) else [answer])
    ]
