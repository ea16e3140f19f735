"""Runs are counted as cron itself would make them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from croniter import croniter

from airflow_llm.checks.frequency import has_fixed_hour, runs_per_year
from airflow_llm.spec.schedule import AssetSchedule, CronSchedule, IntervalSchedule, ManualSchedule


@pytest.mark.parametrize(
    "expression",
    [
        "30 6 * * 1-5",
        "0 0 1 * *",
        "0 0 1 */3 *",
        "0 0 1,15 * mon",
        "15 2,14 * jan-mar sun",
        "0 */6 * * *",
        "5 4 * * 7",
        "0 9-17/4 * * *",
    ],
)
def test_a_year_of_a_cron_schedule(expression: str) -> None:
    runs, last = croniter(expression, datetime(2025, 12, 31, 23, 59)), datetime(2027, 1, 1)
    count = 0
    while runs.get_next(datetime) < last:
        count += 1
    assert runs_per_year(CronSchedule(expressions=(expression,))) == count


@pytest.mark.parametrize(("preset", "runs"), [("@hourly", 8760), ("@daily", 365), ("@monthly", 12), ("@yearly", 1)])
def test_presets(preset: str, runs: int) -> None:
    assert runs_per_year(CronSchedule(expressions=(preset,))) == runs


def test_several_expressions_add_up_and_other_schedules_have_none() -> None:
    assert runs_per_year(CronSchedule(expressions=("0 6 * * *", "0 18 * * *"))) == 730
    assert runs_per_year(CronSchedule(expressions=("0 6 * * 1#1",))) == 12
    assert runs_per_year(IntervalSchedule(every=timedelta(minutes=45))) == 11680
    assert runs_per_year(ManualSchedule()) == 0
    assert runs_per_year(AssetSchedule(assets=("orders",))) == 0


@pytest.mark.parametrize(
    ("expression", "fixed"), [("0 6 * * *", True), ("*/5 * * * *", False), ("@hourly", False), ("0 * * * 1", True)]
)
def test_only_a_fixed_hour_or_day_needs_a_time_zone(expression: str, fixed: bool) -> None:
    assert has_fixed_hour(CronSchedule(expressions=(expression,))) is fixed
