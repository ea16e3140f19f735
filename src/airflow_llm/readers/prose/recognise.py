"""The third stage: what each clause is (a step, a condition, a reference, an order, a note) and which steps it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose import noise
from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import is_noop, kind_of
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.lists import count_said, members, parts
from airflow_llm.readers.prose.mapping import each_of, leading
from airflow_llm.readers.prose.orders import inverted, is_step_name, leading_name, order_in
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.states import is_idle, looks_like_state, waits_outside

UNKNOWN = Verb("", "", "base")
_WAIT = Verb("wait", "wait", "base")
_DBT = frozenset("seed run test build snapshot docs freshness compile deps".split())
_OWN = frozenset("pipeline dag job workflow flow process task it we etl script step".split())
_NEEDING = frozenset("needs need requires require depends waits".split())
_WHOLES = frozenset("pipeline dag workflow".split())
_TITLES = frozenset("pipeline dag job workflow flow etl elt process load task tasks steps".split())
_IDLE_OBJECTS = frozenset(
    "retry retries retrying backfill catchup catch-up timeout schedule weekends weekend hand me you".split()
)


@dataclass(slots=True)
class Recognition:
    """Every clause as a unit, and the drafts of all of them in order."""

    units: list[Unit] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Clauses with telling words that became nothing."""


def recognise(clauses: Sequence[Clause]) -> Recognition:
    """What the clauses are, in order."""
    return _Recogniser(noise.noisy_sentences(clauses)).read(clauses)


def _is_title(phrase: Phrase) -> bool:
    """Whether the words before a colon only name the whole (`incremental load of orders:`, `store pipeline:`)."""
    bare = not any(token.norm in words("determiners") for token in phrase.objects)
    return phrase.voice == "nominal" or (bare and any(token.norm in _TITLES for token in phrase.objects))


class _Recogniser:
    def __init__(self, noisy: dict[int, str]) -> None:
        self.noisy = noisy
        self.result = Recognition()
        self.context: list[Token] = []
        self.last: Unit | None = None
        self.scope: tuple[str, tuple[str, ...], int] = ("", (), -1)

    def read(self, clauses: Sequence[Clause]) -> Recognition:
        for clause in clauses:
            phrase = parse(clause)
            unit = self._unit(clause, phrase)
            self.result.units.append(unit)
            if unit.drafts:
                self.last = unit
        return self.result

    def _unit(self, clause: Clause, phrase: Phrase) -> Unit:
        if clause.sentence in self.noisy or noise.clause_noise(clause) or clause.role == "purpose":
            return Unit(clause, phrase)
        for rule in (
            self._each,
            self._condition,
            self._reference,
            self._enumeration,
            self._order,
            self._refused,
            self._dbt,
            self._gapped,
            self._task,
            self._named,
        ):
            unit = rule(clause, phrase)
            if unit is not None:
                return unit
        return self._header(clause, phrase)

    # --------------------------------------------------------------- conditions and references
    def _condition(self, clause: Clause, phrase: Phrase) -> Unit | None:
        tokens = clause.tokens
        asked = clause.question and phrase.verb is None and clause.role == "main"
        if clause.role in ("if", "unless"):
            if is_idle(tokens[1:]):
                return Unit(clause, phrase)
            text = spoken(tokens[1:])
            return Unit(clause, phrase, "condition", words=f"not ({text})" if clause.role == "unless" else text)
        if clause.role == "when" and looks_like_state(tokens[1:]):
            return Unit(clause, phrase, "condition", words=spoken(tokens[1:]))
        if asked and not clause.marks:
            return Unit(clause, phrase, "condition", words=spoken(tokens))
        return None

    def _reference(self, clause: Clause, phrase: Phrase) -> Unit | None:
        if clause.role not in ("after", "when", "before", "while"):
            return None
        tokens = clause.tokens[1:]
        turned = inverted(tokens) if clause.role == "after" else None
        if turned is not None:
            return self._inverted(clause, phrase, *turned)
        relation = "after" if clause.role == "when" else clause.role
        if relation == "while" and phrase.verb is not None and not resolve(tokens, self.result.drafts, ()):
            clause.marks.append("meanwhile")
            return None
        if relation == "after" and self._is_outside(tokens):
            return Unit(clause, phrase, "task", drafts=[self._waiting(clause, phrase, tokens)])
        return Unit(clause, phrase, "reference", reference=list(tokens), relation=relation)

    def _is_outside(self, tokens: Sequence[Token]) -> bool:
        nearest = self.last.drafts if self.last else []
        return waits_outside(tokens) and not resolve(tokens, self.result.drafts, nearest)

    def _waiting(self, clause: Clause, phrase: Phrase, tokens: Sequence[Token]) -> Draft:
        held = Phrase(voice="imperative", verb=_WAIT, statement=list(tokens))
        draft = self._draft(clause, held, "wait", list(tokens), _WAIT)
        phrase.statement = list(tokens)
        return draft

    def _inverted(self, clause: Clause, phrase: Phrase, before: list[Token], subject: list[Token]) -> Unit:
        """`after y comes x`."""
        unit = Unit(clause, phrase, "order", reference=before, relation="after")
        if not resolve(before, self.result.drafts, ()):
            waited = [token for token in before if token.norm not in ("wait", "sensor")]
            outside = self._draft(
                clause, Phrase(voice="imperative", verb=_WAIT, statement=waited), "wait", waited, _WAIT
            )
            self.result.units.append(Unit(clause, phrase, "task", drafts=[outside]))
            self.last = self.result.units[-1]
        unit.drafts = self._subjects(clause, subject)
        return unit

    # --------------------------------------------------------------- orders
    def _order(self, clause: Clause, phrase: Phrase) -> Unit | None:
        order = order_in(clause.tokens)
        if order is None:
            name = leading_name(clause.tokens)
            if not name:
                return None
            return Unit(clause, phrase, "order", self._subjects(clause, name), relation="start")
        known = resolve(order.subject, self.result.drafts, self.last.drafts if self.last else ())
        if not known and not is_step_name(order.subject) and not self._gerund(order.subject):
            return None
        if (
            order.relation == "start"
            and order.reference
            and (not known or phrase.verb is not None and phrase.verb.group != "run")
        ):
            return None
        relation = "after" if order.relation == "before" and order.negated else order.relation
        drafts = known or self._subjects(clause, order.subject)
        outside = self._outside_names(clause, order.reference) if relation == "after" else []
        if outside:
            self.result.units.append(Unit(clause, phrase, "task", drafts=outside, relation="root"))
        return Unit(clause, phrase, "order", drafts, list(order.reference), relation)

    def _outside_names(self, clause: Clause, reference: Sequence[Token]) -> list[Draft]:
        """Other DAGs that a reference names and that nothing here makes."""
        found = []
        for part in parts(reference):
            if waits_outside(part) and not resolve(part, self.result.drafts, self.last.drafts if self.last else ()):
                found.append(
                    self._draft(clause, Phrase(voice="imperative", verb=_WAIT, statement=part), "wait", part, _WAIT)
                )
        return found

    @staticmethod
    def _gerund(tokens: Sequence[Token]) -> bool:
        return bool(tokens) and any(verb.form == "ing" for verb in tokens[0].verbs)

    def _subjects(self, clause: Clause, tokens: Sequence[Token]) -> list[Draft]:
        """The drafts that a subject names: known ones, or new ones."""
        drafts = []
        for part in parts(tokens):
            known = resolve(part, self.result.drafts, ())
            drafts.extend(known or [self._new_subject(clause, part)])
        return drafts

    def _new_subject(self, clause: Clause, part: list[Token]) -> Draft:
        verb = next((verb for verb in part[0].verbs if verb.form == "ing"), None)
        if verb is None:
            return self._draft(clause, Phrase(objects=part), self._context_kind(), part, UNKNOWN)
        objects = part[1:] or (self.last.drafts[0].objects if self.last and self.last.drafts else [])
        phrase = Phrase(voice="gerund", verb=verb, objects=list(objects))
        return self._draft(clause, phrase, kind_of(phrase), list(objects), verb)

    # --------------------------------------------------------------- steps
    def _refused(self, clause: Clause, phrase: Phrase) -> Unit | None:
        return Unit(clause, phrase) if phrase.negated and "always" not in clause.marks else None

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

    def _dbt(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`dbt seed`, `dbt run and test`, and `then test` after one of them."""
        tokens = [token for token in clause.tokens if token.norm not in words("polite")]
        names_dbt = bool(tokens) and tokens[0].system is not None and tokens[0].system.name == "dbt"
        goes_on = (
            self.last is not None
            and self.last.drafts[-1].kind == "dbt"
            and clause.joint in ("then", "and", "comma", "arrow")
        )
        listed = parts(tokens[1:] if names_dbt else tokens)
        if (
            not (names_dbt or goes_on)
            or not listed
            or any(part[0].norm not in _DBT for part in listed)
            or not all(len(part) < 3 for part in listed)
        ):
            return None
        verb = Verb("dbt", "run", "base")
        return Unit(
            clause, phrase, "task", [self._draft(clause, Phrase(objects=part), "dbt", part, verb) for part in listed]
        )

    def _task(self, clause: Clause, phrase: Phrase) -> Unit | None:
        if phrase.verb is None or not self._acts(clause, phrase):
            return None
        if is_noop(phrase):
            return Unit(clause, phrase, "outcome", words=spoken(clause.tokens))
        named_whole = len(phrase.objects) == 1 and phrase.objects[0].norm in _WHOLES
        if (clause.heading and _is_title(phrase)) or (
            named_whole and not self.result.drafts and phrase.voice == "imperative"
        ):
            return self._header(clause, phrase)
        if phrase.voice == "participle" and self.last is not None:
            phrase.objects = list(self.last.phrase.objects)
        parallel = "parallel_end" in clause.marks or any(token.norm == "both" for token in phrase.objects)
        kind = self._kind(phrase)
        each, items, objects = each_of(clause, phrase, kind)
        if not each and self._in_scope(clause, phrase):
            each, items = self.scope[0], self.scope[1]
        listed = [objects] if each else members(phrase, clause, kind, parallel)
        drafts = [self._draft(clause, phrase, kind, part, phrase.verb) for part in listed]
        for draft in drafts:
            draft.each, draft.items = each, items
            draft.hints.extend(token for token in phrase.subject if phrase.voice == "active" and token.system)
        unit = Unit(clause, phrase, "task", drafts, parallel=len(drafts) > 1)
        if phrase.statement and phrase.statement[0].norm in _NEEDING:
            unit.reference, unit.relation = phrase.statement[1:], "after"
        elif phrase.voice in ("passive", "participle") and phrase.verb.group in (
            "create",
            "refresh",
            "join",
            "union",
            "aggregate",
            "transform",
        ):
            unit.reference, unit.relation = phrase.complement("from", "on", "out"), "after"
        return unit

    def _gapped(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`a is built from x, b from y`: the second half leaves the verb out."""
        if phrase.voice not in ("passive", "active") or len(phrase.complements) < 2:
            return None
        (first, held), (second, rest), *_ = phrase.complements
        commas = [place for place, token in enumerate(held) if token.norm in (",", "and")]
        if first != second or not commas or not rest:
            return None
        clause.tokens = clause.tokens[: clause.tokens.index(held[commas[0]])]
        front = Phrase(
            phrase.voice, phrase.verb, phrase.at, phrase.subject, phrase.objects, [(first, held[: commas[0]])]
        )
        unit = self._task(clause, front)
        behind = [token for token in held[commas[0] + 1 :] if token.norm != "and"]
        after = Clause([*behind, *rest], clause.sentence, "comma")
        if unit is None or not behind:
            return None
        self.result.units.append(unit)
        self.last = unit
        return self._task(after, Phrase(phrase.voice, phrase.verb, phrase.at, behind, behind, [(second, rest)]))

    def _each(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`for each region (EU, US)` in front of what is done for each."""
        if not clause.tokens or clause.tokens[0].marker != "each":
            return None
        name, items = leading(clause)
        if not name or phrase.voice == "imperative":
            return None
        self.scope = (name, items, clause.sentence)
        return Unit(clause, phrase, "header")

    def _in_scope(self, clause: Clause, phrase: Phrase) -> bool:
        """Whether the step still is one of those done for each item; merging the results ends that."""
        if not self.scope[0] or self.scope[2] != clause.sentence or phrase.verb is None:
            return False
        merges = phrase.verb.group in ("union", "join", "aggregate") or "last" in clause.marks
        if merges or any(
            token.norm in ("all", "everything", "results", "three", "two", "both") for token in phrase.objects
        ):
            self.scope = ("", (), -1)
            return False
        return True

    def _kind(self, phrase: Phrase) -> str:
        kind = kind_of(phrase)
        return self._context_kind() if kind == "python" and self._context_kind() == "dbt" else kind

    def _acts(self, clause: Clause, phrase: Phrase) -> bool:
        """Whether the verb asks for a step, and does not only tell something about one."""
        said = [token.norm for token in clause.tokens]
        subject = [token.norm for token in phrase.subject]
        verb = phrase.verb
        if verb is None or verb.base == "do" or phrase.objects and phrase.objects[0].norm in _IDLE_OBJECTS:
            return False
        if phrase.voice == "passive":
            must = any(word in ("must", "should", "has", "have", "needs", "shall", "will") for word in said)
            return must or not {"was", "were", "can", "could", "may", "been", "had"} & set(said[: phrase.at])
        if phrase.voice == "active":
            return self._speaks_of_work(clause, subject, phrase)
        if phrase.voice == "nominal":
            return bool(phrase.objects or phrase.complements) and clause.joint != "dash"
        empty = not phrase.objects and not phrase.complements and not phrase.statement
        return not (empty and verb.group == "run") or clause.joint in ("then", "arrow") or bool(clause.item)

    def _speaks_of_work(self, clause: Clause, subject: Sequence[str], phrase: Phrase) -> bool:
        if any(word in ("this", "that", "which", "who", "nothing", "they", "he", "she") for word in subject):
            return bool(subject) and subject[-1] in _OWN - {"it"}
        if subject and subject[-1] == "it":
            return clause.joint == "start" and self.last is None
        return (
            any(token.system for token in phrase.subject) or not subject or subject[-1] in _OWN or bool(phrase.objects)
        )

    # --------------------------------------------------------------- names and headings
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
        known = resolve(tokens, self.result.drafts, nearest) if clause.joint in ("start", "dash") else []
        if known:
            return Unit(clause, phrase, "order", known, relation="start")
        arm = self._opens_arm(clause)
        if is_step_name(tokens) and (arm or clause.joint in ("then", "arrow", "and", "comma") or clause.item):
            return Unit(clause, phrase, "order", self._subjects(clause, tokens), relation="start")
        if clause.joint == "then" and self.last is not None and len(tokens) <= 6:
            base = self.last.drafts[-1]
            return Unit(clause, phrase, "task", [self._like(base, clause, self._plain(tokens))])
        if clause.joint == "arrow" and len(tokens) <= 6:
            return Unit(
                clause, phrase, "task", [self._draft(clause, Phrase(objects=tokens), "python", tokens, UNKNOWN)]
            )
        return None

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
            return Unit(clause, phrase, "header")
        if len(clause.tokens) > 2 and clause.joint not in ("colon",):
            self.result.unread.append(spoken(clause.tokens))
        return Unit(clause, phrase)

    def _context_kind(self) -> str:
        return "dbt" if any(token.system and token.system.name == "dbt" for token in self.context) else "python"

    def _draft(self, clause: Clause, phrase: Phrase, kind: str, objects: list[Token], verb: Verb) -> Draft:
        draft = Draft(len(self.result.drafts), verb, kind, objects, phrase, clause)
        self.result.drafts.append(draft)
        return draft
