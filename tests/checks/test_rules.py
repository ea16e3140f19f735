"""Every check fires on what it is for, at the right places, and stays quiet beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from airflow_llm.checks.fix import fix
from airflow_llm.checks.registry import check, checks
from airflow_llm.spec.diagnostic import apply
from tests.checks.fixture import FIXTURES, Fixture, load

FIRES = sorted(path for path in FIXTURES.glob("*/fires*"))
QUIET = sorted(path for path in FIXTURES.glob("*/quiet*"))


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _places(fixture: Fixture) -> list[str]:
    found = check(fixture.pipeline, fixture.files, deep=True)
    return sorted(str(one.place) for one in found if one.code == fixture.code)


@pytest.mark.parametrize("code", [member.code for member in checks()])
def test_every_check_has_a_fixture_that_fires_and_one_that_is_quiet(code: str) -> None:
    assert list((FIXTURES / code).glob("fires*")), f"{code} has nothing that makes it fire: it may never do"
    assert list((FIXTURES / code).glob("quiet*")), f"{code} has nothing that keeps it quiet: it may always fire"


def test_no_fixture_is_without_its_check() -> None:
    assert {path.name for path in FIXTURES.iterdir()} == {member.code for member in checks()}


@pytest.mark.parametrize("path", FIRES, ids=_name)
def test_fires_at_the_places_that_the_fixture_names(path: Path) -> None:
    fixture = load(path)
    assert fixture.finds, "a fixture that fires says where"
    assert _places(fixture) == sorted(fixture.finds)


@pytest.mark.parametrize("path", QUIET, ids=_name)
def test_stays_quiet(path: Path) -> None:
    assert _places(load(path)) == []


@pytest.mark.parametrize("path", FIRES, ids=_name)
def test_findings_say_why_and_what_to_do(path: Path) -> None:
    fixture = load(path)
    for found in check(fixture.pipeline, fixture.files, deep=True):
        assert found.message
        assert found.why, found
        assert found.hint, found
        assert str(found.place), found


@pytest.mark.parametrize("path", FIRES, ids=_name)
def test_each_fix_removes_its_finding(path: Path) -> None:
    fixture = load(path)
    for found in check(fixture.pipeline):
        if found.fix is not None:
            left = check(apply(fixture.pipeline, found.fix.edits))
            assert (found.code, found.place) not in [(one.code, one.place) for one in left]


@pytest.mark.parametrize("path", FIRES, ids=_name)
def test_fixing_twice_changes_nothing_more(path: Path) -> None:
    mended, _ = fix(load(path).pipeline)
    assert fix(mended) == (mended, ())
    assert not [one for one in check(mended) if one.fix is not None and one.fix.safe]
