"""Texts of any layout whose tasks were found, as documents: each task with its own words and what it follows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from airflow_llm.readers.prose.outline.lines import Line, lines_of
from airflow_llm.readers.prose.outline.mentions.drawings import ARROW
from airflow_llm.readers.prose.outline.mentions.matching import Mentions
from airflow_llm.readers.prose.outline.order.catalogued import BRANCH, Catalogued
from airflow_llm.readers.prose.outline.order.running_text import Telling, told_in_prose
from airflow_llm.readers.prose.outline.sentences import sentences_of
from airflow_llm.readers.prose.outline.tasks.catalogue import Catalogue, Entry, Section, catalogue_of
from airflow_llm.readers.prose.outline.tasks.identifiers import is_task_name
from airflow_llm.readers.prose.outline.tasks.listed import Document, Item, title_of
from airflow_llm.readers.prose.spellings import lexicon, pattern

_OPERATOR = r"(?:@task\.)?\b[A-Z]\w*(?:Operator|Sensor)\b|@task[.\w]*|\bTaskFlow\b|\bSensor\b"
_SHAPE = r"\b(?:linear|sequential(?:ly)?|strict\s+order|chained|one\s+after\s+(?:the\s+|an)?other)\b"
_FEWEST, _FEWEST_OTHERS, _OFTEN = 4, 3, 0.4
_ALONE = (
    r"\b(?:contains|has|consists\s+of|of|is)\s+(?:only\s+|just\s+|exactly\s+)?(?:one|a\s+single)\s+(?:\w+\s+)?task\b"
)
_LIMITED = r"\b(?:execution_timeout|time-?outs?)\b"
_RULE = r"\b(?:all_done|one_failed|all_failed|none_failed\w*|trigger[ _]rule)\b"
_ANYHOW = (
    r"\bwhatever\s+happened\b|\bno\s+matter\b|\b(?:also|even)\s+(?:runs?\s+|executes?\s+|starts?\s+)?(?:if|when|after)\b"
    r"[^.;]{0,60}\b(?:fail\w*|wrong|broken?|error\w*)|\bwhether\b[^.;]{0,60}\b(?:succe\w+|fail\w*)|"
    r"\bruns?\s+(?:always|in\s+any\s+case)\b|\balways\s+(?:runs?|executes?)\b"
)


def declared(text: str, listed: Iterable[str] = ()) -> Catalogue | None:
    """The tasks that the text declares, when they are its tasks; `listed` are those of its list of steps."""
    if pattern(r"\w_\w|`|\bstep\s+(?:one|1)\b").search(text) is None:
        return None
    catalogue = catalogue_of(text)
    ids = {entry.id for entry in catalogue.entries}
    others = set(listed)
    if len(ids) == 1:
        alone = catalogue.entries[0].row.words.startswith("|") and not catalogue.entries[0].cells
        return catalogue if alone or pattern(_ALONE).search(text) is not None else None
    twice = {one for one in others if (again := pattern(r"(\w+)_\d+").fullmatch(one)) and again[1] in others}
    if twice and ids == others - twice:
        return catalogue
    if others and len(ids) >= _FEWEST_OTHERS:
        table = all("upstream" in entry.cells for entry in catalogue.entries)
        beyond = [one for one in others - ids if is_task_name(one, catalogue.dags) and not _is_label(one)]
        better = (ids == others and (table or _said_wholly(text, catalogue))) or (
            not beyond and ids > others & ids and ids != others
        )
        return catalogue if better or len(ids & others) < 0.5 * len(ids) else None
    if others:
        return None
    return catalogue if len(ids) >= _FEWEST else None


def _said_wholly(text: str, catalogue: Catalogue) -> bool:
    """Whether words say where each task stands, and none chooses among others."""
    if any(pattern(BRANCH).search(entry.words) for entry in catalogue.entries):
        return False
    read = Catalogued(text, catalogue)
    read.read()
    read.order()
    return not read.guessed


def declares_more(text: str, listed: Iterable[str]) -> Catalogue | None:
    """The tasks that the text declares, when they are more than the labelled steps that were found."""
    catalogue = catalogue_of(text)
    ids, others = {entry.id for entry in catalogue.entries}, list(listed)
    again = [one for one in others if pattern(r"\w+_\d").fullmatch(one) and one[:-2] in others]
    if len(again) > _OFTEN * len(others):
        return catalogue if len(ids) >= _FEWEST else None  # a list of labels, not of tasks
    written = {one for one in others if one in text and "_" in one}
    return catalogue if len(ids) >= max(len(others) + 2, _FEWEST) and written <= ids else None


def _is_label(name: str) -> bool:
    words = name.replace("_", " ")
    return any(words in lexicon(known) for known in ("outline_labels", "outline_sections", "setting_names"))


def catalogue_document(text: str, catalogue: Catalogue) -> Document:
    """The text as a document with an item for each task that it declares."""
    read = Catalogued(text, catalogue)
    read.read()
    items = _items(read)
    sections = sections_of(catalogue.sections, read.mentions)
    return Document(title_of(lines_of(text)), items, sections, told=True, guessed=read.guessed)


def sections_of(parts: Iterable[Section], mentions: Mentions) -> dict[str, list[Line]]:
    """The rows that no task owns, by what their section is about; what they say of the order is read already."""
    sections: dict[str, list[Line]] = {}
    for section in parts:
        kinds = ("schedule", "failure", "infrastructure")
        kind = next((kind for kind in kinds if section.tells_of("section_settings", kind)), "summary")
        for row in section.rows:
            if section.kind != "wiring":
                label = row.label
                words = f"{label[0]}: {label[1]}" if label is not None and row.words.startswith("|") else row.words
                words = " ".join(_unordered(one, mentions) for one in sentences_of(words)).strip()
                sections.setdefault(kind, []).append(Line(row.start, row.indent, words))
    return sections


def _unordered(sentence: str, mentions: Mentions) -> str:
    """A sentence up to where it speaks of the order of tasks, none when it tells the trigger rule of one."""
    if pattern(_RULE).search(sentence) and not pattern(r"\bdefault").search(sentence):
        return ""
    if pattern(_SHAPE).search(sentence) or pattern(ARROW).search(sentence):
        return ""
    named = mentions.strong(sentence)
    return sentence[: named[0].start] if len(named) > 1 else sentence


def _items(read: Catalogued) -> list[Item]:
    """The tasks as entries of a document, each behind those that it follows."""
    ups = read.order()
    by_id = {entry.id: entry for entry in read.entries}
    downs: dict[str, list[str]] = {}
    for down, found in ups.items():
        for up in found:
            downs.setdefault(up, []).append(down)
    return [_entry_item(by_id[one], ups[one], downs.get(one, [])) for one in in_order(ups)]


def _entry_item(entry: Entry, ups: Sequence[str], downs: Sequence[str]) -> Item:
    line = Line(entry.row.start, entry.row.indent, entry.row.words)
    item = Item(f"{entry.group}.{entry.id}" if entry.group else entry.id, line, settled=True)
    rest: list[str] = []
    for row in entry.body:
        label = row.label
        if row.kind in ("", "upstream", "downstream", "task_id", "group", "technical", "members") or label is None:
            rest.append(row.words if row.kind == "" else "")
        else:
            item.labels[row.kind] = f"{item.labels.get(row.kind, '')}\n{label[1]}".strip()
    kept = ("operator", "objective", "notes", "trigger", "condition", "parameters", "output", "input")
    item.labels |= {kind: cell for kind, cell in entry.cells.items() if kind in kept}
    head = pattern(r"^\W*").sub("", entry.row.words.partition(entry.id)[2])
    words = "\n".join(one for one in (head, *rest) if one)
    if words:
        item.labels["objective"] = f"{item.labels.get('objective', '')}\n{words}".strip()
    limits = [one for one in sentences_of(entry.words) if pattern(_LIMITED).search(one)]
    if limits:
        item.labels["parameters"] = "\n".join([item.text("parameters"), *limits]).strip()
    operator = pattern(_OPERATOR, 0).search(f"{item.text('operator')}\n{entry.words}")
    if operator is not None and operator.group() not in item.text("operator"):
        item.labels["operator"] = f"{operator.group()} {item.text('operator')}".strip()
    if pattern(BRANCH).search(item.text("operator")):
        item.labels["output"] = ", ".join(downs)
    item.labels["upstream"] = ", ".join(ups) or "none"
    return item


def in_order(ups: dict[str, list[str]]) -> Iterable[str]:
    """The tasks so that each stands behind what it follows."""
    done: dict[str, None] = {}
    for start in ups:
        stack = [start]
        while stack:
            here = stack[-1]
            open_ups = [up for up in ups[here] if up not in done]
            if here in done or not open_ups:
                done.setdefault(here)
                stack.pop()
            else:
                stack.append(open_ups[0])
    return done


def tells_tasks(text: str) -> bool:
    """Whether running text names its tasks."""
    return told_in_prose(text) is not None


def told_document(text: str) -> Document | None:
    """The text as a document with an item for each task that it tells of; None when it names too few."""
    telling = told_in_prose(text)
    if telling is None:
        return None
    downs: dict[str, list[str]] = {}
    for down, ups in telling.ups.items():
        for up in ups:
            downs.setdefault(up, []).append(down)
    items = [_item(one, telling, downs.get(one, [])) for one in in_order(telling.ups)]
    lines = lines_of(text)
    sections = sections_of([Section("", lines)], Mentions(telling.names.values()))
    return Document(title_of(lines), items, sections, told=True, guessed=telling.guessed)


def _item(name: str, telling: Telling, downs: list[str]) -> Item:
    row, words = telling.rows[name], "\n".join(telling.words[name])
    item = Item(name, Line(row.start, row.indent, row.words), settled=True)
    item.labels["objective"] = words
    operator = pattern(_OPERATOR, 0).search(words)
    if operator is not None:
        item.labels["operator"] = operator.group().removesuffix("s")
    if pattern(BRANCH).search(words):
        item.labels["output"] = ", ".join(downs)
    if pattern(_ANYHOW).search(words):
        item.labels["trigger"] = "all_done"
    item.labels |= {**telling.labels.get(name, {}), "upstream": ", ".join(telling.ups[name]) or "none"}
    return item
