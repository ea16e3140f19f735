"""The prose reader: normalise, split into clauses, recognise, link, assemble, judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.assemble import assemble
from airflow_llm.readers.prose.contradictions import refuse_contradictions
from airflow_llm.readers.prose.empty_choices import without_empty_choices
from airflow_llm.readers.prose.entities import Token, Tokens, tokenise
from airflow_llm.readers.prose.findings import Findings, find_all
from airflow_llm.readers.prose.judge import judge, step_confidence
from airflow_llm.readers.prose.linking.graph import Linked
from airflow_llm.readers.prose.normalise import normalise
from airflow_llm.readers.prose.questions import structural
from airflow_llm.readers.prose.questions_missing import missing
from airflow_llm.readers.prose.questions_order import disputed
from airflow_llm.readers.prose.recognising.recognition import Recognition
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.prose.told_steps import Drawn, drafted
from airflow_llm.readers.prose.understanding import (
    GRAMMAR_GOOD,
    GRAMMAR_SURE,
    MOST_TASKS,
    NothingAskedError,
    Understanding,
    asked,
    by_grammar,
    by_network,
    chosen,
    with_confidence,
    without_alerts_in_tasks,
)
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.diagnostic import Diagnostic

if TYPE_CHECKING:
    from concurrent.futures import Future

    from airflow_llm.readers.prose.tagger.linking import GraphSaid

_COMMAND = r"`[^`\n]{1,500}`"
_NAMED = (
    r"`[A-Z][A-Za-z]+/[A-Z][\w+-]*`"
    r"|(?:(?<=asset )|(?<=dataset )|(?<=service )|(?<=PagerDuty )|(?<=Opsgenie ))`[\w./:-]+`"
)
_SETTING = r"`(?:#[\w-]+|[\w.+-]+@[\w.-]+|catchup|retries|retry_delay|max_active_runs|depends_on_past)`"
_TIMING = (
    r"`(?:(?:schedule(?:_interval)?|timetable|timezone|tz)\s*[=:][^`]*|@\w+|\d{1,2}:\d{2}(?:\s[^`]{1,30})?"
    r"|(?:every|each)\s\d[^`]{1,20}|hourly|daily|weekly|monthly|nightly|(?:Asset|Dataset)\([^`]*\)[^`]*)`"
)
_NAME = r"`[A-Za-z_]\w*(?:(?:://|[./:-])\w+)*`"
_UPDATED = r"\b(?:whenever|when|as soon as|(?:each|every) time|assets?|datasets?|updates? (?:of|to))\b[^.;\n]*$"
_SHORT_COMMAND = r"(?:[A-Za-z][\w'/.-]*\s+){1,6}[\w'/.-]+[.!]?"
_QUOTED = 80
_MOST_STEPS = 2_000
_CLAIM = 0.5
_MOST_RECORDED = 20
_NEAR = 30


class ProseReader:
    """Reads what people write; it is the reader for any text that no other one claims."""

    name = "prose"

    def claims(self, source: Source) -> float:
        """Any text with a letter in it may be a description."""
        return _CLAIM if source.text.strip() else 0.0

    def read(self, source: Source) -> Reading:
        """The text as a pipeline. InputError when it holds no task, or contradicts itself."""
        if not source.text.strip():
            raise InputError(
                "the text is empty",
                hint="describe the pipeline, for example: load orders.csv into Postgres every night",
                place=source.name,
            )
        text = normalise(source.text)
        refuse_contradictions(text)
        answer = None if source.by_rules else asked(text)
        findings = find_all(_shielded(text))
        request = _Request(source, text, findings, answer)
        tokens = tokenise(text, findings.spans())
        rules = by_grammar(tokens.items, watched=source.traced)
        graph = _graph(rules, answer is not None)  # before the drafts are assembled, which changes them
        try:
            first = self._reading(source, rules, findings, tokens)
        except ContradictionError:
            raise
        except InputError as error:
            try:
                told = self._second(request)
            except InputError:
                told = None  # what the grammar found is more telling
            if told is None:
                raise
            return _because(told, f"the grammar found no pipeline ({error.message})")
        if source.by_rules:
            return _because(first, "the grammar was to read alone")
        try:
            told = self._second(request, _Ours(rules, graph, first))
        except InputError:
            if not _is_command(text, rules, first.confidence):
                raise
            return _because(first, "the network sees no request, but the grammar is sure")
        return _because(first, "the network has no reading of its own") if told is None else _taken(first, told)

    def _second(self, request: _Request, ours: _Ours | None = None) -> Reading | None:
        """What the network makes of the text; None where it was not to be asked, or has no better reading."""
        if request.answer is None:
            return None
        tokens = tokenise(request.text, request.findings.spans())
        rules = ours.understood if ours is not None else None
        try:
            told = by_network(request.text, tokens.items, request.findings.alerts, request.answer, rules=rules)
        except NothingAskedError:
            raise _nothing_understood(request.source) from None
        if told is None:
            return None
        if ours is not None and not request.source.traced and ours.is_drawn_by(told):
            return with_confidence(ours.reading, told.confidence)
        try:
            return self._reading(request.source, told, without_alerts_in_tasks(request.findings, told.said), tokens)
        except InputError:
            return None  # a graph that no pipeline can have is no better reading

    def _reading(self, source: Source, understood: Understanding, findings: Findings, tokens: Tokens) -> Reading:
        recognition = understood.recognition
        _refuse_too_many(source, recognition)
        linked = without_empty_choices(understood.linked, recognition)
        if not linked.drafts:
            raise _nothing_understood(source)
        pipeline, flow = assemble(source.text, linked, findings, tokens.slips, source.pipeline_id)
        confidence = understood.confidence or judge(recognition, linked, linked.drafts, flow.missing, len(tokens.slips))
        sure = {draft.id: step_confidence(draft) for draft in linked.drafts}
        steps = tuple(
            step.model_copy(update={"confidence": sure.get(step.id, step.confidence)}) for step in pipeline.steps
        )
        doubtful = structural(source.text, linked, pipeline)
        said, around = _schedule_words(source.text, findings)
        opened = (*doubtful, *missing(pipeline, said, around))
        recorded = tuple(question.recorded(question.taken) for question in doubtful[:_MOST_RECORDED])
        pipeline = pipeline.model_copy(
            update={"steps": steps, "confidence": confidence, "questions": (*pipeline.questions, *recorded)}
        )
        trace = None
        if source.traced:
            from airflow_llm.readers.prose.tracing import Stages, traced

            text = normalise(source.text)
            trace = traced(Stages(text, tokens, findings, understood, linked, pipeline, flow.missing))
        return Reading(
            pipeline,
            _diagnostics(recognition, linked),
            confidence,
            _facts(tokens.items, findings),
            trace,
            opened,
        )


class _Request(NamedTuple):
    """What is asked for: the text, normalised, with what was found in it, and the answer that the network works out."""

    source: Source
    text: str
    findings: Findings
    answer: Future[GraphSaid] | None


class _Ours(NamedTuple):
    """What the grammar made of a text: understood, drawn, assembled."""

    understood: Understanding
    graph: Drawn | None
    reading: Reading

    def is_drawn_by(self, told: Understanding) -> bool:
        """Whether the network draws the graph of ours, and ours is good enough to be taken then, without another."""
        if self.graph is None or self.reading.confidence < GRAMMAR_GOOD:
            return False
        theirs = drafted(told.linked.drafts)
        return self.graph.serves_for(theirs) and self.graph.agrees(theirs)


def _is_command(text: str, rules: Understanding, confidence: float) -> bool:
    """Whether the grammar is to be believed that something is asked for: the network hardly knows short commands."""
    first = rules.recognition.drafts[0] if rules.recognition.drafts else None
    if first is None or first.phrase.voice not in ("imperative", "none", "nominal"):
        return False
    short = pattern(_SHORT_COMMAND).fullmatch(text.strip()) is not None and first.kind != "python"
    return confidence >= (GRAMMAR_GOOD if short else GRAMMAR_SURE)


def _graph(rules: Understanding, compared: bool) -> Drawn | None:
    """The graph of the grammar, where the network may draw the same."""
    return drafted(rules.linked.drafts) if compared and len(rules.linked.drafts) <= 2 * MOST_TASKS else None


def _schedule_words(text: str, findings: Findings) -> tuple[str, str]:
    """The words of the schedule, and with those near it."""
    hit = findings.schedule
    return ("", "") if hit is None else (hit.text, text[max(0, hit.start - _NEAR) : hit.end + _NEAR])


def _taken(first: Reading, told: Reading) -> Reading:
    """The better of both readings, with the question which order is meant where they differ."""
    choice = chosen(first, told)
    reading = _because(choice.reading, choice.why, first, told)
    return reading if choice.other is None else _with_dispute(reading, choice.other)


def _with_dispute(reading: Reading, other: Reading) -> Reading:
    """The reading that asks whether the other order is meant."""
    question = disputed(reading, other)
    if question is None:
        return reading
    pipeline = reading.pipeline
    # The one question takes in those about single places of the order.
    rest = [held for held in reading.questions if not held.id.startswith(("always_", "start_"))]
    recorded = (question.recorded(question.taken), *pipeline.questions)
    return replace(
        reading,
        pipeline=pipeline.model_copy(update={"questions": recorded}),
        questions=(question, *rest),
        other=other,
    )


def _because(reading: Reading, why: str, *weighed: Reading) -> Reading:
    """The reading whose trace, if there is one, says why it was taken, and among which."""
    if reading.trace is None:
        return reading
    candidates = tuple(one for held in weighed if held.trace is not None for one in held.trace.candidates)
    return replace(reading, trace=replace(reading.trace, why=why, candidates=candidates or reading.trace.candidates))


def _nothing_understood(source: Source) -> InputError:
    words = " ".join(source.text.split())
    quoted = words if len(words) <= _QUOTED else f"{words[: _QUOTED - 1]}…"
    return InputError(
        f"no task is understood in {quoted!r}",
        hint="say what is to be done with which data, for example: load orders.csv into Postgres",
        place=source.name,
    )


def _shielded(text: str) -> str:
    """The text with commands in backticks blanked, so that no grammar reads them.

    A cron expression, a time zone and the name of an asset stay: they say when the pipeline runs.
    """
    return pattern(_COMMAND).sub(_blanked, text) if "`" in text else text


def _blanked(command: re.Match[str]) -> str:
    said, start = command.group(), command.start()
    kept = (
        ("*" in said and " " in said)
        or pattern(_NAMED, re.ASCII).match(command.string, start)
        or pattern(_SETTING, 0).fullmatch(said)
        or pattern(_TIMING, 0).fullmatch(said)
        or (
            pattern(_NAME, re.ASCII).fullmatch(said)
            and pattern(_UPDATED).search(command.string[max(0, start - 40) : start])
        )
    )
    return said if kept else "`" + "x" * (len(said) - 2) + "`"


def _refuse_too_many(source: Source, recognition: Recognition) -> None:
    if len(recognition.drafts) > _MOST_STEPS:
        raise InputError(
            f"the text asks for {len(recognition.drafts)} steps; {_MOST_STEPS} is the most for one pipeline",
            hint="split it into several pipelines",
            place=source.name,
        )


def _diagnostics(recognition: Recognition, linked: Linked) -> tuple[Diagnostic, ...]:
    """What was not understood, in the words of the text."""
    found = [
        Diagnostic(
            code="unread", severity="info", message=f"not read as a task or a setting: {words[:200]!r}",
            why="what is not understood is left out, never guessed", hint="say it in other words if it matters",
        )
        for words in recognition.unread
    ]  # fmt: skip
    found += [
        Diagnostic(
            code="reference",
            severity="warning",
            message=f"it is not clear which task is meant by {one.words[:200]!r}",
            hint="name the task as elsewhere in the text",
        )
        for one in linked.unresolved
    ]
    return tuple(found)


def _facts(tokens: Sequence[Token], findings: Findings) -> dict[str, object]:
    """What the text says and the spec has no place for."""
    systems = dict.fromkeys(token.system.name for token in tokens if token.system is not None)
    return {"systems": list(systems), "catchup": findings.catchup.value if findings.catchup is not None else None}


READER = ProseReader()
