"""Where each part of a pipeline comes from: its description is read again, and the reading says why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from airflow_llm.errors import AirflowLLMError
from airflow_llm.readers.trace import Candidate, Followed, Made, Slot, Trace
from airflow_llm.spec.graph import edges
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    from airflow_llm.readers.reading import Reading

SINCE = "not in the description: written or changed since it was read"
_FOLLOWS = "follows from the rest of the spec"


@dataclass(frozen=True)
class Evidence:
    """The words and the rule or score behind every step, edge and value; `why` says which reading it was."""

    steps: dict[str, Made]
    links: tuple[Followed, ...]
    slots: tuple[Slot, ...]
    candidates: tuple[Candidate, ...] = ()
    chosen: str = ""
    why: str = ""

    def before(self, step: str) -> list[Followed]:
        """The edges that lead to the step."""
        return [link for link in self.links if link.after == step]

    def of_step(self, step: str) -> list[Slot]:
        """The values of the step."""
        return [slot for slot in self.slots if slot.subject.startswith(f"steps.{step}.")]

    def of_whole(self) -> list[Slot]:
        """The values of the pipeline itself."""
        return [slot for slot in self.slots if not slot.subject.startswith("steps.")]


def evidence(pipeline: Pipeline) -> Evidence:
    """The evidence for a pipeline as it is now; what was written or changed by hand is said to be so."""
    reading = _read_again(pipeline)
    trace = reading.trace if reading is not None and reading.trace is not None else Trace("")
    return Evidence(
        steps={made.step: made for made in trace.steps if _same_step(pipeline, made)},
        links=_links(pipeline, trace, reading),
        slots=_slots(pipeline, trace, reading),
        candidates=trace.candidates,
        chosen=trace.chosen,
        why=trace.why,
    )


def _read_again(pipeline: Pipeline) -> Reading | None:
    """The description's reading with the answers that were given; None where there is no description to read."""
    from airflow_llm.readers.questions import answered
    from airflow_llm.readers.reading import Source
    from airflow_llm.readers.registry import read

    if pipeline.origin is None or not pipeline.description.strip():
        return None
    answers = {held.id: held.taken for held in pipeline.questions if held.answered}
    try:
        reading = read(Source(pipeline.description, "description", pipeline_id=pipeline.id, traced=True))
    except AirflowLLMError:
        return None  # another version of the reader, or a description that was changed by hand
    try:
        return answered(reading, answers)
    except AirflowLLMError:
        return reading


def _same_step(pipeline: Pipeline, made: Made) -> bool:
    return any(step.id == made.step and step.kind == made.kind for step in pipeline.steps)


def _links(pipeline: Pipeline, trace: Trace, reading: Reading | None) -> tuple[Followed, ...]:
    told = {(link.before, link.after): link for link in trace.links}
    answered = set(edges(reading.pipeline)) if reading is not None else set()
    found = []
    for up, down in edges(pipeline):
        rule = "an answer to a question" if (up, down) in answered else SINCE
        found.append(told.get((up, down)) or Followed(up, down, rule))
    return tuple(found)


def _slots(pipeline: Pipeline, trace: Trace, reading: Reading | None) -> tuple[Slot, ...]:
    from airflow_llm.compiler.completion import complete
    from airflow_llm.readers.prose.tracing_slots import values

    told = {(slot.subject, slot.value): slot for slot in trace.slots}
    asked = {(slot.subject, slot.value) for slot in values(reading.pipeline)} if reading is not None else set()
    made = {(slot.subject, slot.value) for slot in values(complete(reading.pipeline))} if reading is not None else set()
    answers = [held for held in pipeline.questions if held.answered]
    found = []
    for slot in values(pipeline):
        key = (slot.subject, slot.value)
        if key in told:
            found.append(told[key])
        elif slot.rule.startswith("assumed"):
            found.append(slot)
        elif key in asked:
            meant = [held for held in answers if held.taken == slot.value] or answers
            said = "; ".join(f"{held.text} {held.taken}" for held in meant)
            found.append(replace(slot, words="", rule=f"answered: {said}", confidence=None))
        else:
            found.append(replace(slot, words="", rule=_FOLLOWS if key in made else SINCE, confidence=None))
    return tuple(found)
