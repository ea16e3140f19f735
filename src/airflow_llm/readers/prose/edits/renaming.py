"""Another name for a step: `rename a to b`, `call the load publish_orders`."""

from __future__ import annotations

import re

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.drafts import identifier
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import renamed_step
from airflow_llm.readers.prose.edits.wording import Clause, unquoted, words_in
from airflow_llm.readers.prose.spellings import pattern

_FORMS = (
    r"(?:rename|re-name)\s+(?:the\s+)?(?:task\s+|step\s+)?(?P<old>.+?)\s+(?:to|into|as|->|→|=>)\s+(?P<new>.+)",
    r"(?:change|set)\s+(?:the\s+)?(?:name|id)\s+of\s+(?P<old>.+?)\s+(?:to|into)\s+(?P<new>.+)",
    (
        r"(?:call|name)\s+(?:the\s+)?(?:task\s+|step\s+)?(?P<old>\w+|the\s+.+?|(?:last|first)\s+(?:step|"
        r"task))\s+(?P<new>[\w\"'`-]+)(?:\s+instead)?"
    ),
    (
        r"(?P<old>.+?)\s+(?:should|shall|must|is\s+to|has\s+to|needs\s+to)\s+be\s+(?:called|named|"
        r"renamed(?:\s+to)?)\s+(?P<new>.+)"
    ),
    r"(?P<old>.+?)\s+is\s+(?:now\s+)?(?:called|named)\s+(?P<new>.+)",
)
_DATA = r"\b(?:tables?|files?|columns?|datasets?|schemas?)\b|\w\.\w|/"
_MOST_WORDS = 6
_WHOLE = r"(?:the\s+|this\s+)?(?:whole\s+)?(?:pipeline|dag|workflow|bundle|job)"


def renamed(clause: Clause, revision: Revision) -> Revision | None:
    """The step under its new name, wherever it is spoken of; its title stays."""
    for form in _FORMS:
        match = pattern(form).fullmatch(clause.text)
        if match is not None:
            return _renamed(match["old"], match["new"], revision)
    return None


def _renamed(old: str, new: str, revision: Revision) -> Revision | None:
    if pattern(_DATA).search(f"{old} {new}"):
        return None
    if pattern(_WHOLE).fullmatch(old):
        raise InputError(
            "the id of a pipeline is the name of its files, which an edit leaves as they are",
            hint='build it under another id (`id` in tasks.yml), or say: change the title to "…"',
        )
    step = revision.task(old)
    name = _name(new)
    if name != step and name in {held.id for held in revision.pipeline.steps}:
        raise InputError(f"there is a task called {name!r} already", hint="choose another name")
    settled = [one.subject for one in revision.pipeline.assumptions if one.subject == f"steps.{step}.id"]
    made = revision.whole(steps=renamed_step(revision.pipeline, step, name).steps)
    made = made.whole(assumptions=renamed_step(revision.pipeline, step, name).assumptions)
    return made.speaking_of((name,)).settling(*settled)


def _name(words: str) -> str:
    """The new id: as it is written when it can be one, else made of its words."""
    said = unquoted(pattern(r"^(?:the\s+)?(?:task|step)\s+|\s+(?:instead|now)$").sub("", words.strip()))
    parts = [part.lower() for word in words_in(said) for part in re.split(r"[^A-Za-z0-9_]+", word) if part]
    name = identifier(parts, "step")
    if not parts or len(parts) > _MOST_WORDS or set(parts) & {"and", "to", "then", "after", "before"}:
        raise InputError(f"{words[:60]!r} cannot be the name of a task", hint="a name is like load_orders")
    return name
