"""Clauses with a verb: which of them ask for a step, and for which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from airflow_llm.readers.prose.asking import asked_at, asks_nothing, is_title
from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import Draft, Unit, name_words, spoken
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.kinds import is_noop
from airflow_llm.readers.prose.lexicon import Verb, words
from airflow_llm.readers.prose.lists import awaited, members, parts
from airflow_llm.readers.prose.mapping import each_of, leading
from airflow_llm.readers.prose.phrases import Phrase, parse
from airflow_llm.readers.prose.recognising.checks import CheckRules
from airflow_llm.readers.prose.recognising.recognition import UNKNOWN

_DBT = words("dbt")


_OWN = words("own")


_NEEDING = frozenset(["needs", "need", "requires", "require", "depends", "waits"])


_ERGATIVE = frozenset({"train", "refresh"})


_WHOLES = frozenset(["pipeline", "dag", "workflow", "job", "flow"])


_IDLE_OBJECTS = words("idle_objects")


_MAKING = frozenset(["create", "refresh", "join", "union", "aggregate", "transform"])


def _made_from(phrase: Phrase) -> bool:
    """`x is built from y`, `the model trains on y`: what stands behind the preposition comes before."""
    group = phrase.verb.group if phrase.verb else ""
    return (phrase.voice in ("passive", "participle") and group in _MAKING) or (
        phrase.voice == "active" and group == "train"
    )


def _moved(phrase: Phrase) -> str:
    """What `comes from x` and `goes to x` make of a step."""
    return "extract" if phrase.complement("from", "out") else "load"


class TaskRules(CheckRules):
    """The rules for clauses with a verb."""

    def _described(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`A = download the feed`, `raw comes from kafka`: what a step named in a chain does."""
        checks = self._checks(clause, phrase, acts=self._acts(clause, phrase))
        if checks is not None:
            return checks
        tokens = clause.tokens
        if len(tokens) < 3 or tokens[0].tag != "name" or phrase.negated:
            return None
        known = [draft for draft in self.result.drafts if [token.norm for token in draft.objects] == [tokens[0].norm]]
        known = [draft for draft in known if not draft.verb.base]
        if len(known) != 1:
            return None
        moves = {"comes": Verb("get", "get", "s"), "goes": Verb("put", "put", "s")}.get(tokens[1].norm)
        if moves is not None:
            told: Phrase | None = parse(
                replace(clause, tokens=[replace(tokens[1], verbs=(moves,), norm=moves.base), *tokens[2:]])
            )
        elif tokens[1].raw == "=" or any(verb.form == "s" for verb in tokens[1].verbs):
            verbs = tuple(verb._replace(noun=False) for verb in tokens[1].verbs)
            told = parse(
                replace(
                    clause,
                    tokens=tokens[2:] if tokens[1].raw == "=" else [replace(tokens[1], verbs=verbs), *tokens[2:]],
                )
            )
        else:
            return None
        if told is None or told.verb is None:
            return None
        draft = known[0]
        told.objects = told.objects if tokens[1].raw == "=" else [tokens[0], *told.objects]
        draft.labels, draft.verb, draft.phrase, draft.objects = [tokens[0]], told.verb, told, list(told.objects)
        draft.kind = self._kind(told) if tokens[1].raw == "=" or moves is None else _moved(told)
        draft.clause = clause
        return Unit(clause, phrase)

    def _refused(self, clause: Clause, phrase: Phrase) -> Unit | None:
        return Unit(clause, phrase) if phrase.negated and "always" not in clause.marks else None

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
        if self._names_whole(clause, phrase):
            return self._header(clause, phrase)
        if self._modifies_load(clause, phrase):
            return Unit(clause, phrase)
        self._complete(phrase)
        drafts = self._drafts_of(clause, phrase)
        unit = Unit(clause, phrase, "task", drafts, parallel=len(drafts) > 1)
        if phrase.statement and phrase.statement[0].norm in _NEEDING:
            unit.reference, unit.relation = phrase.statement[1:], "after"
        elif _made_from(phrase):
            unit.reference, unit.relation = phrase.complement("from", "on", "out"), "after"
        return unit

    def _complete(self, phrase: Phrase) -> None:
        """The object of `the model trains` and of `loaded into x` stands elsewhere."""
        if phrase.voice == "active" and not phrase.objects and phrase.verb and phrase.verb.group in _ERGATIVE:
            phrase.objects = phrase.subject
        if phrase.voice == "participle" and self.last is not None:
            phrase.objects = list(self.last.phrase.objects)

    def _drafts_of(self, clause: Clause, phrase: Phrase) -> list[Draft]:
        """One draft, or one for each member of a list that the clause does something to."""
        parallel = "parallel_end" in clause.marks or any(token.norm == "both" for token in phrase.objects)
        kind = self._kind(phrase)
        each, items, objects = each_of(clause, phrase, kind)
        if not each and self._in_scope(clause, phrase):
            each, items = self.scope[0], self.scope[1]
        if kind == "wait" and not each and awaited(phrase):
            return self._waits(clause, phrase)
        listed = [objects] if each else self._for_each_before(phrase) or members(phrase, clause, kind, parallel)
        drafts = [self._draft(clause, phrase, kind, part, phrase.verb or UNKNOWN) for part in listed]
        for draft in drafts:
            draft.each, draft.items = each, items
            draft.hints.extend(token for token in phrase.subject if phrase.voice == "active" and token.system)
            if kind == "sql" and not draft.systems():
                clause.asides.append(list(self.within))
        return drafts

    def _waits(self, clause: Clause, phrase: Phrase) -> list[Draft]:
        """A wait for each of the things that are waited for."""
        return [self._waiting(clause, replace(phrase), part) for part in awaited(phrase)]

    def _for_each_before(self, phrase: Phrase) -> list[list[Token]]:
        """`load each into x` behind several steps: the objects of each of them."""
        said = [token.norm for token in phrase.objects]
        if (
            self.last is None
            or len(self.last.drafts) < 2
            or said not in (["each"], ["each", "one"], ["each", "of", "them"])
        ):
            return []
        return [list(draft.objects) for draft in self.last.drafts]

    def _names_whole(self, clause: Clause, phrase: Phrase) -> bool:
        """`store pipeline:`, `incremental load of orders:`: the words in front of a list."""
        alone = len(phrase.objects) == 1 and phrase.objects[0].norm in _WHOLES and not self.result.drafts
        if clause.heading and self.following and "first" in self.following[0].marks:
            self.within = [token for token in clause.tokens if token.system is not None]
            return True
        if clause.heading and phrase.voice == "imperative" and not self.result.drafts and self._told_below(clause):
            return True
        return (clause.heading and is_title(phrase)) or (alone and phrase.voice == "imperative")

    def _told_below(self, clause: Clause) -> bool:
        """`rebuild the index: export x, then load it`: what the title asks for is told step by step behind it."""
        steps = [
            held for held in self.following[:2]
            if held.sentence == clause.sentence and held.tokens and any(v.form == "base" for v in held.tokens[0].verbs)
        ]  # fmt: skip
        return len(steps) > 1 and any("then" in held.marks or held.joint == "then" for held in steps)

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

    def _aged(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`delete files older than 30 days and rows older than 90`: each has its own age, so each is a step."""
        tokens = clause.tokens
        ages = [place for place, token in enumerate(tokens) if token.norm == "older"]
        if len(ages) != 2 or phrase.verb is None or phrase.voice != "imperative":
            return None
        join = next((place for place in range(ages[0], ages[1]) if tokens[place].norm == "and"), None)
        if join is None:
            return None
        behind = replace(clause, tokens=[tokens[phrase.at], *tokens[join + 1 :]], joint="and", marks=["parallel_end"])
        clause.tokens = tokens[:join]
        unit = self._task(clause, parse(clause))
        if unit is None:
            return None
        self.result.units.append(unit)
        self.last = unit
        return self._task(behind, parse(behind))

    def _gapped(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`a is built from x, b from y`: the second half leaves the verb out."""
        if (
            phrase.verb is None
            or phrase.voice not in ("passive", "active", "imperative")
            or len(phrase.complements) < 2
        ):
            return None
        (first, held), (second, rest), *further = phrase.complements
        commas = [place for place, token in enumerate(held) if token.norm in (",", "and")]
        if first != second or not commas or not rest or first in ("of", "with") or commas[-1] + 1 == len(held):
            return None
        clause.tokens = clause.tokens[: clause.tokens.index(held[commas[0]])]
        front = Phrase(
            phrase.voice, phrase.verb, phrase.at, phrase.subject, phrase.objects, [(first, held[: commas[0]])]
        )
        unit = self._task(clause, front)
        behind = [token for token in held[commas[0] + 1 :] if token.norm not in ("and", "only")]
        if behind and behind[-1].norm in ("one", "ones") and phrase.objects:
            behind = [*behind[:-1], phrase.objects[-1]]
        after = Clause([*behind, *rest], clause.sentence, "comma")
        if unit is None or not behind:
            return None
        self.result.units.append(unit)
        self.last = unit
        left = Phrase(phrase.voice, phrase.verb, phrase.at, behind, behind, [(second, rest), *further])
        return (self._gapped(after, left) if further else None) or self._task(after, left)

    def _each(self, clause: Clause, phrase: Phrase) -> Unit | None:
        """`for each region (EU, US)` in front of what is done for each."""
        if not clause.tokens or clause.tokens[0].marker != "each":
            return None
        asked = asked_at(clause.tokens)
        name, items = leading(replace(clause, tokens=clause.tokens[:asked]) if asked else clause)
        if not name or phrase.voice == "imperative":
            return None
        self.scope = (name, items, clause.sentence)
        if not asked:
            return Unit(clause, phrase, "header")
        behind = replace(clause, tokens=clause.tokens[asked:])
        return self._task(behind, parse(behind))

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
            or (phrase.objects and phrase.objects[0].norm in _IDLE_OBJECTS)
        ):
            return False
        if asks_nothing(clause, phrase):
            return False
        if phrase.voice == "passive":
            must = any(word in ("must", "should", "has", "have", "needs", "shall", "will") for word in said)
            return must or not {"was", "were", "can", "could", "may", "been", "had"} & set(said[: phrase.at])
        if phrase.voice == "active":
            if verb.group == "take" and not phrase.objects:
                return False
            if self._acting_noun(phrase):
                return True
            trains = verb.group in _ERGATIVE and bool(name_words(phrase.subject)) and not phrase.objects
            return trains or self._speaks_of_work(clause, subject, phrase)
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
        if held in (["it"], ["this"]) and phrase.verb and phrase.verb.base in ("build", "create", "make", "schedule"):
            return True
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
