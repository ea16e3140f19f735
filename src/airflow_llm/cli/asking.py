"""The questions that a text leaves open: asked in the terminal, answered by options, or told to a machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow_llm.cli.terminal import Terminal, line
from airflow_llm.errors import InputError

if TYPE_CHECKING:
    from airflow_llm.readers.questions import OpenQuestion
    from airflow_llm.readers.reading import Reading, Source

_ANYTHING = {
    "columns": "the names of columns, separated by commas",
    "column": "the name of a column",
    "timezone": "any city or time zone",
    "system": "any other system",
    "recipient": "a #channel or an address",
}


def answers_of(given: Sequence[str] | None) -> dict[str, str]:
    """`id=value` options as answers. InputError for one that is not of that form, or that is given twice."""
    found: dict[str, str] = {}
    for one in given or ():
        name, sign, value = one.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise InputError(
                f"{one!r} is no answer", hint="write --answer id=value, for example --answer timezone=Paris"
            )
        if name.strip() in found:
            raise InputError(f"two answers to {name.strip()!r}", hint="give one")
        found[name.strip()] = value.strip()
    return found


def refuse_without_terminal(terminal: Terminal, *, ask: bool, piped: bool) -> None:
    """InputError where nobody can be asked who is to be. A machine is not asked: it gets the questions."""
    if not ask or terminal.json:
        return
    if piped:
        raise InputError(
            "--ask cannot read answers from the standard input that the description comes from",
            hint="give the description as an argument or with --file",
        )
    if not sys.stdin.isatty() or not sys.stderr.isatty():
        raise InputError(
            "--ask needs a terminal",
            hint="see the questions with --ask --json, and answer them with --answer id=value (repeatable)",
        )


def settled_reading(terminal: Terminal, source: Source, given: Sequence[str] | None, *, ask: bool) -> Reading | None:
    """What is read from the source, with the answers of the options and, where asked for, of the person.

    None when a machine was told the questions instead.
    """
    from airflow_llm.compiler.compile import read_source
    from airflow_llm.readers.questions import answered

    answers = answers_of(given)
    with terminal.working("reading"):
        reading = answered(read_source(source), answers)
    if not ask:
        return reading
    if not terminal.json:
        return after_asking(terminal, reading)
    if not reading.worth_asking:
        return reading
    terminal.emit({"id": reading.pipeline.id, "questions": questions_data(reading.worth_asking), "files": []})
    return None


def after_asking(terminal: Terminal, reading: Reading) -> Reading:
    """The reading after every open question has been answered; Enter takes the default."""
    from airflow_llm.readers.questions import answered

    most, done = len(reading.worth_asking), list[str]()
    while len(done) < most:
        question = next((held for held in reading.questions if held.id not in done), None)
        if question is None:
            break
        done.append(question.id)
        _show(terminal, question, f"{len(done)}/{most}")
        reading = answered(reading, {question.id: _answer(terminal, question)})
    return reading


def _answer(terminal: Terminal, question: OpenQuestion) -> str:
    """What the person says, as soon as it is an answer."""
    from airflow_llm.readers.questions import picked

    while True:
        said = _said(terminal, question) or question.default
        try:
            picked(question, said)
        except InputError as error:
            hint = f" ({line(error.hint)})" if error.hint else ""
            _print(terminal, f"  {line(error.message)}{hint}", "red")
            continue
        return said


def _said(terminal: Terminal, question: OpenQuestion) -> str:
    from rich.text import Text

    try:
        return terminal.err.input(Text(f"  [{line(question.default)}] > ", "bold")).strip()
    except EOFError:  # Ctrl-D is as good as Ctrl-C: nobody is there to answer
        raise KeyboardInterrupt from None


def _show(terminal: Terminal, question: OpenQuestion, place: str) -> None:
    _print(terminal, f"{place}  {line(question.text)}", "bold")
    if question.quote:
        _print(terminal, f"  “{line(question.quote)}”", "italic")
    for number, choice in enumerate(question.choices, start=1):
        default = "  (the safest, taken with Enter)" if choice.value == question.default else ""
        _print(terminal, f"  {number}  {line(choice.label)}{default}")
    if question.free is not None:
        _print(terminal, f"  or {_ANYTHING[question.free.what]}", "dim")


def _print(terminal: Terminal, words: str, style: str = "") -> None:
    from rich.text import Text

    terminal.err.print(Text(words, style), soft_wrap=True)


def questions_data(questions: Sequence[OpenQuestion]) -> list[dict[str, Any]]:
    """The questions for a machine: what each answer does, and how it is given."""
    return [
        {
            **question.model_dump(mode="json", exclude_defaults=True),
            "taken": question.taken,
            "other": _ANYTHING[question.free.what] if question.free is not None else None,
            "answer": f"--answer {question.id}={question.choices[-1].value}",
        }
        for question in questions
    ]
