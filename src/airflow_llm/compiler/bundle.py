"""Writes a bundle: complete or not at all, equal bytes for equal input, and with respect for what people edited."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from airflow_llm.compiler import commit, disk
from airflow_llm.compiler.compile import Compilation
from airflow_llm.compiler.edits import Merge, Policy, content, merge
from airflow_llm.compiler.find import Bundle, open_bundle
from airflow_llm.compiler.layout import CONFIG, IGNORE_FILE, MANIFEST, PROOF, TASKS, Layout, check_name, layout_of
from airflow_llm.compiler.lock import WORK_FOLDER, locked
from airflow_llm.compiler.manifest import Manifest, digest, read_manifest, spec_digest
from airflow_llm.compiler.spec_files import SpecFiles, spec_files
from airflow_llm.errors import InputError, MachineError

__all__ = ["Bundle", "WrittenBundle", "open_bundle", "write"]


class WrittenBundle(NamedTuple):
    """What lies on the disk now. `files` are all generated ones, sorted; `changed` says whether any byte did."""

    root: Path
    dag_file: Path
    resources: Path
    files: tuple[Path, ...]
    kept: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()
    changed: bool = True


def write(
    compilation: Compilation,
    output_dir: str | Path,
    force: bool = False,
    keep_edits: bool = False,
    more_follow: bool = False,
) -> WrittenBundle:
    """The bundle in that folder. EditedError when it would overwrite people's edits; on any error nothing changed.

    `force` overwrites edited files, `keep_edits` leaves them as they are. `more_follow` leaves the work folder for the
    next bundle; `finish` removes it.
    """
    layout = layout_of(Path(output_dir), compilation.pipeline.id)
    for name in compilation.emission.files:
        check_name(layout, name)
    try:
        os.makedirs(layout.root, exist_ok=True)
        with locked(layout.root, tidy=not more_follow) as work:
            commit.recover(layout.root, work)
            return _write(layout, work, compilation, force, keep_edits)
    except OSError as error:
        raise _refusal(layout, error) from error


def finish(output_dir: Path) -> None:
    """After several bundles: nothing of ours is left in the folder but them."""
    if (output_dir / WORK_FOLDER).is_dir():
        with suppress(OSError, MachineError), locked(output_dir):
            pass


def _write(layout: Layout, work: Path, compilation: Compilation, force: bool, keep_edits: bool) -> WrittenBundle:
    manifest = read_manifest(layout.resources / MANIFEST)
    spec = spec_files(layout, compilation, manifest, keep_edits=keep_edits)
    desired = _desired(layout, compilation, spec)
    policy = Policy(
        hooks=frozenset() if layout.is_new() else _hook_files(layout, compilation),
        settled=spec.settled,
        spec=frozenset(layout.prefix + name for name in (TASKS, CONFIG)),
        force=force,
        keep=keep_edits,
    )
    merged = merge(layout, desired, manifest, policy)
    record = Manifest(
        compilation.target,
        compilation.target_version,
        spec_digest(spec.pipeline),
        {name: digest(data) for name, data in desired.items()},
    )
    files = {**merged.files, layout.prefix + MANIFEST: record.to_json().encode()}
    _write_ignore(layout, work, compilation.emission.files.get(IGNORE_FILE, ""))
    changed = bool(merged.removed) or any(content(layout.path(name)) != data for name, data in files.items())
    if changed:
        # Evidence about other code than the new one would be a false claim.
        names = {name.removeprefix(layout.prefix) for name in merged.removed} | {PROOF}
        commit.replace(layout, work, files, drop=frozenset(names))
    return _written(layout, desired, merged, changed)


def _desired(layout: Layout, compilation: Compilation, spec: SpecFiles) -> dict[str, bytes]:
    texts = {name: text for name, text in compilation.emission.files.items() if name != IGNORE_FILE}
    if layout.dag_name not in texts:
        raise InputError(f"the target {compilation.target!r} made no {layout.dag_name}")
    texts[layout.prefix + TASKS] = spec.tasks
    texts[layout.prefix + CONFIG] = spec.config
    return {name: texts[name].encode("utf-8") for name in sorted(texts)}


def _hook_files(layout: Layout, compilation: Compilation) -> frozenset[str]:
    from airflow_llm.connectors.hooks import hook_reason

    pipeline = compilation.pipeline
    return frozenset(
        f"{layout.prefix}{step.id}_function.py" for step in pipeline.steps if hook_reason(pipeline, step) is not None
    )


def _write_ignore(layout: Layout, work: Path, text: str) -> None:
    """Our lines are in the ignore file, which all bundles share and people may extend."""
    path = layout.path(IGNORE_FILE)
    present = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    missing = [line for line in text.splitlines() if line not in present]
    if missing:
        os.makedirs(path.parent, exist_ok=True)
        disk.write_file(work / "ignore", ("\n".join([*present, *missing]) + "\n").encode())
        os.replace(work / "ignore", path)


def _written(layout: Layout, desired: Mapping[str, bytes], merged: Merge, changed: bool) -> WrittenBundle:
    names = sorted({*desired, layout.prefix + MANIFEST, *([IGNORE_FILE] if layout.path(IGNORE_FILE).exists() else [])})
    return WrittenBundle(
        layout.root,
        layout.dag_file,
        layout.resources,
        tuple(layout.path(name) for name in names),
        tuple(layout.path(name) for name in merged.kept),
        tuple(layout.path(name) for name in merged.removed),
        changed,
    )


def _refusal(layout: Layout, error: OSError) -> MachineError:
    reason = error.strerror or str(error)
    return MachineError(
        f"cannot write the bundle {layout.bundle_id!r} to {layout.root}: {reason}",
        hint="what was there before is unchanged; check the folder's permissions and the free space of the disk",
        place=str(error.filename or layout.root),
    )
