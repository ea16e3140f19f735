"""What a clause has said so far, kept while it grows, so that a long one is not read again for every word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.orders import LONGEST_ORDER, states_order

FINITE = words("be") | words("modals")
_SKIPPED = words("skipped")
_NOWHERE = 1 << 30


@dataclass(slots=True)
class Said:
    """The telling words of the first `seen` tokens."""

    seen: int = 0
    verbal: bool = False
    """Whether a finite verb, or a form that is no noun, has been said."""
    orders: bool = False
    """Whether it states an order (`b follows a`)."""
    finite: bool = False
    stated_at: int = _NOWHERE
    """Where the first finite verb or comparison behind the first word stands."""
    bound: bool = False
    """Whether a condition or `make sure` has been said."""
    forms: list[str] = field(default_factory=list)
    """The forms of its first two verbs."""
    past: bool = False
    telling: bool = False
    """Whether it holds more than words that join and order."""
    opening: Token | None = None
    """The first word that is no courtesy."""
    leading: Token | None = None
    """The first word that is no order word."""

    def read(self, tokens: Sequence[Token]) -> Said:
        """With the tokens that came since the last time."""
        if self.seen == len(tokens):
            return self
        since, self.seen = self.seen, len(tokens)
        for place in range(since, self.seen):
            self._take(tokens[place], place)
        if not self.orders:
            self.orders = any(states_order(tokens, place) for place in range(max(1, since - LONGEST_ORDER), self.seen))
        return self

    def _take(self, token: Token, place: int) -> None:
        finite = token.norm in FINITE
        short = "'" in token.norm
        self.finite = self.finite or finite or short
        self.verbal = (
            self.verbal
            or finite
            or short
            or token.norm in ("comes", "goes")
            or any(not verb.noun for verb in token.verbs)
        )
        if place and self.stated_at == _NOWHERE and (finite or token.raw in "<>="):
            self.stated_at = place
        self.bound = self.bound or token.marker in ("make_sure", "if", "unless")
        self.forms = [*self.forms, *(verb.form for verb in token.verbs)][:2] if len(self.forms) < 2 else self.forms
        self.past = self.past or any(verb.form == "past" for verb in token.verbs)
        self.telling = self.telling or not (token.marker in _SKIPPED or token.norm in ("and", "but", "only"))
        if self.opening is None and token.norm not in words("polite"):
            self.opening = token
        if self.leading is None and token.marker not in _SKIPPED:
            self.leading = token
