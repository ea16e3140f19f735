"""The function file of a step that only the user can write: typed, with its contract, and one clear failure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from airflow_llm.targets.airflow.docs import doc_lines
from airflow_llm.targets.airflow.layout import block, statement
from airflow_llm.targets.python import literal


class Hook(NamedTuple):
    """One function to be written: `parameters` are annotations by name."""

    name: str
    text: str
    parameters: Mapping[str, str]
    returns: str = "None"
    contract: str = ""


def hook_file(pipeline_id: str, file_name: str, hooks: tuple[Hook, ...]) -> str:
    """The text of the file."""
    uses_any = any("Any" in note for hook in hooks for note in (*hook.parameters.values(), hook.returns))
    uses_mapping = any("Mapping" in note for hook in hooks for note in hook.parameters.values())
    lines = ['"""What only you can write: this pipeline runs once the functions here do."""', ""]
    lines += ["from __future__ import annotations"]
    if uses_mapping or uses_any:
        lines.append("")
    if uses_mapping:
        lines.append("from collections.abc import Mapping")
    if uses_any:
        lines.append("from typing import Any")
    for hook in hooks:
        lines += ["", "", *_function(hook, f"dags/resources/{pipeline_id}/{file_name}")]
    return "\n".join(lines) + "\n"


def _function(hook: Hook, path: str) -> list[str]:
    signature = ", ".join(f"{name}: {note}" for name, note in hook.parameters.items())
    failure = literal(f"{hook.name} is not written yet: write it in {path}")
    contract = f"{hook.text}\n\n{hook.contract}" if hook.contract else hook.text
    return [
        *statement(f"def {hook.name}({signature}) -> {hook.returns}:"),
        *block(doc_lines(contract)),
        *statement(f"raise NotImplementedError({failure})", 1),
    ]
