"""Why each edge is there: the linker's rules by name, and what notes which of them drew it, from which words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar

from airflow_llm.readers.prose.drafts import Draft, Unit, spoken
from airflow_llm.readers.prose.lexicon import lines_of


class Rule(StrEnum):
    """Why the linker puts one step before another, in the words that a trace shows."""

    PLAIN = "the order of the text"
    # What draws edges of its own.
    FOLLOW = "what is said to come before it"
    ORDERED = "an order that the text states"
    GO_ON = "a step that is named again in a chain"
    PAIR = "as many steps as before, each about the same thing"
    BEFORE = "said to come before"
    STANDS_IN_FRONT = "said to come first, behind the step that waits for it"
    WRAP = "the condition behind the step"
    OPEN = "the choice follows what stands before it"
    OPEN_END = "runs whichever way the choice goes"
    LEAVES = "after everything that nothing follows yet"
    AT_END = "said to come when all is done"
    AWAIT = "waits for what no step here makes"
    SETTLE = "words that name a step elsewhere in the text"
    NEEDS = "words that name what it needs"
    # What says where a step is placed.
    FRONT = "said in front of the step"
    NESTED = "an item of a list that runs side by side"
    LANES = "brings the lanes of the text together"
    BESIDE_SAID = "said to run at the same time"
    BESIDE = "steps of one sort stand side by side"
    ROOT = "a source that begins a chain of its own"
    THEN = "“then”"
    LAST = "said to come last"
    APART = "said to stand apart"
    BOTH = "said to come after both"
    OTHERWISE = "“otherwise”: the other way of the choice"
    ARROW = "an arrow"


_MARKED = {
    "then": Rule.THEN, "last": Rule.LAST, "apart": Rule.APART, "both": Rule.BOTH, "parallel": Rule.BESIDE_SAID,
    "parallel_end": Rule.BESIDE_SAID, "meanwhile": Rule.BESIDE_SAID, "otherwise": Rule.OTHERWISE,
}  # fmt: skip


class Drawn(NamedTuple):
    """Why an edge is there: the rule, and the words."""

    rule: str
    words: str


Drawings = dict[tuple[int, int], Drawn]
"""For (upstream, draft), by their identity: numbers are given anew when empty choices are left out."""


def measured() -> dict[str, float]:
    """For each rule the share of its edges that were right on requests of the corpus; "" is for all the rest.

    `python -m training.link_rules` measures it.
    """
    found = {}
    for line in lines_of("link_rules"):
        share, _, rule = line.partition(" ")
        found["" if rule == "*" else rule] = float(share)
    return found


class Watcher:
    """Looks at the drafts' edges after each rule: what is other by then, that rule has drawn."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self.drafts = drafts
        self.drawings: Drawings = {}
        self.seen: dict[int, frozenset[int]] = {}
        self.words = ""
        """The words that are read now."""
        self.placing = Rule.PLAIN
        """Why the step stands where it was placed last."""
        self.named = ""
        """The words of the last `after x`."""
        self.front = ""
        """The same where they stand in front of the step that is placed."""

    def look(self, rule: Rule, words: str) -> None:
        """Puts what has changed since the last look down to the rule."""
        for draft in self.drafts:
            before = self.seen.get(draft.number, frozenset())
            if before == draft.ups:
                continue
            for up in before - draft.ups:
                self.drawings.pop((id(self.drafts[up]), id(draft)), None)
            for up in draft.ups - before:
                self.drawings[id(self.drafts[up]), id(draft)] = Drawn(rule.value, words)
            self.seen[draft.number] = frozenset(draft.ups)

    def look_at_place(self) -> None:
        """Puts what has changed down to where the step was placed."""
        self.look(self.placing, self.front or self.words)

    def place(self, unit: Unit, *, named: bool) -> None:
        """From here on the unit's steps are placed; `named`: behind what words in front of them name."""
        self.look(Rule.PLAIN, self.words)
        self.words, self.front = spoken(unit.clause.tokens), self.named if named else ""
        marked = next((_MARKED[mark] for mark in unit.clause.marks if mark in _MARKED), None)
        plain = Rule.ARROW if unit.clause.joint == "arrow" else Rule.PLAIN
        self.placing = Rule.FRONT if named else marked or plain

    def say(self, numbers: Sequence[int], rule: Rule) -> None:
        """Words that name what comes before are the reason also where the order of the text says the same."""
        self.look(rule, self.words)
        for number in numbers:
            for up in self.drafts[number].ups:
                self.drawings[id(self.drafts[up]), id(self.drafts[number])] = Drawn(rule.value, self.words)


class Watched(Protocol):
    """What links, and may be watched."""

    watcher: Watcher | None


W = TypeVar("W", bound=Watched)
P = ParamSpec("P")
T = TypeVar("T")
Method = Callable[Concatenate[W, P], T]


def draws(rule: Rule) -> Callable[[Method[W, P, T]], Method[W, P, T]]:
    """For a rule of the linker: edges that it draws are put down to it."""

    def ruled(method: Method[W, P, T]) -> Method[W, P, T]:
        @wraps(method)
        def drawing(self: W, /, *given: P.args, **named: P.kwargs) -> T:
            if self.watcher is None:
                return method(self, *given, **named)
            self.watcher.look_at_place()
            done = method(self, *given, **named)
            self.watcher.look(rule, self.watcher.words)
            return done

        return drawing

    return ruled


def places(rule: Rule) -> Callable[[Method[W, P, T]], Method[W, P, T]]:
    """For a test of the linker: where it holds, or finds a place, the step is placed for that reason."""

    def ruled(method: Method[W, P, T]) -> Method[W, P, T]:
        @wraps(method)
        def placing(self: W, /, *given: P.args, **named: P.kwargs) -> T:
            if self.watcher is None:
                return method(self, *given, **named)
            found = method(self, *given, **named)
            if found is not None and found is not False:
                self.watcher.placing = rule
            return found

        return placing

    return ruled
