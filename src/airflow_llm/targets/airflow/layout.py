"""Python source in the shape of `ruff format` (its default 88 columns), without paying for a process.

A statement that is too long is opened at its last bracket, one element a line with a trailing comma, and so on
inside; texts that are too long become several. Emitters avoid what cannot be opened that way (long operators).
"""

from __future__ import annotations

import re
from ast import literal_eval
from collections.abc import Iterable, Iterator

from airflow_llm.targets.python import literal

WIDTH = 88
INDENT = "    "
_OPENING = "([{"
_CLOSING = ")]}"
_TOKEN = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|[()\[\]{},]""", re.DOTALL)
_TEXT = re.compile(r"""(?P<head>(?:\w+=|"[^"\\]*": )?)(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote)).)*)(?P=quote)""")
_PIECE = re.compile(r"(?:\{\{[^{}]{0,60}\}\}|\\N\{[^}]*\}|\\x..|\\u....|\\U........|\\.|\S)+\s*|\s+", re.DOTALL)


def block(lines: Iterable[str], depth: int = 1) -> list[str]:
    """The lines one or more levels deeper."""
    prefix = INDENT * depth
    return [prefix + line if line else line for line in lines]


def statement(source: str, depth: int = 0) -> list[str]:
    """One logical line of source, opened where it is too long for its depth."""
    prefix = INDENT * depth
    if width(source) + len(prefix) <= WIDTH:
        return [prefix + source]
    opened = _brackets(source)
    if source.startswith("def "):
        opened = [pair for pair in opened if source[pair[0]] == "("][:1]
    return _opened(source, opened, depth) if opened else [prefix + source]


def width(source: str) -> int:
    """Columns of a line: wide characters take two, combining ones none."""
    if source.isascii():
        return len(source)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in source)


def elements(source: str) -> list[str]:
    """What stands between the commas of a bracket's inside."""
    parts, depth, start = [], 0, 0
    for match in _TOKEN.finditer(source):
        char = source[match.start()]
        if char in _OPENING:
            depth += 1
        elif char in _CLOSING:
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(source[start : match.start()].strip())
            start = match.end()
    parts.append(source[start:].strip())
    return [part for part in parts if part]


def _opened(source: str, brackets: list[tuple[int, int]], depth: int) -> list[str]:
    """Opened at the last bracket; at earlier ones as well while what stands before it is too long."""
    prefix = INDENT * depth
    start, end = brackets[-1]
    head = source[: start + 1]
    inner = [*_inside(source[start + 1 : end], depth + 1), prefix + source[end:]]
    before = [pair for pair in brackets[:-1] if source[pair[1] + 1 : pair[1] + 2] == "."]
    if width(prefix + head) <= WIDTH or not before:
        return [prefix + head, *inner]
    lines = _opened(head, before, depth)
    return [*lines, *inner]


def _inside(source: str, depth: int) -> list[str]:
    cut = _comprehension(source)
    if cut is not None:
        return [*statement(source[:cut], depth), *statement(source[cut + 1 :], depth)]
    return [line for element in elements(source) for line in _element(element, depth)]


def _element(source: str, depth: int) -> list[str]:
    prefix = INDENT * depth
    if width(source) + len(prefix) < WIDTH:
        return [f"{prefix}{source},"]
    text = _TEXT.fullmatch(source)
    if text is not None:
        return _pieces(text, source, depth)
    opened = _brackets(source)
    lines = _opened(source, opened, depth) if opened else [prefix + source]
    return [*lines[:-1], f"{lines[-1]},"]


def _pieces(text: re.Match[str], source: str, depth: int) -> list[str]:
    """A long text as several that Python joins, broken at its white space."""
    prefix, quote = INDENT * depth, text["quote"]
    room = WIDTH - len(prefix) - len(INDENT) - 2
    lines = [""]
    for piece in _PIECE.findall(text["text"]):
        if lines[-1] and width(lines[-1] + piece) > room:
            lines.append("")
        lines[-1] += piece
    if len(lines) == 1:
        return [f"{prefix}{source},"]
    # Each piece is a text of its own, so it chooses its own quotes.
    pieces = [literal(literal_eval(f"{quote}{line}{quote}")) for line in lines]
    return [f"{prefix}{text['head']}(", *(f"{prefix}{INDENT}{piece}" for piece in pieces), f"{prefix}),"]


def _comprehension(source: str) -> int | None:
    """Where the `for` of a comprehension begins."""
    found = [match.start() for match in re.finditer(r" for \w+ in ", source)] if " for " in source else []
    covered = list(_spans(source)) if found else []
    return next((place for place in found if not any(start <= place <= end for start, end in covered)), None)


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Brackets at depth 0 and string literals outside of brackets: first and last position."""
    depth, start = 0, 0
    for match in _TOKEN.finditer(source):
        char = source[match.start()]
        if char in _OPENING:
            if depth == 0:
                start = match.start()
            depth += 1
        elif char in _CLOSING:
            depth -= 1
            if depth == 0:
                yield start, match.start()
        elif char != "," and depth == 0:
            yield match.start(), match.end() - 1


def _brackets(source: str) -> list[tuple[int, int]]:
    """Start and end of each bracket at depth 0 that has something in it; an index is none to be opened."""
    return [
        (a, b)
        for a, b in _spans(source)
        if source[a] in _OPENING and source[a + 1 : b].strip() and not (source[a] == "[" and _is_index(source, a))
    ]


def _is_index(source: str, start: int) -> bool:
    return start > 0 and (source[start - 1].isalnum() or source[start - 1] in "_])\"'")
