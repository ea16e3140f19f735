"""YAML text as a tree of nodes with positions: plain data only, bounded, whatever the text holds.

The events come from libyaml; what a scalar means is YAML 1.2's core schema (`on`, `yes` and `2026-01-01` are text).
Tags, merge keys, repeated keys, endless aliases, deep nesting and control characters are refused with their place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NoReturn

from airflow_llm.errors import InputError

if TYPE_CHECKING:
    from yaml import Mark

MAX_LENGTH = 64 * 1024 * 1024
MAX_DEPTH = 100
MAX_NODES = 2_000_000

_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_NUMBER = re.compile(r"[-+]?(?:[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$")
_WORDS: dict[str, bool | float | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
_MAX_DIGITS = 400


@dataclass(slots=True)
class Node:
    """A scalar (`value`), a sequence (`items`) or a mapping (`entries`), with its span in the text.

    `start` and `end` count characters from 0, `line` and `column` from 0. `text` is a scalar as it was written,
    `style` its quotes (`'`, `"`, `|`, `>` or nothing). `shared` tells a node with an anchor or an alias.
    """

    kind: Literal["scalar", "sequence", "mapping"]
    start: int
    end: int
    line: int
    column: int
    value: str | int | float | bool | None = None
    text: str = ""
    style: str = ""
    flow: bool = False
    shared: bool = False
    size: int = 1
    items: Sequence[Node] = ()
    entries: Sequence[tuple[Node, Node]] = ()

    def find(self, key: str) -> tuple[Node, Node] | None:
        """The entry of a mapping with that key."""
        for entry in self.entries:
            if entry[0].text == key:
                return entry
        return None


def plain(node: Node) -> Any:
    """The node as dict, list and scalars; keys are always text."""
    if node.kind == "scalar":
        return node.value
    if node.kind == "sequence":
        return [plain(item) for item in node.items]
    return {key.text: plain(value) for key, value in node.entries}


def resolve(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means in YAML 1.2's core schema."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "-+.0123456789":
        return text
    if _NUMBER.match(text):
        if len(text) > _MAX_DIGITS:
            raise ValueError(f"the number {text[:20]}… has {len(text)} digits")
        base = {"o": 8, "x": 16}.get(text.lstrip("+-")[1:2], 10)
        return int(text, base)
    return float(text) if _FLOAT.match(text) else text


def compose(text: str, name: str) -> Node | None:
    """The one document of the text; None when it is empty. InputError gives `name:line:column`."""
    import yaml

    text = text.removeprefix("﻿")
    _check_characters(text, name)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        return _Composer(loader, name).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = error.problem or error.context or "it is not YAML"
        fail(f"this is not valid YAML: {reason}", name, mark.line if mark else 0, mark.column if mark else 0)
    except yaml.YAMLError as error:
        fail(f"this is not valid YAML: {error}", name, 0, 0)
    finally:
        loader.dispose()


def fail(message: str, name: str, line: int, column: int, hint: str = "") -> NoReturn:
    """InputError at a position that counts from 0."""
    raise InputError(message, hint=hint or "compare with `airflow-llm schema`", place=f"{name}:{line + 1}:{column + 1}")


def _check_characters(text: str, name: str) -> None:
    if len(text) > MAX_LENGTH:
        raise InputError(f"the text is longer than {MAX_LENGTH} characters", hint="split the file", place=f"{name}:1:1")
    if text.replace("\n", "").isprintable():  # all that Python calls printable can stand in YAML
        return
    match = re.search(_UNPRINTABLE, text)  # compiled only here: it costs 5 ms
    if match is not None:
        line = text.count("\n", 0, match.start())
        column = match.start() - (text.rfind("\n", 0, match.start()) + 1)
        fail(
            f"the character U+{ord(match.group()):04X} cannot stand in YAML",
            name,
            line,
            column,
            "remove it, or write it as an escape in double quotes",
        )


class _Composer:
    """Events to nodes. Recursion is bounded by MAX_DEPTH, aliases by MAX_NODES."""

    def __init__(self, loader: Any, name: str) -> None:
        import yaml

        self._next = loader.get_event
        self._name = name
        self._anchors: dict[str, Node] = {}
        self._nodes = 0
        self._depth = 0
        self._yaml = yaml
        self._scalar_event = yaml.ScalarEvent

    def document(self) -> Node | None:
        yaml = self._yaml
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._node(self._next())
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            self._fail(event.start_mark, "a second document starts here", "keep one pipeline in a file")
        return root

    def _node(self, event: Any) -> Node:
        if type(event) is self._scalar_event:
            node = self._scalar(event)
        elif isinstance(event, self._yaml.AliasEvent):
            return self._alias(event)
        else:
            node = self._collection(event)
        if event.tag is not None:
            self._fail(event.start_mark, f"the tag {event.tag!r} is not allowed", "remove it")
        if event.anchor is not None:
            node.shared = True
            self._anchors[event.anchor] = node
        return node

    def _count(self, mark: Mark, size: int) -> None:
        self._nodes += size
        if self._nodes > MAX_NODES:
            self._fail(mark, f"the file grows to more than {MAX_NODES} values", "use fewer aliases")

    def _scalar(self, event: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        self._nodes += 1
        if self._nodes > MAX_NODES:
            self._count(start, 0)
        text: str = event.value
        value: str | int | float | bool | None = text
        if event.implicit[0]:
            try:
                value = resolve(text)
            except ValueError as error:
                self._fail(start, str(error), "write it in quotes")
        style = "" if event.implicit[0] else event.style or "'"
        return Node("scalar", start.index, end.index, start.line, start.column, value, text, style)

    def _alias(self, event: Any) -> Node:
        start = event.start_mark
        target = self._anchors.get(event.anchor)
        if target is None:
            self._fail(start, f"the alias *{event.anchor} has no anchor before it", f"write &{event.anchor} at a value")
        self._count(start, target.size)
        target.shared = True
        return Node(
            target.kind,
            start.index,
            event.end_mark.index,
            start.line,
            start.column,
            target.value,
            target.text,
            target.style,
            target.flow,
            True,
            target.size,
            target.items,
            target.entries,
        )

    def _collection(self, event: Any) -> Node:
        start = event.start_mark
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(start, f"values are nested more than {MAX_DEPTH} deep", "flatten them")
        self._count(start, 1)
        kind: Literal["sequence", "mapping"] = "sequence"
        if isinstance(event, self._yaml.MappingStartEvent):
            kind = "mapping"
        node = Node(kind, start.index, start.index, start.line, start.column, flow=bool(event.flow_style))
        end = self._fill_mapping(node) if kind == "mapping" else self._fill_sequence(node)
        children = node.items or [part for entry in node.entries for part in entry]
        node.end = end.end_mark.index if node.flow else max([child.end for child in children], default=node.start)
        node.size += sum([child.size for child in children])
        self._depth -= 1
        return node

    def _fill_sequence(self, node: Node) -> Any:
        ending = self._yaml.SequenceEndEvent
        items: list[Node] = []
        event = self._next()
        while not isinstance(event, ending):
            items.append(self._node(event))
            event = self._next()
        node.items = items
        return event

    def _fill_mapping(self, node: Node) -> Any:
        ending = self._yaml.MappingEndEvent
        entries: list[tuple[Node, Node]] = []
        seen: set[str] = set()
        event = self._next()
        while not isinstance(event, ending):
            key = self._node(event)
            self._check_key(key, event.start_mark, seen)
            entries.append((key, self._node(self._next())))
            event = self._next()
        node.entries = entries
        return event

    def _check_key(self, key: Node, mark: Mark, seen: set[str]) -> None:
        if key.kind != "scalar":
            self._fail(mark, f"a {key.kind} cannot be a key", "a key is a word")
        if key.text == "<<" and not key.style:
            self._fail(mark, "merge keys (<<) are not read", "write the fields out")
        if key.text in seen:
            self._fail(mark, f"the key {key.text!r} stands here twice", "keep one of them")
        seen.add(key.text)

    def _fail(self, mark: Mark, message: str, hint: str) -> NoReturn:
        fail(message, self._name, mark.line, mark.column, hint)
