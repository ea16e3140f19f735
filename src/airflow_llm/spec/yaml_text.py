"""YAML text from plain data: deterministic, pleasant to read, and read alike by YAML 1.1 and 1.2 readers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isinf, isnan
from typing import Any

WIDTH = 100
_MAX_SIMPLE_KEY = 200
_SCALARS = (str, int, float, type(None))
# A letter first; then a colon, a hash or a space only where no reader gives it a meaning.
_BLOCK_PLAIN = re.compile(r"[^\W\d_](?:[^ :#]|:(?=[^ ])|(?<=[^ ])#| (?=[^ #]))*$")
_FLOW_PLAIN = re.compile(r"[^\W\d_](?:[\w.@/()+*=~^$;-]| (?=\w))*$")
_PATH_OR_DURATION = re.compile(r"[/_][\w/.@-]*$|\d+[dhms](?:\d+[hms])*$")
_RESERVED = re.compile(r"(?:~|null|true|false|yes|no|on|off|y|n|nan|inf|=)$", re.IGNORECASE)
_LONGEST_RESERVED = len("false")


class Word(str):
    """A key that is written without quotes although older readers take it for something else (`on`)."""

    __slots__ = ()


def write(data: Mapping[str, Any], *, spaced: frozenset[str] = frozenset()) -> str:
    """A mapping as a block-style document. A blank line stands before each nested block of the top level, and

    between the items of the lists whose keys are in `spaced`.
    """
    if not data:
        return "{}\n"
    lines: list[str] = []
    after_block = False
    for key, value in data.items():
        block = _is_block(value)
        if lines and (block or after_block):
            lines.append("")
        _add_entry(lines, key, value, 0, spaced=key in spaced)
        after_block = block
    return "\n".join(lines) + "\n"


def entry(key: str, value: Any, indent: int, *, spaced: bool = False) -> list[str]:
    """The lines of one `key: value`, each with its indentation."""
    lines: list[str] = []
    _add_entry(lines, key, value, indent, spaced=spaced)
    return lines


def _add_entry(lines: list[str], key: str, value: Any, indent: int, *, spaced: bool = False) -> None:
    pad = " " * indent
    name = key if type(key) is Word else _name(key)
    if len(name) > _MAX_SIMPLE_KEY:
        lines += [f"{pad}? {name}", *_leaf(f"{pad}: ", value, indent)]
    elif not _is_block(value):
        lines += _leaf(f"{pad}{name}: ", value, indent)
    elif isinstance(value, Mapping):
        lines.append(f"{pad}{name}:")
        for inner, member in value.items():
            _add_entry(lines, inner, member, indent + 2)
    else:
        lines.append(f"{pad}{name}:")
        for position, item in enumerate(value):
            if spaced and position:
                lines.append("")
            _add_item(lines, item, indent + 2)


@lru_cache(maxsize=1024, typed=True)
def _name(key: str) -> str:
    return scalar(key)


def list_item(item: Any, indent: int) -> list[str]:
    """The lines of one `- item`, each with its indentation."""
    lines: list[str] = []
    _add_item(lines, item, indent)
    return lines


def _add_item(lines: list[str], item: Any, indent: int) -> None:
    pad = " " * indent
    if not _is_block(item):
        lines += _leaf(f"{pad}- ", item, indent)
        return
    first = len(lines)
    if isinstance(item, Mapping):
        for key, value in item.items():
            _add_entry(lines, key, value, indent + 2)
    else:
        for member in item:
            _add_item(lines, member, indent + 2)
    lines[first] = f"{pad}- {lines[first][indent + 2 :]}"


def inline(value: Any) -> str:
    """A scalar, or an empty or short list of scalars, on one line."""
    if isinstance(value, _SCALARS):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(scalar(item, flow=True) for item in value) + "]"
    return scalar(value)


def scalar(value: str | int | float | bool | None, *, flow: bool = False) -> str:
    """One scalar on one line, quoted only where a reader might take it for something else."""
    if isinstance(value, str):
        return _text(value, flow=flow)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return _float(value) if isinstance(value, float) else str(value)


def _float(value: float) -> str:
    if isnan(value):
        return ".nan"
    if isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = repr(value)
    mantissa, e, exponent = text.partition("e")
    # YAML 1.1 readers want a point in the mantissa and a sign in the exponent.
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{exponent}" if e else text


def _text(value: str, *, flow: bool) -> str:
    if len(value) <= WIDTH * 2 and _is_plain(value, flow=flow):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'" if '"' in value or "\\" in value else f'"{value}"'
    return '"' + "".join(_escape(c) for c in value) + '"'


def _is_plain(value: str, *, flow: bool) -> bool:
    if len(value) <= _LONGEST_RESERVED and _RESERVED.match(value):
        return False
    if value.isascii() and value.isidentifier():
        return True
    if not value.isprintable():
        return False
    return bool((_FLOW_PLAIN if flow else _BLOCK_PLAIN).match(value) or _PATH_OR_DURATION.match(value))


def _escape(character: str) -> str:
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08X}"
    short = json.dumps(character)[1:-1]
    return short if short in ("\\n", "\\t", "\\r") else f"\\u{code:04X}" if code > 0xFF else f"\\x{code:02X}"


def _is_block(value: Any) -> bool:
    if isinstance(value, _SCALARS):
        return False
    # Asking an abstract class costs ten times as much as asking the usual one first.
    if isinstance(value, (dict, Mapping)):
        return bool(value)
    if not isinstance(value, (list, Sequence)) or not value:
        return False
    if any(not isinstance(item, _SCALARS) and isinstance(item, (list, tuple, Mapping)) for item in value):
        return True
    texts = [str(item) for item in value]
    return sum(map(len, texts)) + 2 * len(texts) > WIDTH or "\n" in "".join(texts)


def _leaf(head: str, value: Any, indent: int) -> list[str]:
    if isinstance(value, str):
        pad = " " * (indent + 2)
        if "\n" in value and _fits_literal(value):
            body = value.removesuffix("\n")
            mark = "|" if body != value else "|-"
            return [head + mark, *(pad + line if line else "" for line in body.split("\n"))]
        if len(head) + len(value) > WIDTH + 20 and _fits_folded(value):
            return [head + ">-", *(pad + line for line in _folded(value, max(WIDTH - indent, 40)))]
        return [head + _text(value, flow=False)]
    return [head + inline(value)]


def _fits_literal(value: str) -> bool:
    body = value.removesuffix("\n")
    if not body or body[-1] == "\n" or body[0] in "\n \t":
        return False
    lines = body.split("\n")
    return all(not line or (not line.isspace() and line.replace("\t", " ").isprintable()) for line in lines)


def _fits_folded(value: str) -> bool:
    return value.isprintable() and value == value.strip() and " " in value and "  " not in value and value[0] not in "#"


def _folded(value: str, width: int) -> Iterator[str]:
    line = ""
    for word in value.split(" "):
        if line and len(line) + 1 + len(word) > width:
            yield line
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield line
