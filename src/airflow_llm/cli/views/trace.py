"""How a reading came about, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from airflow_llm.cli.terminal import line, plain
from airflow_llm.readers.trace import Candidate, ClauseSeen, Followed, Made, Recognised, Slot, Trace

T = TypeVar("T")
_LONGEST_TEXT = 4_000
_MOST = 400
_INDENT = (0, 0, 0, 4)


def trace_view(trace: Trace) -> Iterator[RenderableType]:
    """Every stage under its own heading, in the order in which the reader goes."""
    yield _heading(1, "text", "as it is read: same length, shouting lowered, odd characters replaced")
    yield Padding(Text(plain(trace.text, _LONGEST_TEXT)), _INDENT, expand=False)
    yield _heading(2, "clauses", "what each part of the text is")
    yield from _rows(trace.clauses, _clause)
    yield _heading(3, "recognised", "words with a meaning of their own")
    yield from _rows(trace.recognised, _recognised)
    yield _heading(4, "links", "who follows whom, and why")
    yield from _rows(trace.links, _link)
    yield _heading(5, "assembly", "the steps, and where each value of the spec comes from")
    yield from _rows(trace.steps, _made)
    yield from _rows(trace.slots, slot_text)
    yield _heading(6, "judgement", "which reading was taken, and how sure it is")
    yield from _rows(trace.candidates, _candidate)
    yield Padding(
        Text("taken      ", "dim").append(trace.chosen, "not dim bold").append(f": {line(trace.why)}"), _INDENT
    )
    for words in trace.not_understood:
        yield Padding(Text("not read   ", "dim").append(f"“{line(words)}”", "not dim yellow"), _INDENT, expand=False)


def slot_text(slot: Slot) -> Text:
    """One value of the spec with its words or what was assumed."""
    text = Text(line(slot.subject), "bold").append(f" = {line(slot.value)}", "not bold")
    return _because(text, slot.words, slot.rule, slot.confidence)


def link_words(link: Followed) -> str:
    """The rule and the words behind an edge, in one line."""
    words = f" “{line(link.words, 100)}”" if link.words and line(link.words) not in link.rule else ""
    sure = f" ({link.confidence:.2f})" if link.confidence is not None else ""
    return f"{line(link.rule)}{words}{sure}"


def _heading(number: int, name: str, about: str) -> Text:
    return Text(f"{number} {name}", "bold").append(f"  {about}", "not bold dim")


def _rows(items: tuple[T, ...], row: Callable[[T], Text]) -> Iterator[RenderableType]:
    for item in items[:_MOST]:
        yield Padding(row(item), _INDENT, expand=False)
    if len(items) > _MOST:
        yield Padding(Text(f"… {len(items) - _MOST} more", "dim"), _INDENT, expand=False)
    if not items:
        yield Padding(Text("nothing", "dim"), _INDENT, expand=False)


def _clause(clause: ClauseSeen) -> Text:
    text = Text(f"{clause.sort:<10}", "cyan").append(f" “{line(clause.words)}”", "default")
    joint = () if clause.joint == "start" else (f"joined by {clause.joint}",)
    if joint or clause.marks:
        text.append(f"  {', '.join((*joint, *clause.marks))}", "dim")
    if clause.steps:
        text.append(f"  -> {', '.join(clause.steps)}", "bold")
    return text.append(_sure(clause.confidence), "dim")


def _recognised(one: Recognised) -> Text:
    text = Text(f"{one.what:<10}", "cyan").append(f" “{line(one.words)}”", "default")
    return text.append(f"  is {line(one.meaning)}", "dim").append(_sure(one.confidence), "dim")


def _link(link: Followed) -> Text:
    text = Text(f"{link.before} -> {link.after}", "bold").append(f"  {link_words(link)}", "not bold")
    return text.append(f"  carries {', '.join(link.data)}", "not bold dim") if link.data else text


def _made(made: Made) -> Text:
    text = Text(made.step, "bold").append(f"  {made.kind}", "not bold cyan")
    _because(text, made.words, made.rule, made.confidence)
    return text.append(f"  less sure: {'; '.join(made.doubts)}", "not bold yellow") if made.doubts else text


def _candidate(one: Candidate) -> Text:
    text = Text(f"{one.reader:<10}", "cyan").append(f" {one.confidence:.0%}", "bold")
    text.append(f"  {one.tasks} tasks, {one.edges} edges", "not bold")
    return text.append(f"  less sure: {'; '.join(one.doubts)}", "not bold dim") if one.doubts else text


def _because(text: Text, words: str, rule: str, confidence: float | None) -> Text:
    if words:
        text.append(f"  “{line(words, 120)}”", "not bold italic")
    return text.append(f"  {line(rule)}", "not bold dim").append(_sure(confidence), "not bold dim")


def _sure(confidence: float | None) -> str:
    return "" if confidence is None else f" ({confidence:.2f})"
