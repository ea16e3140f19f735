"""The stages of the prose reader as a trace: what each of them handed on, in the words of the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.entities import Token, Tokens
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.judge import doubts, step_confidence, step_doubts
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.linking.reasons import Drawn, Rule, measured
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.readers.prose.tracing_slots import hits_of, meaning_of, slots
from airflow_llm.readers.prose.understanding import Understanding
from airflow_llm.readers.trace import Candidate, ClauseSeen, Followed, Made, Recognised, Trace
from airflow_llm.spec.graph import branch_targets, edges
from airflow_llm.spec.pipeline import Pipeline

GRAMMAR, NETWORK = "grammar", "network"
_RULES = frozenset(Rule)
_NAMES = {
    "retries": "retries", "timeouts": "time-out", "needs": "resources", "catchup": "catch-up", "start": "first day",
    "end": "last day", "increments": "increment", "max_active_runs": "runs at a time",
}  # fmt: skip
_ALL_BUT_SURE = 0.95
_VOICES = {"imperative": "a command", "nominal": "a noun for the work", "none": "no verb"}


@dataclass(frozen=True, slots=True)
class Stages:
    """What the stages made of one text: the results as they are, which a trace is drawn from."""

    text: str
    tokens: Tokens
    findings: Findings
    understood: Understanding
    linked: Linked
    pipeline: Pipeline
    missing: int

    @property
    def reader(self) -> str:
        """Who read: the grammar alone, or the network with the grammar inside."""
        return GRAMMAR if self.understood.said is None else NETWORK


def traced(stages: Stages) -> Trace:
    """The trace of one reading; which of several was taken is for the reader to add."""
    return Trace(
        text=stages.text,
        clauses=tuple(_clauses(stages)),
        recognised=tuple(recognised(stages.tokens.items, stages.tokens.slips, stages.findings, stages.linked)),
        links=tuple(_links(stages)),
        steps=tuple(_steps(stages)),
        slots=slots(stages.text, stages.pipeline, stages.findings),
        candidates=(_candidate(stages),),
        chosen=stages.reader,
        not_understood=(*stages.understood.recognition.unread, *(one.words for one in stages.linked.unresolved)),
    )


def _clauses(stages: Stages) -> Iterator[ClauseSeen]:
    said = stages.understood.said
    sure = {} if said is None else dict(enumerate(dict(task.chances).get("task") for task in said.tasks))
    for number, unit in enumerate(stages.understood.recognition.units):
        steps = tuple(draft.id for draft in unit.drafts if draft.id)
        marks = (*unit.clause.marks, *(["heading"] if unit.clause.heading else []))
        yield ClauseSeen(
            words=spoken(unit.clause.tokens),
            start=unit.clause.start,
            sort=unit.sort,
            joint=unit.clause.joint,
            marks=marks,
            steps=steps,
            confidence=_rounded(sure.get(number)),
        )


def recognised(
    tokens: Sequence[Token], slips: dict[str, str], findings: Findings, linked: Linked
) -> Iterator[Recognised]:
    """Systems, slips, what the grammars found, the conditions of choices, and rules on data."""
    found: list[Recognised] = [
        Recognised("system", token.raw, token.start, f"{token.system.name} ({token.system.family})")
        for token in tokens
        if token.system is not None
    ]
    found += [
        Recognised("slip", token.raw, token.start, slips[token.raw])
        for token in tokens
        if token.raw in slips and token.norm == slips[token.raw]
    ]
    for name, hits in hits_of(findings):
        what = _NAMES.get(name, name.removesuffix("s").replace("_", " "))
        found += [Recognised(what, hit.text, hit.start, meaning_of(hit.value), hit.strength) for hit in hits]
    for draft in linked.drafts:
        found += _of_draft(draft)
    yield from sorted(found, key=lambda one: one.start)


def _of_draft(draft: Draft) -> Iterator[Recognised]:
    start = draft.clause.start
    for words, taken in draft.arms:
        steps = f"{len(taken)} {'step' if len(taken) == 1 else 'steps'}"
        meaning = f"the condition of {steps}" if words else f"where no other condition holds: {steps}"
        yield Recognised("condition", words or "otherwise", start, meaning)
    if draft.each:
        items = ", ".join(draft.items)
        yield Recognised("for each", draft.each, start, items or "its items are not listed in the text")
    if draft.kind == "validate":
        said = spoken(draft.clause.tokens)
        for rule in find_rules(said):
            yield Recognised("rule", rule.text, start + rule.start, meaning_of(rule.value), rule.strength)


def _links(stages: Stages) -> Iterator[Followed]:
    pipeline, by_id = stages.pipeline, {draft.id: draft for draft in stages.linked.drafts}
    flows = {step.id: (set(step.reads), set(step.writes)) for step in pipeline.steps}
    shares = measured()
    for up, down in edges(pipeline):
        data = tuple(sorted(flows[up][1] & flows[down][0]))
        drawn = _drawn(stages, by_id.get(up), by_id.get(down))
        if drawn is None:
            drawn = Drawn(f"{down} reads what {up} writes" if data else Rule.PLAIN.value, "")
        if down in branch_targets(pipeline.step(up)):
            drawn = Drawn("a way of the choice", _way(by_id[up], by_id[down]) if up in by_id and down in by_id else "")
        sure = _chance(stages, by_id.get(up), by_id.get(down))
        if drawn.rule in _RULES:
            sure = shares.get(drawn.rule, shares[""])
        yield Followed(up, down, drawn.rule, drawn.words, data, sure)


def _drawn(stages: Stages, up: Draft | None, down: Draft | None) -> Drawn | None:
    if up is None or down is None:
        return None
    if stages.understood.said is not None:
        return Drawn("the network puts the one before the other", "")
    return stages.understood.drawings.get((id(up), id(down)))


def _way(choice: Draft, taken: Draft) -> str:
    return next((words or "otherwise" for words, numbers in choice.arms if taken.number in numbers), "")


def _chance(stages: Stages, up: Draft | None, down: Draft | None) -> float | None:
    """How likely the network holds the edge to be; None where it did not read, or where one of them is a choice."""
    said = stages.understood.said
    if said is None or up is None or down is None or max(up.number, down.number) >= len(said.before):
        return None
    return _rounded(said.before[up.number][down.number])


def _steps(stages: Stages) -> Iterator[Made]:
    by_id = {draft.id: draft for draft in stages.linked.drafts}
    said = stages.understood.said
    for step in stages.pipeline.steps:
        draft = by_id[step.id]
        words = step.origin.text if step.origin is not None else ""
        rule = _kind_rule(draft)
        if said is not None and draft.number < len(said.tasks):
            task = said.tasks[draft.number]
            scores = ", ".join(f"{name} {chance:.2f}" for name, chance in task.chances)
            rule = f"the network: {task.kind} ({scores})"
        why = tuple(reason for reason, _ in step_doubts(draft))
        yield Made(step.id, step.kind, words, rule, step_confidence(draft), why, step.reads, step.writes)


def _kind_rule(draft: Draft) -> str:
    if draft.kind == "choose":
        return "a condition on what comes next"
    if not draft.verb.base:
        return f"no verb; {draft.kind} by its words"
    heard = _VOICES.get(draft.phrase.voice, f"{draft.phrase.voice} voice")
    return f"the verb “{draft.verb.base}” ({draft.verb.group}), {heard}"


def _candidate(stages: Stages) -> Candidate:
    said, drafts = stages.understood.said, stages.linked.drafts
    if said is None:
        found = doubts(stages.understood.recognition, stages.linked, drafts, stages.missing, len(stages.tokens.slips))
        why = tuple(f"{reason} (x {factor:.2f})" for reason, factor in found)
    else:
        told = {"its least sure edge": said.sure, "no request at all": 1.0 - said.error}
        why = tuple(f"{reason} (x {sure:.2f})" for reason, sure in told.items() if sure < _ALL_BUT_SURE)
    confidence = stages.pipeline.confidence or 0.0
    return Candidate(stages.reader, confidence, len(stages.pipeline.steps), len(edges(stages.pipeline)), why)


def _rounded(chance: float | None) -> float | None:
    return None if chance is None else round(float(chance), 3)
