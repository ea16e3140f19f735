from __future__ import annotations

import logging
from pathlib import Path

import pytest

from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.data.validate import emit_validate
from airflow_llm.targets.airflow.support.rules import check_rules
from tests.targets.data.conftest import rows

pytestmark = pytest.mark.airflow

RULES = [
    {"rule": "not_null", "columns": ["id"]},
    {"rule": "unique", "columns": ["id"]},
    {"rule": "range", "column": "amount", "minimum": 0, "severity": "warning"},
    {"rule": "row_count", "minimum": 2},
]
DIRTY = "FROM (VALUES (1, 5), (2, -1), (2, 7), (NULL, 3)) AS t(id, amount)"


@pytest.fixture
def check(home: Path, parquet, run):
    """Runs the emitted checks on the rows of a query; gives the URI that goes on, and that of the bad rows."""

    def checked(query: str, rules=RULES, on_invalid: str = "fail", asked: str | None = None) -> tuple[str, Path]:
        spec = {"id": "v", "kind": "validate", "reads": ["orders"], "rules": rules}
        pipeline = Pipeline.model_validate({"id": "p", "datasets": [{"name": "orders"}], "steps": [spec]})
        (home / "v.sql").write_text(emit_validate(pipeline, pipeline.steps[0]).files["v.sql"])
        bad = home / "bad.parquet"
        with run(params={"on_invalid": asked} if asked else {}):
            found = check_rules(
                home / "v.sql",
                {"orders": parquet(query, "orders")},
                passed={"orders": f"file://{home}/good.parquet"},
                quarantine={"orders": f"file://{bad}"},
                on_invalid=on_invalid,
            )
        return found["orders"], bad

    return checked


def test_clean_rows_go_on_where_they_are(check, home: Path) -> None:
    uri, bad = check("FROM (VALUES (1, 5), (2, 6)) AS t(id, amount)")
    assert uri == f"file://{home}/orders.parquet"
    assert not bad.exists()


def test_a_failure_names_rule_and_count_but_shows_no_row(check, home: Path) -> None:
    with pytest.raises(ValueError, match="orders: 'id is not null' is broken 1 times; 'id is unique'") as caught:
        check(DIRTY)
    assert "on_invalid=quarantine" in str(caught.value)
    assert "None, 3" not in str(caught.value)
    assert "amount" not in str(caught.value)
    assert not (home / "good.parquet").exists()


def test_quarantine_sets_bad_rows_aside(check) -> None:
    uri, bad = check(DIRTY, on_invalid="quarantine")
    assert rows(uri) == [(1, 5), (2, -1)]
    assert rows(f"file://{bad}") == [(2, 7, "id is unique"), (None, 3, "id is not null")]
    assert check(DIRTY, on_invalid="quarantine")[0] == uri


def test_the_run_may_ask_for_another_policy(check) -> None:
    assert rows(check(DIRTY, asked="quarantine")[0]) == [(1, 5), (2, -1)]
    assert len(rows(check(DIRTY, asked="warn")[0])) == 4


def test_warnings_are_only_logged(check, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check("FROM (VALUES (1, -5), (2, 6)) AS t(id, amount)")
    assert "amount at least 0 (warning)" in caplog.text


def test_what_is_left_must_keep_the_rules_about_the_whole(check, home: Path) -> None:
    rules = [{"rule": "not_null", "columns": ["id"]}, {"rule": "row_count", "minimum": 3}]
    with pytest.raises(ValueError, match=r"setting 1 rows aside is not enough: .*at least 3"):
        check("FROM (VALUES (1, 1), (2, 2), (NULL, 3)) AS t(id, amount)", rules, "quarantine")
    assert not (home / "good.parquet").exists()


def test_freshness_looks_at_the_end_of_the_interval(check) -> None:
    rules = [{"rule": "freshness", "column": "at", "max_age": "1d"}]
    check("SELECT TIMESTAMP '2026-01-05 10:00' AS at", rules)
    with pytest.raises(ValueError, match="newest at"):
        check("SELECT TIMESTAMP '2026-01-04 10:00' AS at", rules)


def test_empty_data_breaks_only_what_counts_rows(check) -> None:
    with pytest.raises(ValueError, match="number of rows"):
        check("SELECT 1 AS id, 2 AS amount WHERE false")


def test_good_rows_may_take_the_place_of_all(home: Path, check, run) -> None:
    check(DIRTY, on_invalid="warn")
    with run():
        place = f"file://{home}/orders.parquet"
        places = {"passed": {"orders": place}, "quarantine": {"orders": f"file://{home}/bad.parquet"}}
        for _ in range(2):
            check_rules(home / "v.sql", {"orders": place}, on_invalid="quarantine", **places)
    assert rows(place) == [(1, 5), (2, -1)]
    assert len(rows(f"file://{home}/bad.parquet")) == 2


def test_rows_set_aside_are_published_before_the_input_is_replaced(home: Path, check, run) -> None:
    rules = [{"rule": "not_null", "columns": ["id"]}, {"rule": "row_count", "minimum": 3}]
    check("FROM (VALUES (1, 1), (2, 2), (NULL, 3)) AS t(id, amount)", rules, "warn")
    place, bad = f"file://{home}/orders.parquet", f"file://{home}/bad.parquet"
    places = {"passed": {"orders": place}, "quarantine": {"orders": bad}}
    with run(), pytest.raises(ValueError, match="not enough"):
        check_rules(home / "v.sql", {"orders": place}, on_invalid="quarantine", **places)
    assert len(rows(bad)) == 1
    assert len(rows(place)) == 3
