"""Manual."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param

with DAG(
    dag_id="manual",
    schedule=None,
    max_active_runs=1,
    params={
        "day": Param(default=None, description="Which day; none is today."),
        "size": Param(default=1.5, type="number"),
        "colour": Param(default="red", enum=["red", "green"]),
    },
    doc_md=__doc__,
):
    job = EmptyOperator(task_id="job")
