"""`load each into BigQuery`, marked once behind several steps: one step for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.mapping import GROUPING
from airflow_llm.readers.prose.spellings import pattern

if TYPE_CHECKING:
    from airflow_llm.readers.prose.tagger.linking import GraphSaid

_EACH = r"(?<!for )(?<!that )(?<!with )\beach\b(?!\s+other)"
_BEHIND = r"\W*each\s+(?:of\s+them|one)\b|\s*each\s*(?=[,.;:]|$)"


def split_each(said: GraphSaid, drafts: list[Draft], source: str) -> None:
    """Puts one draft behind each of the like steps that a marked `each` takes up; later ones wait for all of them."""
    copies: dict[int, list[int]] = {}
    for number, task in enumerate(said.tasks):
        mark = task.mark
        taken_up = pattern(_EACH).search(source[mark.start : mark.end]) or pattern(_BEHIND).match(source[mark.end :])
        several = _several(drafts[number], drafts, copies) if taken_up else []
        if len(several) > 1:
            copies[number] = _split(drafts[number], several, drafts)
    if copies:
        for draft in drafts:
            draft.ups -= {up for other in draft.ups for up in _before(other, drafts)}


def _several(draft: Draft, drafts: Sequence[Draft], copies: dict[int, list[int]]) -> list[int]:
    """The like steps right in front of it, none of which waits for another; empty where it brings things together."""
    if draft.each or draft.verb.group in GROUPING or not draft.number:
        return []
    found = [draft.number - 1, *copies.get(draft.number - 1, [])]
    for number in range(draft.number - 2, -1, -1):
        alike = drafts[number].kind == drafts[found[0]].kind != "choose" and not drafts[number].each
        if not alike or any(number in _before(other, drafts) for other in found):
            break
        found.append(number)
    return sorted(found) if draft.ups & set(found) else []


def _before(number: int, drafts: Sequence[Draft]) -> set[int]:
    """Everything that the draft waits for, by whatever way."""
    found: set[int] = set()
    open_ = [number]
    while open_:
        new = drafts[open_.pop()].ups - found
        found |= new
        open_ += new
    return found


def _split(draft: Draft, several: Sequence[int], drafts: list[Draft]) -> list[int]:
    """One step behind each of `several`; the numbers of those that are new."""
    downs = [held for held in drafts if draft.number in held.ups]
    further = draft.ups - set(several)
    first, *others = several
    made = []
    for up in others:
        copy = replace(draft, number=len(drafts), ups={up, *further}, objects=list(drafts[up].objects), hints=[])
        drafts.append(copy)
        made.append(copy.number)
        for down in downs:
            down.ups.add(copy.number)
    draft.ups, draft.objects = {first, *further}, list(drafts[first].objects) or draft.objects
    return made
