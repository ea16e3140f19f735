"""Which identifiers of a description may name a task, and which name whole pipelines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.settings.rules import RULES
from airflow_llm.readers.prose.spellings import lexicon, pattern

UNDER = r"[A-Za-z]\w*_\w+"
HOW = r"\b\w+(?:Operator|Sensor)s?\b|@task\b|\bTaskFlow\b|\bsensor\b|\boperator\b"
_DAG = (
    r"(?:\bdag(?:[ _]?id)?|\bairflow\s+id|\bpipeline(?:[ _]id)?|\bworkflow)\b"
    rf"\W{{0,6}}(?:is\s+)?(?:called\s+|named\s+)?\W?({UNDER})"
)
_IS_DAG = rf"({UNDER})[`'\"*]*(?:,|\s+is|\s+was)\s+(?:an?|the)\s+(?:[\w-]+\s+){{0,2}}(?:dag|pipeline|workflow)\b"
_LONGEST_TITLE = 90


def dags_in(text: str, rows: Sequence[Line]) -> frozenset[str]:
    """The identifiers that name pipelines, not tasks."""
    found = {match[1].lower() for match in pattern(_DAG).finditer(text)}
    found |= {match[1].lower() for match in pattern(_IS_DAG).finditer(text)}
    for row, after in pairwise(rows[:2]):
        if row.level or (after.gap and len(row.words) < _LONGEST_TITLE and pattern(HOW).search(row.words) is None):
            found |= {one.lower() for one in pattern(UNDER).findall(row.words)}
    named = [row for row in rows if row.label is not None and row.label[0] in ("identifier", "id", "name")]
    if len(named) == 1 and named[0] in rows[:5]:
        found |= {one.lower() for one in pattern(UNDER).findall(named[0].words)}
    return frozenset(found)


def is_task_name(name: str, dags: frozenset[str]) -> bool:
    """Whether an identifier may name a task: no setting, no rule, no constant, no pipeline."""
    low = name.lower()
    if low in dags or low in RULES or low in lexicon("setting_names") or low in lexicon("outline_labels"):
        return False
    setting = (
        r"\w+_(?:callback|interval|timeout|rule|delay|retries|date|args|per_dag|toggle)|\w+_id|on_\w+|email_on_\w+|"
        r"json|csv|parquet|sql|ya?ml|py|txt"
    )
    return pattern(setting).fullmatch(low) is None and (not name.isupper() or "_" not in name)
