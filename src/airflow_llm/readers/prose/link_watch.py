"""The linker, watched: which rule drew which edge, from which words. It links as the linker that nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, NamedTuple

from airflow_llm.readers.prose.drafts import Draft, Unit, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import lines_of
from airflow_llm.readers.prose.link import Linker
from airflow_llm.readers.prose.link_graph import Linked, only_pronouns
from airflow_llm.readers.prose.recognition import Recognition

PLAIN = "the order of the text"
FRONT = "said in front of the step"
_RULES = {
    "_follow": "what is said to come before it",
    "_ordered": "an order that the text states",
    "_go_on_from": "a step that is named again in a chain",
    "_pair": "as many steps as before, each about the same thing",
    "_put_in_front": "said to come before",
    "_stands_in_front": "said to come first, behind the step that waits for it",
    "_wrap": "the condition behind the step",
    "_open": "the choice follows what stands before it",
    "_after_open_end": "runs whichever way the choice goes",
    "_after_leaves": "after everything that nothing follows yet",
    "_move_to_end": "said to come when all is done",
    "_await": "waits for what no step here makes",
    "_settle": "words that name a step elsewhere in the text",
    "_on_task": "words that name what it needs",
}
_PLACED = {
    "_nested": "an item of a list that runs side by side",
    "_joins_lanes": "brings the lanes of the text together",
    "_said_beside": "said to run at the same time",
    "_beside": "steps of one sort stand side by side",
    "_new_root": "a source that begins a chain of its own",
}
_MARKED = {
    "then": "“then”", "last": "said to come last", "apart": "said to stand apart", "both": "said to come after both",
    "parallel": "said to run at the same time", "parallel_end": "said to run at the same time",
    "meanwhile": "said to run at the same time", "otherwise": "“otherwise”: the other way of the choice",
}  # fmt: skip


RULES = frozenset({PLAIN, FRONT, "an arrow", *_RULES.values(), *_PLACED.values(), *_MARKED.values()})


class Drawn(NamedTuple):
    """Why an edge is there: the rule, and the words."""

    rule: str
    words: str


def measured() -> dict[str, float]:
    """For each rule the share of its edges that were right on requests of the corpus; "" is for all the rest.

    `python -m training.link_rules` measures it.
    """
    found = {}
    for line in lines_of("link_rules"):
        share, _, rule = line.partition(" ")
        found["" if rule == "*" else rule] = float(share)
    return found


Drawings = dict[tuple[int, int], Drawn]
"""For (upstream, draft), by their identity: numbers are given anew when empty choices are left out."""


def watched_link(recognition: Recognition) -> tuple[Linked, Drawings]:
    """The drafts with their upstreams, and why each upstream is one."""
    linker = _Watched(recognition)
    linker.walk(recognition.units)
    return linker.finish(), linker.drawings


class _Watched(Linker):
    """Looks, after each rule, at which edges it has changed."""

    def __init__(self, recognition: Recognition) -> None:
        super().__init__(recognition)
        self.drawings: Drawings = {}
        self.seen: dict[int, frozenset[int]] = {}
        self.words = ""
        self.placed_by = ""
        self.named = ""
        """The words of the last `after x`."""
        self.front = ""
        """The same where they stand in front of the step that is placed."""

    def look(self, rule: str, words: str) -> None:
        """Puts what has changed since the last look down to the rule."""
        for draft in self.drafts:
            before = self.seen.get(draft.number, frozenset())
            if before == draft.ups:
                continue
            for up in before - draft.ups:
                self.drawings.pop((id(self.drafts[up]), id(draft)), None)
            for up in draft.ups - before:
                self.drawings[id(self.drafts[up]), id(draft)] = Drawn(rule, words)
            self.seen[draft.number] = frozenset(draft.ups)

    def look_at_place(self) -> None:
        """Puts what has changed down to where the step was placed."""
        self.look(self.placed_by or PLAIN, self.front or self.words)

    def _upstreams(self, unit: Unit, numbers: list[int]) -> tuple[set[int], bool]:
        self.placed_by = ""
        named = bool(self.pending_ups)
        found = super()._upstreams(unit, numbers)
        self.front = self.named if named else ""
        if named:
            self.placed_by = FRONT
        elif not self.placed_by:
            marks = [_MARKED[mark] for mark in unit.clause.marks if mark in _MARKED]
            self.placed_by = marks[0] if marks else "an arrow" if unit.clause.joint == "arrow" else PLAIN
        return found

    def _place(self, unit: Unit, numbers: list[int]) -> None:
        self.look(PLAIN, self.words)
        words, self.words = self.words, spoken(unit.clause.tokens)
        super()._place(unit, numbers)
        self.look_at_place()
        self.words, self.front = words, ""

    def _take_arm(self, numbers: list[int]) -> None:
        # By now the new steps have their upstreams, and what else `_place` does are rules of their own.
        self.look_at_place()
        super()._take_arm(numbers)

    def _on_reference(self, unit: Unit, following: Unit | None) -> None:
        self.words = spoken(unit.clause.tokens)
        super()._on_reference(unit, following)
        self.named = self.words

    def _settle(self, numbers: Sequence[int], found: Sequence[Draft], relation: str) -> None:
        self.look(PLAIN, self.words)
        words = next((said for held, said, kind in self.deferred if held is numbers and kind == relation), [])
        super()._settle(numbers, found, relation)
        self.look(_RULES["_settle"], f"{relation} {spoken(words)}")

    def _follow(self, group: Sequence[int], reference: list[Token], found: Sequence[Draft]) -> None:
        self.look(PLAIN, self.words)
        waiting = len(self.deferred)
        super()._follow(group, reference, found)
        if len(self.deferred) == waiting and not only_pronouns(reference):
            self._put_down(group, _RULES["_follow"], self.words)

    def _ordered(self, unit: Unit, new: list[int], known: list[int]) -> None:
        self.look_at_place()
        waiting = len(self.deferred)
        super()._ordered(unit, new, known)
        if len(self.deferred) == waiting:
            self._put_down([*new, *known], _RULES["_ordered"], spoken(unit.clause.tokens))

    def _put_down(self, numbers: Sequence[int], rule: str, words: str) -> None:
        """Words that name what comes before are the reason also where the order of the text says the same."""
        self.look(rule, words)
        for number in numbers:
            for up in self.drafts[number].ups:
                self.drawings[id(self.drafts[up]), id(self.drafts[number])] = Drawn(rule, words)


def _watching(name: str, rule: str) -> Callable[..., Any]:
    linked = getattr(Linker, name)

    @wraps(linked)
    def rule_with_looks(self: _Watched, *given: Any) -> Any:
        self.look_at_place()
        unit = given[0] if given and isinstance(given[0], Unit) else None
        words = spoken(unit.clause.tokens) if unit is not None else self.words
        done = linked(self, *given)
        self.look(rule, words)
        return done

    return rule_with_looks


def _noting(name: str, rule: str) -> Callable[..., Any]:
    linked = getattr(Linker, name)

    @wraps(linked)
    def test_with_note(self: _Watched, *given: Any) -> Any:
        found = linked(self, *given)
        if found is not None and found is not False:
            self.placed_by = rule
        return found

    return test_with_note


for _name, _rule in _RULES.items():
    if _name not in vars(_Watched):
        setattr(_Watched, _name, _watching(_name, _rule))
for _name, _rule in _PLACED.items():
    setattr(_Watched, _name, _noting(_name, _rule))
