"""Where a new step goes: behind, beside, in front, at the end."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, stem
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.linking.arms import Arms
from airflow_llm.readers.prose.linking.graph import Root, only_pronouns
from airflow_llm.readers.prose.linking.reasons import Rule, draws, places

_SOURCES = frozenset({"extract"})


_ENDS = frozenset({"load", "copy", "notify"})


_CHAINED = frozenset({"dbt", "shell"})


class Places(Arms):
    """The part of linking that places steps."""

    def _place(self, unit: Unit, numbers: list[int]) -> None:
        marks = unit.clause.marks
        if self.watcher is not None:
            self.watcher.place(unit, named=bool(self.pending_ups))
        self._enter(unit)
        ups, beside = self._upstreams(unit, numbers)
        for place, number in enumerate(numbers):
            chained = place and self.drafts[number].kind in _CHAINED and not unit.parallel_said()
            self.drafts[number].ups |= {numbers[place - 1]} if chained else ups
        if len(numbers) > 1 and not unit.parallel_said():
            self._pair(numbers, ups)
        self._after_open_end(numbers)
        self._take_arm(numbers)
        self._give_rule(numbers, always="always" in marks)
        if self.at_end:
            self.ends.extend(numbers)
            self.at_end = False
        self._advance(unit, numbers, ups, beside)
        if "otherwise" in marks and not self.branches:
            self._when_invalid(numbers, ups)
        self._insert_before(numbers)
        self.deferred.extend((list(numbers), reference, "after") for reference in self.pending_refs)
        self.pending_refs = []
        self.main = list(numbers)
        if self.watcher is not None:
            self.watcher.look_at_place()
            self.watcher.front = ""

    def _give_rule(self, numbers: Sequence[int], *, always: bool) -> None:
        """When the steps run, where words before them or beside them say so."""
        rule, self.pending_rule = "all_done" if always else self.pending_rule, None
        for number in numbers if rule else ():
            self.drafts[number].rule = rule

    def _when_invalid(self, numbers: Sequence[int], ups: set[int]) -> None:
        """`check x, otherwise page y`: only when the check fails; what comes next follows the check."""
        if not ups or any(self.drafts[up].kind != "validate" for up in ups):
            return
        for number in numbers:
            self.drafts[number].rule = "one_failed"
        self.frontier = sorted(ups)

    def _flush_ahead(self) -> None:
        """What a `before` clause named comes once its whole sentence is placed."""
        ahead, self.ahead = self.ahead, []
        main = self.main
        for held in ahead:
            self._place(held, [draft.number for draft in held.drafts])
        self.main = main

    def _enter(self, unit: Unit) -> None:
        """Opens and closes branches as the sentence or an `otherwise` asks."""
        if "otherwise" in unit.clause.marks:
            self._open_else(unit)
        elif "or" in unit.clause.marks and self._alternative():
            self.branches[-1].close_arm(self.frontier)
            self.branches[-1].open_arm("", unit.clause.sentence)
            self.frontier, self.run, self.run_ups = [self.branches[-1].number], [], set()
        elif self.branches and self.branches[-1].arms_taken and unit.clause.sentence != self.branches[-1].sentence:
            self._close_branches()
        elif self.branches:
            self.branches[-1].sentence = unit.clause.sentence
        if unit.clause.sentence != self.sentence:
            self.run, self.run_ups = [], set()
        self.sentence = unit.clause.sentence

    def _alternative(self) -> bool:
        """Whether an `or` here offers the other way of `depending on x, do a or do b`."""
        branch = self.branches[-1] if self.branches else None
        depends = branch is not None and branch.words.lower().startswith("depending")
        return branch is not None and depends and branch.arms_taken and not branch.has_else

    def _upstreams(self, unit: Unit, numbers: list[int]) -> tuple[set[int], bool]:
        """What the new drafts follow, and whether they stand beside the last ones."""
        marks = unit.clause.marks
        if self.pending_ups:
            ups, self.pending_ups = self.pending_ups, set()
            return ups - {-1}, False
        nested = self._nested(unit)
        if nested is not None:
            return nested
        if self.lane_ends and ("last" in marks or self._joins_lanes(unit, numbers)):
            ends, self.lane_ends, self.lane_ups = {*self.lane_ends, *self.frontier}, [], None
            return ends, False
        listed = (
            unit.clause.sentence == self.apart
            and "then" not in marks
            and unit.clause.joint in ("comma", "and", "colon", "gap")
        )
        if "apart" in marks or listed:
            return set(), False
        if self.branches and not self.branches[-1].arms_taken:
            return set(self.frontier), False
        if "last" in marks and not self.branches:
            self.group = numbers
            return self._leaves(), False
        beside = self._said_beside(unit, numbers)
        if beside is not None:
            return beside
        if self._beside(unit, numbers):
            return set(self.group_ups), True
        if self._new_root(unit, numbers):
            self.result.uncertain += 1
            behind = [self.drafts[number] for number in self.frontier]
            self.result.roots.extend(Root(self.drafts[number], behind) for number in numbers)
            return set(), False
        return set(self.frontier), False

    @places(Rule.NESTED)
    def _nested(self, unit: Unit) -> tuple[set[int], bool] | None:
        """The items under `in parallel:`."""
        style = unit.clause.item or f"sentence {unit.clause.sentence}"
        if self.nest == "?":
            self.nest = style
            return set(self.frontier), False
        if self.nest and (style == self.nest or self.nest.endswith(f" {unit.clause.sentence}")):
            return set(self.group_ups), True
        self.nest = ""
        return None

    @places(Rule.LANES)
    def _joins_lanes(self, unit: Unit, numbers: Sequence[int]) -> bool:
        """`then merge both`: what brings the lanes together."""
        said = {token.norm for number in numbers for token in self.drafts[number].mentioned()}
        counted = said & {"both", "two", "three", "all", "everything"}
        return unit.clause.joint == "start" and (
            bool(counted) or {self.drafts[n].verb.group for n in numbers} <= {"join", "union"}
        )

    @places(Rule.BESIDE_SAID)
    def _said_beside(self, unit: Unit, numbers: list[int]) -> tuple[set[int], bool] | None:
        """`meanwhile`, `in parallel`: beside the last steps, or the first of several that stand beside each other."""
        marks = unit.clause.marks
        joined = unit.clause.joint in ("and", "comma", "gap") and "then" not in marks
        if unit.clause.role == "while" and unit.clause.joint == "start":
            self.fan = unit.clause.sentence
            return set(self.frontier), False
        if "meanwhile" in marks and self.group:
            return set(self.group_ups), True
        if "parallel" in marks:
            fans = "then" in marks or not self.group or unit.clause.joint == "colon"
            self.fan = unit.clause.sentence
            return (set(self.frontier), False) if fans else (set(self.group_ups), True)
        if self.fan == unit.clause.sentence and joined and self.group:
            return set(self.group_ups), True
        if "parallel_end" in marks and len(numbers) == 1 and joined and self.run:
            return set(self.run_ups), True
        return None

    @places(Rule.BESIDE)
    def _beside(self, unit: Unit, numbers: list[int]) -> bool:
        """Steps of one sort side by side: several sources, or several targets of one result."""
        if (
            not self.group
            or {"then", "last"} & set(unit.clause.marks)
            or unit.clause.joint in ("then", "arrow")
            or unit.clause.item == "number"
        ):
            return False
        kinds = {self.drafts[number].kind for number in self.group}
        mine = {self.drafts[number].kind for number in numbers}
        if kinds == mine and mine <= _SOURCES and not self._mentions_last(numbers):
            return True
        same = unit.clause.joint in ("and", "comma") and kinds == mine and mine in ({"load"}, {"notify"})
        return same and not self._pronoun_only(numbers)

    def _mentions_last(self, numbers: Sequence[int]) -> bool:
        return any(
            token.norm in words("pronouns") and token.norm not in ("all", "both")
            for number in numbers
            for token in self.drafts[number].objects
        )

    def _pronoun_only(self, numbers: Sequence[int]) -> bool:
        return all(not name_words(self.drafts[number].objects) for number in numbers) and not any(
            self.drafts[number].systems() for number in numbers
        )

    @places(Rule.ROOT)
    def _new_root(self, unit: Unit, numbers: list[int]) -> bool:
        """A sentence that reads from a source, after the last one wrote its result, begins a chain of its own."""
        if unit.clause.joint != "start" or unit.clause.marks or unit.clause.item == "number" or self.branches:
            return False
        ended = bool(self.group) and all(self.drafts[number].kind in _ENDS for number in self.group)
        sources = all(self.drafts[number].kind in _SOURCES and self.drafts[number].systems() for number in numbers)
        return ended and sources and not self._mentions_last(numbers)

    @draws(Rule.PAIR)
    def _pair(self, numbers: Sequence[int], ups: set[int]) -> None:
        """As many as before, each about the same thing: one follows one."""
        if len(ups) != len(numbers):
            return
        pairs = {}
        for number in numbers:
            own = {stem(word) for word in name_words(self.drafts[number].objects)}
            fits = [up for up in ups if own & {stem(word) for word in name_words(self.drafts[up].objects)}]
            if len(fits) != 1:
                return
            pairs[number] = fits[0]
        if len(set(pairs.values())) == len(numbers):
            for number, up in pairs.items():
                self.drafts[number].ups = {up}

    def _advance(self, unit: Unit, numbers: list[int], ups: set[int], beside: bool) -> None:
        self.placed.extend(number for number in numbers if number not in self.placed)
        joined = unit.clause.joint in ("and", "comma", "gap") and "then" not in unit.clause.marks and self.run
        if joined:
            self.run = [*self.run, *numbers]
        else:
            self.run, self.run_ups = list(numbers), set(ups)
        if beside and "parallel_end" in unit.clause.marks and len(numbers) == 1:
            for number in self.run:
                self.drafts[number].ups = set(self.run_ups)
            self.group, self.group_ups = list(self.run), set(self.run_ups)
            if self.branches:
                self.branches[-1].widen(self.group)
        elif beside:
            self.group, self.group_ups = [*self.group, *numbers], set(ups)
        else:
            self.group, self.group_ups = list(numbers), set(ups)
        kept, self.kept = self.kept, []
        followed = set().union(*(self.drafts[other].ups for other in self.group))
        tails = [number for number in self.group if number not in followed]
        self.frontier = [*(number for number in kept if number not in ups and number not in tails), *tails]

    def _insert_before(self, numbers: list[int]) -> None:
        """`before loading, validate`: the new step takes the place in front of the one that is named."""
        pending, self.pending_before = self.pending_before, []
        for reference in pending:
            found = self._known(reference, numbers)
            if not found or only_pronouns(reference):
                found = (
                    [self.drafts[number] for number in self.main or self.placed if number not in numbers][-1:]
                    if only_pronouns(reference)
                    else found
                )
            if not found:
                self.deferred.append((list(numbers), reference, "before"))
                continue
            self._put_in_front(numbers, found)

    @draws(Rule.BEFORE)
    def _put_in_front(self, numbers: Sequence[int], found: Sequence[Draft]) -> None:
        targets = {draft.number for draft in found}
        above = set().union(*(draft.ups for draft in found)) - set(numbers)
        for number in numbers:
            self.drafts[number].ups = set(above)
        for draft in found:
            draft.ups = set(numbers)
        self.frontier = sorted(targets)
        self.group, self.group_ups = sorted(targets), set(numbers)

    @draws(Rule.STANDS_IN_FRONT)
    def _stands_in_front(self, unit: Unit) -> bool:
        """`rebuild x whenever y has succeeded`: what is said last stands in front of what is said before."""
        joined = unit.clause.joint == "mark" or (unit.clause.joint == "comma" and unit.phrase.voice == "gerund")
        trailing = joined and bool(self.group) and unit.clause.sentence == self.sentence
        if unit.clause.role not in ("when", "after") or not trailing:
            return False
        ahead = [draft.number for draft in unit.drafts]
        for number in ahead:
            self.drafts[number].ups = set(self.group_ups)
        for number in self.group:
            self.drafts[number].ups = (self.drafts[number].ups - self.group_ups) | set(ahead)
        self.group_ups = set(ahead)
        self.placed.extend(ahead)
        return True
