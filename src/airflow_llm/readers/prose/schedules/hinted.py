"""A schedule that the text only hints at, asked where nothing else says when: `hourly spark-submit of …`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import pattern

_STRENGTH = 0.5


def hinted(text: str, clusters: Sequence[list[Atom]]) -> tuple[list[Atom], float] | None:
    """The one frequency that stands beside a thing (`the nightly headcount`) or a look (`ping it every hour`)."""
    said = list(dict.fromkeys(part.value for part in _frequencies(text, clusters)))
    if len(said) != 1:
        return None
    cluster = next(cluster for cluster in clusters if any(part.value == said[0] for part in cluster))
    return [part for part in cluster if part.kind != "except"], _STRENGTH


def _frequencies(text: str, clusters: Sequence[list[Atom]]) -> Iterator[Atom]:
    for cluster in clusters:
        for part in cluster:
            if part.weak and part.kind == "named" and _is_asked(text, part):
                yield part
            if part.weak and part.kind == "every" and not _is_wait(text, part):
                yield part


def _is_asked(text: str, part: Atom) -> bool:
    before, after = text[max(0, part.start - 80) : part.start], text[part.end : part.end + 80]
    if pattern(r"\b(?:after|once|until|when)\s+(?:the\s+)?$").search(before) and pattern(
        r"\s+(?:job|dag|pipeline)\b"
    ).match(after):
        return False
    if pattern(_OTHERS).search(before) or pattern(_OTHERS_BEHIND).match(after) or pattern(_FIRST).match(after):
        return False
    if pattern(_TITLE_BEFORE).search(text[: part.start]) and pattern(_TITLE).match(after):
        return True
    if pattern(_WANTED).search(before):
        return True
    return pattern(_RUN).match(after) is not None


_OTHERS = (
    r"\b(?:old|existing|upstream|their|his|her|other|current|present|last|previous|yesterday'?s?|today'?s|per|non"
    r"|(?:only|in|into|with|from|by|of|via|like|unlike|replace\w*|publish\w*|receive\w*)\s+(?:the|an?|our))[\s-]+$"
)
_FIRST = (
    r"[^.;\n]{0,60}\b(?:must|has\s+to|have\s+to|should)\s+(?:have|be)\s+(?:finished|done|through|completed?|over)\b"
)
_OTHERS_BEHIND = (
    r"\s+(?:(?:job|dag|pipeline|run|load)\s+(?:called|named|(?=[`'\"]))|reports?|newsletters?|figures?|numbers?|totals?|sales|data|files?|tables?|partitions?|averages?|e-?mails?"
    r"|dumps?|extracts?|exports?|meeting|stand-?up|count|counts|values|rates|prices|summar\w+|digests?|statistics|stats"
    r"|active|limit|quota|budget|volume)\b"
)
_TITLE_BEFORE = r"^\W*(?:[\w#' -]{1,40}[:\u2013\u2014]\s+|[^.\n]{1,60}[:\u2013\u2014]\s+)?$"
_TITLE = (
    r"(?!(?:\s+[\w'/-]+){1,5}?\s+(?:is|are|was|were|has|have|comes?|must|should|will|can|shall|gets?)\b)"
    r"\s+[\w'/-]+(?:\s+[\w'/.-]+){0,4}?\s*(?:[.:;\n(,]|$|\b(?:of|for|from|to|on|against|between|with)\b)"
)
_WANTED = (
    r"\b(?:build|need|wants?|like|create|make|set\s+up|request|requests?:|asked\s+for|add|(?:have|be)\s+(?=an?\b))"
    r"(?:\s+(?:us|me|you|please|to\s+have))?(?:\s+(?:an?|some|the|my|our))?\s+$|\bmy\s+request:\s+(?:an?|the)\s+$"
)
_RUN = (
    r"(?:\s+[\w-]+){0,2}?\s+(?:runs?|jobs?|roll-?ups?|batch|loads?|checks?|re-?train(?:ing)?|refresh|rebuild|sync"
    r"|scoring|pipeline|dag|backup|snapshot|ping|probe)\b"
)


def _is_wait(text: str, part: Atom) -> bool:
    """Whether the sentence is about a wait or a retry: then the length is how often a step looks again."""
    start = max(text.rfind(stop, 0, part.start) for stop in (". ", ";", "\n", "! ", "? ")) + 1
    behind = pattern(r"[.!?](?=\s|$)|[;\n]|$").search(text, part.end)
    sentence = text[start : behind.start() if behind is not None else len(text)]
    if pattern(r"\brepeat\s+(?:the\s+|this\s+)?(?:task|job|run|it)\s+$").search(text, start, part.start):
        return False
    if not text[start : part.start].strip() and pattern(_TILL_THERE).search(sentence) is None:
        return False
    return pattern(_WAITS).search(sentence) is not None


_TILL_THERE = (
    r"\b(?:there|files?|exists?|arriv\w*|appear\w*|retr\w+|again|attempts?|up\s+to|at\s+most|for\s+\d|come|tries)\b"
)
_WAITS = (
    r"\b(?:wait\w*|until|till|sensor|as\s+soon\s+as|retr\w+|tries|try|trys|re-?tries|again|attempts?|up\s+to|at\s+most"
    r"|at\s+the\s+most|for\s+(?:max\w*\s+)?\d|time-?outs?|max\w*|files?|exists?|arriv\w*|appear\w*|is\s+there|are\s+there|gate|repeat\w*"
    r"|times|once|turns?\s+up|has\s+come|poke\w*|poking|begin\w*|apart|intervals?|not?\s+longer)\b"
)
