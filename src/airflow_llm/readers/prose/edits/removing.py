"""Taking things away: tasks (what follows is joined to what came before), orders between tasks."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import detached
from airflow_llm.readers.prose.edits.wording import Clause, one_of
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.graph import upstream

_TASKS = (
    (
        rf"(?:we\s+(?:can\s+)?)?{one_of('remove')}\s+(?:(?:it|this|that)\s*:\s*)?(?P<what>.+?)(?:\s+(?:from|"
        r"out\s+of)\s+(?:the\s+|this\s+)?(?:pipeline|dag|flow|graph|workflow))?(?:\s+(?:completely|entirely|"
        r"altogether|altogehter|any\s?more|anymore))?"
    ),
    r"(?:take|leave|throw|kick|rip|cut)\s+(?P<what>.+?)\s+(?:out|away)(?:\s+(?:of|from)\s+.+)?",
    r"(?:get\s+rid\s+of|do\s+without)\s+(?P<what>.+)",
    (
        r"(?P<what>.+?)\s+(?:is|are|isn't|aren't)\s+(?:not\s+|no\s+longer\s+)?(?:needed|required|necessary|used|"
        r"wanted|obsolete|unnecessary|superfluous|useless|redundant)(?:\s+(?:any\s?more|any\s+longer|now))?"
    ),
    (
        r"(?P<what>.+?)\s+(?:can|should|must|has\s+to|have\s+to|may|shall|needs\s+to)\s+(?:go|be\s+(?:removed|"
        r"dropped|deleted|skipped|left\s+out|taken\s+out|cut)|disappear)(?:\s+(?:away|now))?"
    ),
    (
        r"(?:we\s+|i\s+)?(?:don't|do\s+not|dont|no\s+longer)\s+(?:need|want|"
        r"use)\s+(?P<what>.+?)(?:\s+(?:any\s?more|any\s+longer))?"
    ),
)
_KEPT = r"\b(?:needed|required|necessary|used|wanted)\b"
_ORDER = (
    (
        rf"(?:{one_of('remove')})\s+(?:the\s+)?(?:dependency|edge|order|link|arrow|"
        r"connection)\s+(?:between\s+(?P<a>.+?)\s+and\s+(?P<b>.+)|(?:from|of)\s+(?P<c>.+?)\s+(?:to|"
        r"on)\s+(?P<d>.+))"
    ),
    (
        r"(?P<late>.+?)\s+(?:(?:does|do|should|shall|must|need|has|have)(?:n't|\s+not|\s+no\s+longer|"
        r"\s+to\s+no\s+longer)?(?:\s+need\s+to|\s+have\s+to)?|no\s+longer|doesn't\s+have\s+to|"
        r"need\s+not)\s+(?:to\s+)?(?:waits?|depends?|be\s+after|runs?\s+after|needs?)\s*(?:for|"
        r"on)?\s+(?P<early>.+?)(?:\s+(?:any\s?more|any\s+longer))?"
    ),
    (
        rf"(?:{one_of('remove')})\s+(?:the\s+)?(?P<late>.+?)(?:'s)?\s+(?:dependency|dependence|wait)\s+(?:on|"
        r"for)\s+(?P<early>.+)"
    ),
    r"(?:don't|do\s+not|never)\s+(?:make|let)\s+(?P<late>.+?)\s+wait\s+for\s+(?P<early>.+)",
)
_NEGATED = r"\b(?:not|n't|no\s+longer|don't|doesn't|never|needn't|remove|drop|delete|cut)\b|n't\b"


def removed(clause: Clause, revision: Revision) -> Revision | None:
    """`remove clean_sales`, `the validation is not needed any more`, `load need not wait for x`."""
    edge = _order(clause.text, revision)
    if edge is not None:
        return edge
    for form in _TASKS:
        match = pattern(form).fullmatch(clause.text)
        if match is None:
            continue
        if pattern(_KEPT).search(clause.text) and not pattern(
            r"\bnot\b|n't\b|no\s+longer|\bun|\bdon't|\bdont\b"
        ).search(clause.text):
            return None
        return _tasks(match["what"], revision)
    return None


def _tasks(words: str, revision: Revision) -> Revision:
    ids = revision.tasks(pattern(r"^(?:the\s+)?(?:task|step)s?\s+(?:called\s+|named\s+)?(?=\S)").sub("", words))
    if len(ids) >= len(revision.pipeline.steps):
        raise InputError("nothing would be left of the pipeline", hint="keep at least one task")
    result = revision.pipeline
    # From the last to the first: what is removed together need not be joined to each other.
    from airflow_llm.spec.graph import order

    for one in [step for step in reversed(order(result)) if step in ids]:
        result = detached(result, one)
    return revision.whole(steps=result.steps)


def _order(text: str, revision: Revision) -> Revision | None:
    for form in _ORDER:
        match = pattern(form).fullmatch(text)
        if match is None or not pattern(_NEGATED).search(text):
            continue
        groups = match.groupdict()
        if groups.get("late") and groups["late"].lower() in ("we", "i", "you", "they", "it"):
            return None
        if groups.get("late"):
            return _released(revision, groups["late"], groups["early"])
        first, second = groups.get("a") or groups.get("c") or "", groups.get("b") or groups.get("d") or ""
        early, late = revision.task(first), revision.task(second)
        if early not in upstream(revision.pipeline)[late]:
            first, second = second, first
        return _released(revision, second, first)
    return None


def _released(revision: Revision, late_words: str, early_words: str) -> Revision:
    """The one task no longer waits for the other; a need for its data cannot be talked away."""
    late, early = revision.task(late_words), revision.task(early_words)
    step = revision.pipeline.step(late)
    if early in step.after:
        made = revision.set_steps((late,), after=tuple(one for one in step.after if one != early))
        if early not in upstream(made.pipeline)[late]:
            return made
    if early not in upstream(revision.pipeline)[late]:
        raise InputError(f"{late} does not wait for {early} directly", hint="look at it with `airflow-llm show`")
    shared = [name for name in step.reads if name in revision.pipeline.step(early).writes]
    what = f"it reads {', '.join(shared)}, which {early} writes" if shared else "a condition or branch needs it"
    raise InputError(f"{late} has to wait for {early}: {what}", hint="change what it reads as well")
