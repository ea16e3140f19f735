"""Python source in the shape of `ruff format` (its default 88 columns), without paying for a process.

A statement that is too long is opened at its last bracket, one element a line with a trailing comma, and so on
inside. Emitters avoid what cannot be opened that way (long operators, comprehensions).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

WIDTH = 88
INDENT = "    "
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def block(lines: Iterable[str], depth: int = 1) -> list[str]:
    """The lines one or more levels deeper."""
    prefix = INDENT * depth
    return [prefix + line if line else line for line in lines]


def statement(source: str, depth: int = 0) -> list[str]:
    """One logical line of source, opened where it is too long for its depth."""
    prefix = INDENT * depth
    if width(source) + len(prefix) <= WIDTH:
        return [prefix + source]
    opened = _last_bracket(source)
    if opened is None:
        return [prefix + source]
    start, end = opened
    lines = [prefix + source[: start + 1]]
    for element in elements(source[start + 1 : end]):
        lines += _element(element, depth + 1)
    lines.append(prefix + source[end:])
    return lines


def width(source: str) -> int:
    """Columns of a line: wide characters take two."""
    if source.isascii():
        return len(source)
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in source)


def elements(source: str) -> list[str]:
    """What stands between the commas of a bracket's inside."""
    cuts = [position for position, char, depth in _scan(source) if char == "," and depth == 0]
    parts = [source[a + 1 : b].strip() for a, b in zip([-1, *cuts], [*cuts, len(source)], strict=True)]
    return [part for part in parts if part]


def _element(source: str, depth: int) -> list[str]:
    lines = statement(source, depth)
    lines[-1] += ","
    if len(lines) == 1 and width(lines[0]) > WIDTH:
        body = statement_or_none(source, depth)
        return body if body is not None else lines
    return lines


def statement_or_none(source: str, depth: int) -> list[str] | None:
    """The element opened, when the comma after it is what makes it too long."""
    opened = _last_bracket(source)
    if opened is None:
        return None
    start, end = opened
    prefix = INDENT * depth
    lines = [prefix + source[: start + 1]]
    for element in elements(source[start + 1 : end]):
        lines += _element(element, depth + 1)
    return [*lines, prefix + source[end:] + ","]


def _last_bracket(source: str) -> tuple[int, int] | None:
    """Start and end of the last bracket at depth 0 that has something in it."""
    found: tuple[int, int] | None = None
    start = 0
    for position, char, depth in _scan(source):
        if char in _CLOSING and depth == 0:
            start = position
        elif char in ")]}" and depth == 0 and source[start + 1 : position].strip():
            found = (start, position)
    return found


def _scan(source: str) -> Iterator[tuple[int, str, int]]:
    """Brackets and commas outside of string literals, with the depth that they stand at."""
    depth, position, size = 0, 0, len(source)
    while position < size:
        char = source[position]
        if char in "\"'":
            position = _end_of_string(source, position)
        elif char in _CLOSING:
            yield position, char, depth
            depth += 1
        elif char in ")]}":
            depth -= 1
            yield position, char, depth
        elif char == ",":
            yield position, char, depth
        position += 1


def _end_of_string(source: str, start: int) -> int:
    quote, position = source[start], start + 1
    while position < len(source) and source[position] != quote:
        position += 2 if source[position] == "\\" else 1
    return position
