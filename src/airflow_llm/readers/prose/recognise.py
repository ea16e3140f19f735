"""The third stage: what each clause is (a step, a condition, a reference, an order, a note) and which steps it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from airflow_llm.readers.prose import noise
from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import is_noop, kind_of
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.lists import count_said, members, parts
from airflow_llm.readers.prose.mapping import each_of, leading
from airflow_llm.readers.prose.orders import Order, inverted, is_step_name, leading_name, order_in
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.states import is_done, is_idle, is_whole, looks_like_state, waits_outside

UNKNOWN = Verb("", "", "base")
_WAIT = Verb("wait", "wait", "base")
_DBT = frozenset("seed run test build snapshot docs freshness compile deps".split())
_OWN = frozenset("pipeline dag job workflow flow process task it we etl script step".split())
_NEEDING = frozenset("needs need requires require depends waits".split())
_WHOLES = frozenset(["pipeline", "dag", "workflow", "job", "flow"])
_ARRIVALS = frozenset(
    ["arrives", "arrive", "lands", "land", "delivered", "dropped", "appear", "appears", "comes", "uploaded"]
)
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
        self.following: Sequence[Clause] = ()
        self.label: list[Token] = []
        self.arrival: list[Token] = []
        self.scope: tuple[str, tuple[str, ...], int] = ("", (), -1)

    def read(self, clauses: Sequence[Clause]) -> Recognition:
        for place, clause in enumerate(clauses):
            self.following = clauses[place + 1 : place + 4]
            phrase = parse(clause)
            unit = self._unit(clause, phrase)
            self.result.units.append(unit)
            if unit.drafts:
                self.last = unit
        return self.result

    def _unit(self, clause: Clause, phrase: Phrase) -> Unit:
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
            text = spoken(tokens[1:])
            return Unit(clause, phrase, "condition", words=f"not ({text})" if clause.role == "unless" else text)
        if clause.role == "when" and looks_like_state(tokens[1:]) and not self._only_order(clause):
            return Unit(clause, phrase, "condition", words=spoken(tokens[1:]))
        if asked and not clause.marks:
            return Unit(clause, phrase, "condition", words=spoken(tokens))
        return None

    def _only_order(self, clause: Clause) -> bool:
        """`when all tests pass, load`: success of what came before is no choice unless something else is said for failure."""
        said = {token.norm for token in clause.tokens}
        near = [held for held in self.following if held.sentence - clause.sentence <= 1]
        other = any("otherwise" in held.marks or held.role in ("when", "if") for held in near)
        return bool(said & {"pass", "passes", "passed", "succeed", "succeeds", "succeeded", "successful"}) and not other

    def _reference(self, clause: Clause, phrase: Phrase) -> Unit | None:
        if clause.role not in ("after", "when", "before", "while"):
            return None
        tokens = clause.tokens[1:]
        turned = inverted(tokens) if clause.role == "after" else None
        if turned is not None:
            return self._inverted(clause, phrase, *turned)
        relation = "after" if clause.role == "when" else clause.role
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
        if order.relation == "after" and [token.norm for token in order.subject if token.norm != "the"] == ["sensor"]:
            return Unit(clause, phrase, "task", [self._waiting(clause, phrase, order.reference)])
        known = resolve(order.subject, self.result.drafts, self.last.drafts if self.last else (), strict=True)
        if (
            not known
            and not is_step_name(order.subject)
            and not self._gerund(order.subject)
            and not self._noun_phrase(order)
        ):
            return None
        if (
            order.relation == "start"
            and order.reference
            and (not known or phrase.verb is not None and phrase.verb.group != "run")
        ):
            return None
        relation = "after" if order.relation == "before" and order.negated else order.relation
        drafts = known or self._subjects(clause, order.subject)
        waiting = (
            relation == "after"
            and clause.tokens[len(order.subject)].norm.startswith(
                ("wait", "hold", "has", "must", "should", "is", "have")
            )
            if len(order.subject) < len(clause.tokens)
            else False
        )
        if relation == "after" and not waiting:
            self._forward(clause, order.reference)
        outside = self._outside_names(clause, order.reference) if waiting else []
        if outside:
            self.result.units.append(Unit(clause, phrase, "task", drafts=outside, relation="root"))
        return Unit(clause, phrase, "order", drafts, list(order.reference), relation)

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
                    self._draft(clause, Phrase(voice="imperative", verb=_WAIT, statement=part), "wait", part, _WAIT)
                )
        return found

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
        if phrase.voice == "active":
            phrase = self._acting_noun(phrase) or phrase
        if is_noop(phrase):
            return Unit(clause, phrase, "outcome", words=spoken(clause.tokens))
        named_whole = len(phrase.objects) == 1 and phrase.objects[0].norm in _WHOLES
        if (clause.heading and _is_title(phrase)) or (
            named_whole and not self.result.drafts and phrase.voice == "imperative"
        ):
            return self._header(clause, phrase)
        if self._modifies_load(clause, phrase):
            return Unit(clause, phrase)
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

    def _modifies_load(self, clause: Clause, phrase: Phrase) -> bool:
        """`..., upsert on sku`: how the load before writes, not a step of its own."""
        if (
            phrase.verb is None
            or phrase.verb.base not in ("upsert", "merge", "append", "overwrite", "replace")
            or phrase.objects
        ):
            return False
        told = [(name, tokens) for name, tokens in phrase.complements if name in ("by", "on", "using")]
        if (
            self.last is None
            or clause.joint not in ("comma", "and")
            or self.last.drafts[-1].kind not in ("load", "copy")
        ):
            return False
        if phrase.complements and not told:
            return False
        self.last.drafts[-1].phrase.complements.extend(told)
        return True

    def _gapped(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`a is built from x, b from y`: the second half leaves the verb out."""
        if (
            phrase.verb is None
            or phrase.voice not in ("passive", "active", "imperative")
            or len(phrase.complements) < 2
        ):
            return None
        (first, held), (second, rest), *_ = phrase.complements
        commas = [place for place, token in enumerate(held) if token.norm in (",", "and")]
        if first != second or not commas or not rest or first in ("of", "with") or commas[-1] + 1 == len(held):
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
        if verb is not None and verb.base == "do" and phrase.voice == "imperative":
            told = bool(name_words(phrase.objects)) and phrase.objects[0].norm not in words("pronouns")
            return told and phrase.objects[0].norm not in ("nothing", "not")
        if (
            verb is None
            or verb.base == "do"
            or self._whole(phrase)
            or phrase.objects
            and phrase.objects[0].norm in _IDLE_OBJECTS
        ):
            return False
        if phrase.voice == "passive":
            must = any(word in ("must", "should", "has", "have", "needs", "shall", "will") for word in said)
            return must or not {"was", "were", "can", "could", "may", "been", "had"} & set(said[: phrase.at])
        if phrase.voice == "active":
            if self._acting_noun(phrase):
                return True
            return self._speaks_of_work(clause, subject, phrase)
        if phrase.voice == "nominal":
            return bool(phrase.objects or phrase.complements) and clause.joint != "dash"
        empty = not phrase.objects and not phrase.complements and not phrase.statement
        return not (empty and verb.group == "run") or clause.joint in ("then", "arrow") or bool(clause.item)

    def _acting_noun(self, phrase: Phrase) -> Phrase | None:
        """`the ledger import reads from x`: the subject is the step, the verb only tells about it."""
        held = [
            token
            for token in phrase.subject
            if token.norm not in words("determiners") and token.norm not in ("itself", "only")
        ]
        verb = next((verb for verb in held[-1].verbs if verb.form == "base" and verb.noun), None) if held else None
        if (
            verb is None
            or phrase.verb is None
            or phrase.verb.group not in ("get", "take", "put", "copy")
            or verb.group not in ("get", "put", "copy")
        ):
            return None
        objects = held[:-1] or list(phrase.objects)
        return Phrase("nominal", verb, phrase.at, [], objects, list(phrase.complements))

    def _whole(self, phrase: Phrase) -> bool:
        """`build a pipeline`, `set up a job`, `run it`: the pipeline itself, not a step of it."""
        held = [
            token.norm
            for token in phrase.objects
            if token.norm not in words("determiners") or token.norm in words("pronouns")
        ]
        group = phrase.verb.group if phrase.verb else ""
        if group in ("create", "register") and held and held[-1] in _WHOLES:
            return True
        return (
            group == "run"
            and held in (["it"], ["this"], ["everything"], ["all"], ["pipeline"], ["dag"], ["whole", "thing"])
            and bool(self.result.drafts)
        )

    def _speaks_of_work(self, clause: Clause, subject: Sequence[str], phrase: Phrase) -> bool:
        if any(word in ("this", "that", "which", "who", "nothing", "they", "he", "she") for word in subject):
            return bool(subject) and subject[-1] in _OWN - {"it"}
        if subject and subject[-1] == "it":
            return clause.joint == "start"
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
        if is_noop(phrase) and self._opens_arm(clause):
            return Unit(clause, phrase, "outcome", words=spoken(clause.tokens))
        if tokens[0].norm == "sensor" or self._feeds_arrow(clause, tokens):
            return self._spoken_noun(clause, phrase, tokens)
        known = resolve(tokens, self.result.drafts, nearest) if clause.joint in ("start", "dash") else []
        if known:
            return Unit(clause, phrase, "order", known, relation="start")
        arm = self._opens_arm(clause)
        if is_step_name(tokens) and (
            arm or clause.joint in ("then", "arrow", "and", "comma", "colon", "gap") or clause.item
        ):
            return Unit(clause, phrase, "order", self._subjects(clause, tokens), relation="start")
        goes_on = clause.joint == "then" or (clause.joint == "start" and "then" in clause.marks)
        if goes_on and self.last is not None and len(tokens) <= 6:
            base = self.last.drafts[-1]
            return Unit(clause, phrase, "task", [self._like(base, clause, self._plain(tokens))])
        if clause.joint == "arrow" and len(tokens) <= 6:
            return Unit(
                clause, phrase, "task", [self._draft(clause, Phrase(objects=tokens), "python", tokens, UNKNOWN)]
            )
        return None

    def _feeds_arrow(self, clause: Clause, tokens: Sequence[Token]) -> bool:
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
            return Unit(clause, phrase, "header")
        if any(token.norm in _ARRIVALS for token in clause.tokens) and any(token.named for token in clause.tokens):
            self.arrival = list(clause.tokens)
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
