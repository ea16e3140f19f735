"""Which tasks the words of a change mean: by name, by what they do and to what, by place, or by pointing back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.edits.wording import listed, unquoted, words_in
from airflow_llm.readers.prose.lexicon import word_lists
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.graph import downstream, order, reached, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

_EMPTY = frozenset(
    [
        "a",
        "an",
        "the",
        "this",
        "that",
        "these",
        "those",
        "our",
        "my",
        "your",
        "its",
        "their",
        "of",
        "for",
        "to",
        "from",
        "into",
        "in",
        "on",
        "with",
        "by",
        "and",
        "which",
        "who",
        "is",
        "are",
        "it",
        "does",
        "do",
        "all",
        "both",
        "every",
        "each",
        "any",
        "two",
        "three",
        "four",
        "five",
        "new",
        "old",
        "other",
        "single",
        "whole",
        "called",
        "named",
        "same",
    ]
)
_GENERIC = frozenset(stem(word) for word in ("file", "data", "table", "row", "record", "line", "column", "dataset"))
_PLURAL = frozenset({"all", "both", "every", "each", "two", "three", "four", "five", "any"})
_COUNTS = {"both": 2, "two": 2, "three": 3, "four": 4, "five": 5}
_SHORT, _LONG = 4, 9
_NEAR = 45
_SHOWN = 8
_PLACES = {
    "last": -1, "final": -1, "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5,
    "penultimate": -2,
}  # fmt: skip


class UnknownTaskError(InputError):
    """Words that mean no task of the pipeline, or more than one."""


@lru_cache(maxsize=1)
def _kinds() -> dict[str, frozenset[str]]:
    """For each kind of step the stems of the words that people call it by."""
    return {kind: frozenset(map(stem, words)) for kind, words in word_lists("edit_kinds").items()}


def find(words: str, pipeline: Pipeline, recent: Sequence[str] = ()) -> tuple[str, ...]:
    """The ids of the tasks that the words mean, in the order of the words. UnknownTaskError names what is near."""
    whole = _single(words, pipeline, recent)
    if whole:
        return whole
    parts = [
        part
        for part in pattern(r"\s*(?:,\s*and\b|,|;|\band\b|&|\+|\bas\s+well\s+as\b|\bor\b)\s*").split(words)
        if part.strip()
    ]
    if len(parts) > 1:
        parts = _with_shared_head(parts, pipeline)
        found = [one for part in parts for one in _one(part, pipeline, recent)]
        return tuple(dict.fromkeys(found))
    return _one(words, pipeline, recent)


def _says_kind(part: str) -> bool:
    """Whether the words name a task by themselves: by an identifier, or by what it does."""
    return any("_" in word or stem(word.lower()) in _kind_words() for word in words_in(part))


@lru_cache(maxsize=1)
def _kind_words() -> frozenset[str]:
    return frozenset().union(*_kinds().values()) | {stem(word) for word in listed("tasks")}


def _with_shared_head(parts: Sequence[str], pipeline: Pipeline) -> list[str]:
    """`the EU and US loads`: the head of the last member belongs to those before."""
    first = words_in(parts[0])
    if len(first) > 1 and stem(first[0].lower()) in _kind_words() and not any(_says_kind(part) for part in parts[1:]):
        return [parts[0], *(f"{first[0]} {part}" for part in parts[1:])]
    last = words_in(parts[-1])
    ids = {step.id for step in pipeline.steps}
    if len(last) < 2 or any(_id_of(part) in ids for part in parts):
        return list(parts)
    head = last[-1]
    return [
        part if len([w for w in words_in(part) if w.lower() not in _EMPTY]) > 1 else f"{part} {head}" for part in parts
    ]


def _single(words: str, pipeline: Pipeline, recent: Sequence[str]) -> tuple[str, ...]:
    """What the whole words mean when they need no taking apart: an id, a pronoun, a place, `everything after x`."""
    said = unquoted(words)
    ids = {step.id for step in pipeline.steps}
    if _id_of(said) in ids:
        return (_id_of(said),)
    named = [word.lower() for word in words_in(said)]
    if len(named) > 1 and ids.issuperset(named):
        return tuple(dict.fromkeys(named))
    plain = " ".join(named)
    if plain in listed("pronouns") or pattern(
        r"(?:this|that|the same|these|those)\s+(?:steps?|tasks?|ones?)"
    ).fullmatch(plain):
        return tuple(one for one in recent if one in ids)
    return _place(plain, pipeline) or _range(said, pipeline, recent)


def _id_of(words: str) -> str:
    said = pattern(r"^(?:the|our|this)\s+|\s+(?:task|step|job|node)$|^(?:task|step|job|node)\s+").sub(
        "", unquoted(words)
    )
    return re.sub(r"[\s-]+", "_", unquoted(said).lower())


def _place(plain: str, pipeline: Pipeline) -> tuple[str, ...]:
    """`the last step`, `the first two tasks`."""
    match = pattern(
        r"(?:the\s+|very\s+)*(\w+)\s+(?:(two|three|four|five)\s+)?(?:tasks?|steps?|one|jobs?)(?:\s+of\s+(?:all|"
        r"the\s+(?:pipeline|dag)))?"
    ).fullmatch(plain)
    if match is None or match[1] not in _PLACES:
        return ()
    ordered, count = order(pipeline), _COUNTS.get(match[2] or "", 1)
    if match[1] in ("last", "final"):
        return tuple(ordered[-count:])
    place = _PLACES[match[1]]
    return tuple(ordered[place : place + count]) if place >= 0 else tuple(ordered[place:][:1])


def _range(words: str, pipeline: Pipeline, recent: Sequence[str]) -> tuple[str, ...]:
    """`everything after x`, `all steps before x`, `all tasks`, `everything else`."""
    some = (
        r"(?:everything|all(?:\s+(?:of\s+)?(?:the\s+)?(?:other\s+)?(?:tasks|steps|jobs|things))?|every\s+(?:task|"
        r"step|job)|what(?:ever)?\s+(?:comes|runs|is)|(?:the\s+|all\s+)?(?:tasks|steps))"
    )
    match = pattern(
        rf"{some}(?:\s+(?:that|which)\s+(?:comes?|runs?|is|are))?(?:\s+(?:behind|downstream\s+of|(after|before|"
        r"upstream\s+of))\s+(.+))?"
    ).fullmatch(words)
    if match is None or (match[2] is None and not pattern(r".*(?:tasks|steps|jobs|task|step)$").fullmatch(words)):
        return ()
    if match[2] is None:
        return tuple(step.id for step in pipeline.steps)
    pivots = find(match[2], pipeline, recent)
    graph = upstream(pipeline) if (match[1] or "").startswith(("before", "upstream")) else downstream(pipeline)
    seen = set().union(*(reached(pivot, graph) for pivot in pivots))
    return tuple(one for one in order(pipeline) if one in seen and one not in pivots)


def _one(words: str, pipeline: Pipeline, recent: Sequence[str]) -> tuple[str, ...]:
    single = _single(words, pipeline, recent)
    if single:
        return single
    said = [word.lower().strip("'`\".:,") for word in words_in(words)]
    named = [word for word in said if "_" in word]
    telling = _telling(said)
    if telling <= _GENERIC:
        raise _unknown(words, pipeline)
    # An identifier by itself is a name: it is not taken apart to see what it could be about.
    plain = [word for word in said if word not in _EMPTY and word not in listed("tasks")]
    found = [] if plain == named else _best(telling, pipeline)
    if not found:
        found = _misspelt(said, pipeline)
    if len(found) == 1:
        return (found[0].id,)
    wanted = next((_COUNTS[word] for word in said if word in _COUNTS), 0)
    many = set(said) & _PLURAL or any(
        word.endswith("s") and stem(word) != word and stem(word) in _kind_words() for word in said[-1:]
    )
    if found and ((wanted == len(found)) or (many and not wanted)):
        return tuple(step.id for step in found)
    raise _ambiguous(words, found) if found else _unknown(words, pipeline)


def _telling(said: Sequence[str]) -> set[str]:
    kept = [
        part
        for word in said
        if word not in _EMPTY and word not in listed("tasks")
        for part in re.split(r"[^a-z0-9]+", word)
    ]
    return {stem(word) for word in kept if word and word not in _EMPTY}


def _best(telling: set[str], pipeline: Pipeline) -> list[Step]:
    """The steps whose words hold all that was said, those that are called so the most."""
    scored = [(_score(telling, step, pipeline), step) for step in pipeline.steps]
    best = max((score for score, _ in scored), default=0.0)
    return [step for score, step in scored if score == best] if best > 0 else []


def _score(telling: set[str], step: Step, pipeline: Pipeline) -> float:
    own, kind = _own_words(step), _kinds().get(step.kind, frozenset())
    if not telling <= own | kind | _title_words(step) | _data_words(step, pipeline):
        return 0.0
    # What a step is called weighs more than what it is about; a step that is called just so is meant.
    score = (
        1.0 * len(telling & own)
        + 0.9 * len((telling & kind) - own)
        + 0.6 * len((telling & _title_words(step)) - own - kind)
    )
    return score + 0.1 * len(telling - own - kind - _title_words(step)) + (0.5 if telling == own else 0)


def _own_words(step: Step) -> set[str]:
    return {stem(part) for part in step.id.split("_") if part}


def _title_words(step: Step) -> set[str]:
    return {stem(word) for word in re.findall(r"[a-z0-9]+", step.title.lower()) if word not in _EMPTY}


def _data_words(step: Step, pipeline: Pipeline) -> set[str]:
    """The words of the systems, tables and files that the step works on."""
    names = {*step.reads, *step.writes}
    used = {getattr(step, "connection", None)} - {None}
    places: list[str] = []
    for dataset in pipeline.datasets:
        if dataset.name in names:
            places += [dataset.name, dataset.location]
            used |= {dataset.connection} - {None}
    for connection in pipeline.connections:
        if connection.name in used:
            places += [connection.name, connection.connector]
    return {stem(word) for place in places for word in re.findall(r"[a-z0-9]+", place.lower())}


def _misspelt(said: Sequence[str], pipeline: Pipeline) -> list[Step]:
    """`load_ordrs`: the one step whose id differs by a slip of the pen."""
    from rapidfuzz.distance import OSA

    wanted = _id_of(" ".join(word for word in said if word not in _EMPTY and word not in listed("tasks")))
    most = 1 if len(wanted) < _LONG else 2
    counted = re.findall(r"\d+", wanted)
    near = [
        step for step in pipeline.steps
        if len(wanted) > _SHORT and wanted[0] == step.id[0] and re.findall(r"\d+", step.id) == counted
        and OSA.distance(wanted, step.id, score_cutoff=most) <= most
    ]  # fmt: skip
    return near if len(near) == 1 else []


def _unknown(words: str, pipeline: Pipeline) -> UnknownTaskError:
    from rapidfuzz import fuzz, process

    ids = [step.id for step in pipeline.steps]
    found = process.extractOne(_id_of(words), ids, scorer=fuzz.ratio, score_cutoff=_NEAR) if ids else None
    listed_ids = ", ".join(ids[:_SHOWN]) + (", …" if len(ids) > _SHOWN else "")
    hint = f"did you mean {found[0]!r}?" if found else f"the tasks are {listed_ids}"
    return UnknownTaskError(f"no task is meant by {_short(words)!r}", hint=hint)


def _ambiguous(words: str, found: Sequence[Step]) -> UnknownTaskError:
    names = ", ".join(step.id for step in found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
    return UnknownTaskError(
        f"{_short(words)!r} may mean {len(found)} tasks: {names}", hint="name the one that is meant by its id"
    )


def _short(words: str) -> str:
    said = " ".join(words.split())
    return said if len(said) <= 80 else said[:79] + "…"
