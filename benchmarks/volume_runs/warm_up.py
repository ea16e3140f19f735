"""A DAG of one empty task: after it, what Airflow builds once in a process is there."""

from airflow.sdk import DAG, task

with DAG("warm_up", schedule=None):

    @task
    def nothing() -> None: ...

    nothing()
