"""Checks are found by themselves, broken ones are raised, and what they find comes in one order."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from airflow_llm.checks import registry
from airflow_llm.checks.check import SECTIONS, from_module
from airflow_llm.connectors import extensions
from airflow_llm.errors import InputError
from airflow_llm.spec.pipeline import Pipeline

DOCUMENTED = "Loads at night.\n\n" + "\n\n".join(f"## {title}\nText." for title in SECTIONS)
FOREIGN = f'''"""{DOCUMENTED}"""
from airflow_llm.spec.diagnostic import Diagnostic

code = "{{code}}"


def check_pipeline(pipeline):
    yield Diagnostic(code=code, severity="info", message="found by another package")
'''


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the path with an installed distribution that brings the check module `night_shift`."""
    info = tmp_path / "night_shift-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: night-shift\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[airflow_llm.checks]\nnight = night_shift\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    _forget()
    yield tmp_path
    sys.modules.pop("night_shift", None)
    _forget()


def _forget() -> None:
    extensions._all.cache_clear()
    registry.checks.cache_clear()


def _module(code: object, doc: str = DOCUMENTED, **functions: object) -> ModuleType:
    module = ModuleType("night_shift", doc)
    module.__file__ = "night_shift.py"
    for name, value in {"code": code, **functions}.items():
        setattr(module, name, value)
    return module


def test_another_package_brings_a_check(package: Path) -> None:
    (package / "night_shift.py").write_text(FOREIGN.replace("{code}", "night-load"))
    found = registry.check(Pipeline(id="orders"))
    assert [one.message for one in found if one.code == "night-load"] == ["found by another package"]
    assert "night-load" in [member.code for member in registry.describe()]


def test_an_error_while_loading_a_check_is_raised(package: Path) -> None:
    (package / "night_shift.py").write_text("raise RuntimeError('broken on purpose')")
    with pytest.raises(RuntimeError, match="broken on purpose"):
        registry.check(Pipeline(id="orders"))


def test_two_checks_with_one_code_are_refused(package: Path) -> None:
    (package / "night_shift.py").write_text(FOREIGN.replace("{code}", "cycle"))
    with pytest.raises(InputError, match="two checks have the code 'cycle'"):
        registry.check(Pipeline(id="orders"))


@pytest.mark.parametrize("code", [None, 7, "", "Night", "night_load", "night load"])
def test_a_check_without_a_proper_code_is_refused(code: object) -> None:
    with pytest.raises(InputError, match="`code` is"):
        from_module(_module(code, check_pipeline=lambda _: []))


def test_a_check_that_finds_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="it finds nothing"):
        from_module(_module("night-load"))


@pytest.mark.parametrize("title", SECTIONS)
def test_a_check_without_its_documentation_is_refused(title: str) -> None:
    doc = DOCUMENTED.replace(f"## {title}\nText.", "")
    with pytest.raises(InputError, match=title):
        from_module(_module("night-load", doc, check_pipeline=lambda _: []))


def test_the_module_of_each_check_is_called_like_its_code() -> None:
    folder = Path(str(registry.rules.__file__)).parent
    files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    assert files == {member.code.replace("-", "_") for member in registry.checks()}


def test_errors_come_first_and_the_order_is_always_the_same() -> None:
    pipeline = Pipeline.model_validate(
        {
            "id": "orders",
            "schedule": {"kind": "cron", "expressions": ["@daily"]},
            "steps": [
                {"id": "work", "kind": "shell", "command": "ls", "after": ["wrok"]},
                {"id": "list", "kind": "python", "retries": 50},
            ],
        }
    )
    found = registry.check(pipeline)
    ranks = [["error", "warning", "info"].index(one.severity) for one in found]
    assert ranks == sorted(ranks)
    assert {one.severity for one in found} == {"error", "warning", "info"}
    assert registry.check(pipeline) == found


def test_a_deep_check_runs_only_when_asked_for() -> None:
    files = {"dags/orders.py": "print(missing)\n"}
    assert [one.code for one in registry.check(Pipeline(id="orders"), files)] == []
    assert [one.code for one in registry.check(Pipeline(id="orders"), files, deep=True)] == ["airflow-lint"]


def test_an_installed_package_called_resources_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "resources").mkdir()
    (tmp_path / "resources" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    found = [one for one in registry.check(Pipeline(id="orders"), {}, deep=True) if one.code == "foreign-resources"]
    assert [str(tmp_path) in one.message for one in found] == [True]
