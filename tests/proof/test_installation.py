"""Which Airflow proves: the Python that the user names, however they write its place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from airflow_llm.errors import MachineError
from airflow_llm.proof.installation import find_installation
from airflow_llm.proof.judging.runs import load_failures


def test_a_relative_path_names_the_python_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    python = Path(sys.executable)
    monkeypatch.chdir(python.parents[1])
    found = find_installation(os.path.join(python.parent.name, python.name))
    assert found.python == str(python)
    assert found.version == find_installation().version


def test_what_is_no_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no_python"):
        find_installation(tmp_path / "no_python")


def test_without_airflow_the_extra_and_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare = tmp_path / "bin" / "python"
    bare.parent.mkdir()
    bare.symlink_to(Path(sys.executable).resolve())
    (tmp_path / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).resolve().parent}\n")
    with pytest.raises(MachineError, match="lacks apache-airflow") as caught:
        find_installation(bare)
    assert "pip install apache-airflow " in caught.value.hint
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(MachineError) as caught:
        find_installation()
    assert "'airflow-llm-orchestrator[airflow]'" in caught.value.hint


@pytest.mark.parametrize(
    ("module", "package"),
    [
        ("snowflake", "apache-airflow-providers-snowflake is not installed"),
        ("apache.spark", "apache-airflow-providers-apache-spark is not installed"),
        ("common", "a provider is not installed"),
        ("google.cloud.hooks", "apache-airflow-providers-google is not installed"),
    ],
)
def test_a_missing_provider_is_named_as_pip_installs_it(module: str, package: str) -> None:
    text = f"Traceback\nModuleNotFoundError: No module named 'airflow.providers.{module}'"
    (failure,) = load_failures("load for dev", {"dags/p.py": text})
    assert package in failure.cause
    assert "requirements.txt" in failure.cause
    assert failure.log == f"dags/p.py\n{text}"


def test_another_error_of_loading_stays_as_it_is() -> None:
    (failure,) = load_failures("load", {"dags/p.py": "Traceback\nKeyError: 'x'"})
    assert failure.cause == "KeyError: 'x'"
