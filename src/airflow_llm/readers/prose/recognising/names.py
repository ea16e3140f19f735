"""Phrases without a verb: names, lists, headings."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import is_noop, kind_of
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.lists import count_said, parts
from airflow_llm.readers.prose.orders import is_step_name
from airflow_llm.readers.prose.phrases import Phrase
from airflow_llm.readers.prose.recognising.arms import ArmRules
from airflow_llm.readers.prose.recognising.recognition import UNKNOWN
from airflow_llm.readers.prose.references import resolve

_ARRIVALS = words("arrivals")
_FEW, _BOTH = 4, 2
_RUNS_AS = words("runs_as")


def _link_kind(tokens: Sequence[Token], *, first: bool, last: bool) -> str:
    """`sftp://in/a.csv -> clean -> s3://out/`: a place at the front of a chain is read, one at its end is written."""
    if not any(token.tag in ("uri", "file", "path", "url") for token in tokens) or first == last:
        return "python"
    return "extract" if first else "load"


class NameRules(ArmRules):
    """The rules for clauses without a verb."""

    def _enumeration(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`run two jobs: a and b`: the members take the place of the one draft before the colon."""
        if clause.joint not in ("colon", "dash") or self.last is None or self.last.clause.sentence != clause.sentence:
            return None
        if phrase.voice not in ("none", "nominal") or len(self.last.drafts) != 1:
            return None
        listed = parts(clause.tokens)
        base = self.last.drafts[0]
        if len(listed) < 2 or count_said(base.objects) not in (0, len(listed)) or any(len(part) > 6 for part in listed):
            return None
        base.hints, base.objects = [*base.hints, *base.objects], listed[0]
        self.last.drafts = [base, *(self._like(base, clause, part) for part in listed[1:])]
        self.last.parallel = True
        return Unit(clause, phrase)

    def _like(self, base: Draft, clause: Clause, objects: list[Token]) -> Draft:
        draft = self._draft(clause, base.phrase, base.kind, objects, base.verb)
        draft.hints, draft.each, draft.items = list(base.hints), base.each, base.items
        return draft

    def _named(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """A phrase without a verb that still is a step: `and then people`, `task 2b instead`, `→ staging → mart`."""
        tokens = [
            token
            for token in clause.tokens
            if token.norm not in ("instead", "i", "we", "want", "get", ",") and not token.marker
        ]
        if not tokens or phrase.verb is not None or all(token.tag == "punct" for token in tokens):
            return None
        nearest = self.last.drafts if self.last else []
        if is_noop(phrase) and self._opens_arm(clause):
            return Unit(clause, phrase, "outcome", words=spoken(clause.tokens))
        special = self._special(clause, phrase, tokens)
        if special is not None:
            return special
        known = resolve(tokens, self.result.drafts, nearest) if clause.joint in ("start", "dash") else []
        if known:
            return Unit(clause, phrase, "order", known, relation="start")
        arm = self._opens_arm(clause)
        ahead = bool(self.following) and self.following[0].joint == "arrow"
        if is_step_name(tokens) and (
            arm or ahead or clause.joint in ("then", "arrow", "and", "comma", "colon", "gap", "edge") or clause.item
        ):
            return Unit(clause, phrase, "order", self._subjects(clause, tokens), relation="start")
        goes_on = clause.joint == "then" or (clause.joint == "start" and "then" in clause.marks)
        if goes_on and self.last is not None and len(tokens) <= 6:
            base = self.last.drafts[-1]
            return Unit(clause, phrase, "task", [self._like(base, clause, self._plain(tokens))])
        event = any(verb.form == "past" for verb in tokens[0].verbs)
        if (clause.joint == "arrow" or (ahead and not event)) and len(tokens) <= 6:
            kind = _link_kind(tokens, first=clause.joint != "arrow", last=not ahead)
            return Unit(clause, phrase, "task", [self._draft(clause, Phrase(objects=tokens), kind, tokens, UNKNOWN)])
        return None

    def _special(self, clause: Clause, phrase: Phrase, tokens: list[Token]) -> Unit | None:
        """Commands in backticks, repetitions, lists of needs, links of a chain, sensors."""
        if any(token.tag == "quoted" and token.raw.startswith("`") for token in tokens):
            return self._commands(clause, phrase, tokens)
        if clause.joint in ("colon", "dash") and self._places_said(tokens):
            return Unit(clause, phrase)
        ran = self._runnable(clause, tokens)
        if ran is not None:
            return ran
        repeated = self._same_for(clause, phrase, tokens) or self._needs_list(clause, phrase, tokens)
        if repeated is not None:
            return repeated
        chained = self._in_chain(clause, tokens)
        if chained is not None:
            return Unit(clause, phrase, "task", [chained])
        if tokens[0].norm == "sensor" or self._feeds_arrow(tokens):
            return self._spoken_noun(clause, phrase, tokens)
        return None

    def _places_said(self, tokens: list[Token]) -> bool:
        """`extract, transform, load: orders from MySQL into Snowflake`: where the steps before read and write."""
        bare = [draft for draft in self.result.drafts if not draft.systems() and len(draft.objects) < _FEW]
        source = next((draft for draft in bare if draft.kind == "extract"), None)
        target = next((draft for draft in bare if draft.kind in ("load", "copy")), None)
        places = [index for index, token in enumerate(tokens) if token.norm in ("from", "into", "to")]
        if source is None or target is None or len(places) < _BOTH or not any(token.system for token in tokens):
            return False
        first, second = places[0], places[1]
        source.objects = [token for token in tokens[:first] if token.norm not in words("determiners")]
        source.phrase.objects = list(source.objects)
        source.phrase.complements.append((tokens[first].norm, tokens[first + 1 : second]))
        target.objects = target.phrase.objects = []
        target.phrase.complements.append((tokens[second].norm, tokens[second + 1 :]))
        return True

    def _runnable(self, clause: Clause, tokens: list[Token]) -> Unit | None:
        """`spark job x, then glue crawler y`; `databricks notebooks: bronze then silver`: things that are run."""
        ahead = bool(self.following) and self.following[0].joint in ("then", "arrow")
        inside = clause.joint in ("then", "arrow", "colon") or bool(clause.item)
        if not (ahead or inside) or clause.heading or len(tokens) > 8:
            return None
        job = any(token.norm in _RUNS_AS for token in tokens) and any(token.named or token.system for token in tokens)
        listed = bool(self.context) and clause.joint in ("colon", "start") and ahead and len(tokens) <= 3
        if not (job or listed):
            return None
        verb = Verb("run", "run", "base")
        made = Phrase("imperative", verb, 0, [], tokens)
        draft = self._draft(
            clause, made, kind_of(Phrase("imperative", verb, 0, [], [*tokens, *self.context])), tokens, verb
        )
        draft.hints = [] if job else [token for token in self.context if token.system]
        return Unit(clause, made, "task", [draft])

    def _same_for(self, clause: Clause, phrase: Phrase, tokens: list[Token]) -> Unit | None:
        """`the same for returns and shipments`: the last step again, beside itself."""
        said = [token.norm for token in tokens if token.norm != "the"]
        if said[:2] != ["same", "for"] or self.last is None:
            return None
        place = next(index for index, token in enumerate(tokens) if token.norm == "for")
        clause.marks.append("meanwhile")
        base = self.last.drafts[0]
        return Unit(clause, phrase, "task", [self._like(base, clause, part) for part in parts(tokens[place + 1 :])])

    def _needs_list(self, clause: Clause, phrase: Phrase, tokens: list[Token]) -> Unit | None:
        """`value_positions: [load_fx, load_trades]`."""
        named = [token for aside in clause.asides for token in aside if token.tag == "name"]
        if not is_step_name(tokens) or not clause.asides or not (clause.heading or clause.item):
            return None
        if any(not token.named and token.norm not in (",", "and") for aside in clause.asides for token in aside):
            return None
        unit = Unit(clause, phrase, "order", self._subjects(clause, tokens), relation="after" if named else "root")
        unit.reference = named
        return unit

    def _commands(self, clause: Clause, phrase: Phrase, tokens: Sequence[Token]) -> Unit:
        """`two commands: a and b` in backticks."""
        quoted = [token for token in tokens if token.tag == "quoted" and token.raw.startswith("`")]
        drafts = []
        for token in quoted:
            made = Phrase("imperative", Verb("run", "run", "base"), 0, [], [token])
            drafts.append(self._draft(clause, made, "shell", [token], Verb("run", "run", "base")))
        return Unit(clause, phrase, "task", drafts)

    def _in_chain(self, clause: Clause, tokens: list[Token]) -> Draft | None:
        """`kafka topic clicks -> spark sessionisation -> iceberg table x`: what a link of a chain is."""
        ahead = bool(self.following) and self.following[0].joint == "arrow"
        system = next((token.system for token in tokens if token.system is not None), None)
        if len(tokens) > 6 or system is None or not (ahead or clause.joint == "arrow"):
            return None
        stores = system.family in ("sql", "objects", "files", "nosql", "search", "stream", "http")
        if clause.joint != "arrow":
            if not stores or any(token.norm == "from" for token in tokens):
                return None
            made = Phrase("nominal", Verb("extract", "get", "base"), 0, [], tokens, [("from", tokens)])
            return self._draft(clause, made, "extract", tokens, Verb("extract", "get", "base"))
        if stores:
            made = Phrase("nominal", Verb("load", "put", "base"), 0, [], [], [("into", tokens)])
            return self._draft(clause, made, "load", [], Verb("load", "put", "base"))
        if system.name in ("spark", "dbt"):
            return self._draft(clause, Phrase(objects=tokens), system.name, tokens, Verb("run", "run", "base"))
        return None

    def _feeds_arrow(self, tokens: Sequence[Token]) -> bool:
        """`orders.csv from SFTP -> check`: the source that an arrow chain begins with."""
        arrow = bool(self.following) and self.following[0].joint == "arrow"
        return (
            arrow
            and any(token.norm == "from" for token in tokens)
            and any(token.system or token.named for token in tokens)
        )

    def _spoken_noun(self, clause: Clause, phrase: Phrase, tokens: list[Token]) -> Unit:
        if tokens[0].norm == "sensor":
            held = [token for token in tokens[1:] if token.norm not in ("on", "for")]
            return Unit(clause, phrase, "task", [self._waiting(clause, phrase, held)])
        place = next(index for index, token in enumerate(tokens) if token.norm == "from")
        made = Phrase("nominal", Verb("extract", "get", "base"), 0, [], tokens[:place], [("from", tokens[place + 1 :])])
        return Unit(clause, made, "task", [self._draft(clause, made, "extract", tokens[:place], made.verb or UNKNOWN)])

    @staticmethod
    def _plain(tokens: list[Token]) -> list[Token]:
        start = 0
        while start < len(tokens) and (
            tokens[start].norm in words("prepositions") or tokens[start].norm in words("determiners")
        ):
            start += 1
        return tokens[start:]

    def _opens_arm(self, clause: Clause) -> bool:
        before = self.result.units[-1] if self.result.units else None
        return "otherwise" in clause.marks or (before is not None and before.sort == "condition")

    def _header(self, clause: Clause, phrase: Phrase) -> Unit:
        """A heading: its systems are the context of the steps that name none."""
        named = [token for token in clause.tokens if token.system is not None]
        if named and phrase.verb is None and len(clause.tokens) <= 6 and not self.result.drafts:
            self.context = named
            self.within = named if clause.tokens[0].norm in ("in", "inside", "within", "on") else self.within
            return Unit(clause, phrase, "header")
        if any(token.norm in _ARRIVALS for token in clause.tokens) and any(token.named for token in clause.tokens):
            self.arrival = list(clause.tokens)
            return Unit(clause, phrase, "header")
        if len(clause.tokens) > 2 and clause.joint not in ("colon",) and not (clause.heading and self.within):
            self.result.unread.append(spoken(clause.tokens))
        return Unit(clause, phrase)
