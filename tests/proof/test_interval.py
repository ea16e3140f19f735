"""The data interval of a proof's runs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from airflow_llm.proof.interval import data_interval
from airflow_llm.spec.pipeline import Pipeline

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "start", "end"),
    [
        ("0 6 * * *", "2026-01-14 06:00", "2026-01-15 06:00"),
        ("*/15 * * * *", "2026-01-15 11:45", "2026-01-15 12:00"),
        ("0 0 * * mon", "2026-01-05 00:00", "2026-01-12 00:00"),
        ("@monthly", "2025-12-01 00:00", "2026-01-01 00:00"),
        ("30 9-17/4 * * 1-5", "2026-01-14 17:30", "2026-01-15 09:30"),
        ("0 0 13 * 5", "2026-01-09 00:00", "2026-01-13 00:00"),
    ],
)
def test_cron(cron: str, start: str, end: str) -> None:
    pipeline = Pipeline.model_validate(
        {
            "id": "p",
            "schedule": {"kind": "cron", "expressions": [cron], "timezone": "UTC"},
            "steps": [{"id": "e", "kind": "extract", "incremental": "updated_at"}],
        }
    )
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in data_interval(pipeline, NOON)] == [start, end]


def test_without_intervals_the_day_before_counts() -> None:
    assert data_interval(Pipeline(id="p"), NOON) == (datetime(2026, 1, 14, 12), datetime(2026, 1, 15, 12))
