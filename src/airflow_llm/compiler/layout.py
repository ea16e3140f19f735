"""Where the files of a bundle lie, and the refusal of every path that leads out of the target folder."""

from __future__ import annotations

import os
from pathlib import Path

from airflow_llm.errors import InputError

IGNORE_FILE = "dags/.airflowignore"
MANIFEST = "manifest.json"
PROOF = "proof.json"
TASKS = "tasks.yml"
CONFIG = "config.yml"


class Layout:
    """The places of the bundle `bundle_id` under `root` (an absolute path without symbolic links).

    `dags` is the folder that Airflow reads, `dag_file` the DAG, `resources` the folder of everything else; `dag_name`
    is the DAG file relative to the root, as in an emission, `prefix` what the names of all resources begin with.
    """

    def __init__(self, root: Path, bundle_id: str) -> None:
        self.root = root
        self.bundle_id = bundle_id
        self.dag_name = f"dags/{bundle_id}.py"
        self.prefix = f"dags/resources/{bundle_id}/"
        self.dags = root / "dags"
        self.dag_file = root / self.dag_name
        self.resources = root / self.prefix

    def is_new(self) -> bool:
        """Whether nothing of the bundle lies there yet."""
        return not (os.path.lexists(self.resources) or os.path.lexists(self.dag_file))

    def path(self, name: str) -> Path:
        """The place of one file of an emission."""
        return self.root / name


def layout_of(output_dir: Path, bundle_id: str) -> Layout:
    """The layout in that folder. InputError when the id or a symbolic link would lead out of it."""
    if not bundle_id.isidentifier():
        raise InputError(f"{bundle_id!r} cannot name a bundle", hint="use letters, digits and underscores")
    layout = Layout(Path(os.path.realpath(output_dir)), bundle_id)
    for folder in (layout.dags, layout.dags / "resources", layout.resources):
        if os.path.islink(folder):
            raise InputError(
                f"{folder} is a symbolic link, and writing through it could leave the target folder",
                hint="replace the link by a real folder, or choose another --output-dir",
                place=str(folder),
            )
    return layout


def check_name(layout: Layout, name: str) -> str:
    """The name itself, when it is the DAG file, the ignore file or lies in the bundle's resources folder."""
    parts = name.split("/")
    hostile = "\\" in name or "\0" in name or any(part in ("", ".", "..") for part in parts)
    inside = name in (layout.dag_name, IGNORE_FILE) or name.removesuffix(parts[-1]) == layout.prefix
    if hostile or not inside:
        raise InputError(f"a bundle cannot hold the file {name!r}: it does not lie in {layout.prefix}")
    return name
