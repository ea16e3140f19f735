"""What the check calls removed really is gone from the installed Airflow, and what it offers instead is there."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from airflow_llm.checks.rules import orm_access_in_task, removed_airflow_name

PROBE = """
import importlib, inspect, json, sys, warnings
warnings.simplefilter("ignore")

def there(name):
    try:
        importlib.import_module(name)
        return True
    except Exception:
        pass
    module, _, member = name.rpartition(".")
    try:
        return hasattr(importlib.import_module(module), member)
    except Exception:
        return False

names = json.load(sys.stdin)
from airflow.sdk import DAG, BaseOperator
arguments = {*inspect.signature(DAG.__init__).parameters, *inspect.signature(BaseOperator.__init__).parameters}
print(json.dumps({"there": [name for name in names if there(name)], "arguments": sorted(arguments)}))
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Which of the names the installed Airflow has, and the arguments of its DAGs and operators."""
    names = [*removed_airflow_name._MODULES, *_offered(), *orm_access_in_task._MODULES]
    environment = os.environ | {"AIRFLOW_HOME": str(tmp_path_factory.mktemp("airflow"))}
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(
        command, input=json.dumps(names), capture_output=True, text=True, env=environment, timeout=120, check=True
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return {key: set(value) for key, value in answer.items()}


def _offered() -> list[str]:
    """Replacements whose package is installed here."""
    names = [name for name in removed_airflow_name._MODULES.values() if re.fullmatch(r"airflow(\.\w+)+", name)]
    missing = ("airflow.providers.celery", "airflow.providers.cncf")
    return [name for name in names if not name.startswith(missing)]


@pytest.mark.airflow
def test_removed_names_are_gone(installed: dict[str, set[str]]) -> None:
    assert set(removed_airflow_name._MODULES) & installed["there"] == set()


@pytest.mark.airflow
def test_what_is_offered_instead_is_there(installed: dict[str, set[str]]) -> None:
    assert set(_offered()) - installed["there"] == set()


@pytest.mark.airflow
def test_removed_arguments_are_gone_and_their_replacements_are_there(installed: dict[str, set[str]]) -> None:
    assert set(removed_airflow_name._ARGUMENTS) & installed["arguments"] == set()
    assert {new for new in removed_airflow_name._ARGUMENTS.values() if new} - installed["arguments"] == set()


@pytest.mark.airflow
def test_the_database_modules_are_the_ones_that_airflow_has(installed: dict[str, set[str]]) -> None:
    assert set(orm_access_in_task._MODULES) - installed["there"] == set()
