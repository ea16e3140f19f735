"""Work inside one warehouse becomes SQL of that warehouse, with what was taken for granted said aloud."""

from pathlib import Path
from typing import Any

import pytest
import sqlglot
from ruamel.yaml import YAML

from airflow_llm.readers.prose.reader import READER
from airflow_llm.readers.reading import Source
from airflow_llm.spec.hooks import hooks
from airflow_llm.spec.steps import CleanupStep, LoadStep, SqlStep, TransformStep

CASES = YAML(typ="safe").load(Path(__file__).with_name("statements.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"][:40])
def test_the_statement_is_built(case: dict[str, Any]) -> None:
    steps = READER.read(Source(text=case["text"])).pipeline.steps
    statements = [step for step in steps if isinstance(step, SqlStep)]
    assert [step.statement for step in statements if step.statement] == ([case["sql"]] if case.get("sql") else [])
    assert [step.action for step in statements if step.action] == ([case["action"]] if case.get("action") else [])


def test_every_guess_of_a_statement_is_said() -> None:
    pipeline = READER.read(
        Source(text="In Snowflake create the table mart.sums as the daily totals of raw.bills by clerk, nightly.")
    ).pipeline
    said = " ".join(assumption.text for assumption in pipeline.assumptions)
    assert "`created_at`" in said
    assert "`amount`" in said
    assert all(assumption.change for assumption in pipeline.assumptions)
    (step,) = pipeline.steps
    assert isinstance(step, SqlStep)
    assert sqlglot.parse_one(step.statement or "", dialect="snowflake")


def test_rows_and_files_by_age() -> None:
    text = (
        "Every Sunday delete logs in the folder spool older than 2 weeks and rows of the MySQL table trips "
        "older than 1 year."
    )
    pipeline = READER.read(Source(text=text)).pipeline
    files, rows = pipeline.steps
    assert isinstance(files, CleanupStep)
    assert isinstance(rows, CleanupStep)
    assert (files.dataset, files.column, rows.dataset, rows.column) == ("spool", None, "trips", "created_at")
    assert rows.after == ()
    assert hooks(pipeline) == ()


def test_staged_rows_are_filtered_where_they_are() -> None:
    text = (
        "Extract riders from Postgres, drop rows without rider_id, keep only the latest row for each city, "
        "load it into ref.riders in MySQL by city."
    )
    pipeline = READER.read(Source(text=text)).pipeline
    dropped, newest = (step for step in pipeline.steps if isinstance(step, TransformStep))
    assert [operation.op for step in (dropped, newest) for operation in step.operations] == [
        "drop_nulls",
        "deduplicate",
    ]
    load = pipeline.steps[-1]
    assert isinstance(load, LoadStep)
    assert (load.mode, load.keys) == ("merge", ("city",))
    assert any("updated_at" in assumption.text for assumption in pipeline.assumptions)
