"""Whether a clause with a verb asks for anything, and where in it the asking begins."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.phrases import Phrase

_WHOLES = frozenset(["pipeline", "dag", "workflow", "job", "flow"])
_TITLES = words("titles")
_KEPT_UP = frozenset({"refresh", "update", "run", "repeat"})


def asks_nothing(clause: Clause, phrase: Phrase) -> bool:
    """`backfill nothing`, `set up:`, `put them in one DAG`, and `, refreshed` in front of when."""
    said = [token.norm for token in clause.tokens]
    base = phrase.verb.base if phrase.verb is not None else ""
    if phrase.objects and phrase.objects[0].norm in words("pronouns") and _into_whole(phrase):
        return True
    if said[-1:] == ["nothing"] or (said[-1:] == ["up"] and clause.heading and base == "set"):
        return True
    return phrase.voice == "participle" and len(said) == 1 and base in _KEPT_UP


def asked_at(tokens: Sequence[Token]) -> int:
    """Where, behind `for each shop`, the words begin that ask for something; 0 when they only name the items."""
    for place in range(2, len(tokens) - 1):
        token, before = tokens[place], tokens[place - 1]
        asks = any(verb.form == "base" for verb in token.verbs) and not token.named
        if asks and before.norm not in words("articles") and tokens[place + 1].norm in words("determiners"):
            return place
        if (token.tag == "punct" and token.raw != ",") or token.norm in words("prepositions"):
            return 0
    return 0


def is_title(phrase: Phrase) -> bool:
    """Whether the words before a colon only name the whole (`incremental load of orders:`, `store pipeline:`)."""
    bare = not any(token.norm in words("determiners") for token in phrase.objects)
    return phrase.voice == "nominal" or (bare and any(token.norm in _TITLES for token in phrase.objects))


def _into_whole(phrase: Phrase) -> bool:
    """`put them in one DAG`: about the pipeline, not about data."""
    held = phrase.complement("in", "into")
    return any(token.norm in _WHOLES for token in held) and not any(token.named or token.system for token in held)
