"""Sentences and list items: what stands between two full stops, line ends or item marks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words

_NO_END = (
    words("prepositions") - {"through", "over", "in", "out", "on", "up"}
    | words("articles") - words("pronouns")
    | {"and", "or"}
)
_LONGEST_NODE = 12
_LONGEST_SENTENCE = 1_000


@dataclass(slots=True)
class Sentence:
    """The tokens between two full stops (or line ends)."""

    tokens: list[Token]
    question: bool = False
    item: str = ""


def sentences(tokens: Sequence[Token]) -> Iterator[Sentence]:
    """The sentences and list items of a text, in order."""
    current: list[Token] = []
    item = ""
    chained = False
    for index, token in enumerate(tokens):
        mark = "number" if _inline_number(tokens, index) or _inline_bullet(tokens, index) else ""
        if mark and token.raw == "•":
            if current:
                yield Sentence(current, item=item)
            current, item, chained = [], mark, False
            continue
        if not mark and not token.masked and all(held.masked for held in current):
            mark = _item_mark(tokens, index)
            if mark:
                item = mark
                continue
        full_stop = token.tag == "punct" and token.raw in ".!?;" and token.depth == 0
        endless = len(current) >= _LONGEST_SENTENCE
        counted = item in ("number", "letter") and not current and token.raw in ".)"
        line = token.tag == "line"
        if mark or endless or (full_stop and not counted) or (line and _line_ends(tokens, index, current, chained)):
            if current:
                yield Sentence(current, token.raw == "?", item)
            current, item, chained = [], "letter" if mark and token.raw.isalpha() else mark, False
        elif not line and not counted:
            current.append(token)
            chained = chained or token.tag == "arrow"
    if current:
        yield Sentence(current, item=item)


def _inline_number(tokens: Sequence[Token], index: int) -> bool:
    """`1) extract x 2) extract y` in one line."""
    token = tokens[index]
    if (
        token.tag not in ("number", "word")
        or token.depth
        or len(token.raw) > 2
        or index + 1 >= len(tokens)
        or token.masked
    ):
        return False
    counted = token.raw.isdigit() or len(token.raw) == 1
    return counted and tokens[index + 1].raw == ")" and tokens[index + 1].depth == 0


def _inline_bullet(tokens: Sequence[Token], index: int) -> bool:
    """`• extract x • load y` in one line."""
    token = tokens[index]
    return token.raw == "•" and token.depth == 0 and not token.masked and index > 0 and tokens[index - 1].tag != "line"


def _line_ends(tokens: Sequence[Token], index: int, current: Sequence[Token], chained: bool) -> bool:
    """Whether the line break ends a sentence: before an item, a blank line, a heading, or after a short line."""
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is None or following.tag == "line" or _item_mark(tokens, index + 1):
        return True
    if chained and _arrow_ahead(tokens, index + 1):
        return True
    if current and current[-1].norm in _NO_END and not current[-1].masked:
        return False
    if following.raw[:1].isupper() or following.marker in ("then", "last", "first"):
        return True
    return bool(current) and not (current[-1].tag == "punct" and current[-1].raw == ",") and bool(following.verbs)


def _arrow_ahead(tokens: Sequence[Token], index: int) -> bool:
    """Whether the line that begins here is an edge of a graph of its own."""
    for place in range(index, min(index + _LONGEST_NODE, len(tokens))):
        if tokens[place].tag == "arrow":
            return place > index
        if tokens[place].tag == "line":
            return False
    return False


def _item_mark(tokens: Sequence[Token], index: int) -> str:
    """`bullet` or `number` when the token opens a list item."""
    token = tokens[index]
    opens = index == 0 or tokens[index - 1].tag == "line"
    if not opens:
        return ""
    if token.raw in ("-", "*", "•", "+", "\u2013"):
        return "bullet"
    following = tokens[index + 1].raw if index + 1 < len(tokens) else ""
    return "number" if token.tag == "number" and following in (".", ")") and len(token.raw) < 4 else ""
