"""Clauses that state what is true of good data: which of them are a check, and which belong to the one before."""

from __future__ import annotations

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Unit, spoken
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.recognising.names import NameRules
from airflow_llm.readers.prose.rules import find_rules

_CHECK = Verb("check", "check", "base")
_QUALITY = frozenset(
    ["quality", "checks", "check", "rules", "validation", "validations", "dq", "expectations", "tests"]
)


def _only_rules(clause: Clause) -> bool:
    """Whether the words state a rule and nothing else."""
    text = spoken(clause.tokens)
    return any(hit.end - hit.start >= len(text.strip(" .,")) - 1 for hit in find_rules(text))


class CheckRules(NameRules):
    """The rules for clauses about the quality of data."""

    def _checks(self, clause: Clause, phrase: Phrase, *, acts: bool) -> Unit | None:
        """`check that no amounts are negative`, `Quality: no duplicates per day`: rules, in whatever form."""
        verb = phrase.verb
        asked = verb is not None and verb.group == "check" and phrase.voice == "imperative"
        if clause.role != "main" or not (asked or self._under_quality(clause)):
            return None
        if asked and self._kind(phrase) != "wait" and acts:
            return None
        if not find_rules(spoken(clause.tokens)):
            return None
        objects = phrase.objects if asked else []
        return Unit(clause, phrase, "task", [self._draft(clause, phrase, "validate", objects, verb or _CHECK)])

    def _under_quality(self, clause: Clause) -> bool:
        """Whether the clause stands behind a heading such as `Quality:`."""
        units = self.result.units
        heading = units[-1].clause if units and units[-1].clause.heading and clause.joint == "colon" else None
        return heading is not None and bool({token.norm for token in heading.tokens} & _QUALITY)

    def _more_rules(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`check it: a is unique, b > 0, quarantine the rest`: all of it is one step."""
        last = self.last
        if last is None or last.drafts[-1].kind != "validate" or len(last.drafts) > 1 or clause.role != "main":
            return None
        near = last.clause.sentence == clause.sentence and clause.joint in ("colon", "comma", "and", "gap", "dash")
        said = {token.norm for token in phrase.tokens()}
        if phrase.verb is not None and (phrase.verb.base == "quarantine" or "aside" in said):
            named = {token.norm for token in phrase.objects} - words("determiners") - words("set_aside_rows")
            if named or phrase.voice != "imperative":
                return None
        else:
            asks = phrase.verb is not None and phrase.verb.group not in ("check", "work") and phrase.voice != "passive"
            asks = asks and not _only_rules(clause)
            if not near or asks or "then" in clause.marks or not find_rules(spoken(clause.tokens)):
                return None
        last.drafts[-1].clause.tokens = [*last.drafts[-1].clause.tokens, *clause.tokens]
        return Unit(clause, phrase)
