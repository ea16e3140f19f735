"""The fourth stage: who follows whom, from order words, references, branches and the plain order of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.branches import Branch
from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.recognise import Recognition
from airflow_llm.readers.prose.references import resolve

_WINDOW = 120
_FARTHEST = 2000
_CHOICES = 20
MERGED = "none_failed_min_one_success"
_SOURCES = frozenset({"extract"})
_ENDS = frozenset({"load", "copy", "notify"})
_WAITING = frozenset({"wait"})
_CHAINED = frozenset({"dbt"})
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


@dataclass(slots=True)
class Linked:
    """The drafts with their upstreams (`ups`), in the order of the text, and references that were not understood."""

    drafts: list[Draft]
    unresolved: list[str] = field(default_factory=list)
    uncertain: int = 0
    """How many orders were taken by default where the text could mean another."""


def link(recognition: Recognition) -> Linked:
    """The drafts with their upstreams."""
    linker = _Linker(recognition)
    linker.walk(recognition.units)
    return linker.finish()


class _Linker:
    def __init__(self, recognition: Recognition) -> None:
        self.drafts = recognition.drafts
        self.frontier: list[int] = []
        self.group: list[int] = []
        self.group_ups: set[int] = set()
        self.run: list[int] = []
        """The drafts of the clauses in this sentence that only `and` or commas join, with their common upstreams."""
        self.run_ups: set[int] = set()
        self.placed: list[int] = []
        self.sentence = -1
        self.pending_ups: set[int] = set()
        self.pending_before: list[list[Token]] = []
        self.pending_refs: list[list[Token]] = []
        self.ahead: list[Unit] = []
        self.fan = -1
        self.ends: list[int] = []
        """Steps that come after everything else."""
        self.apart = -1
        self.pending_rule: str | None = None
        self.branches: list[Branch] = []
        self.deferred: list[tuple[list[int], list[Token], str]] = []
        self.result = Linked(self.drafts)
        self.last_unit: Unit | None = None
        self.explicit: set[int] = set()
        """The drafts whose upstreams the text names."""
        self.referred: list[int] = []
        """What the order clauses so far waited for, in order."""

    # --------------------------------------------------------------- the walk
    def walk(self, units: Sequence[Unit]) -> None:
        for position, unit in enumerate(units):
            following = units[position + 1] if position + 1 < len(units) else None
            if "both" in unit.clause.marks:
                self._close_branches()
            handler = getattr(self, f"_on_{unit.sort}")
            handler(unit, following)
            if unit.drafts:
                self.last_unit = unit

    def _on_note(self, unit: Unit, following: Unit | None) -> None:
        if "always" in unit.clause.marks:
            self._always(unit)
        if "apart" in unit.clause.marks and following is not None:
            following.clause.marks.append("apart")
            if unit.clause.heading:
                self.apart = unit.clause.sentence
        if "both" in unit.clause.marks and self.last_unit is not None and following is None:
            self._merge_last()

    _on_header = _on_note

    def _always(self, unit: Unit) -> None:
        if self.group and unit.clause.sentence == self.sentence:
            for number in self.group:
                self.drafts[number].rule = "all_done"
        else:
            self.pending_rule = "all_done"

    def _on_outcome(self, unit: Unit, following: Unit | None) -> None:
        """Nothing to do in this arm: what follows in the same sentence still belongs to it."""
        if "otherwise" in unit.clause.marks:
            self._open_else(unit)

    def _on_condition(self, unit: Unit, following: Unit | None) -> None:
        trailing = unit.clause.joint == "mark" and bool(self.group) and unit.clause.sentence == self.sentence
        if trailing and unit.relation != "whole":
            self._wrap(unit)
            return
        if unit.relation == "whole":
            self.at_end = not trailing
            self.ends.extend(self.group if trailing else ())
            return
        branch = self.branches[-1] if self.branches else None
        near = branch is not None and unit.clause.sentence - branch.sentence <= 1
        if (
            branch is not None
            and near
            and not branch.has_else
            and branch.arms_taken
            and "otherwise" not in unit.clause.marks
        ):
            branch.close_arm(self.frontier)
            branch.open_arm(unit.words, unit.clause.sentence)
            self.frontier = [branch.number]
            return
        if "otherwise" in unit.clause.marks:
            self._open_else(unit)
        self._open(unit, self.pending_ups or set(self.frontier))
        self.pending_ups = set()

    def _open(self, unit: Unit, ups: set[int]) -> Branch:
        draft = Draft(
            len(self.drafts), Verb("decide", "pick", "base"), "choose", list(unit.clause.tokens), Phrase(), unit.clause
        )
        draft.condition = unit.words
        draft.ups = set(ups)
        self.drafts.append(draft)
        self._take_arm([draft.number])
        branch = Branch(draft.number, unit.clause.sentence, unit.words)
        self.branches.append(branch)
        self.frontier = [draft.number]
        self.run, self.run_ups = [], set()
        return branch

    def _wrap(self, unit: Unit) -> None:
        """`promote it only if ...`: the last step becomes the arm of a choice before it."""
        members = list(self.group)
        branch = self._open(unit, set(self.group_ups))
        for number in members:
            self.drafts[number].ups = {branch.number}
        branch.first = list(members)
        branch.arms_taken = True
        self.frontier = members

    def _open_else(self, unit: Unit) -> None:
        while self.branches and self.branches[-1].has_else:
            self._close_one()
        if not self.branches:
            return
        branch = self.branches[-1]
        branch.close_arm(self.frontier)
        branch.open_arm("", unit.clause.sentence)
        self.frontier = [branch.number]
        self.run, self.run_ups = [], set()

    def _close_one(self) -> None:
        branch = self.branches.pop()
        branch.close_arm(self.frontier)
        self.drafts[branch.number].arms = branch.arms
        self.frontier = branch.ends_or_self()
        self.group, self.group_ups = list(self.frontier), set()
        self.open_end = branch if not branch.has_else else None

    open_end: Branch | None = None
    at_end = False

    def _close_branches(self) -> None:
        open_end = None
        while self.branches:
            self._close_one()
            open_end = open_end or self.open_end
        self.open_end = open_end

    # --------------------------------------------------------------- references and orders
    def _on_reference(self, unit: Unit, following: Unit | None) -> None:
        trailing = (
            unit.clause.joint in ("mark", "and", "gap") and bool(self.group) and unit.clause.sentence == self.sentence
        )
        if unit.relation == "before":
            if trailing:
                self.deferred.append((list(self.group), unit.reference, "before"))
            else:
                self.pending_before.append(unit.reference)
            return
        found = self._known(unit.reference, self.group if trailing else None)
        if unit.relation == "while":
            self.pending_ups = set().union(*(draft.ups for draft in found)) if found else self.pending_ups
            return
        if trailing:
            self._follow(self.group, unit.reference, found)
        else:
            self.pending_ups |= {draft.number for draft in found}
            if not found and not _only_pronouns(unit.reference):
                self.pending_refs.append(unit.reference)

    def _follow(self, group: Sequence[int], reference: list[Token], found: Sequence[Draft]) -> None:
        if _only_pronouns(reference):
            return
        ups = {draft.number for draft in found} - set(group)
        if ups:
            for number in group:
                self.drafts[number].ups = set(ups)
            self.explicit |= set(group)
            self.group_ups = ups
        else:
            self.deferred.append((list(group), reference, "after"))

    def _on_order(self, unit: Unit, following: Unit | None) -> None:
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
            self.group, self.group_ups = known, set().union(*(self.drafts[number].ups for number in known))
            self.sentence = unit.clause.sentence
        if unit.relation == "last" and new:
            self._after_leaves(new)

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

    def _both(self, unit: Unit) -> list[Draft]:
        """`a waits for x, b waits for y, c waits for both`: x and y, not a and b."""
        counts = {"both": 2, "two": 2, "three": 3}
        wanted = next((counts[token.norm] for token in unit.reference if token.norm in counts), 0)
        following = self.last_unit is not None and self.last_unit.sort == "order" and self.last_unit.relation == "after"
        if not wanted or not following or len(self.referred) < wanted or not _only_pronouns(unit.reference):
            return []
        return [self.drafts[number] for number in self.referred[-wanted:]]

    def _known(self, reference: Sequence[Token], without: Sequence[int] | None) -> list[Draft]:
        """The placed drafts that the words mean."""
        skipped = set(without or ())
        placed = [self.drafts[number] for number in self.placed[-_WINDOW:] if number not in skipped]
        nearest = [self.drafts[number] for number in (self.frontier if not skipped else self._before(skipped))]
        return resolve(reference, placed, [draft for draft in nearest if draft.number not in skipped])

    def _before(self, members: set[int]) -> list[int]:
        ups = set().union(*(self.drafts[number].ups for number in members)) if members else set()
        return sorted(ups) or [number for number in self.placed[-_WINDOW:] if number not in members][-2:]

    def _after_leaves(self, members: list[int]) -> None:
        held = set(members)
        used = set().union(*(draft.ups for draft in self.drafts)) if self.drafts else set()
        leaves = {number for number in self.placed if number not in used and number not in held}
        if leaves:
            for number in members:
                self.drafts[number].ups = set(leaves)

    def _merge_last(self) -> None:
        self._after_leaves(self.group)

    # --------------------------------------------------------------- steps
    def _on_ahead(self, unit: Unit, following: Unit | None) -> None:
        """`before the model is trained, ...`: the step comes after the one that is said next."""
        if following is None:
            self._on_task(unit, following)
        else:
            unit.clause.sentence = following.clause.sentence
            self.ahead.append(unit)

    def _on_task(self, unit: Unit, following: Unit | None) -> None:
        numbers = [draft.number for draft in unit.drafts]
        if unit.relation == "root":
            self.placed.extend(numbers)
            return
        if self._stands_in_front(unit):
            return
        self._place(unit, numbers)
        if unit.reference:
            found = [draft for draft in self._known(unit.reference, numbers) if draft.number not in numbers]
            if found and not _only_pronouns(unit.reference):
                for number in numbers:
                    self.drafts[number].ups = {draft.number for draft in found}
            elif unit.phrase.statement:
                self.deferred.append((numbers, unit.reference, "after"))

    def _stands_in_front(self, unit: Unit) -> bool:
        """`rebuild x whenever the catalog dag has succeeded`: what is said last stands in front of what is said before."""
        trailing = unit.clause.joint == "mark" and bool(self.group) and unit.clause.sentence == self.sentence
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

    def _place(self, unit: Unit, numbers: list[int]) -> None:
        marks = unit.clause.marks
        self._enter(unit)
        ups, beside = self._upstreams(unit, numbers)
        for place, number in enumerate(numbers):
            chained = place and self.drafts[number].kind in _CHAINED and not unit.parallel_said()
            self.drafts[number].ups |= {numbers[place - 1]} if chained else ups
        if len(numbers) > 1 and not unit.parallel_said():
            self._pair(numbers, ups)
        self._after_open_end(numbers)
        self._take_arm(numbers)
        if self.pending_rule:
            for number in numbers:
                self.drafts[number].rule = self.pending_rule
            self.pending_rule = None
        if "always" in marks:
            for number in numbers:
                self.drafts[number].rule = "all_done"
        if self.at_end:
            self.ends.extend(numbers)
            self.at_end = False
        self._advance(unit, numbers, ups, beside)
        self._insert_before(numbers)
        self.deferred.extend((list(numbers), reference, "after") for reference in self.pending_refs)
        self.pending_refs = []
        ahead, self.ahead = self.ahead, []
        for held in ahead:
            self._place(held, [draft.number for draft in held.drafts])

    def _enter(self, unit: Unit) -> None:
        """Opens and closes branches as the sentence or an `otherwise` asks."""
        if "otherwise" in unit.clause.marks:
            self._open_else(unit)
        elif self.branches and self.branches[-1].arms_taken and unit.clause.sentence != self.branches[-1].sentence:
            self._close_branches()
        elif self.branches:
            self.branches[-1].sentence = unit.clause.sentence
        if unit.clause.sentence != self.sentence:
            self.run, self.run_ups = [], set()
        self.sentence = unit.clause.sentence

    def _upstreams(self, unit: Unit, numbers: list[int]) -> tuple[set[int], bool]:
        """What the new drafts follow, and whether they stand beside the last ones."""
        marks = unit.clause.marks
        if self.pending_ups:
            ups, self.pending_ups = self.pending_ups, set()
            return ups, False
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
        if "meanwhile" in marks and self.group:
            return set(self.group_ups), True
        if "parallel" in marks:
            fans = "then" in marks or not self.group or unit.clause.joint == "colon"
            self.fan = unit.clause.sentence
            return (set(self.frontier), False) if fans else (set(self.group_ups), True)
        if (
            self.fan == unit.clause.sentence
            and unit.clause.joint in ("and", "comma", "gap")
            and "then" not in marks
            and self.group
        ):
            return set(self.group_ups), True
        joined = unit.clause.joint in ("and", "comma", "gap") and "then" not in marks
        if "parallel_end" in marks and len(numbers) == 1 and joined and self.run:
            return set(self.run_ups), True
        if self._beside(unit, numbers):
            return set(self.group_ups), True
        if self._new_root(unit, numbers):
            self.result.uncertain += 1
            return set(), False
        return set(self.frontier), False

    def _leaves(self) -> set[int]:
        used = set().union(*(self.drafts[number].ups for number in self.placed)) if self.placed else set()
        return {number for number in self.placed if number not in used}

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

    def _new_root(self, unit: Unit, numbers: list[int]) -> bool:
        """A new sentence that reads from a source after the last one has written its result begins a chain of its own."""
        if unit.clause.joint != "start" or unit.clause.marks or unit.clause.item == "number" or self.branches:
            return False
        ended = bool(self.group) and all(self.drafts[number].kind in _ENDS for number in self.group)
        sources = all(self.drafts[number].kind in _SOURCES and self.drafts[number].systems() for number in numbers)
        return ended and sources and not self._mentions_last(numbers)

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

    def _after_open_end(self, numbers: Sequence[int]) -> None:
        """The first step after a choice without otherwise runs in either case."""
        branch, self.open_end = self.open_end, None
        if branch is None or not any(self.drafts[number].ups & set(branch.ends) for number in numbers):
            return
        for number in numbers:
            self.drafts[number].ups.add(branch.number)
        self.drafts[branch.number].arms.append(("", list(numbers)))

    def _take_arm(self, numbers: list[int]) -> None:
        if not self.branches or self.branches[-1].arms_taken:
            return
        branch = self.branches[-1]
        if branch.words.startswith("depending") and len(numbers) > 1:
            branch.take(numbers[:1])
            for number in numbers[1:]:
                branch.close_arm(numbers[:1])
                branch.open_arm("" if number == numbers[-1] else branch.words, branch.sentence)
                branch.take([number])
            branch.ends.extend(number for number in numbers if number not in branch.ends)
            return
        branch.take(numbers)

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
        tails = [number for number in self.group if not any(number in self.drafts[other].ups for other in self.group)]
        self.frontier = tails

    def _insert_before(self, numbers: list[int]) -> None:
        """`before loading, validate`: the new step takes the place in front of the one that is named."""
        pending, self.pending_before = self.pending_before, []
        for reference in pending:
            found = self._known(reference, numbers)
            if not found or _only_pronouns(reference):
                found = (
                    [self.drafts[number] for number in self.placed if number not in numbers][-1:]
                    if _only_pronouns(reference)
                    else found
                )
            if not found:
                self.deferred.append((list(numbers), reference, "before"))
                continue
            self._put_in_front(numbers, found)

    def _put_in_front(self, numbers: Sequence[int], found: Sequence[Draft]) -> None:
        targets = {draft.number for draft in found}
        above = set().union(*(draft.ups for draft in found)) - set(numbers)
        for number in numbers:
            self.drafts[number].ups = set(above)
        for draft in found:
            draft.ups = set(numbers)
        self.frontier = sorted(targets)
        self.group, self.group_ups = sorted(targets), set(numbers)

    # --------------------------------------------------------------- the end
    def finish(self) -> Linked:
        """Resolves what was referred to before it was known."""
        self._close_branches()
        if self.ends:
            self._move_to_end(self.ends)
        for numbers, reference, relation in self.deferred:
            others = [draft for draft in self.drafts if draft.number not in numbers and draft.kind != "choose"]
            found = resolve(reference, others, [])
            if not found and relation == "after" and self._await(numbers, reference):
                continue
            if not found:
                self.result.unresolved.append(" ".join(token.raw for token in reference))
                continue
            self._settle(numbers, found, relation)
        for draft in self.drafts:
            draft.ups.discard(draft.number)
            if self._merges(draft):
                draft.rule = draft.rule or MERGED
        return self.result

    def _move_to_end(self, members: list[int]) -> None:
        """What is said to come when all is done: those behind it go on without it."""
        held = set(members)
        above = set().union(*(self.drafts[number].ups for number in members)) - held
        for draft in self.drafts:
            if draft.number not in held and draft.ups & held:
                draft.ups = (draft.ups - held) | above
        self._after_leaves(members)

    def _await(self, numbers: Sequence[int], reference: list[Token]) -> bool:
        """What nothing here makes is waited for."""
        said = {token.norm for token in reference}
        if not said & words("outside"):
            return False
        verb = Verb("wait", "wait", "base")
        clause = self.drafts[numbers[0]].clause
        draft = Draft(
            len(self.drafts),
            verb,
            "wait",
            list(reference),
            Phrase("imperative", verb, statement=list(reference)),
            clause,
        )
        self.drafts.append(draft)
        for number in numbers:
            self.drafts[number].ups.add(draft.number)
        self.result.uncertain += 1
        return True

    def _settle(self, numbers: Sequence[int], found: Sequence[Draft], relation: str) -> None:
        targets = {draft.number for draft in found}
        if relation == "before":
            for draft in found:
                forward = any(draft.number in self.drafts[number].ups for number in numbers)
                draft.ups |= set(numbers) if not forward else set()
                if forward:
                    self._put_in_front(numbers, [draft])
            return
        for number in numbers:
            default = self.drafts[number].ups
            backwards = any(self._reaches(number, target) for target in targets)
            self.drafts[number].ups = (
                (default | targets) if not backwards or default & targets else self._turned(number, targets)
            )

    def _turned(self, number: int, targets: set[int]) -> set[int]:
        """`x only after y` where y came to stand behind x by default only: x moves behind y."""
        for target in targets:
            if target not in self.explicit:
                freed = {up for up in self.drafts[target].ups if not self._reaches(number, up)}
                self.drafts[target].ups = (freed - {number}) | (self.drafts[number].ups - targets)
        return set(targets)

    def _reaches(self, start: int, goal: int) -> bool:
        """Whether `goal` stands somewhere behind `start`."""
        seen, stack = set(), [goal]
        while stack:
            current = stack.pop()
            if current == start:
                return True
            if current not in seen and len(seen) < _FARTHEST:
                seen.add(current)
                stack.extend(self.drafts[current].ups)
        return False

    def _merges(self, draft: Draft) -> bool:
        """Whether the step joins two arms of a choice."""
        if len(draft.ups) < 2:
            return False
        choices = [other for other in self.drafts if other.kind == "choose" and len(other.arms) > 1][-_CHOICES:]
        for choice in choices:
            arms = [set(taken) for _, taken in choice.arms]
            hit = sum(
                any(self._reaches(first, up) for up in draft.ups for first in arm if first != draft.number)
                for arm in arms
            )
            if hit > 1 or (hit == 1 and choice.number in draft.ups):
                return True
        return False


def _only_pronouns(reference: Sequence[Token]) -> bool:
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
