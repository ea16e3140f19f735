"""What completion fills in, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from airflow_llm.compiler.completion import complete
from airflow_llm.errors import InputError
from airflow_llm.spec.datasets import Connection, Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import EvaluateStep
from tests.spec.strategies import pipelines


def _pipeline(**spec: Any) -> Pipeline:
    return Pipeline.model_validate({"id": "p", **spec})


def _values(pipeline: Pipeline) -> dict[str, dict[str, Any]]:
    return {setting.name: dict(setting.values) for setting in pipeline.settings}


SHOP = {"name": "shop", "connector": "postgres"}
LAKE = {"name": "lake", "connector": "s3"}
COPY = {
    "connections": [SHOP, LAKE],
    "datasets": [{"name": "table", "connection": "shop"}, {"name": "orders"}],
    "steps": [{"id": "a", "kind": "extract", "reads": ["table"], "writes": ["orders"]}],
}


def test_each_environment_gets_what_the_bundle_reads() -> None:
    assert _values(complete(_pipeline(**COPY))) == {
        "shop_conn_id": {"prod": "shop_prod", "staging": "shop_staging", "dev": "shop_dev"},
        "lake_conn_id": {"prod": "lake_prod", "staging": "lake_staging", "dev": "lake_dev"},
        "lake_url": {
            "prod": "s3://company-data",
            "staging": "s3://company-data",
            "dev": "file://${AIRFLOW_HOME}/embedded/lake",
        },
        "staging_url": {
            "prod": "s3://company-staging",
            "staging": "s3://company-staging",
            "dev": "file://${AIRFLOW_HOME}/embedded/staging",
        },
        "sql_pool": {"prod": "default_pool", "staging": "default_pool", "dev": "embedded"},
    }


def test_what_the_user_set_stays_and_is_no_assumption() -> None:
    own = [{"name": "shop_conn_id", "values": {"prod": "mine", "staging": "ours", "dev": "his"}}]
    whole = complete(_pipeline(connections=[SHOP], settings=own))
    assert _values(whole)["shop_conn_id"] == own[0]["values"]
    assert "config.shop_conn_id" not in {assumption.subject for assumption in whole.assumptions}


def test_the_setting_of_older_bundles_stays_as_one_of_the_user() -> None:
    own = [{"name": "sql_suffix", "values": {"prod": ".sql", "staging": ".sql", "dev": ".duckdb.sql"}}]
    whole = complete(_pipeline(**COPY, settings=own))
    assert _values(whole)["sql_suffix"] == own[0]["values"]
    assert "config.sql_suffix" not in {assumption.subject for assumption in whole.assumptions}


def test_only_missing_environments_are_guessed() -> None:
    own = [{"name": "shop_conn_id", "values": {"prod": "mine"}}]
    whole = complete(_pipeline(connections=[SHOP], settings=own, environments=["prod", "dev"]))
    assert _values(whole)["shop_conn_id"] == {"prod": "mine", "dev": "shop_dev"}
    (told,) = [found for found in whole.assumptions if found.subject == "config.shop_conn_id"]
    assert "dev: shop_dev" in told.text
    assert "prod" not in told.text


def test_every_guess_is_told_with_a_way_to_change_it() -> None:
    whole = complete(_pipeline(**COPY))
    assert {assumption.subject for assumption in whole.assumptions} == {f"config.{name}" for name in _values(whole)}
    assert all(assumption.change for assumption in whole.assumptions)


def test_nothing_is_added_that_nobody_reads() -> None:
    assert _values(complete(_pipeline(steps=[{"id": "a", "kind": "marker"}]))) == {}


def test_a_name_that_leaves_no_room_for_its_settings_is_refused() -> None:
    with pytest.raises(InputError, match="too long"):
        complete(_pipeline(connections=[{"name": "a" * 73, "connector": "s3"}]))
    complete(_pipeline(connections=[{"name": "a" * 72, "connector": "s3"}]))


def test_without_environments_there_is_nothing_to_fill_in() -> None:
    pipeline = _pipeline(connections=[SHOP], environments=[])
    assert complete(pipeline) == pipeline


def test_a_transform_of_an_unknown_dataset_is_left_to_the_checks() -> None:
    pipeline = _pipeline(steps=[{"id": "a", "kind": "transform", "reads": ["nowhere"]}])
    assert complete(pipeline).steps == pipeline.steps


@settings(deadline=None, max_examples=50, suppress_health_check=list(HealthCheck))
@given(pipelines().filter(lambda pipeline: all(len(found.name) <= 72 for found in pipeline.connections)))
def test_twice_is_once(pipeline: Pipeline) -> None:
    assert complete(complete(pipeline)) == complete(pipeline)


def test_a_named_bucket_is_the_address_of_production_and_its_own_in_each_environment() -> None:
    completed = complete(
        Pipeline(
            id="copies",
            connections=(Connection(name="store", connector="s3"),),
            datasets=(
                Dataset(name="dumps", kind="file", connection="store", location="s3://backups/users/"),
                Dataset(name="more", kind="file", connection="store", location="s3://backups/more/a.csv"),
                Dataset(name="landed", kind="file", connection="store", location="s3://landing/in.csv"),
            ),
        )
    )
    settings = {setting.name: setting.values for setting in completed.settings}
    assert settings["store_url"] == {
        "prod": "s3://backups",
        "staging": "s3://backups-staging",
        "dev": "file://${AIRFLOW_HOME}/embedded/store",
    }
    assert settings["store_landing_url"]["prod"] == "s3://landing"
    assert [(dataset.connection, dataset.location) for dataset in completed.datasets] == [
        ("store", "users/"),
        ("store", "more/a.csv"),
        ("store_landing", "in.csv"),
    ]
    assert complete(completed) == completed


def test_what_is_measured_is_returned() -> None:
    steps = (
        EvaluateStep(id="score", metrics=("accuracy", "f1")),
        EvaluateStep(id="one", metrics=("f1",), returns=("f1",)),
    )
    completed = complete(Pipeline(id="model", steps=steps))
    assert [step.returns for step in completed.steps] == [("accuracy", "f1"), ("f1",)]
