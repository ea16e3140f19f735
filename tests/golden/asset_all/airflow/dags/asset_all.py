"""Asset all."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, AssetAll

with DAG(
    dag_id="asset_all",
    schedule=AssetAll(Asset("orders"), Asset("customers")),
    max_active_runs=1,
    doc_md=__doc__,
):
    job = EmptyOperator(task_id="job")
