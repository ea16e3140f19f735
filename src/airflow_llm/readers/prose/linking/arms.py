"""Choices: opening, closing and merging their arms."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.branches import Branch
from airflow_llm.readers.prose.drafts import Draft, Unit
from airflow_llm.readers.prose.lexicon import Verb
from airflow_llm.readers.prose.linking.graph import Graph
from airflow_llm.readers.prose.linking.reasons import Rule, draws
from airflow_llm.readers.prose.phrases import Phrase


class Arms(Graph):
    """The part of linking that knows of choices."""

    @draws(Rule.OPEN)
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

    @draws(Rule.WRAP)
    def _wrap(self, unit: Unit) -> None:
        """`promote it only if ...`: the last step becomes the arm of a choice before it."""
        last = self.branches[-1] if self.branches else None
        if last is not None and last.first and last.words == unit.words:
            # The same condition behind a further step: no choice of its own.
            self.frontier = [number for number in self.group if number not in last.first]
            for number in self.frontier:
                self.drafts[number].ups = {last.number}
            last.first.extend(self.frontier)
            return
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

    def _close_branches(self) -> None:
        open_end = None
        while self.branches:
            self._close_one()
            open_end = open_end or self.open_end
        self.open_end = open_end

    @draws(Rule.OPEN_END)
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

    def _on_condition(self, unit: Unit, _following: Unit | None) -> None:
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
        # -1 stands for nothing before the steps that are waited for.
        self._open(unit, (self.pending_ups or set(self.frontier)) - {-1})
        self.pending_ups = set()

    def _on_outcome(self, unit: Unit, _following: Unit | None) -> None:
        """Nothing to do in this arm: what follows in the same sentence still belongs to it."""
        if "otherwise" in unit.clause.marks:
            self._open_else(unit)
