"""What people changed by hand since the bundle was generated, and what that means for the next generation."""

from __future__ import annotations

import difflib
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from airflow_llm.compiler.disk import mode_of
from airflow_llm.compiler.layout import Layout
from airflow_llm.compiler.manifest import Manifest, digest
from airflow_llm.errors import InputError


class EditedError(InputError):
    """Files that were edited by hand would be overwritten. `diff` shows theirs (-) against the generated text (+)."""

    def __init__(self, names: tuple[str, ...], diff: str) -> None:
        listed = ", ".join(names)
        what = "this file was" if len(names) == 1 else f"these {len(names)} files were"
        super().__init__(
            f"{what} edited by hand, and generating again would overwrite it: {listed}",
            hint="--keep-edits keeps your version, --force overwrites it; nothing was written",
            place=names[0],
        )
        self.names = names
        self.diff = diff


class Merge(NamedTuple):
    """`files` are to be written, `kept` stay as people wrote them, `removed` are no longer generated."""

    files: Mapping[str, bytes]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


class Policy(NamedTuple):
    """What becomes of an edited file.

    `hooks` are files that people are asked to write: once written they stay, as long as what we generate for them is
    what we generated before. `settled` are files whose edits are part of the new text already. `spec` are files that
    cannot be kept, because everything else follows from them. `force` overwrites, `keep` leaves every other one.
    """

    hooks: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()
    spec: frozenset[str] = frozenset()
    force: bool = False
    keep: bool = False

    def keeps(self, name: str, unchanged: bool) -> bool:
        """Whether the edited file stays; `unchanged` says that we generate for it what we generated before."""
        return name not in self.spec and (self.keep or (unchanged and name in self.hooks))


def merge(layout: Layout, desired: Mapping[str, bytes], manifest: Manifest | None, policy: Policy) -> Merge:
    """The generated files with people's edits respected; EditedError when it takes a decision of theirs."""
    known = manifest.files if manifest else {}
    edited = {} if policy.force or layout.is_new() else dict(_edited(layout, desired, known, policy.settled))
    kept = {name for name in edited if policy.keeps(name, known.get(name) == digest(desired[name]))}
    conflicts = tuple(sorted(set(edited) - kept))
    if conflicts:
        raise EditedError(conflicts, "".join(_diff(name, edited[name], desired[name]) for name in conflicts))
    gone = (name for name in sorted(set(known) - set(desired)) if name.startswith(layout.prefix))
    removed = tuple(name for name in gone if _pristine(layout.path(name), known[name]))
    files = {name: data for name, data in desired.items() if name not in kept}
    return Merge(files, tuple(sorted(kept)), removed)


def content(path: Path) -> bytes | None:
    """What a file holds; a symbolic link counts as its own text, so that it is never followed. None: no file."""
    mode = mode_of(path)
    if stat.S_ISLNK(mode):
        return b"symbolic link to " + str(path.readlink()).encode()
    return path.read_bytes() if stat.S_ISREG(mode) else None


def _edited(
    layout: Layout, desired: Mapping[str, bytes], known: Mapping[str, str], settled: frozenset[str]
) -> Iterator[tuple[str, bytes]]:
    for name in desired.keys() - settled:
        current = content(layout.path(name))
        if current is not None and current != desired[name] and digest(current) != known.get(name):
            yield name, current


def _pristine(path: Path, expected: str) -> bool:
    current = content(path)
    return current is not None and digest(current) == expected


def _diff(name: str, current: bytes, generated: bytes) -> str:
    lines = difflib.unified_diff(
        current.decode(errors="replace").splitlines(),
        generated.decode(errors="replace").splitlines(),
        f"{name} (yours)",
        f"{name} (generated)",
        lineterm="",
    )
    return "\n".join(lines) + "\n"
