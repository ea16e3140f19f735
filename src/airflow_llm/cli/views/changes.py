"""What a sentence changes in a pipeline: each change under the words that asked for it, and the files it touches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import RenderableType
from rich.text import Text
from rich.tree import Tree

from airflow_llm.cli.terminal import diff_text, line
from airflow_llm.compiler.changes import FileChange
from airflow_llm.readers.prose.edits.editing import Change, Edited

_LONGEST = 110
_SPEC = ("tasks.yml", "config.yml")


def changes_view(title: str, edited: Edited) -> RenderableType:
    """The changes as a tree."""
    tree = Tree(Text(title, style="bold"), guide_style="dim")
    words: dict[str, Tree] = {}
    for change in edited.changes:
        branch = words.get(change.words)
        if branch is None:
            branch = words[change.words] = tree.add(Text(f"“{line(change.words, 140)}”", style="italic"))
        branch.add(_row(change))
    for note in edited.notes:
        tree.add(Text(line(note), style="yellow"))
    return tree


def _row(change: Change) -> Text:
    text = Text(line(change.path), style="bold")
    if change.old is None and isinstance(change.new, dict):
        shown = {key: held for key, held in change.new.items() if held != change.path.rpartition(".")[2]}
        return text.append("  added  ", style="not bold green").append(_value(shown), style="not bold")
    if change.new is None and isinstance(change.old, dict):
        return text.append("  removed", style="not bold red")
    text.append(f"  {_value(change.old)}", style="not bold red").append(" -> ", style="not bold dim")
    return text.append(_value(change.new), style="not bold green")


def _value(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return "not set"
    if isinstance(value, str):
        return line(value, _LONGEST) if value else "empty"
    if isinstance(value, dict):
        shown = {key: held for key, held in value.items() if key != "origin"}
        return line(", ".join(f"{key}: {_value(held)}" for key, held in shown.items()), _LONGEST)
    if isinstance(value, list):
        return line(", ".join(_value(held) for held in value), _LONGEST) if value else "none"
    return line(json.dumps(value), _LONGEST)


def files_view(files: Sequence[FileChange]) -> list[RenderableType]:
    """The diff of the spec, and the other files by how many lines they change."""
    parts: list[RenderableType] = []
    others = Tree(Text("files that follow from it", style="bold"), guide_style="dim")
    for one in files:
        if one.name.endswith(_SPEC) or len(files) == 1:
            parts.append(diff_text(one.diff))
        else:
            others.add(Text(line(one.name)).append(f"  +{one.added} -{one.removed}", style="dim"))
    return [*parts, others] if others.children else parts


def changes_data(edited: Edited, files: Sequence[FileChange]) -> dict[str, Any]:
    """The same for a machine."""
    return {
        "id": edited.pipeline.id,
        "changes": [{"words": one.words, "path": one.path, "old": one.old, "new": one.new} for one in edited.changes],
        "notes": list(edited.notes),
        "diffs": {one.name: one.diff for one in files},
    }
