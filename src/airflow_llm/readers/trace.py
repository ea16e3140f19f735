"""What a reader made of a text, stage by stage. It is collected only when a source asks for it (`Source.traced`)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ClauseSeen:
    """Part of the text: what joins it to the part before, its order words, what sort it is, the steps it asks for."""

    words: str
    start: int
    sort: str
    joint: str = "start"
    marks: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """Words with a meaning of their own: a system, a schedule, a policy, a condition, a rule, a slip."""

    what: str
    words: str
    start: int
    meaning: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Followed:
    """One edge: the rule that drew it, the words behind the rule, and the data that goes along it.

    `confidence` is the network's, or the share of the rule's edges that were right where it was measured.
    """

    before: str
    after: str
    rule: str
    words: str = ""
    data: tuple[str, ...] = ()
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """One step: the words it came from, and what made it a step of its kind. Its confidence: None is not measured."""

    step: str
    kind: str
    words: str
    rule: str
    confidence: float | None
    doubts: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slot:
    """One value of the spec, by its dotted path: the words that say it and the rule that read them.

    Without words it was assumed, and `rule` is what was assumed.
    """

    subject: str
    value: str
    words: str
    rule: str
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of the readings that were weighed: who read, how sure, how large, and what made it less sure."""

    reader: str
    confidence: float
    tasks: int
    edges: int
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """The stages of one reading, in order; `chosen` is the reader of the reading that was taken, `why` the reason."""

    text: str
    clauses: tuple[ClauseSeen, ...] = ()
    recognised: tuple[Recognised, ...] = ()
    links: tuple[Followed, ...] = ()
    steps: tuple[Made, ...] = ()
    slots: tuple[Slot, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    chosen: str = ""
    why: str = ""
    not_understood: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The same for a machine."""
        return asdict(self)
