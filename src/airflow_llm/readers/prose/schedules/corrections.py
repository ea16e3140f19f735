"""A schedule that takes back the one before it: `mondays 8, no wait, tuesdays`."""

from __future__ import annotations

from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import hints, pattern

_TIMES = frozenset({"time", "hours"})
_ZONE = frozenset({"zone"})
_DATED = frozenset({"days", "named", "every", "often", "monthday", "nth", "date", "hourset", "cron"})
_SIGNS = r"\b(?:no|wait|rather|hmm?|actually|sorry|correction|plain|i\s+mean|scratch|make\s+that|better|just)\b"
_TAKEN_BACK = (
    r"[\s.,;:!?()\u2013\u2026-]*(?:(?:no|nope|hmm?|uh|ah|oh|well|wait|rather|actually|sorry|oops|correction|i\s+mean|scratch\s+that|make\s+(?:it|that)"
    r"|better|just|or|plain|on|at|that's|it's)\b[\s.,;:!?\u2013\u2026-]*){1,5}"
)
_FAR = 40


def corrected(text: str, clusters: list[list[Atom]]) -> list[list[Atom]]:
    """The clusters without those that the next one takes back; what that leaves unsaid is kept."""
    kept: list[list[Atom]] = []
    for cluster in clusters:
        before = kept[-1] if kept else []
        if before and _takes_back(text, before, cluster):
            kept[-1] = [*_unsaid(before, cluster), *cluster]
        else:
            kept.append(cluster)
    return kept


def _takes_back(text: str, before: list[Atom], cluster: list[Atom]) -> bool:
    if not _says_when(before) or not _says_when(cluster):
        return False
    gap = text[before[-1].end : cluster[0].start]
    if len(gap) > _FAR or not hints(gap, _SIGNS) or pattern(_TAKEN_BACK).fullmatch(gap) is None:
        return False
    return _same_sort(before, cluster)


def _says_when(cluster: list[Atom]) -> bool:
    return any(part.kind in _TIMES | _DATED for part in cluster)


def _same_sort(before: list[Atom], cluster: list[Atom]) -> bool:
    kinds, others = {part.kind for part in before}, {part.kind for part in cluster}
    return bool(kinds & _DATED and others & _DATED) or bool(kinds & _TIMES and others & _TIMES)


def _unsaid(before: list[Atom], cluster: list[Atom]) -> list[Atom]:
    """The time, the days or the zone of the first one, where the second names none."""
    said = {part.kind for part in cluster}
    dropped: set[str] = set()
    for sort in (_TIMES, _ZONE, _DATED):
        dropped |= sort if said & sort else set()
    return [part for part in before if part.kind in _TIMES | _ZONE | _DATED and part.kind not in dropped]
