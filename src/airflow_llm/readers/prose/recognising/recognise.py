"""The third stage: what each clause is (step, condition, reference, order, note), and which steps it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_llm.readers.prose import noise
from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Unit
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.orders import leading_name, order_in
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.recognising.recognition import Recognition
from airflow_llm.readers.prose.recognising.tasks import TaskRules


def recognise(clauses: Sequence[Clause]) -> Recognition:
    """What the clauses are, in order."""
    return _Recogniser(noise.noisy_sentences(clauses)).read(clauses)


class _Recogniser(TaskRules):
    """Asks the rules in turn, clause by clause."""

    def read(self, clauses: Sequence[Clause]) -> Recognition:
        for place, clause in enumerate(clauses):
            self.following = clauses[place + 1 : place + 4]
            phrase = parse(clause)
            if self.last is not None and not self.last.drafts:  # another clause took its steps over
                self.last = next((unit for unit in reversed(self.result.units) if unit.drafts), None)
            unit = self._unit(clause, phrase)
            self.result.units.append(unit)
            if unit.drafts:
                self.last = unit
        return self.result

    def _unit(self, clause: Clause, phrase: Phrase) -> Unit:
        drawn = self._arm(clause, phrase)
        if drawn is not None:
            return drawn
        if clause.whole or clause.sentence in self.noisy or noise.clause_noise(clause) or clause.role == "purpose":
            return Unit(clause, phrase)
        label = leading_name(clause.tokens)
        if (
            label
            and (len(clause.tokens) == len(label) or clause.tokens[0].norm in words("determiners"))
            and clause.heading
        ):
            self.label = label
            return Unit(clause, phrase)
        stripped = self._labelled(clause, label)
        if stripped is not None:
            return stripped
        unit = self._by_rules(clause, phrase)
        if self.label and unit.drafts:
            for draft in unit.drafts:
                draft.labels = self.label
            self.label = []
        return unit

    def _labelled(self, clause: Clause, label: list[Token]) -> Unit | None:
        """`stage one pulls clicks`: what the stage does, under its label."""
        rest = clause.tokens[len(label) :]
        if (
            not label
            or not rest
            or not any(verb.form in ("s", "base") for verb in rest[0].verbs)
            or order_in(clause.tokens)
        ):
            return None
        phrase = parse(replace(clause, tokens=rest))
        if phrase.verb is None or phrase.voice not in ("active", "imperative"):
            return None
        clause.tokens = rest
        unit = self._by_rules(clause, phrase)
        for draft in unit.drafts:
            draft.labels = label
        return unit

    def _by_rules(self, clause: Clause, phrase: Phrase) -> Unit:
        for rule in (
            self._described,
            self._more_rules,
            self._each,
            self._condition,
            self._reference,
            self._enumeration,
            self._required,
            self._looks_again,
            self._order,
            self._refused,
            self._dbt,
            self._aged,
            self._gapped,
            self._task,
            self._named,
        ):
            unit = rule(clause, phrase)
            if unit is not None:
                return unit
        return self._header(clause, phrase)
