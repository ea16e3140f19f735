"""Questions that a text leaves open, with what each answer does to the spec, and how answers are taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from airflow_llm.errors import InputError, NotFoundError
from airflow_llm.spec.diagnostic import Edit, apply
from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Assumption, Pipeline, Question

if TYPE_CHECKING:
    from airflow_llm.readers.reading import Reading

_LONGEST = 200


class Choice(Model):
    """One possible answer: `value` is what one types, `edits` what it changes in the spec when it is given.

    `other_reading` takes the reading that was not chosen; the questions are then those of that reading.
    """

    value: str
    label: str
    edits: tuple[Edit, ...] = ()
    other_reading: bool = False


class FreeAnswer(Model):
    """An answer in words of one's own: what it must be, the paths that it is set at, and the edits that go with it.

    `connections` are those that the spec has already.
    """

    what: Literal["columns", "column", "timezone", "system", "recipient"]
    paths: tuple[str, ...]
    edits: tuple[Edit, ...] = ()
    connections: tuple[str, ...] = ()


class OpenQuestion(Model):
    """Something that matters and that the text leaves open. The safest answer, `default`, is the one that was taken.

    `replaces` are the assumptions that an answer takes the place of.
    """

    id: str
    text: str
    quote: str = ""
    choices: tuple[Choice, ...]
    default: str
    free: FreeAnswer | None = None
    replaces: tuple[Assumption, ...] = ()

    def choice(self, value: str) -> Choice:
        """The choice with that value; KeyError if there is none."""
        for choice in self.choices:
            if choice.value == value:
                return choice
        raise KeyError(value)

    @property
    def taken(self) -> str:
        """What holds until somebody answers, in words."""
        return self.choice(self.default).label

    def recorded(self, taken: str, *, answered: bool = False) -> Question:
        """The question as the spec keeps it."""
        labels = tuple(choice.label for choice in self.choices)
        return Question(
            id=self.id, text=self.text, quote=self.quote[:_LONGEST], options=labels, taken=taken, answered=answered
        )


def picked(question: OpenQuestion, answer: str) -> Choice:
    """What an answer means: a choice's value, label or number, or where the question allows it words of one's own.

    InputError names the choices.
    """
    said = answer.strip()
    if not said:
        return question.choice(question.default)
    for choice in question.choices:
        if said.lower() in (choice.value.lower(), choice.label.lower()):
            return choice
    if said.isdecimal() and 0 < int(said) <= len(question.choices):
        return question.choices[int(said) - 1]
    if question.free is not None:
        from airflow_llm.readers.answers import in_own_words

        return in_own_words(question.free, said)
    values = ", ".join(choice.value for choice in question.choices)
    raise InputError(
        f"{said[:_LONGEST]!r} does not answer {question.text!r}", hint=f"one of {values}", place=question.id
    )


def answered(reading: Reading, answers: Mapping[str, str]) -> Reading:
    """The reading with the answers taken. NotFoundError for an id that no question has; no answer leaves it open."""
    unknown = dict(answers)
    if reading.other is not None:
        for question in reading.questions:
            if question.id in unknown and picked(question, unknown[question.id]).other_reading:
                taken = unknown.pop(question.id)
                return answered(_other_reading(reading, question, picked(question, taken)), unknown)
    for question in reading.questions:
        if question.id in unknown:
            reading = _with(reading, question, picked(question, unknown.pop(question.id)))
    if unknown:
        name = next(iter(unknown))
        known = ", ".join(question.id for question in reading.questions)
        raise NotFoundError(
            f"there is no question {name!r}", hint=f"open are {known}" if known else "no question is open"
        )
    return reading


def _other_reading(reading: Reading, question: OpenQuestion, choice: Choice) -> Reading:
    other = reading.other
    if other is None:
        return reading
    pipeline = other.pipeline.model_copy(
        update={"questions": (question.recorded(choice.label, answered=True), *other.pipeline.questions)}
    )
    return replace(other, pipeline=pipeline, other=None)


def _with(reading: Reading, question: OpenQuestion, choice: Choice) -> Reading:
    pipeline = _without_idle(reading.pipeline, choice.edits) if choice.edits else reading.pipeline
    kept = tuple(held for held in pipeline.questions if held.id != question.id)
    pipeline = pipeline.model_copy(
        update={
            "questions": (*kept, question.recorded(choice.label, answered=True)),
            "assumptions": tuple(one for one in pipeline.assumptions if one not in question.replaces),
        }
    )
    open_still = tuple(held for held in reading.questions if held.id != question.id)
    return replace(reading, pipeline=pipeline, questions=open_still)


def _without_idle(pipeline: Pipeline, edits: Sequence[Edit]) -> Pipeline:
    """The edited pipeline without connections that only the default needed."""
    edited = apply(pipeline, edits)
    idle = _connections(pipeline) - _connections(edited)
    if not idle:
        return edited
    kept = tuple(connection for connection in edited.connections if connection.name not in idle)
    return edited.model_copy(update={"connections": kept})


def _connections(pipeline: Pipeline) -> set[str | None]:
    """The connections that something uses."""
    alerts = [alert for alerts in (pipeline.alerts, *(step.alerts for step in pipeline.steps)) for alert in alerts]
    users = (*pipeline.datasets, *pipeline.steps, *alerts)
    return {getattr(user, "connection", None) for user in users} - {None}
