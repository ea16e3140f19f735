"""Steps that go back to an earlier one (`then go back to step 2`): a cycle, unless it only waits or tries again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.errors import ContradictionError
from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, pattern

_PLACE = (
    r"(?:the\s+)?(?:(?:first|previous|last|same|initial|very\s+first)\s+(?:step|stage|task|point)|(?:step|stage|task|point|number|no\.?|#)"
    r"\s*(?:number\s+)?#?(?:\d+|one|two|three|four|five|six|[A-Z]\b)|\d{1,3}\b(?!\s*[%:.]\d)|beginning|start|top|outset)"
)
_GO = (
    r"(?:go(?:es)?|going|jump(?:s|ing)?|return(?:s|ing)?|loop(?:s|ing)?(?=\s+back)|come(?:s)?|start(?:s)?"
    r"|continue(?:s)?|back(?=\s+\w+\s+\D))"
)
_BACK = (
    rf"\b{_GO}\s+(?:back\s+|again\s+)?(?:back\s+)?(?:to|with|at|from)\s+(?P<place>{_PLACE})"
    rf"|\b(?:repeat(?:s|ed)?|restart(?:s|ed)?|redo|rerun)\s+(?:everything\s+|it\s+all\s+|all\s+|the\s+whole\s+(?:thing|run)\s+|the\s+steps\s+)?"
    rf"(?:again\s+)?(?:from|at|with)\s+(?P<from>{_PLACE})"
    r"|\b(?:go(?:es)?|loops?|jumps?)\s+back\s+to\s+(?:the\s+)?(?P<step>(?a:[A-Za-z])[\w-]{3,40})"
)
_AHEAD = r"\b(?:go(?:es)?|going|continue(?:s)?|start(?:s)?|come(?:s)?)\s+(?:to|with|at|from)\s"
_WAITING = (
    r"\b(?:until|till?|unless|while|as\s+long\s+as|at\s+most|up\s+to|max(?:imum)?|retr(?:y|ies)|tries|attempts?|times|again\s+if"
    r"|if|when|whenever|in\s+case|should|every|each|daily|hourly|nightly|next\s+(?:day|run|night|week)|tomorrow)\b"
)
_TRYING = (
    r"\b(?:until|till?|while|retr(?:y|ies)|tries|attempts?|times|wait\w*|fail\w*|errors?|missing"
    r"|not\s+(?:yet|there|ready))\b"
)
_SPOKEN_OF = (
    r"\b(?:used\s+to|never|not|n't|no\s+need\s+to|without|must\s+not|was|were|last\s+time|formerly)\s+(?:\w+\s+){0,2}$"
)
_NEAR = 120


def find_loops(text: str) -> list[Found[str]]:
    """The places at which the text goes back to an earlier step and waits for nothing; the words of the step."""
    hits: list[Found[str]] = []
    for match in finds(_BACK, text, "back", "repeat", "restart", "redo", "rerun", "return", "again", "loop"):
        place = match["place"] or match["from"] or match["step"]
        before, behind = _sentence(text, match)
        ahead = pattern(_AHEAD).match(match.group()) is not None and "again" not in match.group().lower()
        named = match["step"] is None or _told_before(text[: match.start()], match["step"])
        waits = pattern(_WAITING).search(before + " ; " + behind) is not None
        if named and not ahead and not waits and not pattern(_SPOKEN_OF).search(before):
            hits.append(found(text, *match.span(), place))
    return [*hits, *_to_earlier_items(text)]


def _to_earlier_items(text: str) -> Iterator[Found[str]]:
    """`3. If the queue is empty, go to 1.`: an item of a list that leads to one above it, and waits for nothing."""
    for match in finds(r"\bgo\s*to\s+(?:step\s+|item\s+|no\.?\s+|#)?(\d{1,2})\b(?!\s*[%:.]\d)", text, "go to", "goto"):
        before, behind = _sentence(text, match)
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        item = pattern(r"\s*(?:\[.?\]\s*)?(?:step\s+)?(\d{1,2})\b").match(line)
        waits = pattern(_TRYING).search(f"{before} ; {behind}") or pattern(_SPOKEN_OF).search(before)
        if item is not None and int(match[1]) < int(item[1]) and not waits:
            yield found(text, *match.span(), match[1])


def refuse_loops(text: str) -> None:
    """ContradictionError that quotes the words which make a cycle of the steps."""
    for hit in find_loops(text)[:1]:
        raise ContradictionError(
            f"{' '.join(hit.text.split())!r} makes a cycle of the steps, and a run never goes back",
            hint="say what is waited for (`until the file is there`), how often a step is tried again",
        )


def _sentence(text: str, match: re.Match[str]) -> tuple[str, str]:
    """The words of the sentence in front of the place and behind it."""
    before = pattern(r"(?:[.;!?](?=\s)|\n)").split(text[max(0, match.start() - _NEAR) : match.start()])[-1]
    behind = pattern(r"(?:[.;!?](?=\s|$)|\n)").split(text[match.end() : match.end() + _NEAR])[0]
    return before, behind


def _told_before(text: str, word: str) -> bool:
    """Whether a step in front of the place is called so (`the extraction` after `extract the orders`)."""
    wanted = stem(word.lower())
    return any(stem(known) == wanted for known in pattern(r"[a-z]{4,40}").findall(text.lower()))
