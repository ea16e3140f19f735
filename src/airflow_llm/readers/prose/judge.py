"""The last stage: how sure the reader is, for each step and for the whole."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.recognising.recognition import Recognition

_UNREAD = 0.82
_DEFAULTED = 0.9
_UNRESOLVED = 0.7
_LEAST = 0.05
_CHOICE = 0.9
_OWN_CODE = 0.96
# Measured on requests by other hands: of those that the product above puts at 0.98 or more, four of five were exact.
_BEST = 0.95
DRAWN = 0.97
"""How sure the reader is of names and arrows alone: there is nothing to be taken amiss."""
_CAUTION = 1.5


def step_doubts(draft: Draft) -> list[tuple[str, float]]:
    """What makes it less sure that the draft is a step of this kind, each with its factor."""
    found = [("its words", draft.certainty)] if draft.certainty < 1.0 else []
    if not draft.verb.base:
        found.append(("no verb says what is done", 0.85))
    if draft.phrase.voice in ("nominal", "participle", "active", "gerund"):
        found.append((f"it is no command ({draft.phrase.voice})", 0.93))
    if draft.kind == "python" and draft.verb.base:
        found.append(("no known kind of work: the user's own code", 0.95))
    if not draft.objects and not draft.phrase.complements and not draft.phrase.statement:
        found.append(("nothing says what it is done to", 0.85))
    return found


def step_confidence(draft: Draft) -> float:
    """How surely the draft is a step of this kind."""
    return round(prod((factor for _, factor in step_doubts(draft)), start=1.0), 3)


def doubts(
    recognition: Recognition, linked: Linked, drafts: Sequence[Draft], missing: int, slips: int
) -> list[tuple[str, float]]:
    """What makes the whole graph less sure, each with its factor."""
    found = [(f"the step {draft.id}", 0.5 + step_confidence(draft) / 2) for draft in drafts]
    found.append(("words that became nothing", _UNREAD ** min(len(recognition.unread), 4)))
    found.append(("references that mean no task", _UNRESOLVED ** len(linked.unresolved)))
    found.append(("orders taken by default", _DEFAULTED**linked.uncertain))
    found.append(("systems that are not named, and slips", 0.98 ** (missing + slips)))
    found.append(("more than four steps", 0.985 ** max(0, len(drafts) - 4)))
    kinds = {draft.kind for draft in drafts}
    found.append(("a choice", _CHOICE if "choose" in kinds else 1.0))
    found.append(("work that only the user's code can do", _OWN_CODE if "python" in kinds else 1.0))
    return [(why, factor) for why, factor in found if factor < 1.0]


def judge(recognition: Recognition, linked: Linked, drafts: Sequence[Draft], missing: int, slips: int) -> float:
    """How sure the reader is of the whole graph."""
    if _is_drawing(recognition):
        return DRAWN
    sure = prod((factor for _, factor in doubts(recognition, linked, drafts, missing, slips)), start=1.0)
    return round(max(_LEAST, min(1.0, _BEST * float(sure**_CAUTION))), 3)


def _is_drawing(recognition: Recognition) -> bool:
    """Whether the text is nothing but names and arrows between them."""
    clauses = [unit.clause for unit in recognition.units]
    drawn = any(clause.joint == "arrow" for clause in clauses)
    return drawn and all(
        clause.joint in ("start", "arrow") and all(token.tag in ("name", "punct") for token in clause.tokens)
        for clause in clauses
    )
