"""The graph while it is being linked: what is placed, what was referred to, who reaches whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from airflow_llm.readers.prose.branches import Branch
from airflow_llm.readers.prose.drafts import Draft, Unit
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.linking.reasons import Rule, Watcher, draws
from airflow_llm.readers.prose.recognising.recognition import Recognition
from airflow_llm.readers.prose.references import resolve

_WINDOW = 120


_FARTHEST = 2000


_CHOICES = 20


_PRONOUNS = words("pronouns") | {
    "there",
    "they're",
    "that's",
    "it's",
    "done",
    "finished",
    "both",
    "through",
    "all",
    "everything",
}


class Unresolved(NamedTuple):
    """Words that mean no step, and the steps that come after or before what they mean."""

    words: str
    drafts: list[Draft]
    relation: str


class Root(NamedTuple):
    """A step that was taken to begin a chain of its own, and the steps that it would follow in another reading."""

    draft: Draft
    behind: list[Draft]


@dataclass(slots=True)
class Linked:
    """The drafts with their upstreams (`ups`), in the order of the text, and references that were not understood."""

    drafts: list[Draft]
    unresolved: list[Unresolved] = field(default_factory=list)
    roots: list[Root] = field(default_factory=list)
    uncertain: int = 0
    """How many orders were taken by default where the text could mean another."""


def only_pronouns(reference: Sequence[Token]) -> bool:
    """Whether the words point only at what came before."""
    telling = [
        token
        for token in reference
        if token.norm not in _PRONOUNS and token.norm not in words("be") and not token.marker
    ]
    return not telling or all(
        token.norm
        in ("two", "three", "four", "of", "have", "has", "been", "complete", "completed", "ready", "ended", "over")
        for token in telling
    )


class Graph:
    """The drafts with their upstreams so far, and where the text has come to."""

    def __init__(self, recognition: Recognition, watcher: Watcher | None = None) -> None:
        self.drafts = recognition.drafts
        self.watcher = watcher
        """Notes why each edge is drawn, where somebody asks for that."""
        self.frontier: list[int] = []
        self.group: list[int] = []
        self.group_ups: set[int] = set()
        self.run: list[int] = []
        """The drafts of the clauses in this sentence that only `and` or commas join, with their common upstreams."""
        self.run_ups: set[int] = set()
        self.placed: list[int] = []
        self.sentence = self.fan = self.apart = -1
        self.pending_ups: set[int] = set()
        self.pending_before: list[list[Token]] = []
        self.pending_refs: list[list[Token]] = []
        self.ahead: list[Unit] = []
        self.ends: list[int] = []
        """Steps that come after everything else."""
        self.pending_rule: str | None = None
        self.always: list[list[Token]] = []
        """The words of steps that run whatever happens, said before the step itself."""
        self.branches: list[Branch] = []
        self.deferred: list[tuple[list[int], list[Token], str]] = []
        self.result = Linked(self.drafts)
        self.last_unit: Unit | None = None
        self.explicit: set[int] = set()
        """The drafts whose upstreams the text names."""
        self.referred: list[int] = []
        """What the order clauses so far waited for, in order."""
        self.open_end: Branch | None = None
        self.at_end = False
        self.nest = ""
        """The item style of steps that a heading says to run side by side; `?` before the first of them."""
        self.lane_ups: set[int] | None = None
        """Where all lanes (`line one:`, `for the shop:`) begin."""
        self.lane_ends: list[int] = []
        self.main: list[int] = []
        """The last steps of a main clause."""
        self.kept: list[int] = []
        """The frontier that a step beside an earlier one leaves as it is."""

    def _known(self, reference: Sequence[Token], without: Sequence[int] | None) -> list[Draft]:
        """The placed drafts that the words mean."""
        skipped = set(without or ())
        placed = [self.drafts[number] for number in self.placed[-_WINDOW:] if number not in skipped]
        nearest = [self.drafts[number] for number in (self.frontier if not skipped else self._before(skipped))]
        return resolve(reference, placed, [draft for draft in nearest if draft.number not in skipped])

    def _before(self, members: set[int]) -> list[int]:
        ups = set().union(*(self.drafts[number].ups for number in members)) if members else set()
        return sorted(ups) or [number for number in self.placed[-_WINDOW:] if number not in members][-2:]

    @draws(Rule.LEAVES)
    def _after_leaves(self, members: list[int]) -> None:
        held = set(members)
        used = set().union(*(draft.ups for draft in self.drafts)) if self.drafts else set()
        leaves = {number for number in self.placed if number not in used and number not in held}
        if leaves:
            for number in members:
                self.drafts[number].ups = set(leaves)

    def _leaves(self) -> set[int]:
        used = set().union(*(self.drafts[number].ups for number in self.placed)) if self.placed else set()
        return {number for number in self.placed if number not in used}

    def _reaches(self, start: int, goal: int) -> bool:
        """Whether `goal` stands somewhere behind `start`."""
        seen: set[int] = set()
        stack = [goal]
        while stack:
            current = stack.pop()
            if current == start:
                return True
            if current not in seen and len(seen) < _FARTHEST:
                seen.add(current)
                stack.extend(self.drafts[current].ups)
        return False

    def _above(self, draft: Draft) -> set[int]:
        """Every step that stands somewhere before the draft."""
        seen: set[int] = set()
        waiting = list(draft.ups)
        while waiting and len(seen) < _FARTHEST:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.drafts[current].ups)
        return seen

    def _merges(self, draft: Draft) -> bool:
        """Whether the step joins two arms of a choice."""
        if len(draft.ups) < 2:
            return False
        choices = [other for other in self.drafts if other.kind == "choose" and len(other.arms) > 1][-_CHOICES:]
        above = self._above(draft) if choices else set()
        for choice in choices:
            arms = [set(taken) for _, taken in choice.arms]
            hit = sum(any(first in above for first in arm if first != draft.number) for arm in arms)
            if hit > 1 or (hit == 1 and choice.number in draft.ups):
                return True
        return False
