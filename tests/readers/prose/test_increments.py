"""What is said about the rows of a run's interval, and what the loads behind it must then not lose."""

import pytest

from airflow_llm.readers.reading import Source
from airflow_llm.readers.registry import read
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, LoadStep


def pipeline_of(text: str) -> Pipeline:
    return read(Source(text=text)).pipeline


def first(text: str) -> ExtractStep | LoadStep:
    step = pipeline_of(text).steps[0]
    assert isinstance(step, ExtractStep | LoadStep)
    return step


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ("extract yesterday's orders from MySQL", "updated_at"),
        ("pull what changed since the last run from the MySQL orders table by changed_on", "changed_on"),
        ("incrementally extract orders from Postgres using modified_at", "modified_at"),
        ("extract the previous day's orders from Snowflake", "updated_at"),
        ("pull new orders from Postgres", "updated_at"),
    ],
)
def test_words_for_the_interval_cut_the_extract(said: str, column: str) -> None:
    text = f"Every night at 2 {said} and load them into DuckDB table shop.orders."
    assert first(text).incremental == column


@pytest.mark.parametrize(
    "text",
    [
        "Every night at 2 extract orders from MySQL and load them into DuckDB table shop.orders.",
        "By hand only: extract yesterday's orders from MySQL and load them into DuckDB table shop.orders.",
        "Every night at 2 read yesterday's file orders.csv from S3 and load it into DuckDB table shop.orders.",
    ],
)
def test_everything_is_taken_without_such_words_without_intervals_and_from_files(text: str) -> None:
    assert first(text).incremental is None


def test_the_guessed_column_and_the_load_mode_are_assumptions() -> None:
    pipeline = pipeline_of(
        "Daily at 3 extract yesterday's orders from MySQL and load them into DuckDB table shop.orders."
    )
    load = pipeline.steps[-1]
    assert isinstance(load, LoadStep)
    assert load.mode == "partition"
    said = {assumption.subject: assumption.text for assumption in pipeline.assumptions}
    assert "`updated_at` is taken" in said[f"steps.{pipeline.steps[0].id}.incremental"]
    assert "own data interval" in said[f"steps.{load.id}.mode"]


def test_keys_that_an_earlier_step_makes_unique_are_merged_by() -> None:
    pipeline = pipeline_of(
        "Each hour pull new invoices from Postgres by modified_at, deduplicate by invoice_id, load to DuckDB table a.b."
    )
    load = pipeline.steps[-1]
    assert isinstance(load, LoadStep)
    assert (load.mode, load.keys) == ("merge", ("invoice_id",))


def test_the_words_are_not_part_of_a_table_name_nor_the_key_of_the_pipelines() -> None:
    pipeline = pipeline_of(
        "Nightly at 2 copy yesterday's orders from MySQL to s3://lake/orders/, then load it to Snowflake table "
        "RAW.ORDERS merging on order_id."
    )
    assert pipeline.id == "orders"
    copied = pipeline.dataset(pipeline.steps[0].reads[0])
    assert copied.location == "orders"
