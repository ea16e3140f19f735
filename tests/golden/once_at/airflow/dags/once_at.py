"""Once at."""

import pendulum
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG

with DAG(
    dag_id="once_at",
    schedule="@once",
    start_date=pendulum.datetime(2026, 5, 1, 10, 30, tz="Europe/Berlin"),
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
):
    job = EmptyOperator(task_id="job")
