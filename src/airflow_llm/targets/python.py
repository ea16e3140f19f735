"""Python source from values: the only way a value of the spec enters generated Python (text is never code)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import isfinite

_QUOTES = re.compile(r"\\.|[\"]", re.DOTALL)
_UNITS = (("days", 86400), ("hours", 3600), ("minutes", 60), ("seconds", 1))


class Expression(str):
    """Source that is already Python: written by an emitter of ours, never taken from a spec."""

    __slots__ = ()


def literal(value: object) -> Expression:
    """The Python literal of a value: str, int, float, bool, None, timedelta, list, tuple, dict, Expression."""
    match value:
        case Expression():
            return value
        case str() | bytes():
            return Expression(_text(value))
        case timedelta():
            return _timedelta(value)
        case Mapping():
            return Expression("{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}")
        case tuple():
            items = ", ".join(literal(item) for item in value)
            return Expression(f"({items},)" if len(value) == 1 else f"({items})")
        case Sequence():
            return Expression("[" + ", ".join(literal(item) for item in value) + "]")
        case float() if not isfinite(value):
            return Expression(f'float("{value}")')
        case None | bool() | int() | float():
            return Expression(repr(value).replace("e+", "e"))
        case date():
            return Expression(f'"{value.isoformat()}"')
    raise TypeError(f"no literal for {type(value).__name__}")


def call(function: str, arguments: Mapping[str, object]) -> Expression:
    """`function(name=literal, …)`; ruff's formatter breaks the lines."""
    return Expression(f"{function}({', '.join(f'{name}={literal(value)}' for name, value in arguments.items())})")


def docstring(text: str) -> str:
    """A docstring that holds any text as data: backslashes, quotes and control characters cannot end it."""
    clean = printable(text).strip().replace("\\", "\\\\")
    if '"""' in clean:
        clean = clean.replace('"', '\\"')
    elif clean.endswith('"'):
        clean = clean[:-1] + '\\"'
    return f'"""{clean}"""'


def printable(text: str) -> str:
    """The text with a space for every character that cannot be shown; lines stay lines."""
    return "\n".join(
        line if line.isprintable() else "".join(char if char.isprintable() else " " for char in line)
        for line in text.split("\n")
    )


def _text(value: str | bytes) -> str:
    # repr escapes everything that could end the literal; then the quotes are those the formatter would choose.
    text = repr(value)
    start = text.index(text[-1])
    prefix, quote, inner = text[:start], text[start], text[start + 1 : -1]
    single, double = inner.count("'"), inner.count('"')
    if quote == '"' or double > single:
        return text
    return prefix + '"' + _QUOTES.sub(_requote, inner) + '"'


def _requote(match: re.Match[str]) -> str:
    found = match.group()
    if found == "\\'":
        return "'"
    return '\\"' if found == '"' else found


def _timedelta(value: timedelta) -> Expression:
    seconds = value.total_seconds()
    for unit, size in _UNITS:
        if seconds % size == 0 and (seconds or unit == "seconds"):
            return Expression(f"timedelta({unit}={int(seconds // size)})")
    return Expression(f"timedelta(seconds={seconds!r})")
