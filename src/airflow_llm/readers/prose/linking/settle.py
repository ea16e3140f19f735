"""What can only be settled when all steps are known."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.drafts import Draft, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.linking.graph import Linked, Unresolved
from airflow_llm.readers.prose.linking.places import Places
from airflow_llm.readers.prose.linking.reasons import Rule, draws
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.references import resolve

MERGED = "none_failed_min_one_success"


class Settling(Places):
    """The part of linking that comes last."""

    def finish(self) -> Linked:
        """Resolves what was referred to before it was known."""
        if self.watcher is not None:
            self.watcher.words = ""
        self._flush_ahead()
        self._close_branches()
        if self.ends:
            self._move_to_end(self.ends)
        for numbers, reference, relation in self.deferred:
            self._resolve(numbers, reference, relation)
        for words_of in self.always:
            said = {token.norm for token in words_of}
            tasks = [held for held in self.drafts if held.kind != "choose"]
            for draft in resolve(words_of, tasks, []) or [held for held in tasks if held.kind in said]:
                draft.rule = draft.rule or "all_done"
        for draft in self.drafts:
            draft.ups.discard(draft.number)
            if self._merges(draft):
                draft.rule = draft.rule or MERGED
        return self.result

    def _resolve(self, numbers: Sequence[int], reference: list[Token], relation: str) -> None:
        """Words that named a step before it was known."""
        if self.watcher is not None:
            self.watcher.words = f"{relation} {spoken(reference)}"
        others = [draft for draft in self.drafts if draft.number not in numbers and draft.kind != "choose"]
        found = resolve(reference, others, [])
        if found:
            self._settle(numbers, found, relation)
        elif relation != "after" or not self._await(numbers, reference):
            held = [self.drafts[number] for number in numbers]
            self.result.unresolved.append(Unresolved(spoken(reference), held, relation))

    @draws(Rule.AT_END)
    def _move_to_end(self, members: list[int]) -> None:
        """What is said to come when all is done: those behind it go on without it."""
        held = set(members)
        above = set().union(*(self.drafts[number].ups for number in members)) - held
        for draft in self.drafts:
            if draft.number not in held and draft.ups & held:
                draft.ups = (draft.ups - held) | above
        self._after_leaves(members)

    @draws(Rule.AWAIT)
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

    @draws(Rule.SETTLE)
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
