"""Runs the command as people do: in process with typer's runner, or as a real process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from airflow_llm.cli.app import app

SPEC = Path(__file__).parent / "data" / "customer_orders.yml"
SENTENCE = (
    "Every weekday at 6:30 Berlin time extract customers and orders from Postgres, check that customer_id is unique "
    "and not null, join them, load the result into Snowflake table analytics.customer_orders, retry twice with "
    "10 minutes in between, and tell #data-alerts on Slack if anything fails"
)

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def invoke(*arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)

    return invoke


@pytest.fixture
def process(tmp_path: Path) -> Process:
    """The command as a process of its own, in an empty folder."""

    def start(*arguments: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "airflow_llm.cli.main", *map(str, arguments)]
        return subprocess.run(
            command,
            input=stdin,
            cwd=tmp_path,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return start
