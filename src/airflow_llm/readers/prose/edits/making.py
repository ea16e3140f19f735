"""New steps from words, by the prose reader's own stages, with the steps that are there around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose import builders
from airflow_llm.readers.prose.clauses import Clause as ReadClause
from airflow_llm.readers.prose.drafts import Draft, identifier
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.entities import Token, tokenise
from airflow_llm.readers.prose.findings import Findings, find_all
from airflow_llm.readers.prose.flow import Flow, object_words, system_in
from airflow_llm.readers.prose.lexicon import Verb
from airflow_llm.readers.prose.naming import step_id, title_of
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.scope import Scopes
from airflow_llm.readers.prose.understanding import by_grammar
from airflow_llm.spec.graph import upstream
from airflow_llm.spec.pipeline import Assumption, Pipeline

_LONGEST_ORIGIN = 2000
_NOT_HERE = ("choose",)
_MOVING = ("extract", "load", "copy")
_NO_DATA = frozenset({"step", "task", "job", "node"})


@dataclass
class _KnownFlow(Flow):
    """The flow of a pipeline that is there: a system has the connection that it has already."""

    sources: tuple[str, ...] = ()

    def source_of(self, draft: Draft, tokens: Sequence[Token]) -> str:
        """Without a system in the words the one that everything else is read from; InputError if there are several."""
        named = system_in(tokens) or system_in(draft.mentioned())
        if named is not None or any(token.tag in ("path", "file") for token in tokens):
            return super().source_of(draft, tokens)
        if len(self.sources) != 1:
            said = " ".join(token.raw for token in draft.clause.tokens)[:80]
            known = ", ".join(self.sources) or "none"
            raise InputError(
                f"it is not said from which system {said!r} reads", hint=f"name it; those read so far: {known}"
            )
        self.assume(
            f"steps.{draft.id}", f"the text names no source system; {self.sources[0]} is taken",
            f"change the connection of what {draft.id} reads in tasks.yml",
        )  # fmt: skip
        return self.sources[0]

    def target_of(self, draft: Draft, tokens: Sequence[Token]) -> str:
        """Where a table is that the pipeline knows; else as always."""
        said = {token.raw.lower() for token in [*tokens, *draft.mentioned()] if token.tag in ("table", "path", "uri")}
        known = [
            held.connection for held in self.datasets.values() if held.connection and held.location.lower() in said
        ]
        if system_in(tokens) is None and len(set(known)) == 1 and known[0]:
            return known[0]
        return super().target_of(draft, tokens)

    def connect(self, name: str, connector: str | None = None) -> str:
        """The one connection to the system, whatever it is called; else a new one."""
        known = [held.name for held in self.connections.values() if held.connector == (connector or name)]
        return known[0] if len(known) == 1 and name not in self.connections else super().connect(name, connector)


@dataclass(frozen=True)
class Asked:
    """The new steps as far as their words tell, before they have a place."""

    words: str
    drafts: tuple[Draft, ...]
    findings: Findings


@dataclass(frozen=True)
class Made:
    """The new steps as data for the spec, with the data and connections that they bring."""

    steps: tuple[dict[str, Any], ...]
    flow: Flow
    assumptions: tuple[Assumption, ...]


def read_steps(words: str) -> Asked:
    """What the words ask for; InputError quotes what is not understood."""
    findings = find_all(words)
    tokens = tokenise(words, findings.spans())
    understood = by_grammar(tokens.items)
    drafts = understood.linked.drafts
    unread = understood.recognition.unread
    if not drafts or unread:
        said = unread[0] if drafts and unread else words
        raise InputError(
            f"no task is understood in {said[:80]!r}",
            hint="say what is to be done with which data, for example: add a step that loads orders.csv into Postgres",
        )
    empty = next((one for one in drafts if one.kind in _MOVING and set(object_words(one)) & _NO_DATA), None)
    if empty is not None:
        raise InputError(
            f"it is not said which data is meant by {words[:80]!r}", hint="name the table, file or dataset"
        )
    refused = next((draft for draft in drafts if draft.kind in _NOT_HERE), None)
    if refused is not None:
        raise InputError(
            f"a choice cannot be added like that: {words[:80]!r}",
            hint="say it like: if accuracy > 0.9 run deploy, otherwise notify",
        )
    return Asked(words, tuple(drafts), findings)


def make_steps(asked: Asked, revision: Revision, after: Sequence[str], name: str, said: str) -> Made:
    """The new steps behind these steps; the first one takes their data. `said`: the words that asked for them."""
    pipeline = revision.pipeline
    held = _known_drafts(pipeline)
    drafts = _renumbered(asked.drafts, len(held), [number for number, draft in enumerate(held) if draft.id in after])
    taken = {step.id: 1 for step in pipeline.steps}
    flow = _KnownFlow([*held, *drafts], sources=_sources(pipeline))
    flow.datasets.update({dataset.name: dataset for dataset in pipeline.datasets})
    flow.connections.update({connection.name: connection for connection in pipeline.connections})
    for dataset in pipeline.datasets:
        if dataset.connection is not None:
            flow.places.setdefault((dataset.connection, dataset.location), dataset.name)
    for draft, step in zip(held, pipeline.steps, strict=True):
        flow.outputs[draft.number] = list(step.writes) if step.kind != "load" else []
        flow.made[draft.number] = set(step.writes)
    for draft in drafts:
        draft.id = step_id(draft, taken, _inherited(draft, flow))
    if name:
        drafts[-1].id = name
    fields = [_fields(said, draft, flow) for draft in drafts]
    scopes = Scopes(asked.words, drafts, asked.findings, flow)
    for draft, made in zip(drafts, fields, strict=True):
        made.update({key: value for key, value in scopes.steps.get(draft.number, {}).items() if key != "conf"})
        made.update({key: value for key, value in scopes.defaults.items() if key != "max_retry_delay"})
        if scopes.alerts:
            made.setdefault("alerts", []).extend(scopes.alerts)
    return Made(tuple(fields), flow, tuple(flow.assumptions))


def _sources(pipeline: Pipeline) -> tuple[str, ...]:
    """The connections that data is read from and not written to."""
    written = {name for step in pipeline.steps for name in step.writes}
    read = {name for step in pipeline.steps for name in step.reads} - written
    found = [dataset.connection for dataset in pipeline.datasets if dataset.name in read and dataset.connection]
    return tuple(dict.fromkeys(found))


def _known_drafts(pipeline: Pipeline) -> list[Draft]:
    """The steps that are there as the stages know steps."""
    numbers = {step.id: number for number, step in enumerate(pipeline.steps)}
    before = upstream(pipeline)
    drafts = []
    for number, step in enumerate(pipeline.steps):
        tokens = tokenise(step.id.replace("_", " ")).items
        draft = Draft(number, Verb("", "", "base"), step.kind, tokens, Phrase(), ReadClause([], -1), id=step.id)
        draft.ups = {numbers[one] for one in before[step.id]}
        drafts.append(draft)
    return drafts


def _renumbered(drafts: Sequence[Draft], offset: int, roots: Sequence[int]) -> list[Draft]:
    for draft in drafts:
        draft.number += offset
        draft.ups = {number + offset for number in draft.ups} or set(roots)
    return list(drafts)


def _inherited(draft: Draft, flow: Flow) -> list[str]:
    """The words of the data that stands before a step which names none itself."""
    inputs = flow.inputs(draft) if draft.ups else []
    return [part for part in inputs[0].removeprefix("valid_").split("_") if part] if inputs else []


def _fields(said: str, draft: Draft, flow: Flow) -> dict[str, Any]:
    """One step as data for the spec."""
    made = getattr(builders, f"build_{draft.kind}")(draft, flow)
    fields: dict[str, Any] = {"id": draft.id, "title": title_of(draft), **made, **_copied(draft, made, flow)}
    fields["origin"] = {"text": said[:_LONGEST_ORIGIN]}
    if draft.rule:
        fields["trigger_rule"] = draft.rule
    if draft.each:
        if not draft.items:
            raise InputError(
                f"it is not said for which {draft.each} the step is to run", hint="list them: for each of EU, US and UK"
            )
        fields["for_each"] = {"name": identifier([draft.each], "item"), "items": list(draft.items)}
    flow.made[draft.number] = set(fields.get("writes", ()))
    flow.used |= set(fields.get("reads", ()))
    implied = {up for up in draft.ups if flow.made.get(up, set()) & set(fields.get("reads", ()))}
    fields["after"] = [flow.drafts[up].id for up in sorted(draft.ups - implied)]
    return fields


def _copied(draft: Draft, made: dict[str, Any], flow: Flow) -> dict[str, Any]:
    """`copy mart.sales to s3`: the table that is named is what is read."""
    if made["kind"] != "load" or len(made["reads"]) != 1:
        return {}
    said = {token.raw.lower() for token in draft.objects if token.tag in ("table", "path", "uri")}
    named = [held.name for held in flow.datasets.values() if held.connection and held.location.lower() in said]
    return {"reads": named} if len(named) == 1 and named[0] not in made["writes"] else {}
