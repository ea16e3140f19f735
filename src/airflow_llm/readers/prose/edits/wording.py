"""The words of one change: what they are made of, and what is left when some of them have been understood."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from airflow_llm.readers.prose.lexicon import word_lists
from airflow_llm.readers.prose.spellings import pattern

_WORD = re.compile(r"[\w#@$%./:'*+<>=-]*[\w%*>]|`[^`]*`|\"[^\"]*\"")
_QUOTES = "\"'`\u201c\u201d"
_COURTESY = (
    r"(?:thx|ty|hi|hello|hey|ey|yo|dear|(?:would|is)\s+it\s+(?:be\s+)?possible\s+(?:that|to)|please|pls|plz|kindly|"
    r"also|just|simply|now|then|next|and|but|so|ok|okay|thanks|thank\s+you|"
    r"(?:can|could|would|will)\s+(?:you|we|u)|(?:i|we)\s+(?:want|need|would\s+like|'d\s+like|d\s+like|should|must|have)"
    r"(?:\s+you)?\s+to|i'd\s+like\s+(?:you\s+)?to|we'd\s+like\s+to|let's|lets|make\s+sure(?:\s+that)?|"
    r"ensure(?:\s+that)?|"
    r"additionally|furthermore|in\s+addition|as\s+well\s+as|moreover|besides|finally|lastly|(?:first|second|"
    r"third)(?:ly)?\s*,|"
    r"from\s+now\s+on|it\s+would\s+be\s+(?:nice|good|great)\s+(?:to|if\s+you\s+(?:can|could)?)|"
    r"would\s+be\s+nice\s+to|"
    r"the\s+following:?|team|guys|all|there|actually|maybe|be\s+so\s+kind\s+(?:and|to))"
)
_TAIL = (
    r"[\s,]*\b(?:please|pls|plz|thanks(?:\s+a\s+lot)?|thank\s+you(?:\s+very\s+much)?|too|as\s+well|also|"
    r"from\s+now\s+on|again|now|ok|okay|cheers)\W*$"
)


def listed(name: str) -> frozenset[str]:
    """One list of edits.txt."""
    return word_lists("edits")[name]


@lru_cache(maxsize=32)
def one_of(name: str) -> str:
    """A regular expression for the words of a list, the longest first."""
    ordered = sorted(listed(name), key=lambda word: (-len(word), word))
    return "(?:" + "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in ordered) + ")"


def words_in(text: str) -> list[str]:
    """The words and values of a text."""
    return _WORD.findall(text)


def unquoted(text: str) -> str:
    """A value without the quotation marks and commas around it."""
    return text.strip().strip(",;").strip().strip(_QUOTES).strip()


def plain(text: str) -> str:
    """A change without the courtesies in front of it and behind it."""
    before = None
    while before != text:
        before = text
        text = pattern(rf"^\W*{_COURTESY}\b(?!['-])[\s,:!]*(?=\S)").sub("", text, count=1)
        text = pattern(_TAIL).sub("", text)
    return text.strip(" \t\n,;:.!?-")


@dataclass(frozen=True)
class Clause:
    """The words of one change; `said` is how they stand in the sentence, `text` is without courtesies."""

    said: str
    text: str

    def rest(self, spans: Iterable[tuple[int, int]] = (), *allowed: str) -> str:
        """What is left of the text without the spans, the fillers and the words of the lists."""
        return left_over(self.text, spans, *allowed)


def clause(said: str) -> Clause:
    """The clause of these words."""
    return Clause(" ".join(said.split()), plain(said))


def left_over(text: str, spans: Iterable[tuple[int, int]] = (), *allowed: str) -> str:
    """What is left of a text without the spans, the fillers and the words of the lists."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    dropped = listed("fillers").union(*(listed(name) for name in allowed)) - {"and"}
    kept: list[str] = []
    for word in words_in(text):
        low = word.lower().strip("'.:")
        # What is listed stays a list: `the EU and US loads`.
        joins = low == "and" and bool(kept) and kept[-1] != "and"
        said = word == "US" or (low != "and" and low not in dropped and any(map(str.isalnum, word)))
        if joins or said:
            kept.append(low if joins else word)
    return " ".join(kept[:-1] if kept[-1:] == ["and"] else kept)
