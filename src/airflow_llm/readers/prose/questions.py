"""What is ambiguous and matters, as questions: the words, the possible readings, and the one that was taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.flow import NO_SOURCE, Flow
from airflow_llm.readers.prose.link_graph import Linked
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.spec.pipeline import Question

_MOST = 20
_LONGEST = 200
_TOLD = frozenset({"slack", "email", "teams", "pagerduty"})
_ALL = frozenset({"everything", "all"})


def questions(source: str, linked: Linked, flow: Flow) -> tuple[Question, ...]:
    """The questions that the text leaves open, in the order of how much hangs on them."""
    found = [
        *_references(linked),
        *_orders(source, linked),
        *_sources(source, linked, flow),
        *_everything(source, linked),
    ]
    return tuple(found[:_MOST])


def _references(linked: Linked) -> Iterator[Question]:
    names = tuple(draft.id for draft in linked.drafts if draft.kind != "choose")
    for words in linked.unresolved:
        yield Question(
            text="Which task is meant?", quote=words[:_LONGEST], options=names[:8],
            taken="the order of the text",
        )  # fmt: skip


def _orders(source: str, linked: Linked) -> Iterator[Question]:
    """A source that is read after an earlier chain has written its result: one behind the other, or side by side."""
    for number in linked.roots:
        draft = linked.drafts[number] if number < len(linked.drafts) else None
        if draft is not None and draft.id:
            yield Question(
                text=f"Does {draft.id} wait for what the text names before it?", quote=_quote(source, draft),
                options=("it starts at once", "it waits"), taken="it starts at once",
            )  # fmt: skip


def _sources(source: str, linked: Linked, flow: Flow) -> Iterator[Question]:
    """An extract without a system."""
    for draft in linked.drafts:
        if (f"steps.{draft.id}", NO_SOURCE) in flow.noted:
            said = tuple(
                name for name, held in flow.connections.items() if name != "source" and held.connector not in _TOLD
            )
            yield Question(
                text=f"Which system does the step {draft.id} read from?", quote=_quote(source, draft),
                options=("source", *said[:7]), taken="a PostgreSQL connection called source",
            )  # fmt: skip


def _everything(source: str, linked: Linked) -> Iterator[Question]:
    """`load everything`: all of it, or only the last result."""
    for draft in linked.drafts:
        if len(draft.ups) > 1 and _only_all(draft.objects, draft.phrase):
            yield Question(
                text=f"What does {draft.id} take?", quote=_quote(source, draft),
                options=tuple(linked.drafts[number].id for number in sorted(draft.ups))[:8],
                taken="the results of all steps right before it",
            )  # fmt: skip


def _only_all(objects: Sequence[Token], phrase: Phrase) -> bool:
    return bool(phrase.verb) and [token.norm for token in objects if token.norm != "of"][:1] in [
        [word] for word in _ALL
    ]


def _quote(source: str, draft: Draft) -> str:
    start, end = draft.span
    return (source[start:end] or spoken(draft.clause.tokens))[:_LONGEST]
