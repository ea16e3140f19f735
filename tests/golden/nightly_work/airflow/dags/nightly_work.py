"""Nightly work.

One of each kind of work.

Owners: Ada Lovelace, ops

Stakeholders: finance
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pendulum
import yaml
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.http.operators.http import HttpOperator
from airflow.providers.slack.operators.slack import SlackAPIPostOperator
from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.providers.smtp.operators.smtp import EmailOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import DAG, MultipleCronTriggerTimetable, conf, task
from docker.types import DeviceRequest

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/nightly_work"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}


def pod(**requests: str) -> dict[str, Any]:
    """The size of a task's pod; other executors than Kubernetes' run it on a worker."""
    if "KubernetesExecutor" not in conf.get("core", "executor"):
        return {}
    from kubernetes.client import models as k8s

    names = {"gpu": "nvidia.com/gpu", "disk": "ephemeral-storage"}
    size = {names.get(name, name): value for name, value in requests.items()}
    resources = k8s.V1ResourceRequirements(requests=size, limits=size)
    container = k8s.V1Container(name="base", resources=resources)
    return {"pod_override": k8s.V1Pod(spec=k8s.V1PodSpec(containers=[container]))}


with DAG(
    dag_id="nightly_work",
    dag_display_name="Nightly work",
    schedule=MultipleCronTriggerTimetable(
        "0 1 * * *",
        "30 13 * * 6",
        timezone="Europe/Paris",
    ),
    start_date=pendulum.datetime(2025, 6, 1, tz="Europe/Paris"),
    end_date=pendulum.datetime(2027, 6, 30, 23, 59, 59, tz="Europe/Paris"),
    catchup=True,
    max_active_runs=3,
    dagrun_timeout=timedelta(hours=4),
    default_args={
        "owner": "Ada Lovelace, ops",
        "retries": 3,
        "retry_delay": timedelta(minutes=2),
        "execution_timeout": timedelta(hours=1),
        "pool": "nightly",
    },
    tags=["ops", "nightly"],
    doc_md=__doc__,
):

    @task
    def remote() -> None:
        """Remote."""
        from resources.nightly_work.remote_function import remote

        remote()

    @task
    def fetch() -> str:
        """Fetch."""
        from resources.nightly_work.staging import request_records, staged

        return request_records(
            CONFIG["weather_conn_id"],
            ("GET", "/v1/forecast?city=Berlin"),
            staged(CONFIG["staging_url"], "forecast"),
            headers={"X-Key": "none"},
        )

    @task
    def spark_by_hand() -> None:
        """Spark by hand."""
        from resources.nightly_work.spark_by_hand_function import spark_by_hand

        spark_by_hand()

    @task(executor_config=pod(cpu="1.5", memory="2Gi", disk="10Gi", gpu="1"))
    def score() -> None:
        """Score."""
        from resources.nightly_work.score_function import score

        score(threshold=0.5, name="x")

    @task(task_id="task")
    def task_task() -> None:
        """Task."""
        from shop.jobs import task as task_function

        task_function()

    @task
    def mail_report(forecast: str) -> None:
        """Mail report."""
        from resources.nightly_work.staging import local_copies

        hook = SmtpHook(smtp_conn_id=CONFIG["mail_conn_id"])
        with hook as smtp, local_copies([forecast]) as files:
            smtp.send_email_smtp(
                to=["a@example.com", "b@example.com"],
                subject="Nightly work",
                html_content="Rows &lt; 5 &amp; more",
                files=files,
            )

    @task
    def page() -> None:
        """Page."""
        from resources.nightly_work.page_function import page

        page(message="Wake up")

    tidy = BashOperator(
        task_id="tidy",
        bash_command=(
            "find /data -name '*.tmp' -mtime +3 -delete && echo {{ \"{{\" }} done }} "
            "$MODE"
        ),
        env={"MODE": 'safe {{ "{{" }} x }}', "Q": 'it\'s "so"'},
        append_env=True,
        retries=0,
        execution_timeout=timedelta(minutes=5),
        pool="disk",
        pool_slots=2,
        priority_weight=9,
        owner="storage",
    )
    script = BashOperator(task_id="script", bash_command='./backup.sh{{ "" }}')
    remote()
    image = DockerOperator(
        task_id="image",
        image="registry.example.com/tool:1.2",
        command=["run", "--date", '{{ "{{" }} ds }}'],
        environment={"A": "b"},
        cpus=2.0,
        mem_limit="4294967296b",
        device_requests=[DeviceRequest(count=1, capabilities=[["gpu"]])],
        auto_remove="success",
        mount_tmp_dir=False,
    )
    forecast: Any = fetch()
    ping = HttpOperator(
        task_id="ping",
        http_conn_id=CONFIG["weather_conn_id"],
        method="POST",
        endpoint="/ping",
        data='{"a": "{{ "{{" }} b }}"}',
    )
    models = BashOperator(
        task_id="models",
        bash_command=(
            "dbt build --select tag:nightly 'my model; rm -rf /' --full-refresh "
            '--project-dir "$DBT_PROJECT_DIR" --target "$DBT_TARGET"'
        ),
        env={
            "DBT_PROJECT_DIR": CONFIG["dbt_project_dir"],
            "DBT_TARGET": CONFIG["dbt_target"],
        },
        append_env=True,
    )
    fresh = BashOperator(
        task_id="fresh",
        bash_command=(
            'dbt source freshness --project-dir "$DBT_PROJECT_DIR" --target '
            '"$DBT_TARGET"'
        ),
        env={
            "DBT_PROJECT_DIR": CONFIG["dbt_project_dir"],
            "DBT_TARGET": CONFIG["dbt_target"],
        },
        append_env=True,
    )
    aggregate = SparkSubmitOperator(
        task_id="aggregate",
        application='s3://jobs/aggregate.py{{ "" }}',
        conn_id=CONFIG["spark_conn_id"],
        application_args=["--day", "today"],
        executor_memory="8g",
        executor_cores=4,
        conf={"spark.sql.shuffle.partitions": 8},
        name="aggregate",
        executor_config=pod(cpu="4", memory="8Gi"),
    )
    spark_by_hand()
    score_done = score()
    task_task()
    tell = SlackAPIPostOperator(
        task_id="tell",
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#ops",
        text='*Done*\nAll <b>done</b> {{ "{{" }} ok }}',
    )
    mail_report(forecast=forecast)
    mail_short = EmailOperator(
        task_id="mail_short",
        conn_id=CONFIG["mail_conn_id"],
        to=["a@example.com"],
        subject="Short",
        html_content='Hello {{ "{{" }} x }}',
    )
    hook_call = HttpOperator(
        task_id="hook_call",
        http_conn_id=CONFIG["weather_conn_id"],
        endpoint="/hook",
        method="POST",
        data='{"text": "said \\"hi\\""}',
        headers={"Content-Type": "application/json"},
    )
    page()
    next_dag = TriggerDagRunOperator(
        task_id="next_dag",
        trigger_dag_id="downstream",
        conf={"day": '{{ "{{" }} ds }}', "n": 3},
        trigger_run_id="{{ dag.dag_id }}.next_dag.{{ run_id }}",
        reset_dag_run=True,
        wait_for_completion=True,
        deferrable=True,
        poke_interval=60,
    )

    [tidy, score_done] >> tell
    tell >> next_dag
