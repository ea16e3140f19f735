"""Two ways to the same dataset."""

import os
from pathlib import Path
from typing import Any

import yaml
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG, get_current_context, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/branch_data"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="branch_data",
    dag_display_name="Two ways to the same dataset",
    schedule=None,
    max_active_runs=1,
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"])
    def extract_orders() -> str:
        """Extract orders."""
        from resources.branch_data.staging import staged, unload

        return unload(
            CONFIG["shop_conn_id"],
            RESOURCES / "extract_orders.sql",
            staged(CONFIG["staging_url"], "orders"),
        )

    @task.branch
    def pick_path(orders: str) -> list[str]:
        """Pick path."""
        from resources.branch_data.pick_path_function import pick_path, pick_path_2
        from resources.branch_data.staging import row_count

        context = get_current_context()
        params = context["params"]
        if row_count(orders) > 10000:
            return ["fast_score"]
        if pick_path(orders=orders, parameters=params):
            return ["careful_score"]
        if not pick_path_2(orders=orders, parameters=params):
            return ["careful_score"]
        return []

    @task
    def fast_score(orders: str) -> str:
        """Fast score."""
        from resources.branch_data.staging import staged
        from shop.score import fast

        scored_target = staged(CONFIG["staging_url"], "scored")
        fast(orders=orders, scored_target=scored_target)
        return scored_target

    @task
    def careful_score(orders: str) -> str:
        """Careful score."""
        from resources.branch_data.staging import staged
        from shop.score import careful

        scored_target = staged(CONFIG["staging_url"], "scored")
        careful(orders=orders, scored_target=scored_target)
        return scored_target

    @task(trigger_rule="none_failed_min_one_success")
    def store(scored: Any) -> None:
        """Store."""
        scored = next(uri for uri in scored if uri)
        from shop.score import store as store_function

        store_function(scored=scored)

    orders: Any = extract_orders()
    pick_path_done = pick_path(orders=orders)
    scored: Any = fast_score(orders=orders)
    careful_score_result: Any = careful_score(orders=orders)
    store_done = store(scored=[scored, careful_score_result])
    cleanup_files = BashOperator(
        task_id="cleanup_files",
        bash_command="rm -f /tmp/scores",
        trigger_rule="all_done",
    )

    pick_path_done >> [scored, careful_score_result]
    store_done >> cleanup_files
