"""Alerting."""

import os
from datetime import timedelta
from pathlib import Path

import yaml
from airflow.providers.http.notifications import HttpNotifier
from airflow.providers.slack.notifications.slack import SlackNotifier
from airflow.providers.smtp.notifications.smtp import SmtpNotifier
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, Asset, AssetAny, BaseNotifier, Context
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/alerting"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}


class AlertPager(BaseNotifier):
    """Calls alert_pager, which is imported only when there is something to tell."""

    def __init__(self, target: str, message: str) -> None:
        """Keep what to tell, and whom."""
        super().__init__()
        self.target = target
        self.message = message

    def notify(self, context: Context) -> None:
        """Tell it."""
        from resources.alerting.alert_pager_function import alert_pager

        alert_pager(context, self.target, self.message)


ON_FAILURE = [
    SlackNotifier(
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#data",
        text=(
            "Task {{ ti.task_id }} of {{ dag.dag_id }} failed in run {{ run_id }}: "
            "{{ exception | default('') }} {{ ti.log_url }}"
        ),
    ),
    SmtpNotifier(
        smtp_conn_id=CONFIG["mail_conn_id"],
        to=["ops@example.com"],
        subject="Task {{ ti.task_id }} of {{ dag.dag_id }} failed",
        html_content='It broke: {{ "{{" }} x }} &lt;b&gt;',
    ),
    AlertPager(target="primary", message="Wake up"),
]
ON_RETRY = [
    SlackNotifier(
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#noise",
        text=(
            "Task {{ ti.task_id }} of {{ dag.dag_id }} will be tried again in run "
            "{{ run_id }}: {{ exception | default('') }}"
        ),
    ),
]

with DAG(
    dag_id="alerting",
    dag_display_name="Alerting",
    schedule=AssetAny(
        Asset("raw.orders"),
        Asset("s3://bucket/key"),
        Asset("x-postgres://incomplete"),
    ),
    max_active_runs=1,
    default_args={"on_failure_callback": ON_FAILURE, "on_retry_callback": ON_RETRY},
    on_success_callback=[
        HttpNotifier(
            http_conn_id=CONFIG["hooks_conn_id"],
            endpoint="/done",
            json={"text": "Run {{ run_id }} of {{ dag.dag_id }} succeeded."},
        ),
    ],
    deadline=DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(hours=2),
        callback=AsyncCallback(
            SlackNotifier,
            kwargs={
                "slack_conn_id": CONFIG["slack_conn_id"],
                "channel": "#late",
                "text": (
                    "A run of {{ dag_run.dag_id }} is not finished in time: "
                    "{{ dag_run.run_id }}"
                ),
            },
        ),
    ),
    doc_md=__doc__,
):
    job = BashOperator(
        task_id="job",
        bash_command="make job",
        on_failure_callback=[
            *ON_FAILURE,
            SmtpNotifier(
                smtp_conn_id=CONFIG["mail_conn_id"],
                to=["owner@example.com"],
                subject="Task {{ ti.task_id }} of {{ dag.dag_id }} failed",
                html_content=(
                    "Task {{ ti.task_id }} of {{ dag.dag_id }} failed in run "
                    "{{ run_id }}: {{ exception | default('') | e }} {{ ti.log_url }}"
                ),
            ),
        ],
        on_success_callback=[
            SlackNotifier(
                slack_conn_id=CONFIG["slack_conn_id"],
                channel="#data",
                text="The job is done.",
            ),
        ],
    )
    other = BashOperator(task_id="other", bash_command="make other")

    job >> other
