"""Changes a YAML text so that it says something else, and leaves every other byte as it was.

`old` is what the text says now, normalised as `new` is: what the text spells differently, or says although it is the
default, stays as it stands unless its value changed. Spans of the text are replaced from the last to the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from airflow_llm.spec.yaml_nodes import Node, compose
from airflow_llm.spec.yaml_text import entry, inline, list_item, scalar, write


def edit(text: str, old: Mapping[str, Any], new: Mapping[str, Any], *, spaced: frozenset[str] = frozenset()) -> str:
    """The text with the differences between `old` and `new` made; a fresh one where that cannot be done in place."""
    root = compose(text, "")
    editor = _Editor(text.removeprefix("\ufeff"), spaced)
    if root is None or not editor.mapping(root, old, new):
        return write(new, spaced=spaced)
    return editor.result()


def same(one: Any, other: Any) -> bool:
    """Whether two plain values are equal and of the same types (1, 1.0 and true differ)."""
    return repr(one) == repr(other)


class _Editor:
    """Collects replacements. A method returns False when its node cannot be changed in place: the caller redoes it."""

    def __init__(self, text: str, spaced: frozenset[str]) -> None:
        self._text = text
        self._spaced = spaced
        self._changes: list[tuple[int, int, str]] = []

    def result(self) -> str:
        text = self._text
        for start, end, new in sorted(self._changes, key=lambda change: change[:2], reverse=True):
            text = text[:start] + new + text[end:]
        newline = "\r\n" if "\r\n" in self._text else "\n"
        return text if newline == "\n" else text.replace("\r\n", "\n").replace("\n", newline)

    def mapping(self, node: Node, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        """Changes the entries of a mapping."""
        if node.kind != "mapping" or node.shared or not node.entries:
            return False
        mark = len(self._changes)
        if all(self._entry(node, key, old, new) for key in dict.fromkeys([*old, *new])):
            return True
        del self._changes[mark:]
        return False

    def _entry(self, node: Node, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
        found = node.find(key)
        if key in old and key in new and same(old[key], new[key]):
            return True
        if key not in new:
            return found is not None and self._remove(node, found)
        if found is None:
            return self._insert(node, key, new)
        return self._value(node, found, key, old.get(key), new[key])

    def _value(self, parent: Node, found: tuple[Node, Node], key: str, old: Any, new: Any) -> bool:
        name, value = found
        if isinstance(old, Mapping) and isinstance(new, Mapping) and new and self.mapping(value, old, new):
            return True
        if isinstance(old, list) and isinstance(new, list) and new and self._sequence(value, old, new, key):
            return True
        if self._scalar(value, new, flow=parent.flow):
            return True
        if parent.flow or (value.shared and value.start == name.end):
            return False
        lines = "\n".join(entry(key, new, name.column, spaced=key in self._spaced))
        self._changes.append((name.start, self._end(value) or name.end, lines[name.column :]))
        return True

    def _scalar(self, node: Node, new: Any, *, flow: bool) -> bool:
        """Replaces a value that stands on one line by another that fits on one line."""
        source = self._text[node.start : node.end]
        if "\n" in source or not source or node.style in ("|", ">") or isinstance(new, Mapping):
            return False
        if isinstance(new, list):
            lines = entry("k", new, 0)
            if flow or not node.flow or len(lines) != 1:
                return False
            self._changes.append((node.start, node.end, inline(new)))
            return True
        if (isinstance(new, str) and len(new) + node.column > 120) or node.kind != "scalar":
            return False
        self._changes.append((node.start, node.end, scalar(new, flow=flow)))
        return True

    def _remove(self, node: Node, found: tuple[Node, Node]) -> bool:
        name, value = found
        start = self._line_start(name.start)
        if node.flow or len(node.entries) == 1 or self._text[start : name.start].strip():
            return False
        self._changes.append((start, self._line_end(self._end(value) or name.end) + 1, ""))
        return True

    def _insert(self, node: Node, key: str, new: Mapping[str, Any]) -> bool:
        if node.flow:
            return False
        before = list(new)[: list(new).index(key)]
        placed = [found for found in map(node.find, before) if found is not None]
        name, value = placed[-1] if placed else node.entries[-1]
        column = node.entries[0][0].column
        lines = "\n".join(entry(key, new[key], column, spaced=key in self._spaced))
        end = self._line_end(self._end(value) or name.end)
        self._add_after(end, lines)
        return True

    def _sequence(self, node: Node, old: list[Any], new: list[Any], key: str) -> bool:
        if node.kind != "sequence" or node.shared or len(node.items) != len(old) or not old:
            return False
        mark = len(self._changes)
        if all(self._run(node, run, old, new, key) for run in _runs(old, new)):
            return True
        del self._changes[mark:]
        return False

    def _run(self, node: Node, run: tuple[int, int, int, int], old: list[Any], new: list[Any], key: str) -> bool:
        """One stretch of items: pairs are changed, the rest of the old ones removed, of the new ones added."""
        low, high, new_low, new_high = run
        for position, new_position in zip_longest(range(low, high), range(new_low, new_high)):
            if new_position is None:
                done = self._remove_item(node, position)
            elif position is None:
                done = self._add_item(node, high, new[new_position], key)
            else:
                done = self._item(node, node.items[position], old[position], new[new_position])
            if not done:
                return False
        return True

    def _item(self, parent: Node, node: Node, old: Any, new: Any) -> bool:
        if same(old, new):
            return True
        if isinstance(old, Mapping) and isinstance(new, Mapping) and self.mapping(node, old, new):
            return True
        if not isinstance(new, (Mapping, list)) and self._scalar(node, new, flow=parent.flow):
            return True
        start = self._dash(parent, node)
        if start is None:
            return False
        self._changes.append((start, self._end(node), "\n".join(list_item(new, parent.column))))
        return True

    def _remove_item(self, parent: Node, position: int) -> bool:
        node = parent.items[position]
        start = self._dash(parent, node)
        if start is None or len(parent.items) == 1:
            return False
        end = self._line_end(self._end(node)) + 1
        if self._text[:start].endswith("\n\n") and self._text.startswith("\n", end):
            end += 1
        self._changes.append((start, end, ""))
        return True

    def _add_item(self, parent: Node, position: int, new: Any, key: str) -> bool:
        start = self._dash(parent, parent.items[max(position - 1, 0)])
        if start is None:
            return False
        lines = "\n".join(list_item(new, parent.column))
        gap = "\n" if key in self._spaced and self._is_spaced(parent) else ""
        if position == 0:
            self._changes.append((start, start, f"{lines}\n{gap}"))
        else:
            self._add_after(self._line_end(self._end(parent.items[position - 1])), gap + lines)
        return True

    def _add_after(self, end: int, lines: str) -> None:
        """Lines below the line that ends there; what is added at the same place later stands below."""
        for number, (start, stop, text) in enumerate(self._changes):
            if start == stop == end:
                self._changes[number] = (start, stop, f"{text}\n{lines}")
                return
        self._changes.append((end, end, "\n" + lines))

    def _dash(self, parent: Node, node: Node) -> int | None:
        """The start of an item's line, when nothing but its dash stands before it there."""
        start = self._line_start(node.start)
        if parent.flow or self._text[start : node.start].strip() != "-":
            return None
        return start

    def _is_spaced(self, node: Node) -> bool:
        if len(node.items) < 2:
            return True
        return "\n\n" in self._text[self._end(node.items[0]) : node.items[1].start].replace("\r", "")

    def _end(self, node: Node) -> int:
        """Where the node's last character stands; a block scalar reaches to its last line that is not blank."""
        if node.kind == "mapping" and not node.flow and not node.shared and node.entries:
            name, value = node.entries[-1]
            return self._end(value) or name.end
        if node.kind == "sequence" and not node.flow and not node.shared and node.items:
            return self._end(node.items[-1])
        return node.start + len(self._text[node.start : node.end].rstrip("\r\n"))

    def _line_start(self, position: int) -> int:
        return self._text.rfind("\n", 0, position) + 1

    def _line_end(self, position: int) -> int:
        end = self._text.find("\n", position)
        end = len(self._text) if end < 0 else end
        return end - 1 if self._text[end - 1 : end] == "\r" else end


def _runs(old: Sequence[Any], new: Sequence[Any]) -> Iterator[tuple[int, int, int, int]]:
    """Stretches of both lists that belong together: items with the same name pair up, the others by position."""
    matcher = SequenceMatcher(
        None, [_identity(item) for item in old], [_identity(item) for item in new], autojunk=False
    )
    for _, low, high, new_low, new_high in matcher.get_opcodes():
        yield low, high, new_low, new_high


def _identity(item: Any) -> str:
    if isinstance(item, Mapping):
        for key in ("id", "name"):
            if key in item:
                return f"{key}={item[key]}"
    return json.dumps(item, sort_keys=True)
