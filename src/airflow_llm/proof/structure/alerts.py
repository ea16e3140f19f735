"""Who is told what: the notifiers of the spec's alerts beside the callbacks of the DAG."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from airflow_llm.proof.structure.expected import Expected, same_text
from airflow_llm.spec.steps import Alert

_CLASSES = {"slack": "SlackNotifier", "email": "SmtpNotifier", "http": "HttpNotifier"}
_TARGETS = {"slack": "channel", "email": "to", "http": "endpoint"}
_CONNECTIONS = {"slack": "slack_conn_id", "email": "smtp_conn_id", "http": "http_conn_id"}
_MESSAGES = {"slack": "text", "email": "html_content", "http": "json"}
_ON_TASKS = ("failure", "retry")


def alert_differences(expected: Expected, dag: Mapping[str, Any]) -> Iterator[str]:
    """Alerts that nobody would get, and notifiers that no alert explains."""
    pipeline = expected.pipeline
    steps = {step.id: step.alerts for step in pipeline.steps}
    for name, task in dag["tasks"].items():
        own = steps.get(name, ())
        for event in ("failure", "retry", "success"):
            common = pipeline.alerts if event in _ON_TASKS else ()
            wanted = [alert for alert in (*common, *own) if alert.on == event]
            found = task["callbacks"][event]
            if not found and name in steps and event in _ON_TASKS and not own:
                found = dag["callbacks"][event]
            yield from _compare(expected, f"the task {name!r}, on {event}", wanted, found)
    success = [alert for alert in pipeline.alerts if alert.on == "success"]
    yield from _compare(expected, "the DAG, on success", success, dag["callbacks"]["success"])
    yield from _deadline_differences(pipeline.alerts, dag["deadlines"])


def _compare(expected: Expected, where: str, wanted: Iterable[Alert], found: list[Mapping[str, Any]]) -> Iterator[str]:
    left = list(found)
    for alert in wanted:
        match = next((item for item in left if _is(expected, alert, item)), None)
        if match is None:
            yield f"{where}: no alert goes to {alert.target or alert.connection!r} over {alert.connection!r}"
        else:
            left.remove(match)
    yield from (f"{where}: {item['class'].rpartition('.')[2]} is told, which nothing asks for" for item in left)


def _is(expected: Expected, alert: Alert, notifier: Mapping[str, Any]) -> bool:
    connector = expected.connector(alert.connection)
    name = connector.name if connector is not None else ""
    if name not in _CLASSES:
        # The user's own function tells it; whom it tells is not ours to read.
        return True
    if notifier["class"].rpartition(".")[2] != _CLASSES[name]:
        return False
    connection = expected.connection_id(alert.connection)
    if connection is not None and notifier.get(_CONNECTIONS[name]) != connection:
        return False
    return _goes_to(alert, notifier.get(_TARGETS[name])) and _says(alert, notifier.get(_MESSAGES[name]))


def _goes_to(alert: Alert, found: Any) -> bool:
    if not alert.target:
        return True
    if isinstance(found, list):
        wanted = [part.strip() for part in alert.target.split(",") if part.strip()]
        return len(found) == len(wanted) and all(map(same_text, wanted, found))
    return same_text(alert.target, found)


def _says(alert: Alert, found: Any) -> bool:
    if not alert.message.strip():
        return bool(found)
    return same_text(alert.message, found["text"] if isinstance(found, dict) and "text" in found else found)


def _deadline_differences(alerts: Iterable[Alert], found: list[Mapping[str, Any]]) -> Iterator[str]:
    wanted = sorted(alert.after.total_seconds() for alert in alerts if alert.on == "deadline" and alert.after)
    have = sorted(item["interval"] for item in found if isinstance(item["interval"], (int, float)))
    if wanted != have:
        yield f"the deadlines are {have}, not {wanted} (seconds)"
