"""What the text says about the order of its acts: `load after the extraction`, `validate before extracting`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.lexicon import systems, verbs, word_lists, words
from airflow_llm.readers.prose.spellings import pattern, says

_NEGATED = r"\b(?:cannot|can\s+not|not|never|\w+n['\u2019]t|(?:is|are|do|does|must|should|wo|ca|did)nt)\b"
_BEHIND = (
    r"(?:only\s+)?(?:after|once|when|as\s+soon\s+as)|needs?|requires?|waits?\s+(?:for|on)|depends?\s+on|follows"
    r"|relies\s+on"
)
_AHEAD = r"before|until|till|prior\s+to|ahead\s+of|precedes?|(?:is|are)\s+followed\s+by"
_RELATION = rf"\b(?:(?P<behind>{_BEHIND})|(?P<ahead>{_AHEAD}))\b"
_SAYING = (
    *("after", "before", "once", "when", "soon as", "need", "require", "wait", "depend", "follow", "relies", "until"),
    *("till", "prior to", "ahead of", "precede"),
)
_SENTENCE = r"[.!?;](?=\s|$)|\n"
_CUT = (
    r"(,\s*(?:and\s+)?then\b|\band\s+then\b|\bthen\b|,\s*(?:and|but)\b|[,:()]|\s[-\u2013\u2014]\s"
    r"|\b(?:and|but|so|while|that|which|who|where)\b)"
)
_DOUBTFUL = (
    r"\b(?:if|unless|otherwise|in\s+case|fail\w*|errors?|retr(?:y|ies|ied)|roll\w*\s?back|or|before\s+and\s+after"
    r"|after\s+and\s+before|either|whether|instead|previous\w*|yesterday\w*|tomorrow\w*|next|last|again|another|used\s+to"
    r"|once\s+(?:an?|every|per|each|in)|within|between|during|pass(?:es|ed)?)\b|\?"
)
_OTHER_TIMES, _OPENINGS, _RUNS, _PLACES = (
    word_lists("acts")[name] for name in ("other_times", "openings", "running", "placing")
)
_BE = words("be") | {"get", "gets", "got"}
_EMPTY = words("determiners") | words("pronouns") | word_lists("acts")["empty"] | _PLACES | _RUNS | _OPENINGS | _BE
_MOST = 400


class Act(NamedTuple):
    """One mention of an act: the verb's stem, the things and the places that the words name with it."""

    stem: str
    things: frozenset[str]
    places: frozenset[str]
    asked: bool
    """Whether the words ask for it (`load orders`), and do not only speak of it (`the load`)."""
    words: str
    noun: bool = False
    """Whether they speak of it with a noun: its things stand before it and tell which one is meant."""

    def may_be(self, other: Act) -> bool:
        """Whether nothing tells the two apart."""
        things = not self.things or not other.things or bool(self.things & other.things)
        return things and (not self.places or not other.places or bool(self.places & other.places))


class Told(NamedTuple):
    """`late` runs after `early`, as the words say."""

    late: Act
    early: Act
    words: str


def told_orders(text: str) -> list[Told]:
    """The orders that the text tells between acts of which it has one each."""
    if not says(text, *_SAYING):
        return []
    sentences = pattern(_SENTENCE).split(text)
    found: list[Told] = []
    acts: list[Act] = []
    for sentence in sentences:
        if len(found) > _MOST or len(acts) > 4 * _MOST:
            break
        held = _Sentence(sentence)
        told = list(held.orders())
        acts.extend(held.acts)
        found.extend(told if pattern(_DOUBTFUL).search(sentence) is None else ())
    several = _several(acts)
    return [told for told in found if told.late.stem not in several and told.early.stem not in several]


def _several(acts: list[Act]) -> set[str]:
    """The acts that the text has more than once: which of them is meant is not said."""
    by_stem: dict[str, list[Act]] = {}
    for act in acts:
        by_stem.setdefault(act.stem, []).append(act)
    known = frozenset().union(*(act.things | act.places for act in acts if act.asked))
    return {name for name, held in by_stem.items() if _is_several(name, held, known)}


def _is_several(name: str, acts: list[Act], known: frozenset[str]) -> bool:
    """Whether the acts with one verb may be two steps; `known` are the things that the text does something with."""
    kinds = set(acts)
    if len(kinds) > 30 or any(not one.may_be(other) for one in kinds for other in kinds):
        return True
    if any(act.noun and act.things and not act.things & known for act in kinds):
        return True  # the nightly export
    telling = sum(
        act.asked and (bool(act.things or act.places) or _act_stems()[name] not in word_lists("acts")["once"])
        for act in acts
    )
    return telling > 1


class _Sentence:
    """The acts of a sentence and what it says about their order."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.acts: list[Act] = []
        self.last: Act | None = None
        self.waiting: tuple[bool, Act, str] | None = None

    def orders(self) -> Iterator[Told]:
        pieces = ["", *pattern(_CUT).split(self.text)]
        for number in range(0, len(pieces) - 1, 2):
            cut, piece = " ".join(pieces[number].lower().replace(",", " , ").split()), pieces[number + 1]
            relation = pattern(_RELATION).search(piece)
            if relation is None:
                yield from self._plain(cut, piece)
            else:
                yield from self._related(cut, piece, relation, number + 3 > len(pieces) - 1)

    def _plain(self, cut: str, piece: str) -> Iterator[Told]:
        act = self._act(piece, cut not in ("that", "which", "who", "where"))
        waiting, self.waiting = self.waiting, None
        if act is None:
            self.last = self.last if not piece.strip() else None
            return
        if waiting is not None and cut == ",":
            behind, other, words = waiting
            yield _told(act, behind, other, f"{words}, {act.words}")
        if cut.endswith("then") and self.last is not None and self.last.asked and act.asked:
            yield Told(act, self.last, f"{self.last.words}{cut if cut[0] == ',' else f' {cut}'} {act.words}")
        self.last = act

    def _related(self, cut: str, piece: str, relation: re.Match[str], ends: bool) -> Iterator[Told]:
        before, behind = piece[: relation.start()], relation["behind"] is not None
        left, right = self._act(before, True), self._act(piece[relation.end() :], False)
        negated = pattern(_NEGATED).search(before) is not None
        self.waiting = None
        if right is None or (negated and behind) or (relation[0].lower() in ("until", "till") and not negated):
            self.last = left
            return
        behind, said = behind or negated, " ".join(piece.split()).lstrip("-*0123456789.) ")
        if left is not None:
            yield _told(left, behind, right, said)
            self.last = left
        elif pattern(r"\w").search(pattern(r"\b(?:only|but|always|right)\b").sub("", before)) is None:
            if cut in ("", "and", ", and", "but", ", but") or cut.endswith("then"):
                self.waiting = behind, right, said
            elif (ends or cut == "(") and self.last is not None:
                yield _told(self.last, behind, right, f"{self.last.words}, {said}")

    def _act(self, text: str, main: bool) -> Act | None:
        act = _act_in(text, main)
        if act is not None:
            self.acts.append(act)
        return act


def _told(act: Act, behind: bool, other: Act, words: str) -> Told:
    return Told(act, other, words) if behind else Told(other, act, words)


def _act_in(text: str, main: bool) -> Act | None:
    """The act that the words mean; None when there is none, or one of another run."""
    said = [word.lower().removesuffix("'s") for word in pattern(r"[\w./@-]*\w").findall(text[:300])]
    clean = " ".join(text.split())
    while said and (said[0] in _OPENINGS or said[0].isdigit()):
        said = said[1:]
    if not said or (_OTHER_TIMES & set(said)):
        return None
    place = _passive(said)
    if place:
        return _made(said[place], said[: place - 1], said[place + 1 :], main, clean)
    if main and _is_form(said[0], "base") and (len(said) == 1 or said[1] not in _RUNS):
        return _made(said[0], said[1:], [], True, clean)
    if _is_form(said[0], "ing"):
        return _made(said[0], said[1:], [], False, clean)
    end = next((at for at, word in enumerate(said) if word in _PLACES or word in _RUNS or word == "of"), len(said))
    made = _made(said[end - 1], said[: end - 1], said[end:], False, clean) if end else None
    return None if made is None else made._replace(noun=True)


def _passive(said: list[str]) -> int:
    """The place of the participle in `orders are loaded`; 0 without one."""
    for at, word in enumerate(said):
        if word in _BE:
            return next((held for held in range(at + 1, min(at + 3, len(said))) if _is_form(said[held], "past")), 0)
    return 0


def _made(word: str, before: list[str], behind: list[str], asked: bool, clean: str) -> Act | None:
    name = _stem(word)
    if name not in _act_stems():
        return None
    things: set[str] = set()
    places: set[str] = set()
    for part in (before, behind):
        held = things
        for one in part:
            held = places if one in _PLACES else held
            if one in systems():
                places.add(one)
            elif one not in _EMPTY and stem(one) != name:
                held.add(stem(one))
    return Act(name, frozenset(things), frozenset(places), asked, clean)


def _is_form(word: str, form: str) -> bool:
    return any(verb.form == form and verb.group in word_lists("acts")["groups"] for verb in verbs().get(word, ()))


def _stem(word: str) -> str:
    word = f"{word[:-7]}y" if word.endswith("ification") else _verb_of().get(word, word)
    known = verbs().get(word, ())
    return stem(known[0].base) if known else stem(word)


@lru_cache(maxsize=1)
def _verb_of() -> dict[str, str]:
    """The verbs of nouns whose endings do not tell them."""
    return dict(pair.split("=") for pair in word_lists("acts")["verb_of"])


@lru_cache(maxsize=1)
def _act_stems() -> dict[str, str]:
    """The stems of the verbs that are steps, with their groups."""
    return {
        stem(verb.base): verb.group
        for held in verbs().values()
        for verb in held
        if verb.group in word_lists("acts")["groups"]
    }
