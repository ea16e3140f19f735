"""A choice while it is being read: its arms, and where they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Branch:
    """The `choose` draft with this number; `words` is the condition of the arm that is open."""

    number: int
    sentence: int
    words: str
    first: list[int] = field(default_factory=list)
    arms: list[tuple[str, list[int]]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    has_else: bool = False
    arms_taken: bool = False

    def take(self, numbers: Sequence[int]) -> None:
        """The first drafts of the open arm."""
        self.first = list(numbers)
        self.arms_taken = True

    def widen(self, numbers: Sequence[int]) -> None:
        """More drafts turned out to stand beside the first ones of the arm."""
        if set(self.first) & set(numbers):
            self.first = list(numbers)

    def open_arm(self, words: str, sentence: int) -> None:
        """A further arm; no words mean otherwise."""
        self.words, self.sentence, self.first = words, sentence, []
        self.arms_taken = False
        self.has_else = self.has_else or not words

    def close_arm(self, frontier: Sequence[int]) -> None:
        """The open arm ends where the text has come to."""
        if self.first:
            self.arms.append((self.words, list(self.first)))
            held = set(self.ends)
            self.ends.extend(number for number in frontier if number not in held and number != self.number)
            self.first = []

    def ends_or_self(self) -> list[int]:
        """Where a step after the choice goes on."""
        return list(self.ends) or [self.number]
