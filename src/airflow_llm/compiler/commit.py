"""A bundle replaced in one step, although it spans a DAG file and a folder.

The new resources folder is made beside the target folder's `dags`, complete, and holds the new DAG file too, as
`.dag`. Then, so that one rename moves both:

1. the old DAG file gets a second name in the old resources, `.dag`;
2. the DAG file becomes a symbolic link to `resources/<id>/.dag` (same content as before);
3. the two resources folders are exchanged: **the commit**, one system call;
4. a second name of `.dag` is renamed onto the link: the DAG file is a plain file again;
5. the old folder is removed, after what people put there meanwhile was carried over, and `.dag` last.

A process killed before 3 leaves the old bundle, after 3 the new one, both whole for every reader. What it leaves
lying about is removed by the next writer (`recover`). Where the system cannot exchange folders, 3 is two renames,
and `recover` also puts the old folder back when a process was killed between them.

Nothing here waits for the disk: what a killed process has written outlives it. A power cut is another matter: it takes
what the system has not yet written, and to have the names of a folder on the disk before the contents of its files
would not help. What was built in the seconds before it is to be built again, with `--force`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from airflow_llm.compiler import disk
from airflow_llm.compiler.layout import Layout, layout_of
from airflow_llm.compiler.lock import LOCK_FILE

DAG_NAME = ".dag"
_NOT_CARRIED = frozenset({DAG_NAME, "__pycache__"})


def replace(layout: Layout, work: Path, files: Mapping[str, bytes], *, drop: frozenset[str]) -> None:
    """The bundle now consists of `files` (names from the root) and of what else lay in its folder, without `drop`.

    A DAG file that is not among `files` stays. The lock of the target folder is held. On any failure the old bundle
    is whole.
    """
    stage = work / layout.bundle_id
    try:
        _stage(layout, stage, files, drop)
        _point_at_resources(layout, stage)
        _commit(layout, stage)
    except BaseException:
        with suppress(OSError):
            _settle(layout, stage)
        raise
    _settle(layout, stage, retired=frozenset(drop | {name.rpartition("/")[2] for name in files}))


def recover(root: Path, work: Path) -> None:
    """What killed writers left in the target folder is put right. Its lock is held."""
    for entry in sorted(os.scandir(work), key=lambda item: item.name):
        if entry.is_dir(follow_symlinks=False):
            _settle(layout_of(root, entry.name), Path(entry.path))
        elif entry.name != LOCK_FILE:
            os.unlink(entry.path)


def _stage(layout: Layout, stage: Path, files: Mapping[str, bytes], drop: frozenset[str]) -> None:
    os.makedirs(layout.dags / "resources", exist_ok=True)
    new = stage / "new"
    os.makedirs(new)
    is_new = layout.is_new()
    for name, data in files.items():
        target = f"{new}/{DAG_NAME if name == layout.dag_name else name.removeprefix(layout.prefix)}"
        if not is_new and _holds(layout.path(name), data):
            disk.link_or_copy(layout.path(name), target)
        else:
            disk.write_file(target, data)
    if layout.dag_name not in files:
        disk.link_or_copy(layout.dag_file, new / DAG_NAME)
    if layout.resources.is_dir():
        disk.carry(layout.resources, new, _NOT_CARRIED | drop)
        os.chmod(new, stat.S_IMODE(layout.resources.stat().st_mode))


def _point_at_resources(layout: Layout, stage: Path) -> None:
    if os.path.lexists(layout.dag_file) and not _is_our_link(layout):
        os.makedirs(layout.resources, exist_ok=True)
        disk.link_or_copy(layout.dag_file, layout.resources / DAG_NAME)
    link = stage / "link"
    os.symlink(f"resources/{layout.bundle_id}/{DAG_NAME}", link)
    os.replace(link, layout.dag_file)


def _commit(layout: Layout, stage: Path) -> None:
    new, old = stage / "new", stage / "old"
    if not layout.resources.exists():
        os.rename(new, layout.resources)
    elif not disk.exchange(new, layout.resources):
        os.rename(layout.resources, old)
        os.rename(new, layout.resources)


def _settle(layout: Layout, stage: Path, retired: frozenset[str] = frozenset()) -> None:
    """Steps 4 and 5, from whatever state: each may be repeated, and none looks at how far a writer came."""
    old, inner = stage / "old", layout.resources / DAG_NAME
    if old.exists() and not layout.resources.exists():
        os.rename(old, layout.resources)
    _materialise(layout, stage, inner)
    for folder in (old, stage / "new"):
        if retired and folder.is_dir() and layout.resources.is_dir():
            disk.carry(folder, layout.resources, _NOT_CARRIED | retired)
        disk.remove_tree(folder)
    # Last of all: a reader that followed the link a moment ago still finds what it led to.
    inner.unlink(missing_ok=True)
    disk.remove_tree(stage)


def _materialise(layout: Layout, stage: Path, inner: Path) -> None:
    """The DAG file is a plain file again, or nothing where there was none."""
    linked = _is_our_link(layout)
    if inner.exists() and (linked or not os.path.lexists(layout.dag_file)):
        try:
            plain = stage / "dag"
            disk.remove_tree(plain)
            disk.link_or_copy(inner, plain)
        except OSError:
            # A full disk: moving needs no room.
            plain = inner
        os.replace(plain, layout.dag_file)
    elif linked:
        os.unlink(layout.dag_file)


def _is_our_link(layout: Layout) -> bool:
    return layout.dag_file.is_symlink() and os.readlink(layout.dag_file) == f"resources/{layout.bundle_id}/{DAG_NAME}"


def _holds(path: Path, data: bytes) -> bool:
    return stat.S_ISREG(disk.mode_of(path)) and path.read_bytes() == data
