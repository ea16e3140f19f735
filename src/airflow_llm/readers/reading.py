"""What every reader takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from airflow_llm.readers.questions import OpenQuestion
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline

if TYPE_CHECKING:
    from airflow_llm.readers.trace import Trace

_MOST_ASKED, _MOST_ASKED_OF_MANY = 3, 5
_MANY_STEPS = 12


@dataclass(frozen=True)
class Source:
    """Text to read. `name` is how errors call it (a file name, `stdin`, `argument`); `path` is set for files."""

    text: str
    name: str = "argument"
    path: Path | None = None
    pipeline_id: str | None = None
    """The id that the user asked for; None lets the reader find one."""
    by_rules: bool = False
    """Whether prose is read by the grammar alone, without the trained network."""
    traced: bool = False
    """Whether the reading says how it came about, stage by stage."""


@dataclass(frozen=True)
class Reading:
    """A pipeline, what was noticed on the way, and how sure the reader is (0 to 1).

    `facts` are things that the text says and the spec has no place for. `trace` is there when the source asked for it.
    `questions` are all that can be answered, the weightiest first; `other` is a reading that was weighed and not taken.
    """

    pipeline: Pipeline
    diagnostics: tuple[Diagnostic, ...] = ()
    confidence: float = 1.0
    facts: Mapping[str, object] = field(default_factory=dict)
    trace: Trace | None = None
    questions: tuple[OpenQuestion, ...] = ()
    other: Reading | None = None

    @property
    def worth_asking(self) -> tuple[OpenQuestion, ...]:
        """The few questions that a person is asked: more would annoy."""
        return self.questions[: _MOST_ASKED if len(self.pipeline.steps) <= _MANY_STEPS else _MOST_ASKED_OF_MANY]


class Reader(Protocol):
    """One kind of source. `read` raises InputError, which quotes the words, when there is nothing to be read."""

    name: str

    def claims(self, source: Source) -> float:
        """How surely this reader is the one for the source, 0 to 1. Cheap."""
        ...

    def read(self, source: Source) -> Reading:
        """The source as a pipeline."""
        ...
