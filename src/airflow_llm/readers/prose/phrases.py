"""What one clause says: its verb, who is acted on, and the phrases that hang on prepositions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.clauses import Clause, verb_place
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import Verb, words

_BE = words("be")
_MODALS = words("modals")
_FRONT = words("polite") | words("want") | words("parallel")
_ADVERBS = words("adverbs")


@dataclass(slots=True)
class Phrase:
    """A clause taken apart. `voice` is imperative, passive, active, gerund, nominal or none."""

    voice: str = "none"
    verb: Verb | None = None
    at: int = -1
    """Place of the verb among the clause's tokens."""
    subject: list[Token] = field(default_factory=list)
    objects: list[Token] = field(default_factory=list)
    complements: list[tuple[str, list[Token]]] = field(default_factory=list)
    statement: list[Token] = field(default_factory=list)
    """What stands after `that` or `until`."""
    negated: bool = False

    def complement(self, *prepositions: str) -> list[Token]:
        """The tokens of the first phrase that hangs on one of the prepositions."""
        for preposition, tokens in self.complements:
            if preposition in prepositions:
                return tokens
        return []

    def tokens(self) -> list[Token]:
        """Objects and complements together."""
        return [*self.objects, *(token for _, tokens in self.complements for token in tokens), *self.statement]


def parse(clause: Clause) -> Phrase:
    """The clause taken apart; voice `none` when it has no verb that the lexicon knows."""
    tokens = [
        token for token in clause.tokens if token.marker not in ("if", "unless", "when", "after", "before", "while")
    ]
    for attempt in (_imperative, _passive, _progressive, _gerund, _active, _wanted, _participle, _reduced, _nominal):
        phrase = attempt(tokens)
        if phrase is not None:
            phrase.negated = phrase.negated or _negated(tokens, phrase.at)
            return phrase
    return Phrase(subject=list(tokens), negated=_negated(tokens, len(tokens)))


def _negated(tokens: Sequence[Token], place: int) -> bool:
    return any(token.norm in words("negation") for token in tokens[: max(place, 1)])


def _imperative(tokens: Sequence[Token]) -> Phrase | None:
    """`please load x`, `we want to load x`, `make sure that x`, `from it build x`."""
    opening = _opening_phrase(tokens)
    if opening:
        phrase = _imperative(tokens[opening:])
        if phrase is not None and phrase.verb is not None:
            phrase.at += opening
            phrase.complements.append((tokens[0].norm, list(tokens[1:opening])))
        return phrase
    for index, token in enumerate(tokens):
        if token.marker == "make_sure":
            return _after(Verb("check", "check", "base"), "imperative", tokens, index)
        verb = next((verb for verb in token.verbs if verb.form == "base"), None)
        if verb is not None and verb_place(tokens, index, verb.noun):
            return _after(verb, "imperative", tokens, index)
        passed = token.marker or token.tag == "punct" or token.norm in words("negation") or _is_adverb(token)
        if not (passed or token.norm in _FRONT or token.norm == "to"):
            return None
    return None


def _is_adverb(token: Token) -> bool:
    """`incrementally`, `finally`: says how, between what stands in front and the verb."""
    return token.norm in _ADVERBS or (len(token.norm) > 5 and token.norm.endswith("ly") and not token.named)


def _opening_phrase(tokens: Sequence[Token]) -> int:
    """How many tokens a prepositional phrase in front of an imperative has (`from it`, `with both ready`)."""
    if len(tokens) < 3 or tokens[0].norm not in ("from", "with", "using", "on", "in", "out"):
        return 0
    for index in range(2, min(len(tokens) - 1, 6)):
        verb = next((verb for verb in tokens[index].verbs if verb.form == "base"), None)
        if (
            verb is not None
            and verb_place(tokens, index, True)
            and not (verb.noun and tokens[index - 1].norm in words("articles") - {"it", "them", "both"})
        ):
            return index
        if tokens[index].tag == "punct" or tokens[index].norm in words("be"):
            return 0
    return 0


def _passive(tokens: Sequence[Token]) -> Phrase | None:
    """`x is loaded into y`, `x must have been checked`, `has to be started the rebuild of x`."""
    for index, token in enumerate(tokens):
        verb = next((verb for verb in token.verbs if verb.form == "past"), None)
        if verb is None or not index:
            continue
        before = index - 1
        while before >= 0 and _is_adverb(tokens[before]):
            before -= 1
        if before < 0 or (tokens[before].norm not in _BE and tokens[before].norm not in ("get", "gets", "got")):
            continue
        first = before
        while first > 0 and (
            tokens[first - 1].norm in _BE
            or tokens[first - 1].norm in _MODALS
            or tokens[first - 1].norm in ("to", *_ADVERBS)
        ):
            first -= 1
        phrase = _after(verb, "passive", tokens, index)
        subject = [
            held for held in tokens[:first] if held.norm not in _FRONT or held.named or held.norm in ("and", "or")
        ]
        if not [held for held in subject if held.norm != "it"] and phrase.objects:
            phrase.subject = phrase.objects
        else:
            phrase.subject = subject
        phrase.objects = phrase.subject
        return phrase
    return None


def _gerund(tokens: Sequence[Token]) -> Phrase | None:
    """`rebuilding x is the last step`, `loading into x`."""
    for index, token in enumerate(tokens):
        verb = next((verb for verb in token.verbs if verb.form == "ing"), None)
        if verb is not None:
            told = index + 1 < len(tokens) and tokens[index + 1].norm in _MODALS
            return None if told else _after(verb, "gerund", tokens, index)
        if token.norm not in _FRONT and not token.marker and token.norm != "the":
            return None
    return None


def _progressive(tokens: Sequence[Token]) -> Phrase | None:
    """`is taking x from y` (behind `a job which`), `x needs fetching from y`."""
    for index, token in enumerate(tokens[:-1]):
        verb = next((verb for verb in tokens[index + 1].verbs if verb.form == "ing"), None)
        if verb is None:
            continue
        if index == 0 and token.norm in _BE:
            return _after(verb, "active", tokens, 1)
        if index and token.norm in ("need", "needs", "wants"):
            phrase = _after(verb, "passive", tokens, index + 1)
            phrase.objects = phrase.subject = list(tokens[:index])
            return phrase
    return None


def _active(tokens: Sequence[Token]) -> Phrase | None:
    """`databricks runs our models`, `people must run`."""
    for index, token in enumerate(tokens):
        if token.marker == "that":
            return None
        if token.norm in words("prepositions"):
            continue
        if not index:
            verb = next(
                (verb for verb in token.verbs if verb.form == "s" and (not verb.noun or _object_follows(tokens, 0))),
                None,
            )
            if verb is not None:
                return _after(verb, "active", tokens, 0)
            continue
        before = _before_adverbs(tokens, index)
        modal = tokens[before].norm in _MODALS or (
            tokens[before].norm == "to" and before > 0 and tokens[before - 1].norm in _MODALS
        )
        for verb in token.verbs:
            third = verb.form == "s" and (not verb.noun or _object_follows(tokens, index))
            plural = verb.form == "base" and tokens[index - 1].norm.endswith("s") and _object_follows(tokens, index)
            third = third or (plural and not verb.noun)
            if third or (verb.form == "base" and modal):
                phrase = _after(verb, "active", tokens, index)
                phrase.subject = [held for held in tokens[:index] if held.norm not in _MODALS and held.norm != "to"]
                return phrase
    return None


def _before_adverbs(tokens: Sequence[Token], index: int) -> int:
    """The place before the verb, without what only orders it (`should first truncate`)."""
    place = index - 1
    while place > 0 and (tokens[place].marker in ("first", "then", "also") or tokens[place].norm in _ADVERBS):
        place -= 1
    return place


def _wanted(tokens: Sequence[Token]) -> Phrase | None:
    """`we need the feed rebuilt`."""
    place = next(
        (index for index, token in enumerate(tokens) if token.norm in ("need", "needs", "want", "wants")), None
    )
    if place is None:
        return None
    for index in range(place + 2, len(tokens)):
        verb = next((verb for verb in tokens[index].verbs if verb.form == "past"), None)
        if verb is not None and (index + 1 == len(tokens) or tokens[index + 1].norm in words("prepositions")):
            phrase = _after(verb, "passive", tokens, index)
            phrase.objects = phrase.subject = list(tokens[place + 1 : index])
            return phrase
    return None


def _participle(tokens: Sequence[Token]) -> Phrase | None:
    """`loaded into x` that goes on from a passive clause before."""
    for index, token in enumerate(tokens[:3]):
        verb = next((verb for verb in token.verbs if verb.form == "past"), None)
        if verb is not None and (index + 1 == len(tokens) or tokens[index + 1].norm in words("prepositions")):
            return _after(verb, "participle", tokens, index)
        if token.norm not in _FRONT and not token.marker:
            return None
    return None


def _reduced(tokens: Sequence[Token]) -> Phrase | None:
    """`the differences written to a file`, behind another passive."""
    if not tokens or tokens[0].norm not in words("determiners") or any(token.norm in _BE for token in tokens):
        return None
    for index in range(2, min(len(tokens) - 1, 6)):
        verb = next((verb for verb in tokens[index].verbs if verb.form == "past"), None)
        if verb is not None and tokens[index + 1].norm in ("to", "into", "in", "from", "by", "with"):
            phrase = _after(verb, "passive", tokens, index)
            phrase.objects = phrase.subject = list(tokens[:index])
            return phrase
    return None


def _nominal(tokens: Sequence[Token]) -> Phrase | None:
    """`airbyte connection sync`, `full load of the orders`: a verb that is used as a noun."""
    if any(token.norm in _BE or token.norm in _MODALS for token in tokens):
        return None
    for index, token in enumerate(tokens):
        if token.norm in words("prepositions"):
            return None
        verb = next((verb for verb in token.verbs if verb.form == "base" and verb.noun), None)
        last = (
            index + 1 == len(tokens)
            or tokens[index + 1].norm in words("prepositions")
            or tokens[index + 1].norm in words("polite")
        )
        if verb is not None and last:
            phrase = _after(verb, "nominal", tokens, index)
            phrase.objects = [held for held in tokens[:index] if held.norm not in words("determiners")] + phrase.objects
            return phrase
    return None


def _object_follows(tokens: Sequence[Token], index: int) -> bool:
    if index + 1 >= len(tokens):
        return False
    after = tokens[index + 1]
    return after.named or after.norm in words("determiners") or after.norm in words("pronouns")


def _after(verb: Verb, voice: str, tokens: Sequence[Token], index: int) -> Phrase:
    """The phrase with everything behind the verb sorted into objects, complements and statement."""
    phrase = Phrase(voice=voice, verb=verb, at=index)
    bucket = phrase.objects
    place = index + 1
    while place < len(tokens):
        token = tokens[place]
        if token.norm in ("off", "up", "down") and (place == index + 1 or place + 1 == len(tokens)):
            place += 1
            continue
        if token.norm in ("can", "may", "should", "must") and _happens(tokens, place + 1):
            break
        if token.marker == "that" or (
            token.marker in ("until", "if") and (verb.group in ("wait", "check") or verb.base == "poll")
        ):
            phrase.statement = list(tokens[place + 1 :])
            break
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        if token.norm == "to" and following is not None and _purpose(following, tokens, place + 1):
            break
        if token.norm in words("prepositions") or token.marker in ("each", "after", "before"):
            bucket = []
            phrase.complements.append((token.marker if token.marker else token.norm, bucket))
        elif not token.marker or token.marker == "that":
            bucket.append(token)
        place += 1
    return phrase


def _happens(tokens: Sequence[Token], place: int) -> bool:
    """Whether `all happen`, `run`, `be done` and the like follow: nothing of the object."""
    return any(token.norm in ("happen", "run", "go", "start", "occur", "done") for token in tokens[place : place + 3])


def _purpose(following: Token, tokens: Sequence[Token], place: int) -> bool:
    """Whether `to` opens a purpose (`to detect drift`) and not a target (`to S3`)."""
    if following.system is not None:
        return False
    return any(verb.form == "base" and (not verb.noun or _object_follows(tokens, place)) for verb in following.verbs)
