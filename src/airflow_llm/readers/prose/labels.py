"""What labelled steps say of each other: `Step A: extract, needs step B`, `2. load (depends_on: step 1)`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.readers.prose.spellings import pattern, says

_NOUN = r"(?:steps?|tasks?|stages?|jobs?|phases?)"
_LABEL = r"(?:\d{1,2}(?![\w%]|[:.]\d)|[A-Za-z]\b(?![\u2019'.]\w)|one\b|two\b|three\b|four\b|five\b|six\b)"
_HEAD = (
    rf"(?:(?:^|[.;!?])[^\S\n]*|^[^\S\n]*[-*][^\S\n]*)(?:{_NOUN}\s+(?:number\s+|no\.?\s*|#)?(?P<label>{_LABEL})\s*"
    r"(?:\([^()\n]{1,60}\)\s*)?[:.)\u2013\u2014-](?!\w)|(?P<number>\d{1,2})[.):](?=\s)|(?P<letter>[a-h])\)(?=\s))"
)
_NEEDS = (
    r"\b(?P<behind>needs?|requires?|waits?\s+(?:for|on)|depends?(?:\s+|_)on|is\s+(?:blocked\s+by|downstream\s+of|waiting\s+for)"
    r"|(?:only\s+|not\s+before\s+|cannot\s+(?:start|run|begin)\s+before\s+)?after|not\s+before|follows|upstream|once|as\s+soon\s+as)\b"
    r"|\b(?P<ahead>before|precedes|(?:is\s+)?upstream\s+of)\b"
)
_WHAT = r"\s*[:=]?\s*[\[(\"'`]*\s*(?:the\s+)?(?:(?:output|result|end|completion)s?\s+of\s+)?(?:only\s+|both\s+)?"
_UNITS = r"(?:minutes?|hours?|days?|sec\w*|min|rows?|am|pm|times|tries)"
_TARGETS = rf"(?:{_NOUN}\s+(?:number\s+|no\.?\s*|#)?)?({_LABEL})(?!\s*{_UNITS}\b)"
_DOUBTFUL = (
    r"\b(?:if|unless|otherwise|in\s+case|fail\w*|errors?|retr(?:y|ies|ied)|or|previous\w*|yesterday\w*|tomorrow\w*|last|next|earlier"
    r"|(?:does|do|did|must|should|is|need)(?:\s+not|n['\u2019]?t)\s+(?:need|require|wait|depend|\w+\s+(?:for|on))"
    r"|no\s+(?:need|longer)|never|without|nothing|used\s+to|day\s+before|instead)\b|\?"
)
_NAME_HEAD = (
    r"^[^\S\n]*[-*][^\S\n]+(?:(?:name|id|step|task)\s*:\s*)?[\"'`]?(?P<name>[A-Za-z_][\w-]{2,40})[\"'`]?[^\S\n]*(?::|$)"
)
_NAME_NEEDS = (
    r"\b(?:depends?(?:\s+|_)on|needs?|requires?|upstream|after)\s*:?\s*\[?"
    r"(?P<names>[\"'`]?[\w-]{3,40}[\"'`]?(?:\s*(?:,|\band\b)\s*[\"'`]?[\w-]{3,40}[\"'`]?){0,9})\]?\)?\s*[.;]?\s*$"
)
_SENTENCE = r"[.;!?](?=\s|$)|\n"
_SUBJECT = rf"\b{_NOUN}\s+(?:number\s+|no\.?\s*|#)?{_LABEL}"
_NUMBERS = {word: str(at) for at, word in enumerate(("one", "two", "three", "four", "five", "six"), 1)}
_MOST = 200


def told_labels(text: str) -> Iterator[tuple[str, str, str]]:
    """The pairs of labels of which the first waits for the second, with the words that say so."""
    if not says(
        text, "need", "requir", "wait", "depend", "after", "before", "block", "stream", "follows", "once", "soon"
    ):
        return
    heads = list(pattern(_HEAD, re.IGNORECASE | re.MULTILINE).finditer(text))[:_MOST]
    own = [_named(head["label"] or head["number"] or head["letter"]) for head in heads]
    for label, said, sentence in _sentences(text, heads, own):
        for late, early in _in_sentence(sentence, label):
            if late != early and late in own and early in own:
                yield f"step {late}", f"step {early}", said
    yield from _told_names(text)


def _told_names(text: str) -> Iterator[tuple[str, str, str]]:
    """A list of steps by name: `- load: write the orders, depends_on: extract`."""
    heads = list(pattern(_NAME_HEAD, re.IGNORECASE | re.MULTILINE).finditer(text))[:_MOST]
    own = [head["name"].lower() for head in heads]
    for label, said, sentence in _sentences(text, heads, own):
        relation = pattern(_NAME_NEEDS).search(sentence)
        if relation is None or pattern(_DOUBTFUL).search(sentence) is not None:
            continue
        for other in pattern(r"[\w-]+").findall(relation["names"].lower()):
            if other in own and other != label:
                yield label, other, said


def _sentences(text: str, heads: list[re.Match[str]], own: list[str]) -> Iterator[tuple[str, str, str]]:
    """Each sentence of the steps: the step's label, the words with those of the label, the sentence."""
    if len(set(own)) < 2 or len(set(own)) != len(own):
        return  # a list that begins again: which of its steps is meant is not said
    ends = [head.start() for head in heads[1:]] + [len(text)]
    for label, head, end in zip(own, heads, ends, strict=True):
        for sentence in pattern(_SENTENCE).split(text[head.end() : min(end, head.end() + 1_000)]):
            yield label, f"{head.group().strip().lstrip('.;!?-* ')} {' '.join(sentence.split())}", sentence


def _in_sentence(sentence: str, label: str) -> Iterator[tuple[str, str]]:
    if pattern(_DOUBTFUL).search(sentence) is not None:
        return
    for relation in pattern(_NEEDS).finditer(sentence):
        if pattern(_SUBJECT).search(sentence[: relation.start()]) is not None:
            return  # it speaks of another step
        ahead = relation["ahead"] is not None
        for other in _targets(sentence, relation.end()):
            yield (other, label) if ahead else (label, other)


def _targets(sentence: str, at: int) -> Iterator[str]:
    """The labels that stand behind the words: `step 2`, `steps A and B`, `[1, 2]`."""
    match = pattern(_WHAT + _TARGETS).match(sentence, at)
    bare = match is not None and pattern(_NOUN).search(match.group()) is None
    while match is not None:
        if bare and match[1].islower() and pattern(r"\s*(?:$|[,;.)\]]|and\b)").match(sentence, match.end()) is None:
            return  # `needs a file`
        yield _named(match[1])
        match = pattern(rf"\s*(?:,\s*(?:and\s+)?|and\s+|&\s*|\+\s*){_TARGETS}").match(sentence, match.end())


def _named(label: str) -> str:
    return _NUMBERS.get(label.lower(), label.upper())
