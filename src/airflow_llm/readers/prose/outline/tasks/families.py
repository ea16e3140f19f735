"""Groups of tasks that a description names: `Group ingest`, the members 4a and 4b of `4. Dimensions`, `ingest.load`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.spellings import pattern

if TYPE_CHECKING:
    from airflow_llm.readers.prose.outline.tasks.catalogue import Entry

_GROUP = (
    r"\W*(?:task\s*)?groups?\W{1,4}(?P<name>[A-Za-z]\w*)\b|\W*[`'\"]?(?P<other>[A-Za-z]\w*)[`'\"]?\W{0,3}"
    r"(?:\(\s*)?(?:is\s+an?\s+)?(?:task\s*)?group\b"
)
_MOST_ROWS = 1000


def family_of(number: str) -> str:
    """The number that the members of a group share: `4` of `4a` and `4.b`; empty for others."""
    match = pattern(r"(\d{1,3})\.?[a-z]").fullmatch(number)
    return match[1] if match is not None else ""


@dataclass(frozen=True)
class Family:
    """The members of a group, and the words that stand beside its name."""

    ids: tuple[str, ...]
    words: str = ""


def families_in(rows: Sequence[Line], entries: Sequence[Entry]) -> dict[str, Family]:
    """Each group that is named, by its name."""
    found: dict[str, Family] = {}
    grouped: dict[str, list[str]] = {}
    starts: dict[int, list[str]] = {}
    for entry in entries:
        starts.setdefault(entry.row.start, []).append(entry.id)
        if entry.group:
            grouped.setdefault(entry.group.lower(), []).append(entry.id)
    found |= {name: Family(tuple(ids)) for name, ids in grouped.items()}
    for at, row in enumerate(rows):
        match = pattern(_GROUP).match(row.words) if row.start not in starts else None
        if match is not None:
            name = (match["name"] or match["other"]).lower()
            ids = tuple(one for start in _below(at, rows) for one in starts.get(start, ()))
            known = found.get(name, Family(ids))
            found[name] = Family(known.ids if known.words or len(known.ids) > 1 else ids, known.words or row.words)
    return {name: family for name, family in found.items() if len(family.ids) > 1}


def _below(at: int, rows: Sequence[Line]) -> list[int]:
    """Where the rows begin that stand deeper than the one at a place, or under its heading."""
    over, found = rows[at], list[int]()
    for row in rows[at + 1 : at + _MOST_ROWS]:
        deeper = row.indent > over.indent or (over.level > 0 and not 0 < row.level <= over.level)
        if not deeper:
            break
        found.append(row.start)
    return found


def at_the_ends(ups: Mapping[str, list[str]], families: Mapping[str, Family]) -> None:
    """What follows a whole group follows its last tasks, and what it follows comes before its first ones."""
    downs: dict[str, list[str]] = {}
    for task, found in ups.items():
        for up in found:
            downs.setdefault(up, []).append(task)
    for family in families.values():
        members = set(family.ids)
        inner = {one for task in members for one in ups.get(task, ()) if one in members}
        later = {task for task in members if any(one in members for one in ups.get(task, ()))}
        if not inner:
            continue
        for task in downs.get(family.ids[0], ()):
            if task not in members and members <= set(ups[task]):
                ups[task][:] = [one for one in ups[task] if one not in inner]
        before = [set(ups.get(task, ())) - members for task in members]
        for shared in set[str]().union(*before[:1]).intersection(*before):
            for task in later:
                ups[task].remove(shared)
