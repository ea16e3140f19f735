"""A bundle on the user's own files: stopped by a rule, then with the bad rows set aside."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.errors import InputError, MachineError
from airflow_llm.proof.run import run_bundle, run_parameters
from airflow_llm.spec.pipeline import Pipeline
from tests.proof.conftest import Bundles

SHOP = Path(__file__).parents[2] / "examples" / "shop"


@pytest.mark.airflow
def test_a_rule_stops_the_shop_until_the_rows_are_set_aside(bundles: Bundles, tmp_path: Path) -> None:
    bundle = bundles.make("shop", "run")
    stopped = run_bundle(bundle, SHOP, {}, home=tmp_path / "home")
    assert not stopped.held
    assert [failure.task for failure in stopped.failures] == ["check_customers"]
    assert "customer_id is unique" in stopped.failures[0].cause
    assert any("#data-alerts" in message for message in stopped.messages)

    done = run_bundle(bundle, SHOP, {"on_invalid": "quarantine"}, home=tmp_path / "home")
    assert done.held, done.failures
    assert [table.name for table in done.tables] == ["analytics.customer_orders"]
    assert done.tables[0].rows > 3000
    assert len(done.tables[0].head) == 10
    assert sum(table.rows for table in done.quarantined) > 0
    assert (tmp_path / "home" / "embedded" / "snowflake.duckdb").is_file()
    checked = next(task for task in done.tasks if task.task == "check_customers")
    assert checked.rows_in == (checked.rows_out or 0) + sum(table.rows for table in done.quarantined)


def test_missing_files_are_named(bundles: Bundles, tmp_path: Path) -> None:
    (tmp_path / "customers.csv").write_text("customer_id\n1\n")
    with pytest.raises(InputError, match="no file for 'orders'"):
        run_bundle(bundles.make("shop", "run"), tmp_path, {})


def test_a_folder_that_cannot_be_used_is_an_error_of_the_machine(bundles: Bundles, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(MachineError, match=r"cannot keep what the run leaves in .*taken/home") as caught:
        run_bundle(bundles.make("shop", "run"), SHOP, {}, home=tmp_path / "taken" / "home")
    assert "--home" in caught.value.hint


def test_parameters() -> None:
    pipeline = Pipeline.model_validate(
        {"id": "p", "parameters": [{"name": "day"}, {"name": "limit"}], "steps": [{"id": "v", "kind": "validate"}]}
    )
    given = {"day": "2026-01-01", "limit": "3", "on_invalid": "warn"}
    assert run_parameters(pipeline, given) == {"day": "2026-01-01", "limit": 3, "on_invalid": "warn"}
    with pytest.raises(InputError, match="'nothing' is no parameter of p"):
        run_parameters(pipeline, {"nothing": "1"})
