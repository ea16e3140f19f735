"""What recognising hands on, and what its rules share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import kind_of
from airflow_llm.readers.prose.lexicon import Verb
from airflow_llm.readers.prose.phrases import Phrase

UNKNOWN = Verb("", "", "base")


WAIT = Verb("wait", "wait", "base")


@dataclass(slots=True)
class Recognition:
    """Every clause as a unit, and the drafts of all of them in order."""

    units: list[Unit] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Clauses with telling words that became nothing."""


class Recogniser:
    """What all rules share: the units and drafts so far, the context, the last unit with steps."""

    def __init__(self, noisy: Mapping[int, str]) -> None:
        self.noisy = noisy
        self.result = Recognition()
        self.context: list[Token] = []
        self.last: Unit | None = None
        self.following: Sequence[Clause] = ()
        self.within: list[Token] = []
        """The systems of a title in front of what is done there (`refresh the mart in Snowflake: first ...`)."""
        self.label: list[Token] = []
        self.arrival: list[Token] = []
        self.question: Clause | None = None
        """What the text asked last."""
        self.arms = -2
        """The sentence of the last arm that was drawn with an arrow."""
        self.headed: Clause | None = None
        """The last heading that opened an arm (`EU orders: ...`)."""
        self.scope: tuple[str, tuple[str, ...], int] = ("", (), -1)

    def _draft(self, clause: Clause, phrase: Phrase, kind: str, objects: list[Token], verb: Verb) -> Draft:
        draft = Draft(len(self.result.drafts), verb, kind, objects, phrase, clause)
        self.result.drafts.append(draft)
        return draft

    def _kind(self, phrase: Phrase) -> str:
        kind = kind_of(phrase)
        return self._context_kind() if kind == "python" and self._context_kind() == "dbt" else kind

    def _context_kind(self) -> str:
        return "dbt" if any(token.system and token.system.name == "dbt" for token in self.context) else "python"
