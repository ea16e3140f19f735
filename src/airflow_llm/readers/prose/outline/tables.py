"""Tables that list tasks: a row for each, columns such as task, operator, description, depends on."""

from __future__ import annotations

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.spellings import lexicon

_NAMES = frozenset(("task", "step", "name", "task name", "task id", "step name", "id", "task_id", "job"))
_NUMBERS = frozenset(("#", "no", "no.", "nr", "order", "number"))


def cells_of(line: Line) -> list[str]:
    """The cells of a row between bars, none when the line is no row."""
    # Wikis write the bars of a header twice.
    words = line.words.replace("||", "|") if line.words.startswith("||") else line.words
    if words.count("|") < 2 or not words.startswith("|"):
        return []
    return [cell.strip().strip("`").strip() for cell in words.strip().strip("|").split("|")]


def columns_of(cells: list[str]) -> list[str]:
    """What each column of a header row holds, as label kinds; empty unless one names the task and one says more."""
    kinds = []
    for cell in cells:
        name = " ".join(cell.lower().split())
        kind = lexicon("outline_labels").get(name, "")
        kind = "task_id" if name in _NAMES else "number" if name in _NUMBERS else kind
        kinds.append("" if kind in kinds else kind)
    return kinds if "task_id" in kinds and len([kind for kind in kinds if kind not in ("", "number")]) >= 2 else []
