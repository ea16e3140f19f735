"""Model release.

Trains on the newest orders, and releases the model only when it is good enough.

Owners: ml-team
"""

import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pendulum
import yaml
from airflow.providers.slack.operators.slack import SlackAPIPostOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, TaskGroup, get_current_context, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/model_release"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="model_release",
    dag_display_name="Model release",
    schedule="0 2 * * *",
    start_date=pendulum.datetime(2026, 1, 1, tz="Europe/London"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "ml-team"},
    params={
        "force": Param(
            default=False,
            type="boolean",
            description="Release whatever the score is.",
        ),
        "region": Param(default="eu", enum=["eu", "us"]),
    },
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"])
    def extract_orders() -> str:
        """Extract orders."""
        from resources.model_release.staging import staged, unload

        return unload(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "extract_orders.sql",
            staged(CONFIG["staging_url"], "orders"),
        )

    @task(multiple_outputs=True)
    def count_orders(orders: str) -> dict[str, Any]:
        """Count orders."""
        from resources.model_release.count_orders_function import count_orders

        results: dict[str, Any] = count_orders(orders=orders)
        return results

    @task(multiple_outputs=True)
    def score_model(orders: str) -> dict[str, Any]:
        """Score model."""
        from shop.models import score

        results: dict[str, Any] = score(orders=orders)
        return results

    @task.branch
    def choose_release(orders: str, accuracy: float, drift: float) -> list[str]:
        """Choose release."""
        from resources.model_release.staging import row_count

        context = get_current_context()
        params = context["params"]
        if accuracy >= 0.9 and drift < 0.2:
            return ["release_model"]
        if params["force"] is True:
            return ["release_model", "warn_team"]
        if row_count(orders) < 1000:
            return ["wait_for_more"]
        return ["keep_model"]

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def if_weekly_report() -> bool:
        """Whether weekly_report runs."""
        context = get_current_context()
        moment = context.get("data_interval_end") or context["dag_run"].run_after
        moment = moment.astimezone(ZoneInfo("Europe/London"))
        return moment.isoweekday() % 7 in {1, 5}

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def if_european_copy() -> bool:
        """Whether european_copy runs."""
        from resources.model_release.if_european_copy_function import if_european_copy

        context = get_current_context()
        params = context["params"]
        return bool(params["region"] == "eu" or if_european_copy(parameters=params))

    @task.short_circuit(ignore_downstream_trigger_rules=False, trigger_rule="all_done")
    def if_cautious_step() -> bool:
        """Whether cautious_step runs."""
        context = get_current_context()
        run_id = context["run_id"]
        found = context["ti"].get_task_states(
            dag_id="model_release",
            task_ids=["archive"],
            run_ids=[run_id],
        )
        states = found[run_id]
        return bool(states.get("archive") in {"failed", "upstream_failed"})

    start = EmptyOperator(task_id="start")
    with TaskGroup("prepare", prefix_group_id=False) as prepare:
        orders: Any = extract_orders()
        count_orders(orders=orders)
        score_model_result: Any = score_model(orders=orders)
    choose_release_done = choose_release(
        orders=orders,
        accuracy=score_model_result["accuracy"],
        drift=score_model_result["drift"],
    )
    release_model = BashOperator(task_id="release_model", bash_command="make release")
    smoke_test = BashOperator(task_id="smoke_test", bash_command="make smoke")
    warn_team = SlackAPIPostOperator(
        task_id="warn_team",
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#ml",
        text="Released by force.",
    )
    wait_for_more = EmptyOperator(task_id="wait_for_more")
    keep_model = EmptyOperator(task_id="keep_model")
    merge = EmptyOperator(task_id="merge", trigger_rule="none_failed_min_one_success")
    if_weekly_report_done = if_weekly_report()
    weekly_report = BashOperator(task_id="weekly_report", bash_command="make report")
    if_european_copy_done = if_european_copy()
    european_copy = BashOperator(task_id="european_copy", bash_command="make copy")
    archive = BashOperator(
        task_id="archive",
        bash_command="make archive",
        trigger_rule="none_failed_min_one_success",
    )
    handle_failure = SlackAPIPostOperator(
        task_id="handle_failure",
        slack_conn_id=CONFIG["slack_conn_id"],
        channel="#ml",
        text="The archive failed.",
        trigger_rule="all_failed",
    )
    if_cautious_step_done = if_cautious_step()
    cautious_step = BashOperator(
        task_id="cautious_step",
        bash_command="make cautious",
        trigger_rule="none_failed_min_one_success",
    )
    finish = EmptyOperator(task_id="finish", trigger_rule="all_done")

    start >> orders
    choose_release_done >> [release_model, warn_team, wait_for_more, keep_model]
    release_model >> smoke_test
    [smoke_test, warn_team, wait_for_more, keep_model] >> merge
    merge >> [if_weekly_report_done, if_european_copy_done]
    if_weekly_report_done >> weekly_report
    if_european_copy_done >> european_copy
    [weekly_report, european_copy, merge] >> archive
    archive >> [handle_failure, if_cautious_step_done]
    [keep_model, if_cautious_step_done] >> cautious_step
    [archive, handle_failure] >> finish
