"""Alerts as callbacks: the providers' notifiers, with the step's own alerts beside the pipeline's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Alert, Step
from airflow_llm.targets.airflow.hook_file import Hook, hook_file
from airflow_llm.targets.airflow.jinja import plain
from airflow_llm.targets.airflow.versions import Features
from airflow_llm.targets.python import Expression, call, literal

EVENTS = {
    "failure": ("on_failure_callback", "ON_FAILURE"),
    "retry": ("on_retry_callback", "ON_RETRY"),
    "success": ("on_success_callback", "ON_SUCCESS"),
}
_TASK = "{{ ti.task_id }} of {{ dag.dag_id }}"
_DEFAULT = {
    "failure": f"Task {_TASK} failed in run {{{{ run_id }}}}: {{{{ exception | default('') }}}} {{{{ ti.log_url }}}}",
    "retry": f"Task {_TASK} will be tried again in run {{{{ run_id }}}}: {{{{ exception | default('') }}}}",
    "success": "Run {{ run_id }} of {{ dag.dag_id }} succeeded.",
    "step success": f"Task {_TASK} succeeded in run {{{{ run_id }}}}.",
    "deadline": "A run of {{ dag_run.dag_id }} is not finished in time: {{ dag_run.run_id }}",
}


@dataclass(eq=False, repr=False)
class Alerts:
    """The alerts of one pipeline as source, with what they need."""

    pipeline: Pipeline
    features: Features
    imports: set[str] = field(default_factory=set)
    requirements: set[str] = field(default_factory=set)
    files: dict[str, str] = field(default_factory=dict)

    def constants(self) -> list[str]:
        """One statement for each event that tasks tell of: the list of the pipeline's notifiers."""
        lines = []
        for event in ("failure", "retry"):
            found = self._of(self.pipeline.alerts, event)
            if found:
                lines.append(f"{EVENTS[event][1]} = {self._list(found, event)}")
        return lines

    def of_pipeline(self) -> dict[str, Expression]:
        """Arguments for `default_args`: failures and retries are told by the task that they happen in."""
        events = [event for event in ("failure", "retry") if self._of(self.pipeline.alerts, event)]
        return {EVENTS[event][0]: Expression(EVENTS[event][1]) for event in events}

    def of_dag(self) -> dict[str, Expression]:
        """Arguments of the DAG itself: the run's success and its deadline."""
        arguments: dict[str, Expression] = {}
        successes = self._of(self.pipeline.alerts, "success")
        if successes:
            arguments["on_success_callback"] = self._list(successes, "success")
        deadlines = self._of(self.pipeline.alerts, "deadline")
        if deadlines:
            arguments["deadline"] = self._deadlines(deadlines)
        return arguments

    def of_step(self, step: Step) -> dict[str, Expression]:
        """Arguments of one task: its own alerts after those of the pipeline."""
        arguments: dict[str, Expression] = {}
        for event, (name, constant) in EVENTS.items():
            own = self._of(step.alerts, event)
            if not own:
                continue
            kind = "step success" if event == "success" else event
            parts = [self._notifier(alert, kind) for alert in own]
            if event != "success" and self._of(self.pipeline.alerts, event):
                parts.insert(0, Expression(f"*{constant}"))
            arguments[name] = Expression(f"[{', '.join(parts)}]")
        if self._of(step.alerts, "deadline"):
            raise UnsupportedError(
                f"Airflow has no deadline for the single task {step.id!r}",
                hint="put the deadline on the pipeline, or give the step a timeout",
                place=f"steps.{step.id}.alerts",
            )
        return arguments

    @staticmethod
    def _of(alerts: Iterable[Alert], event: str) -> list[Alert]:
        return [alert for alert in alerts if alert.on == event]

    def _list(self, alerts: Iterable[Alert], event: str) -> Expression:
        return Expression(f"[{', '.join(self._notifier(alert, event) for alert in alerts)}]")

    def _notifier(self, alert: Alert, event: str) -> Expression:
        name, arguments = self._notification(alert, event)
        return call(name, arguments)

    def _notification(self, alert: Alert, event: str) -> tuple[str, dict[str, object]]:
        """The notifier's class and arguments, by the family of the connection's system."""
        from airflow_llm.connectors.registry import get

        by_name = {connection.name: connection.connector for connection in self.pipeline.connections}
        connector = get(by_name.get(alert.connection, alert.connection))
        text = plain(alert.message) if alert.message.strip() else _DEFAULT[event]
        conn_id = Expression(f'CONFIG["{alert.connection}_conn_id"]')
        match connector.name if connector else "":
            case "slack":
                self._need("airflow.providers.slack.notifications.slack", "SlackNotifier", "slack")
                channel = {"channel": plain(alert.target)} if alert.target else {}
                return "SlackNotifier", {"slack_conn_id": conn_id, **channel, "text": text}
            case "email" if alert.target:
                self._need("airflow.providers.smtp.notifications.smtp", "SmtpNotifier", "smtp")
                return "SmtpNotifier", {"smtp_conn_id": conn_id, **_mail(alert, event, text)}
            case "email" if event == "deadline":
                raise UnsupportedError(
                    "a deadline is to be told by e-mail, and no address is named",
                    hint="name one as the alert's `target`",
                    place="alerts",
                )
            case name if name == "http" or event == "deadline":  # a deadline is told by what needs no worker
                self._need("airflow.providers.http.notifications", "HttpNotifier", "http")
                endpoint = {"endpoint": plain(alert.target)} if alert.target else {}
                return "HttpNotifier", {"http_conn_id": conn_id, **endpoint, "json": {"text": text}}
        return self._by_hand(alert)

    def _need(self, module: str, name: str, provider: str) -> None:
        self.imports.add(f"from {module} import {name}")
        self.requirements.add(f"apache-airflow-providers-{provider}")

    def _by_hand(self, alert: Alert) -> tuple[str, dict[str, object]]:
        """No notifier is known: a function that the user writes, called through one that imports it late."""
        name = f"alert_{alert.connection}"
        text = f"Send an alert over {alert.connection}: an event of a task or run, with its context."
        contract = "Called by Airflow with the task's context; `target` and `message` are what the pipeline names."
        notes = {"context": "Mapping[str, Any]", "target": "str", "message": "str"}
        file_name = f"{name}_function.py"
        self.files[file_name] = hook_file(self.pipeline.id, file_name, (Hook(name, text, notes, "None", contract),))
        self.imports |= {"from airflow.sdk import BaseNotifier, Context"}
        return _class_name(name), {"target": alert.target, "message": alert.message}

    def classes(self) -> list[str]:
        """Notifiers that call functions which the user writes."""
        lines: list[str] = []
        for file_name in sorted(self.files):
            name = file_name.removesuffix("_function.py")
            lines += [
                f"class {_class_name(name)}(BaseNotifier):",
                f'    """Calls {name}, which is imported only when there is something to tell."""',
                "",
                "    def __init__(self, target: str, message: str) -> None:",
                '        """Keep what to tell, and whom."""',
                "        super().__init__()",
                "        self.target = target",
                "        self.message = message",
                "",
                "    def notify(self, context: Context) -> None:",
                '        """Tell it."""',
                f"        from resources.{self.pipeline.id}.{name}_function import {name}",
                "",
                f"        {name}(context, self.target, self.message)",
                "",
                "",
            ]
        return lines

    def _deadlines(self, alerts: list[Alert]) -> Expression:
        if not self.features.deadline_alerts:
            raise UnsupportedError(
                f"deadline alerts need Airflow 3.1 or later, not {self.features.version}",
                hint="target 3.1 or later, or set the pipeline's `timeout` with a failure alert",
                place="alerts",
            )
        module = self.features.deadline_module
        self.imports |= {f"from {module} import DeadlineAlert", f"from {module} import DeadlineReference"}
        self.imports.add(f"from {self.features.callback_module} import AsyncCallback")
        parts = []
        for alert in alerts:
            name, arguments = self._notification(alert, "deadline")
            parts.append(
                f"DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval={literal(alert.after)}, "
                f"callback=AsyncCallback({name}, kwargs={literal(arguments)}))"
            )
        return Expression(f"[{', '.join(parts)}]") if len(parts) > 1 else Expression(parts[0])


def _class_name(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _mail(alert: Alert, event: str, text: str) -> dict[str, object]:
    addresses = [plain(address.strip()) for address in alert.target.split(",") if address.strip()]
    subject = "Run of {{ dag.dag_id }}" if event == "success" else "Task {{ ti.task_id }} of {{ dag.dag_id }}"
    what = {"failure": "failed", "retry": "is tried again", "deadline": "is late"}.get(event, "succeeded")
    if event == "deadline":
        subject = "Run of {{ dag_run.dag_id }}"
    body = text.replace("default('')", "default('') | e") if not alert.message.strip() else _escaped(alert.message)
    return {"to": addresses, "subject": f"{subject} {what}", "html_content": body}


def _escaped(message: str) -> str:
    from html import escape

    return plain(escape(message))
