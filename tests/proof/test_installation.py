"""Which Airflow proves: the Python that the user names, however they write its place."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from airflow_llm.errors import MachineError
from airflow_llm.proof.installation import find_installation


def test_a_relative_path_names_the_python_of_its_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    python = Path(sys.executable)
    monkeypatch.chdir(python.parents[1])
    found = find_installation(os.path.join(python.parent.name, python.name))
    assert found.python == str(python)
    assert found.version == find_installation().version


def test_what_is_no_python_is_named(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no_python"):
        find_installation(tmp_path / "no_python")
