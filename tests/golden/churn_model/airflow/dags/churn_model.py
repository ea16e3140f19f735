"""Churn model.

Owners: ml-team
"""

import os
from pathlib import Path
from typing import Any

import pendulum
import yaml
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Asset, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/churn_model"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="churn_model",
    dag_display_name="Churn model",
    schedule="0 4 * * 0",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args={"owner": "ml-team"},
    template_searchpath=str(RESOURCES),
    doc_md=__doc__,
):

    @task(pool=CONFIG["sql_pool"])
    def extract_customers() -> str:
        """Extract customers."""
        from resources.churn_model.staging import staged, unload

        return unload(
            CONFIG["warehouse_conn_id"],
            RESOURCES / "extract_customers.sql",
            staged(CONFIG["staging_url"], "customers"),
        )

    @task
    def train_model(customers: str) -> str:
        """Train model."""
        from resources.churn_model.staging import fit_model, staged
        from resources.churn_model.train_model_function import estimator

        return fit_model(
            estimator(),
            customers,
            staged(CONFIG["staging_url"], "candidate", ".joblib"),
            label="churned",
            features=("age", "spend"),
        )

    @task(multiple_outputs=True)
    def evaluate_model(candidate: str, customers: str) -> dict[str, Any]:
        """Evaluate model."""
        from resources.churn_model.staging import evaluate_model

        metrics = evaluate_model(
            candidate,
            customers,
            label="churned",
            metrics=("accuracy",),
        )
        return {"accuracy": metrics["accuracy"]}

    @task.branch
    def good_enough(accuracy: float) -> list[str]:
        """Good enough."""
        if accuracy >= 0.8:
            return ["promote_model"]
        return ["keep_old"]

    @task
    def promote_model(candidate: str) -> str:
        """Promote model."""
        from resources.churn_model.staging import place, promote_model

        return promote_model(
            candidate,
            place(
                CONFIG["staging_url"],
                "churn_model/models/candidate",
                "production.joblib",
            ),
        )

    @task
    def deploy_model(current: str) -> None:
        """Deploy model."""
        from resources.churn_model.deploy_model_function import deploy_model

        deploy_model(current=current)

    @task
    def score_customers(customers: str, current: str) -> str:
        """Score customers."""
        from resources.churn_model.staging import predict, staged

        return predict(
            current,
            customers,
            staged(CONFIG["staging_url"], "scores"),
            output="prediction",
        )

    @task(pool=CONFIG["sql_pool"], outlets=[Asset("crm.scores")])
    def load_scores(scores: str) -> None:
        """Load scores."""
        from resources.churn_model.staging import Load, load_table

        load_table(
            CONFIG["warehouse_conn_id"],
            scores,
            Load(table=("crm", "scores"), mode="merge", keys=("customer_id",)),
        )

    @task
    def write_summary(scores: str) -> str:
        """Write summary."""
        from resources.churn_model.staging import make_report, staged

        return make_report(
            "Write summary",
            {"scores": scores},
            staged(CONFIG["staging_url"], "summary", ".html"),
            "html",
        )

    @task(trigger_rule="all_done")
    def clean_up() -> None:
        """Clean up."""
        from resources.churn_model.staging import clean_staging

        clean_staging(CONFIG["staging_url"])

    customers: Any = extract_customers()
    candidate: Any = train_model(customers=customers)
    evaluate_model_result: Any = evaluate_model(
        candidate=candidate,
        customers=customers,
    )
    good_enough_done = good_enough(accuracy=evaluate_model_result["accuracy"])
    current: Any = promote_model(candidate=candidate)
    keep_old = EmptyOperator(task_id="keep_old")
    deploy_model(current=current)
    scores: Any = score_customers(customers=customers, current=current)
    load_scores_done = load_scores(scores=scores)
    refresh = SQLExecuteQueryOperator(
        task_id="refresh",
        conn_id=CONFIG["warehouse_conn_id"],
        sql=(
            "{% include ['refresh.' ~ conn[task.conn_id].conn_type ~ '.sql', "
            "'refresh.sql'] %}"
        ),
        split_statements=True,
        do_xcom_push=False,
        pool=CONFIG["sql_pool"],
    )
    summary = write_summary(scores=scores)
    clean_up_done = clean_up()

    good_enough_done >> [current, keep_old]
    load_scores_done >> refresh
    [summary, refresh, keep_old] >> clean_up_done
