"""Everything that can be waited for."""

import os
from datetime import timedelta
from pathlib import Path

import pendulum
import yaml
from airflow.providers.common.sql.sensors.sql import SqlSensor
from airflow.providers.http.sensors.http import HttpSensor
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.sensors.date_time import DateTimeSensorAsync
from airflow.providers.standard.sensors.external_task import ExternalTaskSensor
from airflow.providers.standard.sensors.time_delta import TimeDeltaSensor
from airflow.sdk import DAG, chain, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/waiting"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="waiting",
    dag_display_name="Everything that can be waited for",
    schedule=timedelta(minutes=45),
    start_date=pendulum.datetime(2026, 1, 1, tz="America/New_York"),
    catchup=False,
    max_active_runs=1,
    default_args={
        "retries": 1,
        "retry_delay": timedelta(seconds=30),
        "max_retry_delay": timedelta(minutes=10),
        "depends_on_past": True,
        "priority_weight": 3,
        "retry_exponential_backoff": 2.0,
    },
    template_searchpath=str(RESOURCES),
    doc_md=__doc__,
):

    @task.sensor(mode="reschedule", poke_interval=300, timeout=7200, soft_fail=True)
    def wait_for_file() -> bool:
        """Wait for file."""
        from resources.waiting.staging import exists

        return exists(
            CONFIG["lake_url"],
            "landing/orders-*.csv",
            CONFIG["lake_conn_id"],
        )

    @task.sensor(mode="reschedule", poke_interval=60, timeout=21600)
    def wait_for_tape() -> bool:
        """Wait for tape."""
        from resources.waiting.wait_for_tape_function import wait_for_tape

        return wait_for_tape()

    @task.sensor(mode="reschedule", poke_interval=60, timeout=21600)
    def wait_for_approval() -> bool:
        """Wait for approval."""
        from resources.waiting.wait_for_approval_function import wait_for_approval

        return wait_for_approval()

    wait_for_file_done = wait_for_file()
    wait_for_table = SqlSensor(
        task_id="wait_for_table",
        conn_id=CONFIG["warehouse_conn_id"],
        sql=(
            "{% include ['wait_for_table.' ~ conn[task.conn_id].conn_type ~ '.sql', "
            "'wait_for_table.sql'] %}"
        ),
        mode="reschedule",
        poke_interval=60,
        timeout=21600,
        pool=CONFIG["sql_pool"],
    )
    wait_for_rows = SqlSensor(
        task_id="wait_for_rows",
        conn_id=CONFIG["warehouse_conn_id"],
        sql=(
            "{% include ['wait_for_rows.' ~ conn[task.conn_id].conn_type ~ '.sql', "
            "'wait_for_rows.sql'] %}"
        ),
        mode="reschedule",
        poke_interval=60,
        timeout=21600,
        pool=CONFIG["sql_pool"],
    )
    wait_for_query = SqlSensor(
        task_id="wait_for_query",
        conn_id=CONFIG["warehouse_conn_id"],
        sql=(
            "{% include ['wait_for_query.' ~ conn[task.conn_id].conn_type ~ '.sql', "
            "'wait_for_query.sql'] %}"
        ),
        mode="reschedule",
        poke_interval=60,
        timeout=21600,
        pool=CONFIG["sql_pool"],
    )
    wait_for_dag = ExternalTaskSensor(
        task_id="wait_for_dag",
        external_dag_id="upstream_dag",
        external_task_id="load",
        execution_delta=timedelta(hours=1),
        allowed_states=["success"],
        failed_states=["failed", "upstream_failed"],
        deferrable=True,
        poke_interval=60,
        timeout=21600,
    )
    wait_for_whole_dag = ExternalTaskSensor(
        task_id="wait_for_whole_dag",
        external_dag_id="other_dag",
        allowed_states=["success"],
        failed_states=["failed"],
        deferrable=True,
        poke_interval=60,
        timeout=21600,
    )
    wait_until_nine = DateTimeSensorAsync(
        task_id="wait_until_nine",
        target_time=(
            "{{ (dag_run.data_interval_end or "
            "dag_run.run_after).astimezone(macros.dateutil.tz.gettz('America/New_York')).replace(hour=9, "
            "minute=15, second=0, microsecond=0) }}"
        ),
        timeout=21600,
    )
    wait_a_bit = TimeDeltaSensor(
        task_id="wait_a_bit",
        delta=timedelta(minutes=20),
        deferrable=True,
        timeout=22800,
    )
    wait_for_api = HttpSensor(
        task_id="wait_for_api",
        http_conn_id=CONFIG["weather_conn_id"],
        endpoint="/ready",
        response_error_codes_allowlist=["404", "408", "425", "429", "5"],
        response_check=lambda response: '"ok"' in response.text,
        mode="reschedule",
        poke_interval=60,
        timeout=21600,
    )
    wait_for_forecast = HttpSensor(
        task_id="wait_for_forecast",
        http_conn_id=CONFIG["weather_conn_id"],
        endpoint="/forecast",
        response_error_codes_allowlist=["404", "408", "425", "429", "5"],
        mode="reschedule",
        poke_interval=60,
        timeout=21600,
    )
    wait_for_tape_done = wait_for_tape()
    wait_for_approval_done = wait_for_approval()
    go = EmptyOperator(task_id="go", trigger_rule="none_failed_min_one_success")

    chain(
        [
            wait_for_file_done,
            wait_for_table,
            wait_for_rows,
            wait_for_query,
            wait_for_dag,
            wait_for_whole_dag,
            wait_until_nine,
            wait_a_bit,
            wait_for_api,
            wait_for_forecast,
            wait_for_tape_done,
            wait_for_approval_done,
        ],
        go,
    )
