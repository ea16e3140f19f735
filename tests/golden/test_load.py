"""The loader of the version matrix: what a wrong bundle looks like to it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.golden.load import ask

pytestmark = pytest.mark.airflow

DAG = """
from airflow.sdk import DAG, task

with DAG("{name}", schedule={schedule}) as dag:

    @task
    def work() -> None:
        {body}

    work()
"""
FILES = {
    "good": DAG.format(name="good", schedule="None", body="from airflow.sdk import get_current_context"),
    "late_import": DAG.format(name="late_import", schedule="None", body="from airflow.sdk import NoSuchName"),
    "bad_import": "from airflow.operators.python import NoSuchOperator",
    "bad_schedule": DAG.format(name="bad_schedule", schedule="'61 * * * *'", body="pass"),
    "deprecated": "from airflow.decorators import task\n" + DAG.format(name="deprecated", schedule="None", body="pass"),
    "empty": "",
}


def test_only_the_good_bundle_passes(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    for name, text in FILES.items():
        (tmp_path / "dags" / f"{name}.py").write_text(text, encoding="utf-8")
    problems = {name: "\n".join(found) for name, found in ask(sys.executable, tmp_path).items()}
    assert problems.pop("(version)").startswith("3.")
    assert [name for name, found in problems.items() if not found] == ["good"]
    assert "NoSuchName" in problems["late_import"]
    assert "airflow.operators" in problems["bad_import"]
    assert "61" in problems["bad_schedule"]
    assert "eprecat" in problems["deprecated"]
    assert "no DAG" in problems["empty"]
