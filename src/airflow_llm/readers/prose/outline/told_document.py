"""Running text about named tasks as a document: each task with its own words and what it follows."""

from __future__ import annotations

from airflow_llm.readers.prose.outline.catalogue import Section
from airflow_llm.readers.prose.outline.catalogued import OPERATOR, ToldDocument, in_order, sections_of
from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.mentions import Mentions
from airflow_llm.readers.prose.outline.parts import Item, parse
from airflow_llm.readers.prose.outline.rows import rows_of
from airflow_llm.readers.prose.outline.told_prose import Telling, told_in_prose
from airflow_llm.readers.prose.spellings import pattern

_SHORTEST = 1000
_ANYHOW = r"\ball_done\b|\bwhatever\s+happened\b|\beven\s+if\b[^.;]{0,60}\bfail\w*|\bno\s+matter\b"


def tells_tasks(text: str) -> bool:
    """Whether long running text names its tasks."""
    return len(text) >= _SHORTEST and told_in_prose(text) is not None


def told_document(text: str) -> ToldDocument | None:
    """The text as a document with an item for each task that it tells of; None when it names too few."""
    telling = told_in_prose(text) if len(text) >= _SHORTEST else None
    if telling is None:
        return None
    downs: dict[str, list[str]] = {}
    for down, ups in telling.ups.items():
        for up in ups:
            downs.setdefault(up, []).append(down)
    items = [_item(one, telling, downs.get(one, [])) for one in in_order(telling.ups)]
    document = parse(text)
    sections = [Section("", rows_of(text))]
    lines = sections_of(sections, Mentions(telling.names.values()))
    return ToldDocument(document.title, items, lines, document.header, telling.guessed)


def _item(name: str, telling: Telling, downs: list[str]) -> Item:
    row, words = telling.rows[name], "\n".join(telling.words[name])
    item = Item(name, Line(row.start, row.indent, row.words), settled=True)
    item.labels["objective"] = words
    operator = pattern(OPERATOR, 0).search(words)
    if operator is not None:
        item.labels["operator"] = operator.group().removesuffix("s")
    if pattern(r"\bBranch\w*Operator|@task\.branch").search(words):
        item.labels["output"] = ", ".join(downs)
    item.labels["upstream"] = ", ".join(telling.ups[name]) or "none"
    return item
