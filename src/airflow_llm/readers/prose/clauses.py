"""The second stage: sentences, and in them the clauses, each with how it is joined to the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.joints import (
    ENDING,
    arm_ahead,
    begins_with,
    defines,
    each_leads,
    edge_ahead,
    lists_items,
    names_whole,
    reduced_passive,
    tells,
)
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.orders import leading_name, states_order
from airflow_llm.readers.prose.said import FINITE, Said
from airflow_llm.readers.prose.sentences import Sentence, sentences

_SUBORDINATE = {word: word for word in ("if", "unless", "when", "after", "before", "while")}
_BREAKS = {*_SUBORDINATE, "then", "otherwise", "both", "always", "purpose", "last", "meanwhile", "apart", "make_sure"}
_SKIPPED = words("skipped")
_DONE = words("done")
_FARTHEST_VERB = 8
_MOST_COURTESY = 12
_TAIL_MARKS = frozenset({"parallel", "also", "apart", "last", "first", "always", "then", "otherwise"})
_WHOLES = words("wholes")
_NO_END = words("prepositions") | words("determiners") | words("modals") | words("negation") | {"and", "or", "to"}
_STOPS = frozenset({"stop", "end", "exit", "quit", "abort"})


@dataclass(slots=True)
class Clause:
    """Part of a sentence: `joint` is what stands before it, `marks` are its order words, `role` is what it is."""

    tokens: list[Token]
    sentence: int
    joint: str = "start"
    role: str = "main"
    marks: list[str] = field(default_factory=list)
    asides: list[list[Token]] = field(default_factory=list)
    question: bool = False
    whole: bool = False
    """Whether it only asks for the pipeline as a whole (`set up a job that ...`)."""
    heading: bool = False
    """Whether a colon follows."""
    item: str = ""
    """`bullet` or `number` when the clause opens an item of a list."""
    growing: Said = field(default_factory=Said, repr=False, compare=False)

    @property
    def start(self) -> int:
        """Where the clause begins in the source."""
        return self.tokens[0].start if self.tokens else 0

    @property
    def end(self) -> int:
        """Where the clause ends in the source, its asides included."""
        ends = [token.end for token in self.tokens] + [token.end for aside in self.asides for token in aside]
        return max(ends, default=0)

    @property
    def said(self) -> Said:
        """What the clause has said so far, while it is being split off."""
        return self.growing.read(self.tokens)

    def words(self) -> list[str]:
        """The words as they are read."""
        return [token.norm for token in self.tokens]


def split(tokens: Sequence[Token]) -> list[Clause]:
    """The clauses of the text in order."""
    clauses: list[Clause] = []
    for number, sentence in enumerate(sentences(tokens)):
        for clause in _clauses(sentence, number):
            clause.question = sentence.question
            clauses.append(clause)
    return clauses


def _clauses(sentence: Sentence, number: int) -> Iterator[Clause]:
    flat, asides = _without_asides(sentence.tokens)
    current = Clause([], number, item=sentence.item)
    index = 0
    while index < len(flat):
        token = flat[index]
        joint = _joint(flat, index, current)
        if joint is None:
            if not token.masked:
                current.tokens.append(token)
                current.asides.extend(asides.get(id(token), ()))
            elif current.tokens or asides.get(id(token)):
                current.asides.extend(asides.get(id(token), ()))
            index += 1
            continue
        name, width = joint
        if _content(current):
            current.heading, current.whole = name == "colon", name == "whole"
            yield _marked(current)
            current = Clause([], number, marks=["or"] if token.norm == "or" else [])
        if name != "gap" or not current.tokens:
            current.joint = (
                name
                if current.joint in ("start", "comma", "and") or name in ("arrow", "colon", "edge", "define", "arm")
                else current.joint
            )
        if number >= 0 and not _content(current) and name == "start":
            current.joint = "start"
        index += width
        if width == 0:
            current.tokens.append(flat[index])
            current.asides.extend(asides.get(id(flat[index]), ()))
            index += 1
    if _content(current):
        yield _marked(current)


def _content(clause: Clause) -> bool:
    return bool(clause.tokens)


def _without_asides(tokens: Sequence[Token]) -> tuple[list[Token], dict[int, list[list[Token]]]]:
    """The tokens outside of brackets, and for the token before each bracket what stands inside."""
    flat: list[Token] = []
    asides: dict[int, list[list[Token]]] = {}
    inside: list[Token] | None = None
    for token in tokens:
        if token.depth == 0 and token.tag == "punct" and token.raw in "([":
            inside = []
            held = next((before for before in reversed(flat) if before.raw != ":"), None)
            if held is not None:
                asides.setdefault(id(held), []).append(inside)
        elif token.depth == 0 and token.tag == "punct" and token.raw in ")]":
            inside = None
        elif token.tag == "punct" and token.raw in "{}":
            continue
        elif token.depth > 0 and inside is not None:
            inside.append(token)
        else:
            flat.append(token)
    return flat, asides


def _joint(flat: Sequence[Token], index: int, current: Clause) -> tuple[str, int] | None:
    """How a new clause starts here (and how many tokens only join), or None inside a clause."""
    token = flat[index]
    if token.masked:
        return None
    if token.tag == "arrow":
        return "arrow", 1
    if token.marker == "that" and names_whole(current.tokens) and index + 1 < len(flat):
        return "whole", 1 + (flat[index + 1].norm in words("be"))
    if defines(flat, index) and current.tokens:
        return "define", 0
    if token.marker in _BREAKS:
        return _marker_joint(flat, index, current)
    if token.tag == "punct":
        return _punct_joint(flat, index, current)
    if token.norm in ("and", "or", "but", "however", "plus", "&", "as") and _starts(flat, index + 1, current):
        return "and", 1
    if current.tokens and index and flat[index - 1].masked and _starts(flat, index, current):
        return "gap", 0
    if _main_follows(flat, index, current):
        return "comma", 0
    return None


def _marker_joint(flat: Sequence[Token], index: int, current: Clause) -> tuple[str, int] | None:
    token = flat[index]
    if not current.tokens:
        return None
    if token.marker == "if" and token.norm == "if" and any(verb.group == "check" for verb in current.tokens[-1].verbs):
        return None
    if token.marker in ("last", "apart") and not _starts(flat, index + 1, current):
        return None
    if token.norm == "always" and flat[index - 1].norm in words("modals"):
        return None
    if token.marker == "otherwise" and current.said.telling and index + 1 == len(flat):
        return None
    if not current.said.telling and token.marker != "otherwise":
        return None
    if token.marker == "make_sure" and current.tokens[-1].norm in ("to", "please"):
        return None
    return ("then" if token.marker == "then" else "mark"), 0


def _punct_joint(flat: Sequence[Token], index: int, current: Clause) -> tuple[str, int] | None:
    token = flat[index]
    if token.raw in ":":
        return "colon", 1
    if token.raw in "\u2013|" or (token.raw == "-" and _spaced(flat, index)):
        return "dash", 1
    if token.raw == "&" and _starts(flat, index + 1, current):
        return "and", 1
    if token.raw != ",":
        return None
    if edge_ahead(flat, index):
        return "edge", 1
    if arm_ahead(flat, index):
        return "arm", 1
    if current.tokens and _opens_subordinate(current) and not lists_items(flat, index, current.said):
        return "comma", 1
    following = index + 1
    if following + 1 < len(flat) and flat[following].marker == "that" and names_whole(current.tokens):
        return "whole", 2 + (flat[following + 1].norm in words("be"))
    if following < len(flat) and flat[following].norm in ("and", "or", "but"):
        return ("comma", 2) if _starts(flat, following + 1, current) else None
    return ("comma", 1) if _starts(flat, following, current) else None


def _spaced(flat: Sequence[Token], index: int) -> bool:
    before = flat[index - 1].end if index else -1
    after = flat[index + 1].start if index + 1 < len(flat) else -1
    return before < flat[index].start and after > flat[index].end


def _opens_subordinate(clause: Clause) -> bool:
    """Whether the clause is an `if`, `when`, `after` part, which a comma ends (unless it only lists names)."""
    first = clause.said.leading
    return first is not None and (first.marker in _SUBORDINATE or first.marker in ("always", "purpose", "each"))


def _starts(flat: Sequence[Token], index: int, current: Clause) -> bool:
    """Whether a clause of its own starts at the token."""
    farthest = min(len(flat), index + _MOST_COURTESY)
    while index < farthest and (flat[index].marker in _SKIPPED or flat[index].norm in words("polite")):
        index += 1
    if index >= len(flat) or flat[index].masked:
        return index < len(flat)
    token = flat[index]
    if token.marker == "each" and _has_verb(current) and each_leads(flat, index):
        return True
    if token.norm in _STOPS and (index + 1 == len(flat) or flat[index + 1].tag == "punct"):
        return True
    if token.marker in _BREAKS or (token.norm in words("negation") and not _in_statement(current)):
        return True
    if any(_fits(verb.form, current) and verb_place(flat, index, verb.noun) for verb in token.verbs):
        return True
    if leading_name(flat[index : index + 4]):
        return True
    return _has_verb(current) and not _in_statement(current) and _has_subject_and_verb(flat, index)


def _has_verb(current: Clause) -> bool:
    """Whether the clause so far is more than a noun phrase."""
    tokens = current.tokens
    if not tokens or (len(tokens) > 1 and tokens[0].tag == "name" and tells(tokens[1])):
        return True
    if current.said.verbal or current.said.orders:
        return True
    opening = current.said.opening or tokens[0]
    return any(verb.form == "base" for verb in opening.verbs) and len(tokens) > 1


def _fits(form: str, current: Clause) -> bool:
    """Whether a coordinated verb of this form can follow the verb of the clause."""
    if form == "base":
        return True
    return form in current.said.forms if form in ("s", "ing") else current.said.past


def verb_place(flat: Sequence[Token], index: int, noun: bool) -> bool:
    """Whether the word stands where a verb stands: an object, a preposition or the end follows."""
    if not noun:
        return True
    if index + 1 >= len(flat):
        return True
    after = flat[index + 1]
    if after.tag == "punct":
        return after.raw != ":"
    if after.masked or after.named or after.norm in words("determiners") or after.norm in words("pronouns"):
        return True
    if after.norm in words("be") or after.norm in words("modals"):
        return False
    if after.verbs:
        return all(verb.noun or verb.form in ("past", "ing") for verb in after.verbs)
    return after.tag in ("word", "number")


def _has_subject_and_verb(flat: Sequence[Token], index: int) -> bool:
    """Whether a subject and a finite verb follow before the next comma."""
    for place in range(index, min(index + _FARTHEST_VERB, len(flat))):
        token = flat[place]
        if token.masked or token.tag == "punct" or token.marker in _BREAKS or token.marker == "that":
            return False
        named = place == index + 1 and flat[index].tag == "name" and tells(token)
        if place > index and (
            named
            or token.norm in FINITE
            or states_order(flat, place)
            or any(verb.form == "s" and not verb.noun for verb in token.verbs)
        ):
            return True
        if place > index + 1 and reduced_passive(flat, index, place):
            return True
        if token.norm in words("prepositions") or token.norm in ("and", "or"):
            return False
    return False


def _in_statement(current: Clause) -> bool:
    """Whether the clause states what must hold (check that ..., wait until ...), so that `and x is y` belongs to it."""
    first = current.said.opening
    if first is not None and any(verb.group in ("check", "wait") for verb in first.verbs):
        return True
    return current.said.bound


def _main_follows(flat: Sequence[Token], index: int, current: Clause) -> bool:
    """Whether the main clause starts here after `once x is done` without a comma."""
    if not current.tokens or not _opens_subordinate(current):
        return False
    token, before = flat[index], flat[index - 1]
    opened = len(current.tokens) == 2 and current.tokens[0].marker in ("before", "after")
    if opened and before.norm in (
        "it",
        "that",
        "this",
        "them",
    ):
        return not token.marker and token.tag != "punct"
    passive = index > 1 and any(verb.form == "past" for verb in before.verbs) and flat[index - 2].norm in words("be")
    if passive and (token.named or token.norm in words("determiners")):
        return True
    if before.norm in ("so", "not", "yes", "no"):
        return True
    if _ends_state(flat, index - 1) and _may_be_subject(token) and current.said.finite:
        return True
    wanted = any(verb.form == "base" and verb_place(flat, index, verb.noun) for verb in token.verbs)
    return wanted and _imperative_follows(flat, index, current)


def _imperative_follows(flat: Sequence[Token], index: int, current: Clause) -> bool:
    """Whether the base form of a verb here opens the main clause behind a subordinate one."""
    before, opening = flat[index - 1], current.tokens[0]
    aside = opening.marker == "while" and opening.norm not in ("while", "whilst", "during")
    if aside or opening.marker == "each" or opening.norm == "depending on":
        return len(current.tokens) > 1
    if opening.marker in ("if", "unless") and _stated(current) and before.norm not in _NO_END:
        return _bare_verb(flat, index)
    ended = _ends_state(flat, index - 1) or before.tag == "number"
    return ended or any(verb.form in ("s", "past", "ing") for verb in before.verbs)


def _bare_verb(flat: Sequence[Token], index: int) -> bool:
    """Whether the word can only be a verb here: it is no noun too, or an object or nothing follows."""
    if not any(verb.noun for verb in flat[index].verbs) or index + 1 == len(flat):
        return True
    return flat[index + 1].norm in words("determiners") | words("pronouns")


def _stated(current: Clause) -> bool:
    """Whether the clause already has its own verb or comparison."""
    return current.said.stated_at < len(current.tokens) - 1


def _ends_state(flat: Sequence[Token], index: int) -> bool:
    """Whether `done`, `ready`, `there` and the like end a subordinate clause here."""
    word = flat[index].norm
    if word not in _DONE:
        return False
    before = flat[index - 1].norm if index else ""
    return word not in ("in", "over", "up", "there", "through") or before in words("be") or "'" in before


def _may_be_subject(token: Token) -> bool:
    """Whether the word may open a main clause: neither a preposition nor a joining word, and not a form of `be`."""
    joining = token.norm in words("prepositions") or token.norm in ("and", "or", "but", "again", "also")
    return not joining and not token.marker and token.tag in ("word", "name", "table") and token.norm not in FINITE


def _marked(clause: Clause) -> Clause:
    """The clause with its order words taken off its front and end."""
    tokens = clause.tokens
    place = begins_with(tokens)
    if place:
        clause.marks.append("last" if tokens[place - 2].norm in ENDING else "first")
        tokens = tokens[place:]
    while tokens and (tokens[0].marker in _SKIPPED or tokens[0].norm in ("and", "but", "so", "only", "or", ",")):
        if tokens[0].marker:
            clause.marks.append(tokens[0].marker)
        tokens = tokens[1:]
    while tokens and (tokens[-1].marker in _TAIL_MARKS or tokens[-1].raw in ",&"):
        if tokens[-1].marker:
            clause.marks.append(f"{tokens[-1].marker}_end" if tokens[-1].marker == "parallel" else tokens[-1].marker)
        tokens = tokens[:-1]
    if tokens and tokens[0].marker in (*_SUBORDINATE, "purpose"):
        clause.role = tokens[0].marker
    for token in tokens:
        if token.marker in ("parallel", "always") and token.marker not in clause.marks:
            clause.marks.append(token.marker + ("_end" if token.marker == "parallel" else ""))
    clause.tokens = tokens or clause.tokens
    return clause
