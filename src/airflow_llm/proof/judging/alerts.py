"""Whether an alert reached its stand-in: the right channel, address or path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from airflow_llm.connectors.registry import get
from airflow_llm.proof.evidence import AlertEvidence
from airflow_llm.proof.structure.expected import same_text
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Alert, NotifyStep


def judge_alert(pipeline: Pipeline, alert: Alert, task: str, result: Mapping[str, Any]) -> AlertEvidence:
    """Look for it in what the local servers got."""
    known = {item.name: item.connector for item in pipeline.connections}
    connector = get(known.get(alert.connection, alert.connection))
    name = connector.name if connector is not None else ""
    sent, reason = False, ""
    if name == "slack":
        sent = any(_is_slack(alert, request, task) for request in result["requests"])
    elif name == "email" and alert.target:
        sent = any(_is_mail(alert, mail, task) for mail in result["mails"])
    elif name == "http":
        sent = any(_is_http(alert, request) for request in result["requests"])
    else:
        reason = "the notifier is a function that only you can write"
    return AlertEvidence(
        task=task, on=alert.on, connection=alert.connection, target=alert.target, sent=sent, reason=reason
    )


def _is_slack(alert: Alert, request: Mapping[str, Any], task: str) -> bool:
    if not request["path"].endswith("/chat.postMessage") or not isinstance(request["body"], dict):
        return False
    body = request["body"]
    right = not alert.target or same_text(alert.target, body.get("channel"))
    return right and _speaks_of(alert, str(body.get("text", "")), task)


def _is_mail(alert: Alert, mail: Mapping[str, Any], task: str) -> bool:
    wanted = [part.strip() for part in alert.target.split(",") if part.strip()]
    right = all(address in mail["to"] for address in wanted)
    return right and _speaks_of(alert, f"{mail['subject']} {mail['body']}", task)


def _is_http(alert: Alert, request: Mapping[str, Any]) -> bool:
    path = str(request["path"]).strip("/")
    return request["method"] == "POST" and path == alert.target.partition("?")[0].strip("/")


def _speaks_of(alert: Alert, text: str, task: str) -> bool:
    """A message of the user's own says what they wrote; ours names the task."""
    if alert.message.strip():
        return same_text(alert.message, text) or bool(text)
    return not task or task in text


def missing_message(pipeline: Pipeline, step: NotifyStep, result: Mapping[str, Any]) -> str:
    """What is wrong when the message of a `notify` step did not reach its stand-in; empty when it did."""
    known = {item.name: item.connector for item in pipeline.connections}
    connector = get(known.get(step.connection, step.connection))
    alert = Alert(connection=step.connection, target=step.target, message=step.message)
    name = connector.name if connector is not None else ""
    if name == "slack":
        sent = any(_is_slack(alert, request, "") and _has_text(step, request["body"]) for request in result["requests"])
    elif name == "email":
        sent = any(_is_mail(alert, mail, "") for mail in result["mails"])
    elif name == "http":
        sent = any(_is_http(alert, request) for request in result["requests"])
    else:
        return ""
    return "" if sent else f"its message did not reach {step.target or step.connection!r}"


def _has_text(step: NotifyStep, body: Mapping[str, Any]) -> bool:
    return not step.message.strip() or same_text(step.message, str(body.get("text", "")))
