"""Finds a bundle by its id, its DAG file or a folder, and loads its spec."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from airflow_llm.compiler import commit
from airflow_llm.compiler.layout import CONFIG, MANIFEST, TASKS, Layout, layout_of
from airflow_llm.compiler.lock import WORK_FOLDER, locked
from airflow_llm.compiler.manifest import Manifest, read_manifest
from airflow_llm.errors import InputError, MachineError, NotFoundError
from airflow_llm.spec.pipeline import Pipeline

DEFAULT_OUTPUT = Path("generated_dags")


@dataclass(frozen=True)
class Bundle:
    """A bundle on the disk and the pipeline that its spec files hold."""

    layout: Layout
    pipeline: Pipeline
    manifest: Manifest | None

    @property
    def id(self) -> str:
        """The pipeline's id."""
        return self.layout.bundle_id

    @property
    def root(self) -> Path:
        """The target folder, which holds `dags`."""
        return self.layout.root

    @property
    def dag_file(self) -> Path:
        """The DAG."""
        return self.layout.dag_file

    @property
    def resources(self) -> Path:
        """The folder of everything else."""
        return self.layout.resources

    def files(self) -> Mapping[str, str]:
        """The text of every file by name from the root, as the checks take them."""
        found = [self.dag_file, *sorted(path for path in self.resources.iterdir() if path.is_file())]
        texts = {path.relative_to(self.root).as_posix(): path.read_bytes() for path in found}
        return {name: data.decode("utf-8", "replace") for name, data in texts.items()}


def open_bundle(path: str | Path, output_dir: str | Path = DEFAULT_OUTPUT) -> Bundle:
    """The bundle that an id, a DAG file, a resources folder, one of its files, or a folder with one bundle means."""
    layout = locate(path, output_dir)
    _recover(layout.root)
    tasks, config = layout.resources / TASKS, layout.resources / CONFIG
    if not layout.dag_file.is_file() or not tasks.is_file():
        missing = tasks if layout.dag_file.is_file() else layout.dag_file
        raise NotFoundError(f"there is no bundle {layout.bundle_id!r} in {layout.root}: {missing} is missing")
    from airflow_llm.readers.yaml import decode
    from airflow_llm.spec.document import load

    settings = decode(config.read_bytes(), str(config)) if config.is_file() else None
    pipeline = load(decode(tasks.read_bytes(), str(tasks)), settings, str(tasks), str(config))
    return Bundle(layout, pipeline, read_manifest(layout.resources / MANIFEST))


def locate(path: str | Path, output_dir: str | Path = DEFAULT_OUTPUT) -> Layout:
    """Where the bundle lies that the argument means."""
    given = Path(path)
    if str(path).isidentifier() and not given.exists():
        return _by_id(str(path), Path(output_dir))
    if not given.exists():
        raise NotFoundError(f"there is no {str(path)!r}", hint="give a bundle's id, its DAG file or its folder")
    place = Path(os.path.realpath(given))
    if place.suffix == ".py" and place.parent.name == "dags":
        return layout_of(place.parent.parent, place.stem)
    for folder in (place, place.parent):
        if folder.parent.name == "resources" and folder.parent.parent.name == "dags":
            return layout_of(folder.parent.parent.parent, folder.name)
    return _only_one(place)


def bundle_ids(root: Path) -> tuple[str, ...]:
    """The ids of the bundles in a target folder (or its `dags`), sorted."""
    base = root if root.name == "dags" else root / "dags"
    folder = base / "resources"
    if not folder.is_dir():
        return ()
    found = (entry.name for entry in folder.iterdir() if (entry / TASKS).is_file())
    return tuple(sorted(name for name in found if (base / f"{name}.py").is_file()))


def _by_id(bundle_id: str, output_dir: Path) -> Layout:
    layout = layout_of(output_dir, bundle_id)
    if not layout.dag_file.is_file():
        known = bundle_ids(layout.root)
        near = get_close_matches(bundle_id, known, n=1) or known[:1]
        hint = f"did you mean {near[0]!r}?" if near else "make one with `airflow-llm generate`, or give --output-dir"
        raise NotFoundError(f"there is no bundle {bundle_id!r} in {layout.root}", hint=hint)
    return layout


def _only_one(folder: Path) -> Layout:
    known = bundle_ids(folder)
    if not known:
        raise NotFoundError(f"{folder} holds no bundle", hint="a bundle is made by `airflow-llm generate` or `build`")
    if len(known) > 1:
        listed = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
        raise InputError(f"{folder} holds {len(known)} bundles", hint=f"name one of them: {listed}")
    return layout_of(folder.parent if folder.name == "dags" else folder, known[0])


def _recover(root: Path) -> None:
    # A folder that we may only read is readable as it is: the rename that commits is one step.
    if (root / WORK_FOLDER).is_dir():
        with suppress(OSError, MachineError), locked(root) as work:
            commit.recover(root, work)
