"""Which tasks words mean."""

from __future__ import annotations

import pytest

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.tasks import find

from .test_edits import base

MEANT = [
    ("orders", "load_orders", ["load_orders"]),
    ("orders", "the step load_orders", ["load_orders"]),
    ("orders", "Load Orders", ["load_orders"]),
    ("orders", "load-orders", ["load_orders"]),
    ("orders", "load_ordrs", ["load_orders"]),
    ("orders", "the Snowflake load", ["load_orders"]),
    ("orders", "the validation", ["validate_orders"]),
    ("orders", "order validation", ["validate_orders"]),
    ("orders", "the joining", ["join_orders"]),
    ("orders", "the customers extract", ["extract_customers"]),
    ("orders", "both extracts", ["extract_customers", "extract_orders"]),
    ("orders", "extract customers and orders", ["extract_customers", "extract_orders"]),
    ("orders", "load_orders, join_orders and the validation", ["load_orders", "join_orders", "validate_orders"]),
    ("sales", "the sensor", ["wait_for_sales"]),
    ("sales", "the dashboard", ["refresh_dashboard"]),
    ("sales", "temp files", ["delete_temp"]),
    ("sales", "the last step", ["delete_temp"]),
    ("sales", "the first two steps", ["wait_for_sales", "extract_sales"]),
    ("sales", "everything after load_sales", ["refresh_dashboard", "delete_temp"]),
    ("sales", "all steps before clean_sales", ["wait_for_sales", "extract_sales"]),
    ("churn", "training", ["train_model"]),
    ("churn", "the deployment", ["deploy_model"]),
    ("churn", "the slack message", ["notify_ml"]),
    ("regions", "the EU load", ["load_eu"]),
    ("regions", "the EU and US loads", ["load_eu", "load_us"]),
    ("regions", "the two loads", ["load_eu", "load_us"]),
]
UNCLEAR = [
    ("orders", "upload_orders", "no task is meant"),
    ("orders", "orders", "may mean 4 tasks"),
    ("orders", "the frobnication", "the tasks are extract_customers"),
    ("orders", "archive_orders", "no task is meant"),
    ("regions", "the load", "may mean 2 tasks: load_eu, load_us"),
    ("regions", "load_eu2", "no task is meant"),
    ("orders", "the", "no task is meant"),
]


@pytest.mark.parametrize(("name", "words", "ids"), MEANT)
def test_words_mean_tasks(name: str, words: str, ids: list[str]) -> None:
    assert find(words, base(name)) == tuple(ids)


@pytest.mark.parametrize(("name", "words", "answer"), UNCLEAR)
def test_words_that_mean_none_or_several_are_answered(name: str, words: str, answer: str) -> None:
    with pytest.raises(InputError) as caught:
        find(words, base(name))
    assert answer in str(caught.value)


def test_it_is_the_task_that_was_spoken_of() -> None:
    assert find("it", base("orders"), ("join_orders",)) == ("join_orders",)
    assert find("that step", base("orders"), ("join_orders",)) == ("join_orders",)
    with pytest.raises(InputError):
        find("it", base("orders"))
