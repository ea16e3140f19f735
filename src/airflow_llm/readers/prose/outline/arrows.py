"""Lines that draw the order: `a -> [b, c] -> d`, `(a -> b) | (c -> d) -> e`, `load_<shop> -> merge`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

from airflow_llm.readers.prose.outline.names import Names, Node
from airflow_llm.readers.prose.spellings import pattern

ARROW = r"\s*(?:\u2192|-{1,2}>|=>|>>|\u27f6|\u21d2)\s*"
_SIGNS = (
    rf"(?P<arrow>{ARROW})|(?P<open>[\[({{])|(?P<close>[\])}}])"
    r"|(?P<end>;|\s+as\s+well\s+as\s+)|(?P<joint>\s*(?:,\s*and\s|,|\u2016|\|\||\||&|\+|\band\b)\s*)"
)
_HOLE = r"(?<=\w)(?:\{\w{1,40}\}|<\w{1,40}>|\*)|(?<=_)[XNi](?!\w)"
_MOST_PIECES = 400
_DEEPEST = 12


@dataclass
class _Station:
    """Tasks that stand together in a drawing: where one enters, where one leaves, and the edges inside."""

    entries: list[Node] = field(default_factory=list)
    exits: list[Node] = field(default_factory=list)
    edges: list[tuple[str, str]] = field(default_factory=list)
    known: bool = True
    groups: list[list[Node]] = field(default_factory=list)
    """The tasks that stand side by side in it."""

    def beside(self, other: _Station) -> _Station:
        """Both, side by side."""
        return _Station(
            [*self.entries, *other.entries], [*self.exits, *other.exits], [*self.edges, *other.edges],
            self.known and other.known, [*self.groups, *other.groups],
        )  # fmt: skip


def drawn(sentence: str, names: Names) -> list[tuple[str, str]]:
    """The edges that the sentence draws between tasks; what is no task breaks a chain."""
    return list(dict.fromkeys(edge for chain in _chains(sentence, names) for edge in chain.edges))


def stations(sentence: str, names: Names) -> list[list[Node]]:
    """The tasks that the sentence draws side by side: `[a, b] -> c`."""
    return [group for chain in _chains(sentence, names) for group in chain.groups]


def _chains(sentence: str, names: Names) -> Iterator[_Station]:
    if pattern(ARROW).search(sentence) is None:
        return
    plain = pattern(r"\s+on\s+(?:the\s+)?one\s+(?:side|hand)\b.*$").sub("", sentence.replace("`", ""))
    for drawing in _drawings(_pieces(pattern(_HOLE, 0).sub("*", plain))):
        listed = _split(drawing, "joint")
        plainly = all(sort not in ("open", "close") for sort, _ in drawing)
        each = all(any(sort == "arrow" for sort, _ in part) for part in listed)
        for chain in listed if plainly and each else [drawing]:  # `a -> b, c -> d`
            yield _chain(chain, names)


def _pieces(sentence: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    for match in pattern(_SIGNS).finditer(sentence):
        words = sentence[at : match.start()].strip()
        if words:
            found.append(("words", words))
        found.append((match.lastgroup or "", match.group()))
        at = match.end()
    if sentence[at:].strip():
        found.append(("words", sentence[at:].strip()))
    depths = accumulate((sort == "open") - (sort == "close") for sort, _ in found)
    return found[:_MOST_PIECES] if max(depths, default=0) <= _DEEPEST else []


def _drawings(pieces: Sequence[tuple[str, str]]) -> Iterator[list[tuple[str, str]]]:
    """The pieces of each chain: a semicolon ends one."""
    held: list[tuple[str, str]] = []
    depth = 0
    for piece in pieces:
        depth += (piece[0] == "open") - (piece[0] == "close")
        if piece[0] == "end" and depth <= 0:
            yield held
            held = []
        else:
            held.append(piece)
    yield held


def _chain(pieces: Sequence[tuple[str, str]], names: Names) -> _Station:
    """What stands between arrows, one after another."""
    parts = _split(pieces, "arrow")
    held = [_beside(part, names, first=place == 0 < len(parts) - 1) for place, part in enumerate(parts)]
    edges = [edge for station in held for edge in station.edges]
    for before, after in pairwise(held):
        if before.known and after.known:
            edges += _between(before.exits, after.entries, names)
    groups = [group for one in held for group in (*one.groups, one.entries) if len(group) > 1]
    known = held[0].known and held[-1].known
    return _Station(held[0].entries, held[-1].exits, edges, known, groups)


def _beside(pieces: Sequence[tuple[str, str]], names: Names, *, first: bool) -> _Station:
    """Tasks, or chains in brackets, that are listed between two arrows."""
    parts = [part for part in _split(pieces, "joint") if part]
    stations = [_one(part, names, first=first) for part in parts]
    known = [station for station in stations if station.known]
    if not known or (len(known) < len(stations) and not first):
        return _Station(known=False)
    if len(known) < len(stations):  # `Order of tasks, in short: a -> b` begins with what is no task
        known = [stations[-1]] if stations[-1].known else []
    whole = _Station(known=bool(known))
    for station in known:
        whole = whole.beside(station)
    return whole


def _one(pieces: Sequence[tuple[str, str]], names: Names, *, first: bool) -> _Station:
    """A task by its name, or what stands in brackets; a note in brackets behind a name is left out."""
    inside = _bracketed(pieces)
    words = " ".join(text for sort, text in pieces if sort == "words") if not inside else ""
    if inside and pieces[0][0] == "open":
        return _inside(inside, names)
    before = pieces[0][1] if pieces and pieces[0][0] == "words" else ""
    found = _named(before or words, names, first=first)
    if not found and inside and first:
        return _inside(inside, names)
    return _Station(found, found, known=bool(found))


def _inside(pieces: Sequence[tuple[str, str]], names: Names) -> _Station:
    whole = _Station(known=False)
    for part in _split(pieces, "joint"):
        station = _chain(part, names) if part else _Station(known=False)
        if station.known:
            whole = station if not whole.known else whole.beside(station)
        elif part:
            return _Station(known=False)
    return whole


def _bracketed(pieces: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What stands inside of the first brackets."""
    start = next((place for place, piece in enumerate(pieces) if piece[0] == "open"), None)
    if start is None:
        return []
    depth = 0
    for place in range(start, len(pieces)):
        depth += (pieces[place][0] == "open") - (pieces[place][0] == "close")
        if depth == 0:
            return list(pieces[start + 1 : place])
    return list(pieces[start + 1 :])


def _split(pieces: Sequence[tuple[str, str]], sort: str) -> list[list[tuple[str, str]]]:
    """The pieces between those of a sort that stand in no brackets."""
    parts: list[list[tuple[str, str]]] = [[]]
    depth = 0
    for piece in pieces:
        depth += (piece[0] == "open") - (piece[0] == "close")
        if piece[0] == sort and depth <= 0:
            parts.append([])
        else:
            parts[-1].append(piece)
    return parts


def _named(words: str, names: Names, *, first: bool) -> list[Node]:
    """The tasks that a station means: by name, by a name with a hole (`load_*`), or the only name in its words."""
    text = pattern(r"\s+(?:in\s+parallel|with|via|which|that|for|using|execution|chain)\b.*$").sub("", words)
    text = (re.split(r":\s+", text)[-1] if first else text).strip(" .,`'\"")
    if "*" in text:
        shape = text.removesuffix(".*").rpartition(".")[2]
        held = names.exact(shape) if "*" not in shape else []
        held = held or [
            node for node in names.nodes if pattern(re.escape(shape).replace(r"\*", r"\w*")).fullmatch(node.id)
        ]
        if held:
            return held
    found = names.exact(text)
    if found:
        return found
    hits = pattern(r"[A-Za-z]\w*_\w+").findall(words)
    return names.exact(hits[0]) if len(hits) == 1 else []


def _between(ups: Sequence[Node], downs: Sequence[Node], names: Names) -> list[tuple[str, str]]:
    """The edges from a list to a list: those that a task says it takes, lanes by their endings, else all."""
    if len(ups) < 2 or len(downs) < 2:
        return [(up.id, down.id) for down in downs for up in ups if up.id != down.id]
    paired = lanes(ups, downs)
    if paired:
        return paired
    edges = []
    for down in downs:
        said = {node.id for node in names.mentioned(down.item.text("input", "upstream"))}
        edges += [(up.id, down.id) for up in [one for one in ups if one.id in said] or ups if up.id != down.id]
    return edges


def lanes(ups: Sequence[Node], downs: Sequence[Node]) -> list[tuple[str, str]]:
    """`[dump_a, dump_b] -> [load_a, load_b]` in pairs; empty when the endings do not pair them."""
    if len(ups) != len(downs):
        return []
    by_end = {_end(node, ups): node for node in ups}
    pairs = [(by_end[end].id, node.id) for node in downs if (end := _end(node, downs)) in by_end]
    return pairs if len(pairs) == len(downs) == len(by_end) and "" not in by_end else []


def _end(node: Node, beside: Sequence[Node]) -> str:
    """What of the name is the node's own, not shared with those beside it."""
    shared = set.intersection(*(set(other.words) for other in beside))
    return "_".join(word for word in node.words if word not in shared)
