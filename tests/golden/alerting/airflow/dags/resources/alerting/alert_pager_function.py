"""What only you can write: this pipeline runs once the functions here do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def alert_pager(context: Mapping[str, Any], target: str, message: str) -> None:
    """Send an alert over pager: an event of a task or run, with its context.

    Called by Airflow with the task's context; `target` and `message` are what the pipeline names.
    """
    raise NotImplementedError(
        (
            "alert_pager is not written yet: write it in "
            "dags/resources/alerting/alert_pager_function.py"
        ),
    )
