"""What tasks hand over by name: a file or table that one writes and another reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airflow_llm.readers.prose.outline.tasks.catalogue import Entry
from airflow_llm.readers.prose.spellings import pattern

_PLACE = r"[\w/{][^\s`'\",;()]{2,300}"
_READS = r"(?:reads?|takes?|consumes?|opens?|input(?:\s+file)?s?)\b"
_WRITES = r"(?:writes?|produces?|creates?|saves?|leaves\s+behind|output(?:\s+file)?s?)\b"
_FILE = r"[\w{}$-]+\.\w{2,7}"
_MOST = 8


def handed_over(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """An edge from each task that writes something to those that read it."""
    writers: dict[str, list[str]] = {}
    for entry in entries:
        for place in _places(entry, "output", _WRITES):
            writers.setdefault(place, []).append(entry.id)
    found: dict[tuple[str, str], None] = {}
    for entry in entries:
        for place in _places(entry, "input", _READS):
            ups = writers.get(place, [])
            if len(ups) <= _MOST and entry.id not in ups:
                found.update(dict.fromkeys((up, entry.id) for up in ups))
    return list(found)


def _places(entry: Entry, kind: str, verb: str) -> Iterator[str]:
    """The files and tables in the rows that say what a task reads or writes."""
    words = [row.words for row in entry.body if row.kind == kind or pattern(verb).match(row.words)]
    for value in (*words, entry.cells.get(kind, "")):
        for match in pattern(_PLACE).finditer(value[:2000]):
            place = match.group().rstrip("/.:*").lower()
            last = place.rpartition("/")[2]
            if pattern(_FILE).fullmatch(last):
                yield last
            elif pattern(r"\w[/.:]+\w|\w_\w").search(place):
                yield place
