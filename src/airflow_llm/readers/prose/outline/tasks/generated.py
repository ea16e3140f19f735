"""Tasks that a loop makes: `export_{table}` over TABLES = ['users', 'orders'] is one task for each."""

from __future__ import annotations

import re
from dataclasses import replace

from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.outline.tasks.listed import Item
from airflow_llm.readers.prose.spellings import pattern

_HOLE = r"(?<=\w)(?:\{\{?\s*(\w{1,40})\s*\}?\}|<(\w{1,40})>|\[(\w{1,40})\])"
_LIST = r"[\[(]\s*[\"'][\w .-]{1,60}[\"'](?:\s*,\s*[\"'][\w .-]{1,60}[\"']){1,60}\s*,?\s*[\])]"
_PLAIN = (
    r"\b(?:for\s+(?:each|every)\b[^:.\n()]{0,60}|one\s+(?:task\s+)?per\b[^:.\n()]{0,60}|over\b[^:.\n()]{0,60}|values?|items?|tables|regions|sources)"
    r"\s*[:(=]\s*((?:[\w.-]{1,60}\s*(?:,\s*(?:and\s+)?|\s+and\s+)){1,60}[\w.-]{1,60})"
)
_TIMES = (
    r"\b(\d{1,3}|two|three|four|five|six|seven|eight|nine|ten|twelve)\s+(?:times|tasks|instances|copies|parallel)\b"
)


def spread(item: Item, text: str) -> Item:
    """The entry with a task for each value that its loop goes over; as it is where the text lists none."""
    hole = pattern(_HOLE).search(item.name)
    if hole is not None and item.members:
        return replace(item, spread=True)
    values = _values(item, text) if hole is not None else []
    if hole is None or len(values) < 2:
        return item
    members = [_of(item, hole.group(), value) for value in values]
    return replace(item, members=members, spread=True)


def _values(item: Item, text: str) -> list[str]:
    """The values of the loop: in the entry's own words first, then anywhere, as many as it says there are."""
    told = pattern(_TIMES).search(item.everything)
    count = int(number(told[1])) if told is not None else 0
    for words in (item.everything, text):
        for listed in _lists(words):
            if len(listed) > 1 and (not count or len(listed) == count):
                return listed
    return []


def _lists(words: str) -> list[list[str]]:
    quoted = [re.findall(r"[\"']([\w .-]{1,60})[\"']", match.group()) for match in pattern(_LIST).finditer(words)]
    plain = [re.split(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+)", match[1]) for match in pattern(_PLAIN).finditer(words)]
    return [list(dict.fromkeys(value.strip() for value in listed if value.strip())) for listed in (*quoted, *plain)]


def _of(item: Item, hole: str, value: str) -> Item:
    name = item.name.replace(hole, value)
    name = pattern(r"\s*\([^)]*\)\s*$").sub("", name)
    labels = {kind: words.replace(hole, value) for kind, words in item.labels.items()}
    return Item(
        name, item.line, item.stage, item.name, labels, loose=[line.replace(hole, value) for line in item.loose]
    )
