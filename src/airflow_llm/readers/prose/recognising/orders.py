"""Conditions, references and orders: clauses that say when a step runs."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import kind_of
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.lists import members, parts
from airflow_llm.readers.prose.orders import Order, inverted, is_step_name, leading_name, order_in
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.recognising.recognition import UNKNOWN, WAIT, Recogniser
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.states import is_done, is_idle, is_whole, looks_like_state, waits_outside

_STARTING = frozenset({"start", "begin", "run", "go", "happen", "anything", "started", "launch"})


def _without_place(subject: list[Token]) -> list[Token]:
    """`a, b and c in Postgres`: the names alone."""
    place = next((index for index, token in enumerate(subject) if index and token.norm in ("in", "on", "of")), 0)
    return subject[:place] if place and is_step_name(subject[:place]) else subject


class OrderRules(Recogniser):
    """The rules for clauses that only say when."""

    def _condition(self, clause: Clause, phrase: Phrase) -> Unit | None:
        tokens = clause.tokens
        asked = (
            clause.question and phrase.verb is None and clause.role == "main" and tokens[0].norm not in words("modals")
        )
        if clause.role in ("if", "unless", "when") and is_whole(tokens[1:]):
            return Unit(clause, phrase, "condition", words=spoken(tokens[1:]), relation="whole")
        if clause.role == "if" and is_done(tokens[1:]):
            clause.role = "when"
            return None
        if clause.role in ("if", "unless"):
            if is_idle(tokens[1:]):
                return Unit(clause, phrase)
            if tokens[0].norm == "depending on":
                return Unit(clause, phrase, "condition", words=spoken(tokens))
            text = self._asked(tokens[1:]) or spoken(tokens[1:])
            return Unit(clause, phrase, "condition", words=f"not ({text})" if clause.role == "unless" else text)
        if clause.role == "when" and looks_like_state(tokens[1:]) and not self._only_order(clause):
            return Unit(clause, phrase, "condition", words=spoken(tokens[1:]))
        if asked and not clause.marks:
            return Unit(clause, phrase, "condition", words=spoken(tokens))
        return None

    def _asked(self, tokens: Sequence[Token]) -> str:
        """`if so`, `if yes` behind `check whether x` or `is it x?`: x."""
        if [token.norm for token in tokens] not in (["so"], ["yes"], ["that", "is", "so"]):
            return ""
        last = self.last.drafts[-1] if self.last else None
        stated = spoken(last.phrase.statement) if last is not None and last.kind in ("validate", "wait") else ""
        return stated or (spoken(self.question.tokens) if self.question is not None else "")

    def _only_order(self, clause: Clause) -> bool:
        """`when all tests pass, load`: no choice, unless something else is said for failure."""
        said = {token.norm for token in clause.tokens}
        near = [held for held in self.following if held.sentence - clause.sentence <= 1]
        before = [held for held in self.result.units[-6:] if clause.sentence - held.clause.sentence <= 1]
        near.extend(held.clause for held in before if held.sort == "condition")
        other = any("otherwise" in held.marks or held.role in ("when", "if") for held in near)
        return bool(said & {"pass", "passes", "passed", "succeed", "succeeds", "succeeded", "successful"}) and not other

    def _reference(self, clause: Clause, phrase: Phrase) -> Unit | None:
        if clause.role not in ("after", "when", "before", "while"):
            return None
        tokens = clause.tokens[1:]
        turned = inverted(tokens) if clause.role == "after" else None
        if turned is not None:
            return self._inverted(clause, phrase, *turned)
        relation = "after" if clause.role == "when" or self._not_before(clause) else clause.role
        if any(token.norm in ("all", "both", "every", "everything", "each") for token in tokens):
            self.scope = ("", (), -1)
        if relation == "while" and phrase.verb is not None and not resolve(tokens, self.result.drafts, ()):
            clause.marks.append("meanwhile")
            return None
        if self.arrival and not self.result.drafts:
            tokens, self.arrival = self.arrival, []
        made = self._mentioned(clause, phrase, relation, tokens)
        if made is not None:
            return made
        if relation == "after" and self._is_outside(tokens):
            return Unit(clause, phrase, "task", drafts=[self._waiting(clause, phrase, tokens)])
        return Unit(clause, phrase, "reference", reference=list(tokens), relation=relation)

    def _not_before(self, clause: Clause) -> bool:
        """`do not start before y is finished`: y comes first."""
        held = self.result.units[-1] if self.result.units else None
        if clause.role != "before" or held is None or held.clause.sentence != clause.sentence or held.drafts:
            return False
        said = {token.norm for token in held.clause.tokens}
        return bool(said & words("negation")) and bool(said & _STARTING)

    def _mentioned(self, clause: Clause, phrase: Phrase, relation: str, tokens: list[Token]) -> Unit | None:
        """`check x before loading it into y`: a step that is only said in the subordinate clause."""
        if (
            phrase.verb is None
            or phrase.voice not in ("gerund", "passive")
            or phrase.verb.base == "do"
            or not phrase.tokens()
        ):
            return None
        if not name_words(phrase.tokens()) or resolve(
            tokens, self.result.drafts, self.last.drafts if self.last else ()
        ):
            return None
        if phrase.voice == "passive" and (
            waits_outside(tokens) or not any(token.norm in words("be") for token in tokens)
        ):
            return None
        trailing = clause.joint in ("mark", "and")
        kind = self._kind(phrase)
        listed = members(phrase, clause, kind, False)
        drafts = [self._draft(clause, phrase, kind, part, phrase.verb) for part in listed]
        return Unit(clause, phrase, "task" if trailing or relation == "after" else "ahead", drafts)

    def _is_outside(self, tokens: Sequence[Token]) -> bool:
        nearest = self.last.drafts if self.last else []
        if tokens and tokens[0].norm in ("step", "task", "stage") and is_step_name(tokens):
            return False
        return waits_outside(tokens) and not resolve(tokens, self.result.drafts, nearest)

    def _waiting(self, clause: Clause, phrase: Phrase, tokens: Sequence[Token]) -> Draft:
        held = Phrase(voice="imperative", verb=WAIT, statement=list(tokens))
        draft = self._draft(clause, held, "wait", list(tokens), WAIT)
        phrase.statement = list(tokens)
        return draft

    def _inverted(self, clause: Clause, phrase: Phrase, before: list[Token], subject: list[Token]) -> Unit:
        """`after y comes x`."""
        unit = Unit(clause, phrase, "order", reference=before, relation="after")
        if not resolve(before, self.result.drafts, ()):
            waited = [token for token in before if token.norm not in ("wait", "sensor")]
            outside = self._draft(clause, Phrase(voice="imperative", verb=WAIT, statement=waited), "wait", waited, WAIT)
            self.result.units.append(Unit(clause, phrase, "task", drafts=[outside]))
            self.last = self.result.units[-1]
        unit.drafts = self._subjects(clause, subject)
        return unit

    def _order(self, clause: Clause, phrase: Phrase) -> Unit | None:
        if clause.tokens and clause.tokens[0].norm in ("nobody", "nothing", "none", "no"):
            return None
        order = order_in(clause.tokens)
        if order is None:
            name = leading_name(clause.tokens)
            if not name:
                return None
            return Unit(clause, phrase, "order", self._subjects(clause, name), relation="start")
        if order.relation == "after" and [token.norm for token in order.subject if token.norm != "the"] == ["sensor"]:
            return Unit(clause, phrase, "task", [self._waiting(clause, phrase, order.reference)])
        order.subject = _without_place(order.subject)
        known = resolve(order.subject, self.result.drafts, self.last.drafts if self.last else (), strict=True)
        if (
            not known
            and not is_step_name(order.subject)
            and not self._gerund(order.subject)
            and not self._noun_phrase(order)
            and not self._acting(order)
        ):
            return None
        if (
            order.relation == "start"
            and order.reference
            and (not known or (phrase.verb is not None and phrase.verb.group != "run"))
        ):
            return None
        relation = "after" if order.relation == "before" and order.negated else order.relation
        drafts = known or self._subjects(clause, order.subject)
        waiting = relation == "after" and self._says_waiting(clause, order)
        if relation == "after" and not waiting:
            self._forward(clause, order.reference)
        outside = self._outside_names(clause, order.reference) if waiting else []
        if outside:
            self.result.units.append(Unit(clause, phrase, "task", drafts=outside, relation="root"))
        return Unit(clause, phrase, "order", drafts, list(order.reference), relation)

    @staticmethod
    def _says_waiting(clause: Clause, order: Order) -> bool:
        """`x waits for y`, `x must follow y`: y may stand outside of this pipeline."""
        if len(order.subject) >= len(clause.tokens):
            return False
        said = clause.tokens[len(order.subject)].norm
        return said.startswith(("wait", "hold", "has", "must", "should", "is", "have"))

    def _forward(self, clause: Clause, reference: Sequence[Token]) -> None:
        """`x depends on y` where y is a name that stands for a step of this pipeline."""
        new = [part for part in parts(reference) if is_step_name(part) and not resolve(part, self.result.drafts, ())]
        drafts = [self._new_subject(clause, part) for part in new]
        if drafts:
            self.result.units.append(Unit(clause, Phrase(), "order", drafts, relation="start"))

    def _outside_names(self, clause: Clause, reference: Sequence[Token]) -> list[Draft]:
        """Other DAGs that a reference names and that nothing here makes."""
        found = []
        for part in parts(reference):
            if waits_outside(part) and not resolve(part, self.result.drafts, self.last.drafts if self.last else ()):
                found.append(
                    self._draft(clause, Phrase(voice="imperative", verb=WAIT, statement=part), "wait", part, WAIT)
                )
        return found

    def _acting(self, order: Order) -> bool:
        """`the export runs only after ...`: a verb used as a noun, whose order is what the clause is about."""
        held = [token for token in order.subject if token.norm not in words("determiners")]
        noun = bool(held) and any(verb.noun and verb.form == "base" for verb in held[-1].verbs)
        near = bool(self.following) and self.following[0].role in ("after", "before", "when")
        return noun and len(held) <= 4 and (order.relation == "after" or (near and not order.reference))

    def _noun_phrase(self, order: Order) -> bool:
        """`both summaries use the raw table`: things that are made from what is known here."""
        held = [token for token in order.subject if token.norm not in words("determiners")]
        plain = (
            bool(held) and len(held) <= 8 and not any(token.norm in words("pronouns") | words("want") for token in held)
        )
        return plain and order.relation == "after" and bool(resolve(order.reference, self.result.drafts, ()))

    @staticmethod
    def _gerund(tokens: Sequence[Token]) -> bool:
        return bool(tokens) and any(verb.form == "ing" for verb in tokens[0].verbs)

    def _subjects(self, clause: Clause, tokens: Sequence[Token]) -> list[Draft]:
        """The drafts that a subject names: known ones, or new ones."""
        drafts = []
        for part in parts(tokens):
            known = resolve(part, self.result.drafts, (), strict=True)
            drafts.extend(known or [self._new_subject(clause, part)])
        return drafts

    def _new_subject(self, clause: Clause, part: list[Token]) -> Draft:
        verb = next((verb for verb in part[0].verbs if verb.form == "ing"), None)
        noun = (
            next((verb for verb in part[-1].verbs if verb.form == "base" and verb.noun), None)
            if len(part) > 1
            else None
        )
        if verb is None and noun is not None:
            made = Phrase("nominal", noun, 0, [], part[:-1])
            return self._draft(clause, made, kind_of(made), part[:-1], noun)
        if verb is None:
            return self._draft(clause, Phrase(objects=part), self._context_kind(), part, UNKNOWN)
        objects = part[1:] or (self.last.drafts[0].objects if self.last and self.last.drafts else [])
        phrase = Phrase(voice="gerund", verb=verb, objects=list(objects))
        return self._draft(clause, phrase, kind_of(phrase), list(objects), verb)
