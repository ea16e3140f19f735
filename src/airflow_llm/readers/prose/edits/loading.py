"""Changes of how a load writes: append, merge by keys, replace, partition."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, left_over, unquoted
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.steps import LoadStep

_MODES: dict[str, str] = {
    "append": (
        r"\bappend(?:s|ing|ed)?\b|\badd\s+(?:the\s+)?(?:new\s+)?rows\b|\binsert\s+only\b|\bonly\s+(?:add|"
        r"insert)\b|\bappend-only\b"
    ),
    "merge": r"\bmerg(?:e|es|ing|ed)\b|\bupsert(?:s|ing|ed)?\b|\bupdate\s+or\s+insert\b",
    "replace": (
        r"\breplac(?:e|es|ing|ed)\b|\boverwrit(?:e|es|ing|ten)\b|\bfull\s+(?:refresh|reload|load)\b|"
        r"\btruncate\s+and\s+(?:re)?load\b|\btruncate\b|\bwipe\b"
    ),
    "partition": (
        r"\bpartition(?:s|ed|ing)?\b(?:\s+by\b)?|\breplace\s+(?:only\s+)?the\s+(?:interval|day|"
        r"partition)(?:'s\s+rows)?"
    ),
}
_FORMER = (
    r"\s*,?\s*\b(?:instead\s+of|rather\s+than|in\s+place\s+of|not|no\s+longer|no\s+more|don't|"
    r"do\s+not)\s+(?:just\s+|always\s+|only\s+)*(?P<old>append\w*|replac\w*|overwrit\w*|merg\w*|upsert\w*|"
    r"truncat\w*|full\s+\w+)(?:\s+(?:it|them|everything|all|the\s+(?:table|target|rows|data)|any\s?more|"
    r"mode))*"
)
_KEYS = (
    r"\b(?:on|by|using|with|via|keyed\s+on|keyed\s+by|per)\s+(?:the\s+)?(?:keys?\s*:?\s+|columns?\s+|"
    r"primary\s+key\s+)?(?P<keys>[\"'`]?[A-Za-z_]\w*[\"'`]?(?:\s*(?:,\s*and|,|and|\+|"
    r"&)\s*[\"'`]?[A-Za-z_]\w*[\"'`]?)*)(?:\s+as\s+(?:the\s+)?keys?)?"
)
_KEY_SET = (
    r"(?:set|change|make|use)?\s*(?:the\s+)?(?:merge\s+|primary\s+|upsert\s+|load\s+)?keys?(?:\s+(?:of|"
    r"for)\s+(?P<about>.+?))?\s*(?:to|is|are|=|:|should\s+be)\s*(?P<keys>\w+(?:\s*(?:,\s*and|,|and|"
    r"\+)\s*\w+)*)"
)
_JOINED = (
    r"(?:(?P<about>\w+_\w+)\s+(?:should\s+|must\s+)?)?join(?:s|ed)?\s+(?:it\s+|them\s+|the\s+(?:tables|"
    r"data)\s+)?(?:on|by|using|with)\s+"
    r"(?P<keys>\w+(?:\s*(?:,\s*and|,|and|\+)\s*\w+)*)(?:\s+instead(?:\s+of\s+\w+)?)?"
)
_WORDS = frozenset(
    [
        "mode",
        "write",
        "writes",
        "writing",
        "target",
        "table",
        "rows",
        "data",
        "into",
        "into",
        "the",
        "use",
        "set",
        "to",
        "it",
        "them",
        "everything",
        "only",
        "new",
        "all",
        "instead",
        "each",
        "time",
        "change",
        "switch",
        "load_mode",
        "strategy",
        "way",
        "day",
        "interval",
        "run",
    ]
)


def mode_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`append instead of replacing`, `upsert on order_id`, `load_orders should overwrite`, `merge key is id`."""
    joined = pattern(_JOINED).fullmatch(clause.text)
    if joined is not None:
        return _join_keys(revision, joined["about"] or "", _columns(joined["keys"]))
    keyed = pattern(_KEY_SET).fullmatch(clause.text)
    if keyed is not None:
        return _keys(revision, keyed["about"] or "", _columns(keyed["keys"]))
    text = pattern(_FORMER).sub(" ", clause.text)
    former = text != clause.text
    found = {mode: match for mode, form in _MODES.items() if (match := pattern(form).search(text)) is not None}
    if len(found) != 1 and not ("partition" in found and "replace" in found):
        return None
    mode = "partition" if "partition" in found else next(iter(found))
    spans = [match.span() for match in found.values()]
    keys: tuple[str, ...] = ()
    if mode == "merge":
        match = pattern(_KEYS).search(text, found[mode].end())
        keys = _columns(match["keys"]) if match is not None else ()
        spans += [match.span()] if match is not None else []
    left = " ".join(word for word in left_over(text, spans).split() if word.lower() not in _WORDS)
    if not left and not former and not _bare(text):
        return None
    every = pattern(r"(?:both|all|every|each)(?:\s+loads?)?").fullmatch(left) is not None
    left = "" if pattern(r"(?:load|loads|loading)").fullmatch(left) else left
    loads = tuple(step.id for step in revision.steps(kind="load"))
    ids = loads if every else _loads(revision, left) if left else _all_loads(revision)
    return None if ids is None else _set(revision, ids, mode, keys)


def _bare(text: str) -> bool:
    """Whether the words speak of the way of loading, and not of some other thing that is replaced or merged."""
    return (
        pattern(
            r".*\b(?:append|upsert|overwrite|full\s+(?:refresh|reload|load)|mode|merge\s+(?:on|by)|partition|truncate|"
            r"replace\s+(?:the\s+)?(?:whole\s+|entire\s+)?(?:table|target|everything|all)|rows)\b.*"
        ).fullmatch(text)
        is not None
    )


def _columns(words: str) -> tuple[str, ...]:
    parts = re.split(r"\s*(?:,\s*and\b|,|\band\b|\+|&)\s*", words)
    return tuple(dict.fromkeys(unquoted(part) for part in parts if unquoted(part)))


def _loads(revision: Revision, words: str) -> tuple[str, ...] | None:
    ids = revision.tasks(words)
    return ids if all(step.kind == "load" for step in revision.steps(ids)) else None


def _all_loads(revision: Revision) -> tuple[str, ...]:
    loads = revision.steps(kind="load")
    pointed = [step.id for step in loads if step.id in revision.recent]
    if pointed:
        return tuple(pointed)
    if len(loads) == 1:
        return (loads[0].id,)
    names = ", ".join(step.id for step in loads) or "none"
    raise InputError(f"it is not said which load is meant; there are: {names}", hint="name the task")


def _set(revision: Revision, ids: Sequence[str], mode: str, keys: Sequence[str]) -> Revision:
    loads = [step for step in revision.steps(ids) if isinstance(step, LoadStep)]
    for step in loads:
        fields: dict[str, Any] = {"mode": mode}
        if mode == "merge":
            chosen = tuple(keys) or step.keys or _known_keys(revision, step.writes)
            if not chosen:
                raise InputError(f"by which columns is {step.id} to merge?", hint="say it like: merge on order_id")
            fields["keys"] = chosen
        elif step.mode == "merge":
            fields["keys"] = ()
        revision = revision.set_steps((step.id,), **fields).settling(f"steps.{step.id}.mode", f"steps.{step.id}.keys")
    return revision


def _known_keys(revision: Revision, names: Sequence[str]) -> tuple[str, ...]:
    return next((dataset.keys for dataset in revision.pipeline.datasets if dataset.name in names and dataset.keys), ())


def _join_keys(revision: Revision, about: str, keys: tuple[str, ...]) -> Revision | None:
    """Other columns to join by, of the one step that joins."""
    named = revision.tasks(about) if about else ()
    joins = [
        step.id for step in revision.steps(named, "transform")
        if any(one.op == "join" for one in getattr(step, "operations", ()))
    ]  # fmt: skip
    if len(joins) > 1:
        raise InputError(f"several tasks join: {', '.join(joins)}", hint="name the one that is meant")
    return _keys(revision, joins[0], keys) if joins else None


def _keys(revision: Revision, about: str, keys: tuple[str, ...]) -> Revision | None:
    """Other columns to merge or to join by."""
    ids = (
        revision.tasks(about)
        if about
        else tuple(step.id for step in revision.steps(kind="load") if getattr(step, "mode", "") == "merge")
        or _all_loads(revision)
    )
    if len(ids) > 1:
        raise InputError(f"several tasks merge: {', '.join(ids)}", hint="name the one that is meant")
    step = revision.pipeline.step(ids[0])
    if step.kind == "load":
        return _set(revision, ids, "merge", keys)
    if step.kind == "transform" and any(operation.op in ("join", "deduplicate") for operation in step.operations):
        operations = tuple(
            one.model_copy(update={"keys": keys}) if one.op in ("join", "deduplicate") else one
            for one in step.operations
        )
        return revision.set_steps(ids, operations=operations).settling(f"steps.{step.id}.keys")
    return None
