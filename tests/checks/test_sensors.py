"""What is said of a sensor's limit is what the generated sensor does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from airflow_llm.checks.registry import check
from airflow_llm.compiler.completion import complete
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.registry import find


@pytest.mark.parametrize(
    ("wait", "limit"),
    [
        ({"on": "dag", "dag_id": "upstream"}, "6h"),
        ({"on": "time", "at": "06:30"}, "6h"),
        ({"on": "delay", "delay": "2h"}, "8h"),
        ({"on": "described", "text": "the auditors are done"}, "6h"),
    ],
)
def test_the_limit_in_the_message_is_the_one_in_the_code(wait: dict[str, Any], limit: str) -> None:
    spec = {"id": "p", "steps": [{"id": "wait", "kind": "wait", "wait_for": wait}]}
    pipeline = complete(Pipeline.model_validate(spec))
    dag = find("airflow").emit(pipeline).files["dags/p.py"]
    (seconds,) = re.findall(r"timeout=(\d+)", dag)
    (found,) = (one for one in check(pipeline) if one.code == "sensor-without-timeout")
    assert f"gives up after {limit}" in found.message
    assert format_duration(timedelta(seconds=int(seconds))) == limit
