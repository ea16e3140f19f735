"""A message as a task of its own."""

from __future__ import annotations

import json
from dataclasses import replace

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.connectors.registry import find
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import NotifyStep
from airflow_llm.targets.airflow.control.user_code import described_task, staged_reads
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal


def emit_notify(pipeline: Pipeline, step: NotifyStep) -> TaskCode:
    """The provider's operator for the system; a hook where there is none, or a mail has no address."""
    if hook_reason(pipeline, step) is not None:
        return _by_hand(pipeline, step)
    connector = find(pipeline.connection(step.connection).connector)
    if connector.family == "chat":
        return _chat(pipeline, step)
    if connector.family == "mail":
        return _mail(pipeline, step)
    return _http(pipeline, step)


def _by_hand(pipeline: Pipeline, step: NotifyStep) -> TaskCode:
    text = f"Send this message over {step.connection}" + (f" to {step.target}" if step.target else "") + "."
    message = {"target": step.target, "subject": step.subject, "message": _text(pipeline, step)}
    return described_task(pipeline, step, text, {name: value for name, value in message.items() if value})


def _chat(pipeline: Pipeline, step: NotifyStep) -> TaskCode:
    arguments: dict[str, Expression] = {"slack_conn_id": _connection(step)}
    if step.target:
        arguments["channel"] = literal(plain(step.target))
    text = f"*{step.subject}*\n{_text(pipeline, step)}" if step.subject else _text(pipeline, step)
    attached = _attached(pipeline, step)
    whole = plain(text) + "".join(f"\n{name}: {_pulled(name, writer)}" for name, writer in attached)
    code = TaskCode(
        imports=("from airflow.providers.slack.operators.slack import SlackAPIPostOperator",),
        operator="SlackAPIPostOperator",
        arguments={**arguments, "text": literal(whole)},
        requirements=frozenset({"apache-airflow-providers-slack"}),
    )
    return _for_each(step, code, "text", _with_item(step, f"{whole}\n"))


def _mail(pipeline: Pipeline, step: NotifyStep) -> TaskCode:
    from html import escape

    body = escape(_text(pipeline, step)).replace("\n", "<br>\n")
    if _attached(pipeline, step):
        return _mail_with_files(pipeline, step, body)
    addresses = [plain(address.strip()) for address in step.target.split(",") if address.strip()]
    subject = plain(_subject(pipeline, step))
    code = TaskCode(
        imports=("from airflow.providers.smtp.operators.smtp import EmailOperator",),
        operator="EmailOperator",
        arguments={
            "conn_id": _connection(step),
            "to": literal(addresses),
            "subject": literal(subject),
            "html_content": literal(plain(body)),
        },
        requirements=frozenset({"apache-airflow-providers-smtp"}),
    )
    return _for_each(step, code, "subject", _with_item(step, f"{subject}, "))


def _mail_with_files(pipeline: Pipeline, step: NotifyStep, body: str) -> TaskCode:
    """Attachments lie in staging: they are fetched, sent and removed in one task."""
    staged = tuple(name for name, _ in _attached(pipeline, step))
    addresses = [address.strip() for address in step.target.split(",") if address.strip()]
    return TaskCode(
        imports=("from airflow.providers.smtp.hooks.smtp import SmtpHook",),
        decorator="task",
        parameters=staged,
        body=(
            f"from resources.{pipeline.id}.staging import local_copies",
            "",
            f"hook = SmtpHook(smtp_conn_id={_connection(step)})",
            f"with hook as smtp, local_copies([{', '.join(staged)}]) as files:",
            f"    smtp.send_email_smtp(to={literal(addresses)}, subject={literal(_subject(pipeline, step))}, "
            f"html_content={literal(body)}, files=files)",
        ),
        support=frozenset({"local_copies"}),
        requirements=frozenset({"apache-airflow-providers-smtp"}),
    )


def _http(pipeline: Pipeline, step: NotifyStep) -> TaskCode:
    payload = json.dumps({"text": _text(pipeline, step)} | ({"subject": step.subject} if step.subject else {}))
    headers = {"Content-Type": "application/json"}
    code = TaskCode(
        imports=("from airflow.providers.http.operators.http import HttpOperator",),
        operator="HttpOperator",
        arguments={
            "http_conn_id": _connection(step),
            "endpoint": literal(plain(step.target)),
            "method": literal("POST"),
            "data": literal(plain(payload)),
            "headers": literal(headers),
        },
        requirements=frozenset({"apache-airflow-providers-http"}),
    )
    return _for_each(step, code, "headers", literal({**headers, "X-Item": Expression("str(item)")}))


def _for_each(step: NotifyStep, code: TaskCode, argument: str, value: Expression) -> TaskCode:
    """One message for each item of a mapped step: the argument that says which differs."""
    if step.for_each is None:
        return code
    common = {name: given for name, given in code.arguments.items() if name != argument}
    return replace(code, arguments=common, mapped_argument=argument, mapped_value=value)


def _with_item(step: NotifyStep, text: str) -> Expression:
    """The text, with the item of a mapped step named at its end."""
    name = step.for_each.name if step.for_each is not None else ""
    return Expression(f"{literal(f'{text}{name}: ')} + str(item)")


def _connection(step: NotifyStep) -> Expression:
    return Expression(f'CONFIG["{step.connection}_conn_id"]')


def _text(pipeline: Pipeline, step: NotifyStep) -> str:
    return step.message or step.title or step.doc or f"{pipeline.title or pipeline.id}: {step.id.replace('_', ' ')}"


def _subject(pipeline: Pipeline, step: NotifyStep) -> str:
    return step.subject or step.title or pipeline.title or pipeline.id.replace("_", " ").capitalize()


def _attached(pipeline: Pipeline, step: NotifyStep) -> list[tuple[str, str]]:
    """The staged datasets to send along, each with the step that wrote it."""
    wanted = [name for name in staged_reads(pipeline, step) if name in step.attach]
    return [(name, next(other.id for other in pipeline.steps if name in other.writes)) for name in wanted]


def _pulled(name: str, writer: str) -> str:
    return f"{{{{ ti.xcom_pull(task_ids={writer!r}, key={name!r}) or ti.xcom_pull(task_ids={writer!r}) }}}}"
