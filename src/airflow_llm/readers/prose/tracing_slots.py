"""For each value of a spec the words that say it: by the grammar that found it, else the step's own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

from pydantic import BaseModel

from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.rules import find_rules
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.timezones import find_zones
from airflow_llm.readers.trace import Slot
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Assumption, Pipeline
from airflow_llm.spec.steps import Step

_ELSEWHERE = frozenset({"id", "title", "doc", "kind", "reads", "writes", "after", "origin", "confidence"})
_TOLD_ALWAYS = {"load": ("mode",), "validate": ("on_invalid",)}
_SORTS = frozenset({"kind", "op", "rule"})
_LONGEST = 200
_FIELDS: Mapping[str, tuple[str, str]] = {
    "retries": ("retries", "count"),
    "retry_delay": ("retries", "delay"),
    "backoff": ("retries", "backoff"),
    "max_retry_delay": ("retries", "longest_delay"),
    "timeout": ("timeouts", "length"),
    "pool": ("pools", "name"),
    "pool_slots": ("pools", "slots"),
}
_WHOLE = ("catchup", "max_active_runs", "start", "end")
_LONE = ("depends_on_past", "priority")
_GRAMMAR = {
    "schedule": "the grammar of schedules", "retries": "the grammar of retries", "timeouts": "the grammar of time-outs",
    "alerts": "the grammar of alerts", "needs": "the grammar of resources",
}  # fmt: skip


def meaning_of(value: object) -> str:
    """A value that was read, in a line."""
    if isinstance(value, BaseModel):
        value = value.model_dump(exclude_defaults=True)
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        value = value._asdict()
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        told = ((name, held) for name, held in value.items() if held not in (None, "", (), [], {}))
        return ", ".join(meaning_of(held) if name in _SORTS else f"{name} {meaning_of(held)}" for name, held in told)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str | int | float):
        return str(value)
    return ", ".join(meaning_of(one) for one in value) if isinstance(value, Iterable) else str(value)


def hits_of(findings: Findings) -> Iterator[tuple[str, list[Found[Any]]]]:
    """Each sort of finding, by its name, with what was found of it."""
    for sort in fields(findings):
        held = getattr(findings, sort.name)
        hits = [held] if isinstance(held, Found) else list(held or ())
        yield sort.name, [hit for hit in hits if isinstance(hit, Found)]


def slots(text: str, pipeline: Pipeline, findings: Findings) -> tuple[Slot, ...]:
    """Every value of the spec that is not the default, with what says it."""
    return tuple(_Slots(text, pipeline, findings).found())


def values(pipeline: Pipeline) -> tuple[Slot, ...]:
    """Every value of the spec that is not the default, with the steps' own words only."""
    return slots("", pipeline, Findings())


class _Slots:
    """Looks for the words of each value."""

    def __init__(self, text: str, pipeline: Pipeline, findings: Findings) -> None:
        self.text, self.pipeline, self.findings = text, pipeline, findings
        self.assumed: dict[str, list[Assumption]] = {}
        for one in pipeline.assumptions:
            self.assumed.setdefault(one.subject, []).append(one)

    def found(self) -> Iterator[Slot]:
        yield from self._schedule()
        for name, value in _set_in(self.pipeline.defaults):
            yield self._policy(f"defaults.{name}", name, value, None)
        if self.pipeline.timeout is not None:
            yield self._policy("timeout", "timeout", self.pipeline.timeout, None)
        for place, alert in enumerate(self.pipeline.alerts):
            yield self._alert(f"alerts.{place}", alert)
        for step in self.pipeline.steps:
            yield from self._step(step)

    def _schedule(self) -> Iterator[Slot]:
        schedule, hit = self.pipeline.schedule, self.findings.schedule
        rest = {"timezone", *_WHOLE, "kind"}
        own = meaning_of(schedule.model_dump(exclude=rest, exclude_defaults=True)) or schedule.kind
        if hit is None:
            yield self._taken("schedule", own, "")
        else:
            yield Slot("schedule", own, hit.text, _GRAMMAR["schedule"], hit.strength)
        zone = getattr(schedule, "timezone", None)
        if zone is not None or "schedule.timezone" in self.assumed:
            said = next((found for found in find_zones(self.text) if found.value == zone), None)
            words = said.text if said is not None else hit.text if hit is not None else ""
            assumed = zone is None or (zone == "UTC" and "schedule.timezone" in self.assumed)
            taken = self._taken("schedule.timezone", zone or "UTC", "")
            yield taken if assumed else Slot("schedule.timezone", str(zone), words, "the lexicon of time zones", 1.0)
        for name in _WHOLE:
            value, said_there = getattr(schedule, name, None), getattr(self.findings, name)
            if said_there is not None:
                yield Slot(f"schedule.{name}", meaning_of(value), said_there.text, _words(name), said_there.strength)
            elif f"schedule.{name}" in self.assumed:
                yield self._taken(f"schedule.{name}", meaning_of(value), "")

    def _step(self, step: Step) -> Iterator[Slot]:
        for name in _TOLD_ALWAYS.get(step.kind, ()):
            value = getattr(step, name)
            if value == type(step).model_fields[name].default:
                yield self._taken(
                    f"steps.{step.id}.{name}", value, "", None, "the default, which the text leaves as it is"
                )
        for name, value in _set_in(step):
            subject = f"steps.{step.id}.{name}"
            if name in _FIELDS or name in _LONE:
                yield self._policy(subject, name, value, step)
            elif name == "alerts":
                yield from (self._alert(f"{subject}.{place}", alert) for place, alert in enumerate(step.alerts))
            elif name == "resources":
                hit = next(iter(self.findings.needs), None)
                yield self._hit(subject, value, hit, "needs", step)
            elif name == "rules":
                yield from self._rules(subject, step)
            else:
                yield self._own(subject, value, step)

    def _rules(self, subject: str, step: Step) -> Iterator[Slot]:
        """Each rule with its words in the step's own."""
        text = step.origin.text if step.origin is not None else ""
        hits = find_rules(text)
        for place, rule in enumerate(getattr(step, "rules", ())):
            words = hits[place].text if place < len(hits) else text
            yield Slot(f"{subject}.{place}", meaning_of(rule), words, "the grammar of rules", 1.0)

    def _policy(self, subject: str, name: str, value: Any, step: Step | None) -> Slot:
        where, field = _FIELDS.get(name, (name, ""))
        hits = dict(hits_of(self.findings)).get(where, [])
        fits = [hit for hit in hits if not field or getattr(hit.value, field) == value]
        if not fits and name == "retry_delay" and self.findings.retry_delay is not None:
            fits = [self.findings.retry_delay]
        at = step.origin.start if step is not None and step.origin is not None else None
        best = min(fits, key=lambda hit: abs(hit.start - at) if at is not None else hit.start, default=None)
        return self._hit(subject, value, best, where, step)

    def _alert(self, subject: str, alert: Any) -> Slot:
        fits = [hit for hit in self.findings.alerts if (hit.value.on, hit.value.target) == (alert.on, alert.target)]
        return self._hit(subject, alert, next(iter(fits), None), "alerts", None)

    def _hit(self, subject: str, value: Any, hit: Found[Any] | None, where: str, step: Step | None) -> Slot:
        if hit is None:
            return self._own(subject, value, step)
        return Slot(subject, meaning_of(value), hit.text, _GRAMMAR.get(where, _words(where)), hit.strength)

    def _own(self, subject: str, value: Any, step: Step | None) -> Slot:
        """A value that the step's own words hold, or that was assumed."""
        words = step.origin.text if step is not None and step.origin is not None else ""
        if isinstance(value, str) and step is not None and value.lower() not in words.lower():
            place = self.text.lower().find(value.lower())
            if place >= 0 and subject not in self.assumed:
                return Slot(subject, value, _line_at(self.text, place), "words elsewhere in the text")
        return self._taken(subject, meaning_of(value), words, step)

    def _taken(
        self, subject: str, value: str, words: str, step: Step | None = None, else_rule: str = "the text as a whole"
    ) -> Slot:
        assumed = self.assumed.get(subject)
        if assumed:
            return Slot(subject, value, "", f"assumed: {'; '.join(one.text for one in assumed)}")
        if step is None:
            return Slot(subject, value, words, else_rule)
        return Slot(subject, value, words[:_LONGEST], f"the {step.kind} step's own words", step.confidence)


def _line_at(text: str, place: int) -> str:
    """The line of the text around a place, cut around it where it is long."""
    first = max(text.rfind("\n", 0, place) + 1, place - _LONGEST // 2)
    last = text.find("\n", place)
    return text[first : min(last if last >= 0 else len(text), place + _LONGEST // 2)].strip()


def _set_in(model: BaseModel) -> Iterator[tuple[str, Any]]:
    """The fields that are not what they are by default."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if name not in _ELSEWHERE and value != info.get_default(call_default_factory=True):
            yield name, value


def _words(name: str) -> str:
    return f"the grammar of {name.replace('_', ' ')}"
