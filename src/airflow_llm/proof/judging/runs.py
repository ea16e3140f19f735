"""Whether a run succeeded, and whether two runs left the same data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from airflow_llm.proof.evidence import Failure

_BAD = ("failed", "upstream_failed", "up_for_retry", "None", "scheduled", "queued")
# An attempt that was killed leaves the file that it was writing, under a name of its own.
_ATTEMPT = re.compile(r"(^|/)\.[^/]*$|[0-9a-f]{32}")
_LOG_LINES = 15
# What Airflow says about its own book-keeping around a task says nothing about why the task failed.
_NOISE = re.compile(r"\[info +\].*(loc=|\[DAG TEST\]|::)")
_MISSING = re.compile(r"No module named 'airflow\.providers\.([\w.]+)'")
_FAMILIES = ("apache", "cncf", "common", "dbt", "microsoft")


def load_failures(run: str, errors: Mapping[str, str]) -> list[Failure]:
    """Each file that Airflow could not load; a provider that is not installed is named as pip installs it."""
    return [
        Failure(cause=_explained(text.strip().splitlines()[-1]), run=run, log=f"{place}\n{text}")
        for place, text in errors.items()
    ]


def _explained(cause: str) -> str:
    missing = _MISSING.search(cause)
    if missing is None:
        return cause
    parts = missing.group(1).split(".")
    provider = "-".join(parts[: 2 if parts[0] in _FAMILIES else 1]).replace("_", "-")
    package = "a provider" if provider in _FAMILIES else f"apache-airflow-providers-{provider}"
    return f"{cause}; {package} is not installed beside that Airflow: pip install -r the bundle's requirements.txt"


def failing_tasks(run: str, result: Mapping[str, Any]) -> list[Failure]:
    """Each task that failed by itself, with its cause and the last lines of its log."""
    attempts = {(item["task_id"], item["map_index"]): item for item in result["attempts"]}
    found = []
    for task in result["tasks"]:
        if task["state"] not in _BAD or task["state"] == "upstream_failed":
            continue
        attempt = attempts.get((task["task_id"], task["map_index"]), {})
        cause = attempt.get("error") or f"it ended as {task['state']}"
        log = "\n".join([line for line in attempt.get("log", "").splitlines() if not _NOISE.search(line)][-_LOG_LINES:])
        found.append(Failure(cause=cause, run=run, task=task["task_id"], log=log))
    if not found and result["state"] != "success":
        found.append(Failure(cause=f"the run ended as {result['state']}", run=run))
    return found


def changed_stores(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, str]:
    """What differs, by name, in the stand-ins' data after two runs that had to leave the same."""
    before, after = _settled(first["stores"]), _settled(second["stores"])
    found = {name: f"{name} is missing" for name in sorted(set(before) - set(after))}
    found |= {name: f"{name} was not there before" for name in sorted(set(after) - set(before))}
    for name in sorted(set(before) & set(after)):
        if before[name]["digest"] != after[name]["digest"]:
            rows = (before[name]["rows"], after[name]["rows"])
            change = f" ({rows[0]} rows, then {rows[1]})" if rows[0] != rows[1] else ""
            found[name] = f"{name} holds other rows than before{change}"
    return found


def _settled(stores: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data for name, data in stores.items() if not _ATTEMPT.search(name)}
