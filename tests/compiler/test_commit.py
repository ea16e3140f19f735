"""A commit is whole for every reader, whenever its process dies and whatever fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from airflow_llm.compiler import commit, disk
from airflow_llm.compiler.layout import Layout
from airflow_llm.compiler.lock import WORK_FOLDER, locked

from .faults import interrupted

ID = "orders"
PREFIX = f"dags/resources/{ID}/"
OLD = {f"dags/{ID}.py": b"old dag", PREFIX + "tasks.yml": b"old tasks", PREFIX + "load.sql": b"old sql"}
NEW = {f"dags/{ID}.py": b"new dag", PREFIX + "tasks.yml": b"new tasks", PREFIX + "clean.sql": b"new sql"}
USERS = {PREFIX + "notes.md": b"mine", PREFIX + "lookups/codes.csv": b"a,b"}
MOST_STEPS = 300


def _replace(root: Path, files: dict[str, bytes], drop: frozenset[str] = frozenset()) -> None:
    os.makedirs(root, exist_ok=True)
    with locked(root) as work:
        commit.recover(root, work)
        commit.replace(Layout(root, ID), work, files, drop=drop)


def _update(root: Path) -> None:
    _replace(root, NEW, frozenset({"load.sql"}))


def _seen(root: Path) -> dict[str, bytes]:
    """What a reader such as Airflow sees of the bundle: files that exist, through links."""
    paths = [root / "dags" / f"{ID}.py", *sorted((root / PREFIX).rglob("*"))]
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in paths if path.is_file()}
    found.pop(PREFIX + ".dag", None)
    return found


def _debris(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.name in (WORK_FOLDER, ".dag") or path.is_symlink()]


@pytest.fixture
def old_bundle(tmp_path: Path) -> Path:
    root = tmp_path / "old"
    _replace(root, OLD)
    for name, data in USERS.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    return root


def test_a_first_bundle_is_exactly_its_files(tmp_path: Path) -> None:
    _replace(tmp_path, NEW)
    assert _seen(tmp_path) == NEW
    assert not _debris(tmp_path)


def test_an_update_replaces_what_was_generated_and_leaves_what_people_added(old_bundle: Path) -> None:
    _update(old_bundle)
    assert _seen(old_bundle) == NEW | USERS
    assert not _debris(old_bundle)
    assert (old_bundle / PREFIX / "notes.md").stat().st_nlink == 1


@pytest.mark.parametrize("how", ["kill-before", "kill-after", "fail"])
def test_an_update_that_is_interrupted_at_any_step_leaves_the_old_or_the_new_bundle(
    old_bundle: Path, tmp_path: Path, how: str
) -> None:
    results = set()
    for step in range(1, MOST_STEPS):
        root = tmp_path / str(step)
        shutil.copytree(old_bundle, root)
        if not interrupted(lambda root=root: _update(root), step, how):
            break
        seen = _seen(root)
        assert seen in (OLD | USERS, NEW | USERS), f"torn at step {step}: {seen}"
        results.add(seen == NEW | USERS)
        _update(root)
        assert _seen(root) == NEW | USERS
        assert not _debris(root), f"debris after step {step}"
    else:
        pytest.fail("the commit never ended")
    assert results == {True, False}


@pytest.mark.parametrize("how", ["kill-before", "kill-after", "fail"])
def test_a_first_bundle_that_is_interrupted_at_any_step_is_complete_or_not_there(tmp_path: Path, how: str) -> None:
    for step in range(1, MOST_STEPS):
        root = tmp_path / str(step)
        if not interrupted(lambda root=root: _replace(root, NEW), step, how):
            break
        assert _seen(root) in ({}, NEW), f"torn at step {step}"
        _replace(root, NEW)
        assert _seen(root) == NEW
        assert not _debris(root)
    else:
        pytest.fail("the commit never ended")


def test_a_failure_leaves_no_debris_and_the_old_bundle(old_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path, _data: bytes) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(disk, "write_file", full)
    with pytest.raises(OSError, match="No space left"):
        _update(old_bundle)
    assert _seen(old_bundle) == OLD | USERS
    assert not _debris(old_bundle)


def test_without_an_exchange_of_folders_a_killed_writer_is_recovered_from(
    old_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "exchange", lambda _first, _second: False)
    for step in range(1, MOST_STEPS):
        root = tmp_path / str(step)
        shutil.copytree(old_bundle, root)
        if not interrupted(lambda root=root: _update(root), step, "kill-after"):
            break
        with locked(root) as work:
            commit.recover(root, work)
        assert _seen(root) in (OLD | USERS, NEW | USERS), f"torn at step {step}"
        assert not _debris(root)
    else:
        pytest.fail("the commit never ended")


def test_what_people_add_while_a_bundle_is_written_is_carried_over(
    old_bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = disk.exchange

    def late(first: Path, second: Path) -> bool:
        (second / "late.txt").write_text("just in time")
        return exchange(first, second)

    monkeypatch.setattr(disk, "exchange", late)
    _update(old_bundle)
    assert (old_bundle / PREFIX / "late.txt").read_text() == "just in time"
    assert not (old_bundle / PREFIX / "load.sql").exists()


def test_a_bundle_whose_folder_was_deleted_is_made_anew(old_bundle: Path) -> None:
    shutil.rmtree(old_bundle / PREFIX)
    _update(old_bundle)
    assert _seen(old_bundle) == NEW


def test_an_unchanged_file_keeps_its_inode(old_bundle: Path) -> None:
    before = (old_bundle / PREFIX / "tasks.yml").stat().st_ino
    _replace(old_bundle, NEW | {PREFIX + "tasks.yml": OLD[PREFIX + "tasks.yml"]})
    assert (old_bundle / PREFIX / "tasks.yml").stat().st_ino == before
