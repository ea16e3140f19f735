"""Regional sales."""

import os
from pathlib import Path
from typing import Any

import pendulum
import yaml
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import DAG, Param, get_current_context, task

ENVIRONMENT = os.environ.get("DEPLOYMENT_ENVIRONMENT", "dev")
RESOURCES = Path(__file__).parent / "resources/regional_sales"
SETTINGS = yaml.load((RESOURCES / "config.yml").read_bytes(), yaml.CSafeLoader)
CONFIG = {name: values[ENVIRONMENT] for name, values in SETTINGS.items()}

with DAG(
    dag_id="regional_sales",
    dag_display_name="Regional sales",
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1, tz="UTC"),
    catchup=False,
    max_active_runs=1,
    params={"shops": Param(default=["berlin", "paris"], type="array")},
    doc_md=__doc__,
):

    @task(max_active_tis_per_dagrun=2)
    def fetch_orders(country: str) -> str:
        """Fetch orders."""
        from resources.regional_sales.staging import staged
        from shop.orders import fetch

        orders_target = staged(CONFIG["staging_url"], "orders")
        fetch(
            country=country,
            limit=100,
            mode="fast {{ now }}",
            orders_target=orders_target,
        )
        return orders_target

    @task
    def clean_items() -> list[str]:
        """What clean runs for, one by one."""
        return ["de", "fr", "{{ ds }}"]

    @task
    def clean(orders: str, country: str) -> str:
        """Clean."""
        from resources.regional_sales.staging import staged
        from shop.orders import clean as clean_function

        clean_orders_target = staged(CONFIG["staging_url"], "clean_orders")
        clean_function(
            orders=orders,
            country=country,
            clean_orders_target=clean_orders_target,
        )
        return clean_orders_target

    @task(multiple_outputs=True)
    def total(clean_orders: list[str]) -> dict[str, Any]:
        """Total."""
        from shop.orders import total as total_function

        results: dict[str, Any] = total_function(clean_orders=clean_orders)
        return results

    @task(multiple_outputs=True)
    def list_files() -> dict[str, Any]:
        """List files."""
        from shop.files import find

        results: dict[str, Any] = find()
        return results

    @task
    def check_file_items(files: list[Any]) -> list[Any]:
        """What check_file runs for, one by one."""
        return files

    @task
    def check_file(file_name: Any) -> str:
        """Check file."""
        from resources.regional_sales.staging import staged
        from shop.files import check

        checked_files_target = staged(CONFIG["staging_url"], "checked_files")
        check(file_name=file_name, checked_files_target=checked_files_target)
        return checked_files_target

    @task(trigger_rule="all_success")
    def join_files(checked_files: list[str]) -> None:
        """Join files."""
        from shop.files import join

        join(checked_files=checked_files)

    @task
    def shop_export_items() -> list[Any]:
        """What shop_export runs for, one by one."""
        return list(get_current_context()["params"]["shops"])

    orders: Any = fetch_orders.expand(country=["de", "fr", '{{ "{{" }} ds }}'])
    clean_items_result: Any = clean_items()
    clean_orders: Any = clean.expand_kwargs(
        clean_items_result.zip(orders).map(
            lambda row: dict(zip(["country", "orders"], row, strict=True)),
        ),
    )
    total_done = total(clean_orders=clean_orders)
    list_files_result: Any = list_files()
    check_file_items_result: Any = check_file_items(files=list_files_result["files"])
    checked_files: Any = check_file.expand(file_name=check_file_items_result)
    join_files_done = join_files(checked_files=checked_files)
    announce = EmptyOperator(task_id="announce", trigger_rule="none_failed")
    shop_export_items_result: Any = shop_export_items()
    shop_export = BashOperator.partial(
        task_id="shop_export",
        bash_command='./export.sh{{ "" }}',
        append_env=True,
    ).expand(
        env=shop_export_items_result.map(
            lambda item: {"MODE": "full", "SHOP": str(item)},
        ),
    )
    shop_image = DockerOperator.partial(
        task_id="shop_image",
        image="shop/report:1",
        auto_remove="success",
        mount_tmp_dir=False,
    ).expand(
        environment=[{"SHOP": str(item)} for item in [1, 2]],
    )
    done = EmptyOperator(task_id="done", trigger_rule="none_failed")

    checked_files >> announce
    [total_done, join_files_done, announce, shop_export, shop_image] >> done
