"""The last stage: how sure the reader is, for each step and for the whole."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.link_graph import Linked
from airflow_llm.readers.prose.recognition import Recognition

_UNREAD = 0.82
_DEFAULTED = 0.9
_UNRESOLVED = 0.7
_LEAST = 0.05
_CHOICE = 0.9
_OWN_CODE = 0.96
# Measured on requests by other hands: of those that the product above puts at 0.98 or more, four of five were exact.
_BEST = 0.95
_CAUTION = 1.5


def step_confidence(draft: Draft) -> float:
    """How surely the draft is a step of this kind."""
    sure = draft.certainty
    if not draft.verb.base:
        sure *= 0.85
    if draft.phrase.voice in ("nominal", "participle", "active", "gerund"):
        sure *= 0.93
    if draft.kind == "python" and draft.verb.base:
        sure *= 0.95
    if not draft.objects and not draft.phrase.complements and not draft.phrase.statement:
        sure *= 0.85
    return round(sure, 3)


def judge(recognition: Recognition, linked: Linked, drafts: Sequence[Draft], missing: int, slips: int) -> float:
    """How sure the reader is of the whole graph."""
    sure = 1.0
    for draft in drafts:
        sure *= 0.5 + step_confidence(draft) / 2
    sure *= _UNREAD ** min(len(recognition.unread), 4)
    sure *= _UNRESOLVED ** len(linked.unresolved)
    sure *= _DEFAULTED**linked.uncertain
    sure *= 0.98 ** (missing + slips)
    sure *= 0.985 ** max(0, len(drafts) - 4)
    kinds = {draft.kind for draft in drafts}
    sure *= (_CHOICE if "choose" in kinds else 1.0) * (_OWN_CODE if "python" in kinds else 1.0)
    return round(max(_LEAST, min(1.0, _BEST * float(sure**_CAUTION))), 3)
