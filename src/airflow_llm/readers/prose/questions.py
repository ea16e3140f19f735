"""What the text leaves open and matters, the weightiest first: its order, its references, what is missing in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.linking.graph import Linked, Root, Unresolved
from airflow_llm.readers.prose.linking.settle import MERGED
from airflow_llm.readers.questions import Choice, OpenQuestion
from airflow_llm.spec.diagnostic import Edit
from airflow_llm.spec.graph import downstream, reached, upstream
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

Steps = Mapping[str, Step]
_MOST = 20
_MOST_NAMES = 8
_LONGEST = 200
_POINTING = frozenset({"it", "this", "that", "everything", "all"})
_TAKERS = frozenset({"load", "report", "python", "train", "evaluate", "predict", "notify"})


def structural(source: str, linked: Linked, pipeline: Pipeline) -> list[OpenQuestion]:
    """The questions about the graph: each has a reading that was taken, and others that the words allow."""
    steps = {step.id: step for step in pipeline.steps}
    return [
        *(question for held in linked.unresolved[:_MOST] for question in _reference(held, steps, pipeline)),
        *islice(_pointing(source, linked, steps), _MOST),
        *islice(_behind_choices(source, linked, steps), _MOST),
        *(question for root in linked.roots[:_MOST] for question in _root(source, root, steps)),
    ]


def _after(step: Step, *ups: str) -> Edit:
    return Edit(op="set", path=f"steps.{step.id}.after", value=list(dict.fromkeys([*step.after, *ups])))


def _reference(held: Unresolved, steps: Steps, pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """`after the import`, where no step is an import."""
    for step in (steps.get(draft.id) for draft in held.drafts[:1]):
        if step is None:
            continue
        before = held.relation == "before"
        taken = {step.id, *reached(step.id, upstream(pipeline) if before else downstream(pipeline))}
        able = islice((one for one in pipeline.steps if one.id not in taken and one.kind != "choose"), _MOST_NAMES)
        choices = [
            Choice(value=one.id, label=one.id, edits=(_after(one, step.id) if before else _after(step, one.id),))
            for one in able
        ]
        as_told = Choice(value="order", label="none: it stands where the text has it")
        yield OpenQuestion(
            id=f"{held.relation}_{step.id}",
            text=f"Which task does {step.id} come {held.relation}?",
            quote=f"{held.relation} {held.words}"[:_LONGEST],
            choices=(as_told, *choices),
            default="order",
        )


def _root(source: str, root: Root, steps: Steps) -> Iterator[OpenQuestion]:
    """A source that is read after an earlier chain has written its result: one behind the other, or side by side."""
    step, ups = steps.get(root.draft.id), [up.id for up in root.behind if up.kind != "choose"]
    if step is None or not ups:
        return
    yield OpenQuestion(
        id=f"start_{step.id}",
        text=f"Does {step.id} wait for {', '.join(ups)}, which the text names before it?",
        quote=_quote(source, root.draft),
        choices=(
            Choice(value="no", label="no, it starts at once"),
            Choice(value="yes", label="yes, it waits", edits=(_after(step, *ups),)),
        ),
        default="no",
    )


def _pointing(source: str, linked: Linked, steps: Steps) -> Iterator[OpenQuestion]:
    """`extract a and b, load it`: the one, the other, or both."""
    writers = {name: step.id for step in steps.values() for name in step.writes}
    for draft in linked.drafts:
        step = steps.get(draft.id)
        if step is None or step.kind not in _TAKERS or not _only_points(draft):
            continue
        taken: dict[str, list[str]] = {}
        for name in step.reads:
            taken.setdefault(writers.get(name, ""), []).append(name)
        if len(taken) < 2 or "" in taken:
            continue
        word = draft.objects[0].raw
        everything = Choice(value="all", label=f"the results of {', '.join(taken)}")
        single = [Choice(value=up, label=f"that of {up}", edits=_narrowed(step, names)) for up, names in taken.items()]
        yield OpenQuestion(
            id=f"what_{step.id}",
            text=f"What does “{word}” mean in {step.id}?",
            quote=_quote(source, draft),
            choices=(everything, *single[:_MOST_NAMES]),
            default="all",
        )


def _only_points(draft: Draft) -> bool:
    said = [token.norm for token in draft.objects if token.norm != "of"]
    return bool(said) and said[0] in _POINTING and said[1:] in ([], ["them"], ["it"], ["that"], ["this"])


def _narrowed(step: Step, names: Sequence[str]) -> tuple[Edit, ...]:
    """The step with only these inputs; a load writes what belongs to them."""
    edits = [Edit(op="set", path=f"steps.{step.id}.reads", value=list(names))]
    if step.kind == "load" and len(step.writes) == len(step.reads):
        kept = [written for read, written in zip(step.reads, step.writes, strict=True) if read in names]
        edits.append(Edit(op="set", path=f"steps.{step.id}.writes", value=kept))
    if step.kind == "notify":
        edits.append(Edit(op="set", path=f"steps.{step.id}.attach", value=list(names)))
    return tuple(edits)


def _behind_choices(source: str, linked: Linked, steps: Steps) -> Iterator[OpenQuestion]:
    """`if a do x, otherwise do y, then do z`: z only behind y, or whichever way was taken."""
    by_number = {draft.number: draft for draft in linked.drafts}
    downs: dict[int, list[Draft]] = {}
    for draft in linked.drafts:
        for up in draft.ups:
            downs.setdefault(up, []).append(draft)
    for choice in linked.drafts:
        if choice.kind != "choose" or not choice.arms or len(choice.arms[-1][1]) != 1:
            continue
        last = by_number[choice.arms[-1][1][0]]
        following = [draft for draft in downs.get(last.number, [])[:_MOST] if _goes_on(last, draft)]
        step = steps.get(following[0].id) if following else None
        if step is None or step.trigger_rule is not None:
            continue
        ends = [_end(by_number[arm[1][0]], downs) for arm in choice.arms[:-1] if arm[1] and arm[1][0] in by_number]
        ways = [draft.id for draft in (*ends, last)] if ends else [choice.id, last.id]
        always = (_after(step, *ways), Edit(op="set", path=f"steps.{step.id}.trigger_rule", value=MERGED))
        # Data of one way only is no reason to wait for that way alone.
        yield OpenQuestion(
            id=f"always_{step.id}",
            text=f"Does {step.id} run whichever way was taken, or only after {last.id}?",
            quote=_quote(source, following[0]),
            choices=(
                Choice(value="only", label=f"only after {last.id}"),
                Choice(value="always", label="whichever way was taken", edits=always),
            ),
            default="only",
        )


def _goes_on(arm: Draft, draft: Draft) -> bool:
    """Whether the draft follows the arm alone, joined to it by `then` or `and` in one sentence."""
    joined = "then" in draft.clause.marks or draft.clause.joint in ("then", "and", "arrow")
    return draft.ups == {arm.number} and draft.clause.sentence == arm.clause.sentence and joined


def _end(first: Draft, downs: dict[int, list[Draft]]) -> Draft:
    """The last step of a way, as long as one follows one."""
    seen = {first.number}
    while len(downs.get(first.number, ())) == 1 and downs[first.number][0].number not in seen:
        following = downs[first.number][0]
        if len(following.ups) > 1:
            break
        first = following
        seen.add(first.number)
    return first


def _quote(source: str, draft: Draft) -> str:
    start, end = draft.span
    return (source[start:end] or spoken(draft.clause.tokens))[:_LONGEST]
