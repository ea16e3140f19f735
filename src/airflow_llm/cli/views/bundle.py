"""The files of a bundle, and what became of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from airflow_llm.cli.terminal import line
from airflow_llm.compiler.bundle import WrittenBundle


def bundle_view(bundle: WrittenBundle) -> RenderableType:
    """The files as a tree, those of people marked."""
    state = "written" if bundle.changed else "unchanged"
    tree = Tree(Text(f"{state}: {line(_short(bundle.root))}", style="bold"), guide_style="dim")
    resources = tree.add(Text(_relative(bundle, bundle.resources) + "/", style="dim"))
    for path in bundle.files:
        place = resources if path.parent == bundle.resources else tree
        text = Text(path.name if place is resources else _relative(bundle, path))
        if path in bundle.kept:
            text.append("  yours, kept", style="yellow")
        place.add(text)
    for path in bundle.removed:
        resources.add(Text(path.name, style="strike dim").append("  no longer generated, removed", style="not strike"))
    # The DAG first, then what it uses.
    tree.children.sort(key=lambda child: child is resources)
    return tree


def bundle_data(bundle: WrittenBundle) -> dict[str, Any]:
    """The same for a machine."""
    return {
        "dag_file": str(bundle.dag_file),
        "resources": str(bundle.resources),
        "files": [str(path) for path in bundle.files],
        "kept": [str(path) for path in bundle.kept],
        "removed": [str(path) for path in bundle.removed],
        "changed": bundle.changed,
    }


def _relative(bundle: WrittenBundle, path: Path) -> str:
    return path.relative_to(bundle.root).as_posix()


def _short(path: Path) -> str:
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
