"""Where a new task stands: after, before, between, beside others, first, last; and how the data then goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.drafts import Draft, stem
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import ordered, replaced, with_names
from airflow_llm.readers.prose.flow import object_words
from airflow_llm.readers.prose.keys import owner_of
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.spec.graph import downstream, order, upstream
from airflow_llm.spec.pipeline import Pipeline

_ROOTS = frozenset({"extract", "http"})
_ENDS = frozenset(
    {
        "notify",
        "trigger",
        "cleanup",
        "python",
        "shell",
        "container",
        "dbt",
        "sql",
        "marker",
        "report",
        "spark",
        "deploy",
    }
)


_RESULT = frozenset({"result", "results", "output", "data", "it", "them", "everything", "all"})


@dataclass(frozen=True)
class Place:
    """The steps right before the new one and right after it; `inline` asks that what followed those follows it now.

    `note` says what was taken where the sentence says nothing.
    """

    after: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    inline: bool = False
    note: str = ""


def placed(relation: str, ids: Sequence[str], seconds: Sequence[str], revision: Revision) -> Place:
    """The place that the words say."""
    pipeline = revision.pipeline
    before, after = upstream(pipeline), downstream(pipeline)
    sequence = order(pipeline)
    match relation:
        case "after":
            return Place(tuple(ids))
        case "right after":
            return Place(tuple(ids), inline=True)
        case "before":
            ups = {up for one in ids for up in before[one]} - set(ids)
            return Place(tuple(one for one in sequence if one in ups), tuple(ids))
        case "between":
            return Place(tuple(ids), tuple(seconds))
        case "beside":
            ups = {up for one in ids for up in before[one]} - set(ids)
            return Place(tuple(one for one in sequence if one in ups))
        case "first":
            return Place((), tuple(one for one in sequence if not before[one]))
    return Place(tuple(one for one in sequence if not after[one]))


def unsaid(draft: Draft, words: str, revision: Revision) -> Place:
    """The place of a step that the sentence gives none: where its data is, at the start of a wait, else at the end."""
    if draft.kind == "wait":
        place = placed("first", (), (), revision)
        return Place(place.after, place.before, note="it is not said where it runs; it runs first")
    loads = revision.steps(kind="load")
    if draft.kind in ("load", "copy") and set(object_words(draft)) <= _RESULT and len(loads) == 1:
        sources = [step.id for step in revision.pipeline.steps if set(step.writes) & set(loads[0].reads)]
        return Place(tuple(sources))
    if draft.kind in _ROOTS or (draft.kind == "copy" and not _producers(draft, words, revision)):
        return Place()
    producers = _producers(draft, words, revision)
    if len(producers) == 1 and draft.kind not in _ENDS:
        return Place(tuple(producers))
    if draft.kind in _ENDS:
        place = placed("last", (), (), revision)
        return Place(place.after, note="it is not said where it runs; it runs last")
    known = ", ".join(producers or [step.id for step in revision.pipeline.steps][:8])
    raise InputError(f"it is not said where {words[:60]!r} is to run", hint=f"say after which task: {known}")


def _producers(draft: Draft, words: str, revision: Revision) -> list[str]:
    """The steps that write the data which the new step is about: by its objects, else by the columns it speaks of."""
    said = {stem(word) for word in object_words(draft)}
    staged = {dataset.name for dataset in revision.pipeline.datasets if dataset.staged and dataset.kind == "table"}
    written = [(step.id, name) for step in revision.pipeline.steps for name in step.writes if name in staged]
    about = [(step, name) for step, name in written if said and said <= {stem(part) for part in name.split("_")}]
    exact = [(step, name) for step, name in about if said == {stem(part) for part in name.split("_")}]
    rules = [hit.value for hit in find_rules(words)]
    columns = {column for rule in rules for column in getattr(rule, "columns", ())}
    columns |= {rule.column for rule in rules if hasattr(rule, "column")}
    owned = {name for column in columns if (name := owner_of(column, [name for _, name in written]))}
    chosen = exact or about or [(step, name) for step, name in written if name in owned]
    if not chosen and len(written) == 1:
        chosen = written
    return list(dict.fromkeys(step for step, _ in chosen))


def with_place(pipeline: Pipeline, new: Sequence[str], place: Place) -> Pipeline:
    """The pipeline whose other steps make room for the new ones (the first and the last of which are joined up)."""
    result = _data(pipeline, new, place)
    last = new[-1]
    followers = place.before
    if place.inline:
        down = downstream(result)
        followers = tuple(one for one in order(result) if one not in new and any(one in down[up] for up in place.after))
    for one in followers:
        step = result.step(one)
        kept = tuple(held for held in step.after if held not in place.after)
        result = replaced(result, [step.model_copy(update={"after": kept})])
        result = ordered(result, one, (last,))
        # What the new step does not wait for itself is not forgotten.
        lost = [held for held in step.after if held in place.after]
        result = ordered(result, one, lost)
    return result


def _data(pipeline: Pipeline, new: Sequence[str], place: Place) -> Pipeline:
    """Who read the new step's input reads its result, when it is a step that hands data on."""
    step = pipeline.step(new[-1])
    first = pipeline.step(new[0])
    if step.kind not in ("validate", "transform") or len(step.writes) != 1:
        return pipeline
    staged = {dataset.name for dataset in pipeline.datasets if dataset.staged}
    sources = [name for name in first.reads if name in staged]
    if not sources:
        return pipeline
    if step.kind == "transform" and len(sources) > 1:
        return pipeline
    users = [
        held for held in pipeline.steps
        if held.id not in new and sources[0] in held.reads and (not place.before or held.id in place.before)
    ]  # fmt: skip
    return replaced(pipeline, [with_names(held, datasets={sources[0]: step.writes[0]}) for held in users])


def positions(pipeline: Pipeline, place: Place) -> int:
    """Where in the list of steps the new ones stand: behind what they follow, else in front of what follows them."""
    numbers = {step.id: number for number, step in enumerate(pipeline.steps)}
    if place.after:
        return max(numbers[one] for one in place.after) + 1
    if place.before:
        return min(numbers[one] for one in place.before)
    return _behind_roots(pipeline)


def _behind_roots(pipeline: Pipeline) -> int:
    """Behind the extracts at the start, where further sources stand."""
    count = 0
    for number, step in enumerate(pipeline.steps):
        if step.kind in _ROOTS and not step.after:
            count = number + 1
    return count
