"""Arms of a choice that the text draws (`csv → parse it, else → set it aside`), and what has to be there first."""

from __future__ import annotations

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Unit, spoken
from airflow_llm.readers.prose.joints import REST, answer, denied, opens_arm
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.lists import parts
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.recognising.orders import OrderRules
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.states import waits_outside

_LONGEST_ARM = 7
_NEAR = 2
_LONGEST_HEADING = 4
_OPPOSITES = ({"good", "bad"}, {"ok", "broken"}, {"pass", "fail"}, {"passed", "failed"}, {"accepted", "rejected"},
              {"new", "existing"}, {"full", "empty"}, {"success", "failure"})  # fmt: skip
_OPENERS = frozenset({"on", "if", "for", "in", "case", "of", "when"})
_MUST = frozenset({"must", "has", "have", "needs", "need", "should", "shall"})
_THERE = words("states_required")
_BETWEEN = frozenset({"to", "both", "all", "first", "already", "really"})
_LOOKING = frozenset({"look", "check", "poll", "poke", "test"})


def _is_heading(clause: Clause) -> bool:
    """A few words in front of a colon."""
    short = clause.heading and clause.role == "main" and 0 < len(clause.tokens) <= _LONGEST_HEADING
    return short and all(token.tag == "word" for token in clause.tokens)


def opposed(one: str, two: str) -> bool:
    """`valid` and `invalid`, `matched` and `unmatched`, `good` and `bad`."""
    first, second = sorted((one, two), key=len)
    return second in {f"{prefix}{first}" for prefix in ("in", "un", "non-", "not-")} or {one, two} in _OPPOSITES


class ArmRules(OrderRules):
    """The rules for what stands in front of an arrow, and for what a pipeline cannot start without."""

    def _arm(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`yes → a`, `no → b`, `anything else → c`, `on a weekday → a`: the words in front of the arrow."""
        headed = self._colon_arm(clause, phrase)
        if headed is not None:
            return headed
        if clause.question and len(clause.tokens) > 1:
            self.question = clause
            self._carry_otherwise(clause)
        if not self._before_arrow(clause) or len(clause.tokens) > _LONGEST_ARM:
            return None
        said = answer(clause.tokens)
        if said == "yes" and self.question is not None:
            clause.marks.extend(mark for mark in self.question.marks if mark == "otherwise")
            return Unit(clause, phrase, "condition", words=spoken(self.question.tokens))
        rest = bool({token.norm for token in clause.tokens} & REST) and (self._arms_open(clause) or bool(clause.marks))
        if said == "no" or rest or self._denies(clause):
            self.following[0].marks.append("otherwise")
            return Unit(clause, phrase)
        named = bool(resolve(clause.tokens, self.result.drafts, (), strict=True))
        drawn = not named and (opens_arm(clause.tokens) or self._arms_open(clause) or self._arm_behind())
        drawn = drawn or self._denied_behind(clause)
        if not drawn or not self._other_arm(clause):
            return None
        told = list(clause.tokens)
        while len(told) > 1 and told[0].norm in _OPENERS:
            told.pop(0)
        self.arms = clause.sentence
        return Unit(clause, phrase, "condition", words=spoken(told))

    def _colon_arm(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`EU orders: load them to a; US orders: …`, `valid: …; invalid: …`: headings that tell the same data apart."""
        if not _is_heading(clause) or phrase.verb is not None:
            return None
        before = self.headed if self.headed is not None and clause.sentence - self.headed.sentence <= _NEAR else None
        behind = next((held for held in self.following[1:] if _is_heading(held)), None)
        other = next((held for held in (before, behind) if held is not None and self._tells_apart(clause, held)), None)
        if other is None:
            return None
        self.headed = clause
        if {token.norm for token in clause.tokens} & REST:
            self.following[0].marks.append("otherwise")
            return Unit(clause, phrase)
        return Unit(clause, phrase, "condition", words=spoken(clause.tokens))

    def _tells_apart(self, clause: Clause, other: Clause) -> bool:
        """Whether the two headings name sorts of one thing that a step before has made, or a state and its opposite."""
        one, two = ([token.norm for token in held.tokens] for held in (clause, other))
        if opposed(one[-1], two[-1]) and len(one) == len(two) == 1:
            return True
        made = {token.norm for draft in self.result.drafts for token in draft.objects}
        same = one[-1] == two[-1] and one[-1] in made and one != two and len(one) > 1
        rest = bool((set(one) | set(two)) & REST) and (one[-1] in made or two[-1] in made)
        return same or rest

    def _before_arrow(self, clause: Clause) -> bool:
        ahead = bool(self.following) and self.following[0].joint == "arrow"
        same = ahead and self.following[0].sentence == clause.sentence
        return same and clause.joint not in ("arrow", "then", "edge", "define") and bool(clause.tokens)

    def _arms_open(self, clause: Clause) -> bool:
        """Whether an arm was drawn in this sentence or the one before."""
        return 0 <= clause.sentence - self.arms <= 1

    def _other_arm(self, clause: Clause) -> bool:
        """Whether an arm stands before or behind this one."""
        if self._arms_open(clause) or clause.joint == "arm":
            return True
        behind = self.following[1] if len(self.following) > 1 else None
        if behind is None or behind.sentence - clause.sentence > 1:
            return False
        drawn = self._arm_behind() or opens_arm(behind.tokens) or "otherwise" in behind.marks
        return drawn or denied(behind.tokens, clause.tokens)

    def _denied_behind(self, clause: Clause) -> bool:
        """`match → a, no match → b`."""
        return len(self.following) > 1 and denied(self.following[1].tokens, clause.tokens)

    def _arm_behind(self) -> bool:
        return len(self.following) > 1 and self.following[1].joint == "arm"

    def _denies(self, clause: Clause) -> bool:
        """`no drift → b` behind `drift? → a`."""
        held = next((unit for unit in reversed(self.result.units[-4:]) if unit.sort == "condition"), None)
        near = held is not None and clause.sentence - held.clause.sentence <= _NEAR
        return held is not None and near and denied(clause.tokens, held.clause.tokens)

    def _carry_otherwise(self, question: Clause) -> None:
        """`if not: has x changed?`: what the question decides belongs to the otherwise."""
        before = self.result.units[-1].clause if self.result.units else question
        if before.sentence == question.sentence and "otherwise" in before.marks:
            question.marks.append("otherwise")

    def _required(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`a and b must both be green`, `the partition has to exist first`: waits in front of everything."""
        first = clause.role == "main" and clause.joint == "start" and not clause.question
        if not first or any(draft.kind != "wait" for draft in self.result.drafts):
            return None
        tokens = clause.tokens
        must = next((place for place, token in enumerate(tokens) if place and token.norm in _MUST), 0)
        behind = [token.norm for token in tokens[must + 1 :] if token.norm not in _BETWEEN]
        there = behind[:1] == ["exist"] or (behind[:1] == ["be"] and bool(set(behind[1:2]) & _THERE))
        subject = [token for token in tokens[:must] if token.norm != "both"]
        if not must or not there or not waits_outside(subject) or subject[0].norm in words("negation"):
            return None
        each = parts(subject)
        listed = each if len(each) > 1 and all(any(token.named for token in part) for part in each) else [subject]
        place = tokens[must + 1 :]
        drafts = [self._waiting(clause, Phrase(phrase.voice), [*part, *place]) for part in listed]
        return Unit(clause, phrase, "task", drafts, parallel=len(drafts) > 1)

    def _looks_again(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`look every 10 minutes, 12 times at most` behind a wait: how it waits."""
        waits = self.last is not None and self.last.drafts[-1].kind == "wait"
        base = phrase.verb.base if phrase.verb is not None else ""
        if not waits or base not in _LOOKING or phrase.voice != "imperative":
            return None
        often = any(token.norm in ("every", "times", "each") for token in clause.tokens)
        named = any(token.named for token in phrase.objects)
        return Unit(clause, phrase) if often and not named else None
