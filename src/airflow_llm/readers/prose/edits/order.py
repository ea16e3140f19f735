"""Changes of the order: one after the other, side by side, before, after, between, first, last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.rewiring import (
    detached,
    free_name,
    ordered,
    reaches,
    refuse_cycle,
    replaced,
    with_names,
)
from airflow_llm.readers.prose.edits.wording import Clause, one_of
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.graph import downstream, order, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

_SIDE = (
    r"(?:in\s+parallel|parallel(?:ly)?|simultaneously|concurrently|side\s+by\s+side|at\s+the\s+same\s+time|"
    r"at\s+once|together|independent(?:ly)?(?:\s+of\s+each\s+other)?)"
)
_MAKE = r"(?:run|make|do|execute|let|have|start|put|parallelise|parallelize|set)"
_PARALLEL = (
    rf"{_MAKE}\s+(?P<what>.+?)\s+(?:run\s+|be\s+|execute\s+)?{_SIDE}(?:\s+(?:with|to|of)\s+(?P<other>.+?))?",
    (
        r"(?P<what>.+?)\s+(?:can|should|must|may|shall|have\s+to|are\s+to|could|need\s+to)\s+(?:all\s+|"
        rf"both\s+)?(?:run|be|start|go|happen|execute|be\s+run|be\s+executed)\s+{_SIDE}(?:\s+(?:with|to|"
        r"of)\s+(?P<other>.+?))?"
    ),
    r"(?:parallelise|parallelize)\s+(?P<what>.+)",
    rf"(?P<what>.+?)\s*(?:,|:)?\s+{_SIDE}(?:\s+(?:with|to)\s+(?P<other>.+?))?",
)
_ROW = (
    r"(?:sequential(?:ly)?|one\s+after\s+(?:the\s+other|another)|one\s+by\s+one|in\s+sequence|in\s+a\s+row|"
    r"serial(?:ly)?|in\s+series|in\s+this\s+order|in\s+that\s+order|in\s+order|after\s+each\s+other|"
    r"successively|not\s+in\s+parallel|consecutively)"
)
_SEQUENCE = (
    rf"{_MAKE}\s+(?P<what>.+?)\s+(?:run\s+|be\s+)?{_ROW}(?:\s*,?\s*(?P<first>.+?)\s+first)?",
    (
        r"(?P<what>.+?)\s+(?:should|must|shall|have\s+to|are\s+to|need\s+to)\s+(?:run|be\s+run|be|go|happen|"
        rf"execute)\s+{_ROW}(?:\s*,?\s*(?P<first>.+?)\s+first)?"
    ),
    rf"(?P<what>.+?)\s*,?\s+{_ROW}(?:\s*,?\s*(?P<first>.+?)\s+first)?",
    r"(?:first\s+)?(?P<first>\S.*?)\s*,?\s+(?:and\s+)?then\s+(?P<then>.+)",
    r"(?:new\s+order|order|run\s+order|sequence)\s*(?::|is|=)\s*(?P<what>.+)",
)
_ARROW = re.compile(r"\s*(?:->|→|=>|>>|>)\s*")


def made_parallel(clause: Clause, revision: Revision) -> Revision | None:
    """`run a and b in parallel`, `a in parallel with b`."""
    for form in _PARALLEL:
        match = pattern(form).fullmatch(clause.text)
        if (
            match is None
            or pattern(r"\b(?:\d+|one|two|three|four|five)\s+(?:dag\s+)?runs?\b").search(clause.text)
            or pattern(rf"(?:{one_of('add')})\b").match(clause.text)
            or pattern(r"\bnot\b|n't\b").search(clause.text)
        ):
            continue
        groups = match.groupdict()
        what = pattern(r"^(?:both|all)\s+(?!the\b|\w+s\b)").sub("", groups["what"])
        placed = pattern(
            r"(?P<what>.+?)\s+(?:(?:right|directly|immediately|straight)\s+)?after\s+(?P<after>.+?)\s*,?"
        ).fullmatch(what)
        ids = revision.tasks(placed["what"] if placed else what)
        others = revision.tasks(groups["other"]) if groups.get("other") else ()
        return _parallel(revision, [*ids, *(one for one in others if one not in ids)])
    return None


def _parallel(revision: Revision, ids: Sequence[str]) -> Revision:
    """None of them waits for another; all wait for what any of them waited for, and what followed one follows all."""
    if len(ids) < 2:
        raise InputError("it takes two tasks to run side by side", hint="name both")
    places = {one: place for place, one in enumerate(order(revision.pipeline))}
    ids = sorted(ids, key=places.__getitem__)
    before, after = upstream(revision.pipeline), downstream(revision.pipeline)
    chained = [
        (early, late) for early in ids for late in ids if early != late and reaches(revision.pipeline, early, late)
    ]
    if not chained:
        return revision.speaking_of(ids)
    result = revision.pipeline
    ups = set().union(*(before[one] for one in ids)) - set(ids)
    downs = set().union(*(after[one] for one in ids)) - set(ids)
    for one in ids:
        step = result.step(one)
        result = replaced(result, [step.model_copy(update={"after": tuple(n for n in step.after if n not in ids)})])
    for early, late in chained:
        _refuse_need(result, early, late)
    for one in ids:
        result = ordered(result, one, sorted(ups - downs, key=places.__getitem__))
    for one in sorted(downs - ups, key=places.__getitem__):
        result = ordered(result, one, ids)
    return revision.whole(steps=result.steps).speaking_of(ids)


def _refuse_need(pipeline: Pipeline, early: str, late: str) -> None:
    """Data, branches and conditions make an order that cannot be talked away."""
    if not reaches(pipeline, early, late):
        return
    shared = sorted(set(pipeline.step(early).writes) & set(pipeline.step(late).reads))
    what = (
        f"{late} reads {', '.join(shared)}, which {early} writes"
        if shared
        else f"{late} needs {early} by way of others"
    )
    raise InputError(f"{early} and {late} cannot run side by side: {what}", hint="change what it reads as well")


def made_sequential(clause: Clause, revision: Revision) -> Revision | None:
    """`run the two loads one after the other, EU first`, `order: a, b, c`, `a -> b -> c`."""
    text = clause.text
    if _ARROW.search(text) and not pattern(r"\b(?:rename|replace)\b|[<>]=|\s>\s*\d").search(text):
        names = _ARROW.split(pattern(r"^(?:(?:run|new\s+)?order\s*:?|run)\s+").sub("", text))
        return _sequential(revision, [one for name in names for one in revision.tasks(name)])
    for form in _SEQUENCE:
        match = pattern(form).fullmatch(text)
        if match is None or pattern(rf"(?:{one_of('add')})\b").match(text):
            continue
        groups = match.groupdict()
        if groups.get("then"):
            parts = [groups["first"], *pattern(r"\s*,?\s*(?:and\s+)?then\s+").split(groups["then"])]
            return _sequential(revision, [one for part in parts for one in revision.tasks(part)])
        ids = list(revision.tasks(groups["what"]))
        if groups.get("first"):
            first = [one for one in ids if one in _among(groups["first"], ids, revision)]
            ids = [*first, *(one for one in ids if one not in first)]
        return _sequential(revision, ids)
    return None


def _among(words: str, ids: Sequence[str], revision: Revision) -> tuple[str, ...]:
    """Those of the tasks that the words name (`EU`)."""
    said = words.lower().split()
    named = tuple(one for one in ids if set(said) & set(one.split("_")))
    return named or revision.tasks(words)


def _sequential(revision: Revision, ids: Sequence[str]) -> Revision:
    ids = list(dict.fromkeys(ids))
    if len(ids) < 2:
        raise InputError("it takes two tasks to run one after the other", hint="name both")
    for early, late in pairwise(ids):
        revision = _after(revision, (late,), (early,))
    return revision.speaking_of(ids)


# --------------------------------------------------------------- before and after
_RUN = r"(?:(?:run|move|put|do|start|execute|place|shift|bring|let|make|have|schedule)\s+)"
_GOES = (
    r"(?:(?:should|must|shall|has\s+to|have\s+to|is\s+to|needs?\s+to|can|may|will|to)\s+)?(?:only\s+|"
    r"now\s+)?(?:runs?|starts?|comes?|goes|go|be\s+(?:run|done|started|executed)|happens?|be|begins?|"
    r"executes?|waits?|depends?|follows?|is|are)?\s*(?:only\s+)?"
)
_JUST = r"(?:only\s+|right\s+|just\s+|directly\s+|immediately\s+|straight\s+)?"
_WAITS = (
    r"(?:(?:should|must|shall|has\s+to|have\s+to|is\s+to|needs?\s+to|to)\s+)?(?:only\s+)?(?:waits?\s+(?:for|"
    r"on|until)|depends?\s+on|follows?|needs|requires|(?:runs?|starts?|comes?|goes?|be\s+run|"
    r"begins?)\s+(?:only\s+)?(?:once|when|as\s+soon\s+as))"
)
_DONE = (
    r"(?:\s+(?:is|are|has|have|was)?\s*(?:been\s+)?(?:done|finished|complete[d]?|through|over|ready|ended|"
    r"succeeded|finishes|is\s+done))?"
)
_ORDERS = (
    (
        (
            r"(?:make|let|have)\s+(?P<late>.+?)\s+(?:wait\s+(?:for|on)|depend\s+on|follow|run\s+after|start\s+after|"
            rf"come\s+after)\s+(?P<early>.+?){_DONE}"
        ),
        "waits",
    ),
    (
        (
            rf"{_RUN}?(?P<late>\S.*?)\s+(?:only\s+)?(?P<just>right|just|directly|immediately|"
            r"straight)?\s*between\s+(?P<early>.+?)\s+and\s+(?P<second>.+)"
        ),
        "between",
    ),
    (rf"(?P<late>\S.*?)\s+{_WAITS}\s+(?P<early>.+?){_DONE}", "waits"),
    (
        (
            rf"{_RUN}(?P<late>\S.*?)\s+(?:run\s+|start\s+|to\s+)?(?P<just>(?:only|right|just|directly|immediately|"
            rf"straight)\s+)?(?:after|behind|below)\s+(?P<early>.+?){_DONE}"
        ),
        "after",
    ),
    (
        (
            rf"{_RUN}(?P<early>\S.*?)\s+(?:run\s+|start\s+|to\s+|up\s+)?(?P<just>(?:only|right|just|directly|"
            r"immediately|straight)\s+)?(?:before|in\s+front\s+of|ahead\s+of|above|prior\s+to)\s+(?P<late>.+)"
        ),
        "before",
    ),
    (rf"(?P<late>\S.*?)\s+{_GOES}{_JUST}(?:after|behind)\s+(?P<early>.+?){_DONE}", "after"),
    (rf"(?P<early>\S.*?)\s+{_GOES}{_JUST}(?:before|in\s+front\s+of|ahead\s+of|prior\s+to)\s+(?P<late>.+)", "before"),
    (r"swap\s+(?:the\s+order\s+of\s+)?(?P<early>.+?)\s+(?:and|with)\s+(?P<late>.+)", "swap"),
    (
        (
            rf"(?:{_RUN})?(?P<what>\S.*?)\s+{_GOES}(?:at\s+the\s+(?:very\s+)?(?:end|last)|last|in\s+the\s+end|finally|"
            r"as\s+the\s+last\s+(?:step|task)|to\s+the\s+(?:very\s+)?end)"
        ),
        "last",
    ),
    (
        (
            rf"(?:{_RUN})?(?P<what>\S.*?)\s+{_GOES}(?:at\s+the\s+(?:very\s+)?(?:start|beginning)|first|"
            r"to\s+the\s+(?:very\s+)?(?:start|beginning|front)|as\s+the\s+first\s+(?:step|task)|in\s+the\s+beginning)"
        ),
        "first",
    ),
)


def reordered(clause: Clause, revision: Revision) -> Revision | None:
    """`run x after y`, `move x before y`, `x must wait for y`, `swap x and y`, `x last`."""
    text = clause.text
    if pattern(rf"(?:{one_of('add')}|{one_of('remove')}|remove|set|change|retry)\b").match(text) and not pattern(
        r"(?:put|need)\b"
    ).match(text):
        return None
    if pattern(r"\b(?:not|no\s+longer|doesn't|don't|needn't|never)\b|n't\b").search(text):
        return None
    text = pattern(r"\s+instead$").sub("", text)
    side = pattern(rf"\s*,?\s*{_SIDE}\s+(?:with|to)\s+(?P<other>.+)$").search(text)
    beside = revision.tasks(side["other"]) if side is not None else ()
    text = text[: side.start()] if side is not None else text
    for form, relation in _ORDERS:
        match = pattern(form).fullmatch(text)
        if match is not None:
            return _related(revision, relation, match.groupdict(), beside)
    return None


def _related(revision: Revision, relation: str, said: dict[str, str | None], beside: Sequence[str]) -> Revision:
    if relation in ("first", "last"):
        return _at_end(revision, revision.task(said["what"] or ""), first=relation == "first")
    early, late = revision.tasks(said["early"] or ""), revision.tasks(said["late"] or "")
    if relation == "swap":
        if reaches(revision.pipeline, early[0], late[0]):
            early, late = late, early
        return _moved_before(revision, revision.task(early[0]), late[0])
    if relation == "between":
        second = revision.tasks(said["second"] or "")
        return _after(_after(revision, late, early), second, late).speaking_of(late)
    if beside:
        return _released_from(revision, late, early, beside)
    if relation == "before" and len(early) == 1 and len(late) == 1 and reaches(revision.pipeline, late[0], early[0]):
        return _moved_before(revision, early[0], late[0])
    if relation == "after" and len(late) == 1 and len(early) == 1 and reaches(revision.pipeline, late[0], early[0]):
        return _moved_after(revision, late[0], early[0])
    if relation == "after" and said.get("just") and len(late) == 1:
        return _released_from(revision, late, early, ())
    return _after(revision, late, early).speaking_of(early if relation == "before" else late)


def _after(revision: Revision, late: Sequence[str], early: Sequence[str]) -> Revision:
    result = revision.pipeline
    both = set(late) & set(early)
    if both:
        raise InputError(f"{sorted(both)[0]} cannot wait for itself", hint="name two tasks")
    for one in late:
        result = ordered(result, one, early)
    return revision.whole(steps=result.steps).speaking_of(late)


def _released_from(revision: Revision, late: Sequence[str], early: Sequence[str], beside: Sequence[str]) -> Revision:
    """The steps right after the others, and no longer after what stood in between (or runs beside them now)."""
    result = revision.pipeline
    for one in late:
        step = result.step(one)
        between = {held for held in step.after if held not in early and any(reaches(result, up, held) for up in early)}
        kept = tuple(held for held in step.after if held not in between and held not in beside)
        result = replaced(result, [step.model_copy(update={"after": kept})])
        for other in beside:
            _refuse_need(result, other, one)
        result = ordered(result, one, early)
    return revision.whole(steps=result.steps).speaking_of(late)


def _at_end(revision: Revision, one: str, *, first: bool) -> Revision:
    """The step before, or after, all others that are not bound to it the other way round."""
    graph = upstream(revision.pipeline) if first else downstream(revision.pipeline)
    bound = downstream(revision.pipeline)[one] if not first else upstream(revision.pipeline)[one]
    if bound:
        result = detached_and_kept(revision.pipeline, one)
        revision = revision.whole(steps=result.steps, datasets=result.datasets)
        graph = upstream(revision.pipeline) if first else downstream(revision.pipeline)
    ends = [step for step in order(revision.pipeline) if not graph[step] and step != one]
    return (_after(revision, ends, (one,)) if first else _after(revision, (one,), ends)).speaking_of((one,))


def detached_and_kept(pipeline: Pipeline, one: str) -> Pipeline:
    """The step without its place in the order; only one that hands on no data can be moved like that."""
    step = pipeline.step(one)
    users = [held.id for held in pipeline.steps if held.id != one and set(held.reads) & set(step.writes)]
    if users:
        raise InputError(
            f"{one} cannot be moved there: {', '.join(users)} reads what it writes",
            hint="say where the data is to come from",
        )
    rest = detached(pipeline, one)
    free = step.model_copy(update={"after": ()})
    place = [held.id for held in pipeline.steps].index(one)
    return rest.model_copy(update={"steps": (*rest.steps[:place], free, *rest.steps[place:])})


# --------------------------------------------------------------- moving a step with its data
def _moved_before(revision: Revision, one: str, late: str) -> Revision:
    """The step in front of one that came before it."""
    return revision.whole(**_relinked(revision.pipeline, one, late, before=True)).speaking_of((one,))


def _moved_after(revision: Revision, one: str, early: str) -> Revision:
    """The step behind one that came after it."""
    return revision.whole(**_relinked(revision.pipeline, one, early, before=False)).speaking_of((one,))


def _relinked(pipeline: Pipeline, one: str, pivot: str, *, before: bool) -> dict[str, object]:
    step = pipeline.step(one)
    if not _passes_data_on(step) and step.writes:
        where = "before" if before else "after"
        raise ContradictionError(
            f"that would make a cycle: {one} cannot run {where} {pivot}, because the one needs the other's data",
            hint="only a step that reads one dataset and writes one can change its place in the data",
        )
    place = [held.id for held in pipeline.steps].index(one)
    rest = detached(pipeline, one)
    moved = step.model_copy(update={"after": ()})
    result = rest.model_copy(update={"steps": (*rest.steps[:place], moved, *rest.steps[place:])})
    if _passes_data_on(step):
        result = _in_the_data(result, moved, pivot, before=before)
    result = _in_the_order(result, one, pivot, before=before)
    refuse_cycle(result)
    return {"steps": result.steps, "datasets": result.datasets}


def _passes_data_on(step: Step) -> bool:
    return step.kind in ("validate", "transform") and len(step.reads) == 1 and len(step.writes) == 1


def _in_the_data(pipeline: Pipeline, step: Step, pivot: str, *, before: bool) -> Pipeline:
    """The step reads what its new neighbour reads (or writes), and its result is read instead."""
    other = pipeline.step(pivot)
    candidates = other.reads if before else other.writes
    staged = [name for name in candidates if any(held.name == name and held.staged for held in pipeline.datasets)]
    if len(staged) != 1:
        names = ", ".join(candidates) or "no data"
        raise InputError(
            f"it is not clear what {step.id} reads there: {pivot} has {names}", hint="change `reads` in tasks.yml"
        )
    source = staged[0]
    if source == step.reads[0]:
        return pipeline
    moved = with_names(step, datasets={step.reads[0]: source})
    users = [
        held
        for held in pipeline.steps
        if source in held.reads and held.id != step.id and (held.id == pivot or not before)
    ]
    return replaced(pipeline, [moved, *(with_names(held, datasets={source: step.writes[0]}) for held in users)])


def _in_the_order(pipeline: Pipeline, one: str, pivot: str, *, before: bool) -> Pipeline:
    if before:
        ups = sorted(upstream(pipeline)[pivot] - {one})
        result = ordered(ordered(pipeline, one, ups), pivot, (one,))
        step = result.step(pivot)
        kept = tuple(held for held in step.after if held == one or held not in upstream(result)[one])
        return replaced(result, [step.model_copy(update={"after": kept})])
    result = ordered(pipeline, one, (pivot,))
    for late in sorted(downstream(pipeline)[pivot] - {one}):
        step = result.step(late)
        if pivot in step.after:
            moved = step.model_copy(update={"after": tuple(one if held == pivot else held for held in step.after)})
            result = replaced(result, [moved])
    return result


__all__ = ["free_name", "made_parallel", "made_sequential", "reordered"]
