"""The words on which a marked task depends: in front of it (`if …, `, `… → `, `…? `) or behind it (`… unless …`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from airflow_llm.readers.prose.lexicon import words as words_of
from airflow_llm.readers.prose.spellings import pattern

_BREAK = r"(?<=[.;!])\s+|\s*\n\s*"
_LEAD = r"^(?:[^\w<>=≤≥!(\[\"']+|\d{1,2}[.)]\s+|[a-z]\)\s+)+"
_OPEN = (
    r"\b(?P<word>in\s+(?:the\s+)?(?:case|event)(?:\s+(?:that|of))?|(?:only\s+)?(?:if|when(?:ever)?|where|unless)|provided(?:\s+that)?"
    r"|as\s+long\s+as|assuming(?:\s+that)?|given(?:\s+that)?|except\s+(?:on|if|when)|should|once)\b"
)
_ELSE = (
    r"\b(?:otherwise|or\s+else|else|if\s+not(?=\W*$|\W+(?:then|just|only|we|it)\b|\s*[,:;→\u2013\u2014-])|failing\s+that"
    r"|(?:if|when|where)\s+(?:that|this|it)(?:['\u2019]?s|\s+is)\s+not\s+(?:so|the\s+case)"
    r"|in\s+(?:the|all|any)\s+(?:other|contrary|opposite|remaining)\s+(?:case|event|situation)s?|any\s*(?:thing|one|body)\s+else"
    r"|every\s*(?:thing|one|body)\s+else|all\s+(?:the\s+)?others?|the\s+(?:others?|rest|remaining\s+\w+)|(?:on\s+)?any\s+other\s+\w+"
    r"|(?:if|when|where)\s+(?:it|this|that|they|he|she|there|so|the\s+answer)?\s*"
    r"(?:is|are|does|do|did|was|were|has|have)?(?:n['\u2019]?t|\s*not|\s+none|\s+no)(?=\W*$|\W*[,:;→\u2013\u2014-]|\W+(?:then|just|only)\b))"
)
_NO_ARM = (
    r"\b(?:the|this|that)\s+(?:run|dag|flow|job|pipeline|process(?:ing)?)\s+(?:may|can|should|shall|must|will|is|ends|stops)\b"
    r"|\bprocessing\s+(?:shall|stops|ends|ceases)\b|\bwe\s+(?:stop|are\s+done|do\s+nothing)\b|\bdo(?:es)?\s+nothing\b"
    r"|\bnothing\s+(?:happens|is\s+to)\b|\bskip\s"
)
"""Where an arm without a task begins, behind a condition without a comma."""
_PRONOUN = (
    r"^(?:it|this|that|they|there|so|he|she)\s*(?:is|are|was|were|does|do|did|has|have)"
    r"(?:\s+(?:one|so|any|some|true|the\s+case))?$"
)
_CUT = r"[,:;)\]\n?]\s|[:?)\]]$|\s*(?:→|[-=]+>)|\s[-\u2013\u2014]\s|\b(?:then|otherwise|else)\b|[.!](?=\s|$)|,$"
_HEAD = (
    r"^(?P<head>.+?)\s*(?:→|[-=]+>|[:=?\])]|[-\u2013\u2014])\W*"
    r"(?:(?:then|so|we|you|just|simply|only|it|please|pls|to|straight|gets?)\W+)*$"
)
_ARROWED = r".*(?:[,;(\[]|→|[-=]+>|\band\b(?=.*[<>≤≥]))\s*"
_ANSWER = r"^\W*(?P<answer>yes|yep|true|ja|no|nope|false|nein)\b\W*(?:(?:then|so|we|just|only)\W+)*$"
_ASKED = r"([^?.;!\n→]{2,160})\?"
_JOINERS = words_of("arm_joiners") | {"&", "+"}
_FILLERS = (
    r"\s+(?:shall|should|must|will|is\s+to|are\s+to|is|are|gets?|goes|go|only|merely|just|be|has\s+to|have\s+to|straight)*"
    r"\s*$"
)
_ONLY_ON = (
    r"^\W*(?:on(?:ly)?\s+)?(?:(?:on|for)\s+)?(?P<days>(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekdays?|weekends?)"
    r"\s*(?:only)?"
)
_TRAILING = rf"^\W*(?:but\s+|that\s+is\s+|only\s+|just\s+)*{_OPEN}(?P<rest>.*)"
_NOT = r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|ca|wo)n['\u2019]?t\b"
_LONGEST = 200
_ANYWAY = (
    r"\b(?:regardless|irrespective|either\s+way|in\s+(?:both|either|any|every|all)\s+(?:case|event|situation|way)s?|both\s+ways"
    r"|which(?:so)?ever|what(?:so)?ever|no\s+mater|no\s+matter|always|anyway|anyhow|after\s+(?:either|both)|for\s+both|come\s+what\s+may)\b"
)
_UNDONE = r"\b(?:even|also|too|regardless|and\s+not)\W+(?:\w+\W+)?$"
_SAID = r"\b(?:whether|if)\s+([^.;?!\n:]{3,160})"
_YES = frozenset({"yes", "yep", "true", "ja", "so", "positive"})
_NO = frozenset({"no", "nope", "false", "nein"})
How = Literal["if", "else", "head", "joined", "loose", "anyway"]


class Told(NamedTuple):
    """`words` as a condition, none for what is done otherwise; `how` the text tells it.

    `instead`: for what is done otherwise, the words that stand in front of it and are not to hold.
    """

    words: str
    how: How
    opener: str = ""
    instead: str = ""
    fresh: bool = False
    """Whether it begins a sentence or a line of its own."""


def told(before: str, mark: str, after: str, lead: str = "") -> Told:
    """What the task depends on.

    `before` and `after` lie between its neighbours and it; `lead` is all that stands in front of it.
    """
    behind, lead = len(lead) > len(before), lead or before
    parts = pattern(_BREAK).split(before)
    own = _bare(parts[-1])
    first = len(parts) == 1
    if _joins(own) and len(parts) > 1 and _leads_on(parts[-2]):
        own, first = _bare(parts[-2]), len(parts) == 2
    asked = pattern(_ANSWER).match(own)
    if asked is not None:
        return _answered(asked["answer"], lead)
    found = _leading(own, lead, tight=behind and first) or _inside(mark)
    found = found or _headed(own, strong=True) or _trailing(after) or _headed(own, strong=False)
    if found is not None:
        return found._replace(fresh=not first)
    if pattern(_ANYWAY).search(own) or pattern(rf"^[^\w.;!?\n]*{_ANYWAY}").match(after):
        return Told("", "anyway")
    if _joins(own):
        return Told("", "joined")
    if behind and first and pattern(r"^\s*,?\s*(?:and|then|&|\+|followed)\b").match(parts[-1]):
        return Told("", "joined")
    words = pattern(_FILLERS).sub("", f" {own}").strip()
    return Told(_plain(f"{words} {mark}" if len(words.split()) < 2 else words), "loose")


def _bare(part: str) -> str:
    return pattern(_LEAD).sub("", part.strip())


def _joins(words: str) -> bool:
    said = pattern(r"[\w&+]+").findall(words.lower())
    limits = pattern(r"[%<>≤≥\u2013]|\d\W+\w*\W*\d").search(words) is not None
    return not limits and all(word in _JOINERS or _numbers(word) for word in said)


def _numbers(word: str) -> bool:
    """`4` or `b` in front of an item of a list."""
    return len(word) == 1 or (word.isdigit() and len(word) <= 2)


def _leads_on(part: str) -> bool:
    """A line that ends as a question or a heading, or opens with a condition: what follows hangs on it."""
    return part.rstrip()[-1:] in ("?", ":") or pattern(rf"^\W*(?:and\s+|but\s+)?{_OPEN}").match(part) is not None


def _answered(word: str, before: str) -> Told:
    """`yes → …` and `no → …` behind a question."""
    questions = pattern(_ASKED).findall(before) or pattern(_SAID).findall(before)
    positive = word.lower() in _YES
    words = _plain(_bare(questions[-1])) if questions else ""
    if not words or words.lower() in _YES | _NO:
        return Told(word.lower(), "head") if positive else Told("", "else")
    return Told(words if positive else f"not ({words})", "if", "if")


def _leading(own: str, before: str, *, tight: bool) -> Told | None:
    """The last `if …` or `otherwise` in front of the task, unless it trails the task before (`tight`)."""
    opens = list(pattern(_OPEN).finditer(own))
    elses = list(pattern(_ELSE).finditer(own))
    opened = opens[-1] if opens else None
    if elses and (opened is None or elses[-1].end() > opened.start()):
        return Told("", "else", instead=_stated(before[: before.rfind(elses[-1].group())]))
    if opened is None or (opened["word"].lower() == "should" and opened.start() > 0):
        return None
    lead = own[: opened.start()]
    if pattern(_UNDONE).search(lead):
        return Told("", "anyway")
    if tight and not pattern(r"[,:;→\u2013\u2014]|->|=>|\s-\s|\b(?:and|then|but|also)\b|^\W*$").search(lead):
        return None
    return _condition(opened["word"], own[opened.end() :], before[: before.rfind(own)])


def _stated(words: str) -> str:
    """The condition that the words in front of an otherwise state, if one does."""
    for part in reversed(pattern(_BREAK).split(words)):
        own = _bare(part)
        opened = list(pattern(_OPEN).finditer(own))
        if opened and not pattern(_ELSE).search(own):
            found = _condition(opened[-1]["word"], own[opened[-1].end() :])
            return found.words if found is not None else ""
        drawn = pattern(r"^(.{2,80}?)\s*(?:→|[-=]+>|\?)").match(own)
        if drawn is not None:
            return _plain(drawn[1])
    return ""


def _inside(mark: str) -> Told | None:
    """`deploy it when the score is better`, marked as a whole."""
    opened = pattern(rf"\w\s+(?:but\s+)?(?:only\s+)?{_OPEN}(?P<rest>.+)$", re.I | re.S).search(mark)
    return None if opened is None or opened["word"].lower() == "should" else _condition(opened["word"], opened["rest"])


def _condition(word: str, rest: str, before: str = "") -> Told | None:
    cut = pattern(_CUT).split(rest.strip(" ,:-\n"), maxsplit=1)[0]
    words = _plain(pattern(_NO_ARM).split(cut, maxsplit=1)[0])
    if not words:
        return None
    if pattern(_PRONOUN).match(words):
        words = _meant(before) or words
    if words.lower() in _YES | _NO:
        return _answered(words, before)
    negated = word.lower().startswith(("unless", "except"))
    return Told(f"not ({words})" if negated else words, "if", word.lower().split()[-1])


def _meant(before: str) -> str:
    """What `if it is` takes up: a question in front of it, or the condition that was stated last."""
    questions = pattern(_ASKED).findall(before) or pattern(_SAID).findall(before)
    meant = _plain(_bare(questions[-1])) if questions else _stated(before)
    return meant[5:-1] if meant.startswith("not (") else meant


def _trailing(after: str) -> Told | None:
    sentence = pattern(_BREAK).split(after)[0]
    days = pattern(_ONLY_ON).match(sentence)
    if days is not None and "only" in days.group().lower():
        return Told(days["days"], "if", "only")
    match = re.match(_TRAILING, sentence, re.I | re.S)
    contrary = pattern(rf"^\W*{_ELSE}").match(sentence)
    if match is None or contrary is not None or match["word"].lower() in ("should", "once", "given"):
        return None
    return _condition(match["word"], match["rest"])


def _headed(own: str, *, strong: bool) -> Told | None:
    """`rows < 5 → …`, `under 6 mg/l: …`, `paid? …`; `strong`: with an arrow, a colon or a question mark."""
    asked = re.match(r"(.*\?)\s*(.*)$", own, re.S)
    if asked is not None and _joins(asked[2]):
        own = asked[1]
    match = re.match(_HEAD, own, re.I | re.S)
    if match is None or (strong and not pattern(r"(?:→|[-=]+>|[:?\]])").search(own[match.end("head") :])):
        return None
    head = pattern(_ARROWED).sub("", match["head"]) or match["head"]
    words = _plain(_bare(head))
    return Told(words, "head") if words and not _joins(words) else None


def _plain(words: str) -> str:
    """Without loose signs around them, and with `not` in full."""
    words = pattern(_NOT).sub(lambda match: f"{_FULL.get(match[1].lower(), match[1])} not", words)
    words = " ".join(words.split()).strip(" ,:;-\u2013\u2014→=?\"'").strip()
    words = words[1:] if words.startswith(("(", "[")) and words.count("(") > words.count(")") else words
    return words.rstrip(".)]" if "(" not in words and "[" not in words else ".")[:_LONGEST]


_FULL = {"ca": "can", "wo": "will"}


def shared(tolds: Sequence[Told], number: int) -> Told:
    """For `a & b if …`: what is told of the next task holds for the one that is joined to it."""
    following = tolds[number + 1 : number + 2]
    return following[0] if following and following[0].how == "if" else tolds[number]


def is_limit(words: str) -> bool:
    """Whether the words compare with a number."""
    signs = (
        r"[<>≤≥]|\b(?:than|above|below|over|under|at\s+least|at\s+most"
        r"|(?:or|and)\s+(?:more|less|lower|higher|above|below|up|over|under)|exceed\w*"
        r"|between|\d\s*(?:to|\u2013|-)\s*\d)\b"
    )
    return pattern(r"\d").search(words) is not None and pattern(signs).search(words) is not None
