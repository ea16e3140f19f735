"""The fourth stage: who follows whom, from order words, references, branches and the plain order of the text."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.linking.graph import Linked, only_pronouns
from airflow_llm.readers.prose.linking.reasons import Rule, Watcher, draws
from airflow_llm.readers.prose.linking.settle import Settling
from airflow_llm.readers.prose.recognising.recognition import Recognition


def link(recognition: Recognition, watcher: Watcher | None = None) -> Linked:
    """The drafts with their upstreams; the watcher notes why each upstream is one."""
    linker = Linker(recognition, watcher)
    linker.walk(recognition.units)
    waiting = {number for held, _, relation in linker.deferred if relation != "before" for number in held}
    _mark_defaults(recognition.units, linker.explicit | waiting)
    return linker.finish()


def _mark_defaults(units: Sequence[Unit], said: set[int]) -> None:
    """Marks the steps of which no word says what they follow."""
    for unit in units:
        worded = unit.reference or unit.clause.joint in ("arrow", "edge", "then") or _ORDERED & set(unit.clause.marks)
        for draft in unit.drafts if unit.sort == "task" and not worded else ():
            draft.by_default = draft.number not in said


_LONGEST_LANE = 5
_ORDERED = {"then", "first", "last", "otherwise"}


class Linker(Settling):
    """Walks over the units and links their steps."""

    def walk(self, units: Sequence[Unit]) -> None:
        """Links the steps of all units, in order."""
        for position, unit in enumerate(units):
            following = units[position + 1] if position + 1 < len(units) else None
            if self.watcher is not None:
                self.watcher.words = spoken(unit.clause.tokens)
            if self.ahead and unit.clause.sentence != self.ahead[0].clause.sentence:
                self._flush_ahead()
            if "both" in unit.clause.marks:
                self._close_branches()
            handler = getattr(self, f"_on_{unit.sort}")
            handler(unit, following)
            if unit.drafts:
                self.last_unit = unit

    def _on_note(self, unit: Unit, following: Unit | None) -> None:
        if unit.clause.heading and unit.clause.tokens:
            self._open_lane(unit)
        if following is not None and following.clause.sentence == unit.clause.sentence and len(unit.clause.tokens) == 1:
            following.clause.marks.extend(mark for mark in ("meanwhile", "otherwise") if mark in unit.clause.marks)
        if following is not None and set(unit.clause.marks) & {"parallel", "parallel_end"} and not unit.drafts:
            self.nest = "?" if unit.clause.heading else self.nest
        if "always" in unit.clause.marks:
            self._always(unit)
        if "apart" in unit.clause.marks and following is not None:
            following.clause.marks.append("apart")
            if unit.clause.heading:
                self.apart = unit.clause.sentence
        if "both" in unit.clause.marks and self.last_unit is not None and following is None:
            self._merge_last()

    _on_header = _on_note

    def _open_lane(self, unit: Unit) -> None:
        """`for the shop: ... for the app: ...`: each lane begins where the first one began."""
        said = [token.norm for token in unit.clause.tokens]
        if len(said) > _LONGEST_LANE or not (said[0] == "for" or set(said) & words("lanes")):
            return
        if self.lane_ups is None:
            self.lane_ups = set(self.frontier)
            return
        self.lane_ends = [*self.lane_ends, *self.frontier]
        self.frontier, self.group = sorted(self.lane_ups), []
        self.run, self.run_ups = [], set()

    def _always(self, unit: Unit) -> None:
        if self.group and unit.clause.sentence == self.sentence:
            for number in self.group:
                self.drafts[number].rule = "all_done"
        elif name_words(unit.clause.tokens):
            self.always.append(unit.clause.tokens)
        else:
            self.pending_rule = "all_done"

    def _on_reference(self, unit: Unit, _following: Unit | None) -> None:
        trailing = (
            unit.clause.joint in ("mark", "and", "gap") and bool(self.group) and unit.clause.sentence == self.sentence
        )
        if self.watcher is not None:
            self.watcher.named = self.watcher.words
        if unit.relation == "before":
            if trailing:
                self.deferred.append((list(self.group), unit.reference, "before"))
            else:
                self.pending_before.append(unit.reference)
            return
        members = self._unsaid() if trailing else []
        found = self._known(unit.reference, members or None)
        if self.lane_ends and {token.norm for token in unit.reference} & (words("lanes") | {"both", "all"}):
            ends = [*self.lane_ends, *(self._before(set(members)) if members else self.frontier)]
            found, self.lane_ends, self.lane_ups = [self.drafts[number] for number in dict.fromkeys(ends)], [], None
        if unit.relation == "while":
            if found:
                self.pending_ups = set().union(*(draft.ups for draft in found)) or {-1}
                self.kept = list(self.frontier)
            return
        if trailing:
            self._follow(members, unit.reference, found)
        else:
            self.pending_ups |= {draft.number for draft in found}
            if not found and not only_pronouns(unit.reference):
                self.pending_refs.append(unit.reference)

    def _unsaid(self) -> list[int]:
        """The last steps without those whose place the text has already given."""
        said = self.explicit | {number for numbers, _, _ in self.deferred for number in numbers}
        return [number for number in self.group if number not in said] or list(self.group)

    def _follow(self, group: Sequence[int], reference: list[Token], found: Sequence[Draft]) -> None:
        if only_pronouns(reference):
            return
        ups = {draft.number for draft in found} - set(group)
        if ups:
            for number in group:
                self.drafts[number].ups = set(ups)
            self.explicit |= set(group)
            self.group_ups = ups
            if self.watcher is not None:
                self.watcher.say(group, Rule.FOLLOW)
        else:
            self.deferred.append((list(group), reference, "after"))

    def _on_order(self, unit: Unit, following: Unit | None) -> None:
        if unit.relation == "root":
            unit.clause.marks.append("apart")
        new = [draft.number for draft in unit.drafts if draft.number not in self.placed]
        known = [draft.number for draft in unit.drafts if draft.number in self.placed]
        if unit.relation == "last":
            self._close_branches()
        if new:
            if unit.relation == "beside":
                unit.parallel = True
            self._place(unit, new)
        if unit.relation in ("after", "before") and unit.reference:
            self._ordered(unit, new, known)
        elif known:
            self._go_on_from(unit, known, following)
        if unit.relation == "last" and new:
            self._after_leaves(new)

    @draws(Rule.GO_ON)
    def _go_on_from(self, unit: Unit, known: list[int], following: Unit | None) -> None:
        """A step that is named again: what comes next follows it, and in an arrow chain it follows what came before."""
        if unit.clause.joint == "arrow":
            for number in known:
                self.drafts[number].ups |= set(self.frontier) - {number}
        if unit.clause.joint == "arrow" or (following is not None and following.clause.joint == "arrow"):
            self.frontier = known
        self.group, self.group_ups = known, set().union(*(self.drafts[number].ups for number in known))
        self.sentence = unit.clause.sentence

    def _ordered(self, unit: Unit, new: list[int], known: list[int]) -> None:
        members = [*new, *known]
        if unit.relation == "before":
            self.deferred.append((members, unit.reference, "before"))
            return
        found = self._both(unit) or [
            draft for draft in self._known(unit.reference, members) if draft.number not in members
        ]
        self.referred.extend(draft.number for draft in found if draft.number not in self.referred)
        self.explicit |= set(members)
        if not found:
            self.deferred.append((members, unit.reference, "after"))
            return
        for number in members:
            ups = {draft.number for draft in found}
            self.drafts[number].ups = ups if number in new else self.drafts[number].ups | ups
        self.group, self.group_ups = members, {draft.number for draft in found}
        if self.watcher is not None:
            self.watcher.say(members, Rule.ORDERED)

    def _both(self, unit: Unit) -> list[Draft]:
        """`a waits for x, b waits for y, c waits for both`: x and y, not a and b."""
        counts = {"both": 2, "two": 2, "three": 3}
        wanted = next((counts[token.norm] for token in unit.reference if token.norm in counts), 0)
        following = self.last_unit is not None and self.last_unit.sort == "order" and self.last_unit.relation == "after"
        if not wanted or not following or len(self.referred) < wanted or not only_pronouns(unit.reference):
            return []
        return [self.drafts[number] for number in self.referred[-wanted:]]

    def _merge_last(self) -> None:
        self._after_leaves(self.group)

    def _on_ahead(self, unit: Unit, following: Unit | None) -> None:
        """`before the model is trained, ...`: the step comes after the one that is said next."""
        if following is None:
            self._on_task(unit, following)
        else:
            unit.clause.sentence = following.clause.sentence
            self.ahead.append(unit)

    @draws(Rule.NEEDS)
    def _on_task(self, unit: Unit, _following: Unit | None) -> None:
        numbers = [draft.number for draft in unit.drafts]
        if unit.relation == "root":
            self.placed.extend(numbers)
            return
        if self._stands_in_front(unit):
            return
        self._place(unit, numbers)
        if unit.reference:
            found = [draft for draft in self._known(unit.reference, numbers) if draft.number not in numbers]
            if found and not only_pronouns(unit.reference):
                for number in numbers:
                    self.drafts[number].ups = {draft.number for draft in found}
            elif unit.phrase.statement:
                self.deferred.append((numbers, unit.reference, "after"))
