"""What the stages hand on: a unit for each clause, and in it the drafts of the steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from keyword import iskeyword
from typing import Literal

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import System, Verb, systems, verbs, words
from airflow_llm.readers.prose.phrases import Phrase

Sort = Literal["task", "condition", "reference", "order", "note", "header", "outcome", "ahead"]
_MOST_WORDS = 6
_LONGEST = 60
_EMPTY = words("empty")
_NOUN_ENDINGS = (("ation", ("ate", "", "e")), ("ion", ("", "e")), ("ment", ("",)), ("al", ("", "e")))


@dataclass(slots=True)
class Draft:
    """One step as far as the clause tells: what is done (`verb`, `kind`), to what (`objects`), named how (`words`)."""

    number: int
    verb: Verb
    kind: str
    objects: list[Token]
    phrase: Phrase
    clause: Clause
    id: str = ""
    each: str = ""
    items: tuple[str, ...] = ()
    ups: set[int] = field(default_factory=set)
    rule: str | None = None
    condition: str = ""
    """The words of a `choose` step's condition are in its branches; here those of a step that runs alone on one."""
    arms: list[tuple[str, list[int]]] = field(default_factory=list)
    """For a branching: the words of each condition ("" for otherwise) and the drafts to take."""
    external: str = ""
    """For a wait: the other DAG's name."""
    passive_from: bool = False
    by_default: bool = False
    """Whether it follows what stands before it only because the text names it there."""
    certainty: float = 1.0
    words: tuple[tuple[object, ...], set[str]] | None = None
    """What `references.words_of` found, and for which state of the draft."""
    labels: list[Token] = field(default_factory=list)
    """What the text calls the step by (`stage one`, `task A`)."""
    hints: list[Token] = field(default_factory=list)
    """Words that belong to the step without being its object (the head of a list, the system of a heading)."""

    @property
    def span(self) -> tuple[int, int]:
        """Where the step's words stand in the source."""
        return self.clause.start, self.clause.end

    def mentioned(self) -> list[Token]:
        """Every token that may name something of the step."""
        aside = [token for part in self.clause.asides for token in part]
        return [*self.phrase.subject, *self.objects, *self.phrase.tokens(), *self.hints, *aside]

    def systems(self) -> list[System]:
        """The systems that the step's own words name, in order, each once."""
        found: dict[str, System] = {}
        for token in self.mentioned():
            system = token.system or system_of(token)
            if system is not None:
                found.setdefault(system.name, system)
        return list(found.values())


@dataclass(slots=True)
class Unit:
    """A clause with what it turned out to be."""

    clause: Clause
    phrase: Phrase
    sort: Sort = "note"
    drafts: list[Draft] = field(default_factory=list)
    reference: list[Token] = field(default_factory=list)
    relation: str = ""
    """For an order unit: after, before, first, last."""
    words: str = ""
    """For a condition: its words."""
    parallel: bool = False
    """Whether the drafts stand beside each other because the clause lists them so."""

    def parallel_said(self) -> bool:
        """Whether the words say that the drafts run at the same time."""
        return "parallel_end" in self.clause.marks or "parallel" in self.clause.marks


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """The word without its ending, so that `loads`, `loading` and `loaded` meet."""
    made = _deverbal(word)
    if made:
        return stem(made)
    for ending, least in (("ies", 3), ("ing", 3), ("ed", 3), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            cut = word[: -len(ending)] + ("y" if ending == "ies" else "")
            word = (
                cut[:-1]
                if ending in ("ing", "ed") and len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "ls"
                else cut
            )
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def _deverbal(word: str) -> str:
    """The known verb that a noun is made from (`translation`, `enrichment`, `approval`); empty when there is none."""
    for ending, forms in _NOUN_ENDINGS:
        if word.endswith(ending):
            root = word[: -len(ending)]
            return next((root + form for form in forms if root + form in verbs()), "")
    return ""


def spoken(tokens: Iterable[Token]) -> str:
    """The tokens as one line of text; `>=` stays one sign."""
    text, end = "", -1
    for token in tokens:
        tight = token.raw == "=" and token.start == end and text.endswith(("<", ">", "!", "="))
        text += token.raw if tight or not text else f" {token.raw}"
        end = token.end
    return text


def name_words(tokens: Sequence[Token]) -> list[str]:
    """The words of a phrase that a name is made of."""
    found: list[str] = []
    for token in tokens:
        if token.tag == "time":
            found.append(re.sub(r"\W", "", token.norm))
        elif token.tag in ("url", "uri", "path", "file", "email", "channel", "quoted", "template"):
            found.extend(_address_words(token))
        elif token.tag in ("word", "name", "table", "number") and (token.named or token.norm not in _EMPTY):
            found.extend(part for part in re.split(r"[^a-z0-9]+", _ascii(token.norm).replace("'s", "")) if part)
    return list(dict.fromkeys(found))


def identifier(parts: Sequence[str], fallback: str = "step") -> str:
    """A spec identifier from words: a letter first, no word of Python, at most 60 characters."""
    text = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]+", "_", "_".join(parts).lower())).strip("_")
    text = text[:_LONGEST].rstrip("_")
    if not text:
        return fallback
    return text if text[0].isalpha() and not iskeyword(text) else f"{fallback}_{text}"


def short(parts: Sequence[str], most: int = _MOST_WORDS) -> list[str]:
    """The first words, without those that say nothing when others remain."""
    telling = [part for part in parts if part not in words("fillers")]
    return (telling or list(parts))[:most]


def _address_words(token: Token) -> list[str]:
    text = _ascii(token.norm)
    if token.tag == "email":
        text = text.split("@")[0]
    elif token.tag in ("url", "uri"):
        text = "_".join(part for part in text.split("://")[-1].split("/") if part)
    elif token.tag == "path":
        parts = [part for part in text.split("/") if part]
        text = "_".join(parts[-1:] if parts and "." in parts[-1] else parts[-2:])
    elif token.tag == "template":
        return []
    return [part for part in re.split(r"[^a-z0-9]+", text) if part and part not in ("www", "com", "csv", "json", "gz")]


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    import unicodedata

    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))


def system_of(token: Token) -> System | None:
    """The system that an address belongs to."""
    if token.tag == "uri":
        scheme = token.norm.split(":")[0]
        return systems().get(
            {"gs": "gcs", "s3a": "s3", "s3n": "s3", "abfs": "adls", "abfss": "adls", "wasb": "azure blob"}.get(
                scheme, scheme
            )
        )
    if token.tag == "url":
        return systems()["http"]
    if token.tag == "email":
        return systems()["email"]
    return None
