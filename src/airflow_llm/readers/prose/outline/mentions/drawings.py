"""What a description draws of the order: `a -> [b, c] -> d`, `(a -> b) | (c -> d) -> e`, `load_<x> -> merge`, trees."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.mentions.matching import Hit, Mentions, paired
from airflow_llm.readers.prose.spellings import pattern

ARROW = r"\s*(?:\u2192|-{1,3}>|=>|>>|\u27f6|\u21d2)\s*"
_SIGNS = (
    rf"(?P<arrow>{ARROW})|(?P<open>[\[({{])|(?P<close>[\])}}])"
    r"|(?P<end>;|\s+as\s+well\s+as\s+)|(?P<joint>\s*(?:,\s*and\s|,|\u2016|\|\||\||&|\+|\band\b)\s*)"
)
_HOLE = r"(?<=\w)(?:\{{1,2}\w{1,40}\}{1,2}|<\w{1,40}>|\*)"
_LETTER = r"(?<=_)(?:[A-Z]{1,3}|i)(?=_|\b)|\b[A-Z](?=_)"
_ASIDE = (
    rf"\((?:(?![^()]*{ARROW})[^()]*[=:][^()]*|\s*(?:in\s+)?parallel[^()]*|from\s[^()]*|\d+\s*\w*)\)|"
    r"\s+on\s+(?:the\s+)?one\s+(?:side|hand)\b.*$"
)
_BOX = r"[\u2500-\u257f]|(?:^|\s)(?:\|--|\+--|`--|\\--)"
_LINK = r"[\s|\u2502v\u25bc\u2193V/\\\u2500-\u257f+-]+"
_MOST_PIECES, _DEEPEST, _LONGEST = 400, 12, 4000

Edges = list[tuple[str, str]]
Pieces = Sequence[tuple[str, str]]
Takes = Callable[[str], Collection[str]]


@dataclass(frozen=True)
class _Station:
    """Tasks that stand together in a drawing: where one enters and leaves, the edges inside, what stands alongside."""

    entries: tuple[str, ...] = ()
    exits: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    known: bool = True
    groups: tuple[tuple[str, ...], ...] = ()

    def beside(self, other: _Station) -> _Station:
        """Both, side by side."""
        return _Station(
            self.entries + other.entries, self.exits + other.exits, self.edges + other.edges,
            self.known and other.known, self.groups + other.groups,
        )  # fmt: skip


def drawn(words: str, mentions: Mentions, start: Sequence[str] = (), takes: Takes | None = None) -> Edges:
    """The edges that a line draws between tasks; what is no task breaks a chain.

    `start` are the tasks whose words these are, before a first arrow without tasks. `takes` gives what a task says that
    it takes; without it tasks may be told loosely too (`the join -> both parsers`).
    """
    chains = _Reader(mentions, tuple(start), takes).chains(words)
    return list(dict.fromkeys(edge for chain in chains for edge in chain.edges))


def alongside(words: str, mentions: Mentions) -> list[tuple[str, ...]]:
    """The tasks that a line draws side by side: `[a, b] -> c`."""
    return [group for chain in _Reader(mentions, (), lambda _: ()).chains(words) for group in chain.groups]


@dataclass(frozen=True)
class _Reader:
    """Reads lines of stations and arrows."""

    mentions: Mentions
    start: tuple[str, ...] = ()
    takes: Takes | None = None

    def chains(self, words: str) -> Iterator[_Station]:
        """Each chain of a line."""
        if len(words) > _LONGEST or pattern(ARROW).search(words) is None:
            return
        plain = pattern(_HOLE, 0).sub("*", pattern(_ASIDE).sub(" ", words.replace("`", "")))
        for sentence in pattern(r"(?<=[\w\])}])\.\s+(?=\S)").split(plain):
            for drawing in _drawings(_pieces(sentence)):
                listed = _split(drawing, "joint")
                plainly = all(sort not in ("open", "close") for sort, _ in drawing)
                each = all(any(sort == "arrow" for sort, _ in part) for part in listed)
                for chain in listed if plainly and each else [drawing]:  # `a -> b, c -> d`
                    yield self._chain(chain, self.start)

    def _chain(self, pieces: Pieces, start: tuple[str, ...] = ()) -> _Station:
        """What stands between arrows, one after another."""
        parts = _split(pieces, "arrow")
        held = [self._beside(part, first=place == 0 < len(parts) - 1) for place, part in enumerate(parts)]
        if start and not held[0].known and len(held) > 1:
            held[0] = _Station(start, start)
        edges = [edge for station in held for edge in station.edges]
        for before, after in pairwise(held):
            if before.known and after.known:
                edges += self._between(before.exits, after.entries)
        groups = tuple(group for one in held for group in (*one.groups, one.entries) if len(group) > 1)
        known = held[0].known and held[-1].known
        return _Station(held[0].entries, held[-1].exits, tuple(edges), known, groups)

    def _beside(self, pieces: Pieces, *, first: bool) -> _Station:
        """Tasks, or chains in brackets, that are listed between two arrows."""
        parts = [part for part in _split(pieces, "joint") if part]
        stations = [self._one(part, first=first) for part in parts]
        known = [station for station in stations if station.known]
        if not known or (len(known) < len(stations) and not first):
            return _Station(known=False)
        if len(known) < len(stations):  # `Order of tasks, in short: a -> b` begins with what is no task
            known = [stations[-1]] if stations[-1].known else []
        whole = _Station(known=bool(known))
        for station in known:
            whole = whole.beside(station)
        return whole

    def _one(self, pieces: Pieces, *, first: bool) -> _Station:
        """A task by its name, or what stands in brackets; a note in brackets behind a name is left out."""
        inside = _bracketed(pieces)
        if inside and pieces[0][0] == "open":
            return self._inside(inside)
        words = " ".join(text for sort, text in pieces if sort == "words") if not inside else ""
        found = self._named(pieces[0][1] if pieces[0][0] == "words" else words, first=first)
        if not found and inside and first:
            return self._inside(inside)
        return _Station(found, found, known=bool(found))

    def _inside(self, pieces: Pieces) -> _Station:
        whole = _Station(known=False)
        for part in _split(pieces, "joint"):
            station = self._chain(part) if part else _Station(known=False)
            if station.known:
                whole = station if not whole.known else whole.beside(station)
            elif part:
                return _Station(known=False)
        return whole

    def _named(self, words: str, *, first: bool) -> tuple[str, ...]:
        """The tasks that a station means: by name, by a name with a hole (`load_*`), or by what its words speak of."""
        mentions = self.mentions
        text = pattern(r"\s+(?:in\s+parallel|with|via|which|that|for|using|execution|chain)\b.*$").sub("", words)
        text = (re.split(r":\s+", text)[-1] if first else text).strip(" .,`'\"")
        found = mentions.exact(text.replace(".*", "")) or self._fitting(text)
        if not found:
            groups = mentions.groups(words, mentions.strong(words, bare=True))
            found = groups[0].ids if len(groups) == 1 else mentions.numbered(text)
        return tuple(dict.fromkeys(found or (mentions.loose(text, classes=True) if self.takes is None else ())))

    def _fitting(self, words: str) -> tuple[str, ...]:
        """`dump_X`, `dump_*`: every task whose name fits."""
        shape = pattern(_LETTER, 0).sub("*", words.removesuffix(".*").rpartition(".")[2])
        if pattern(r"\w*\*\w*").fullmatch(shape) is None or len(shape) < 4:
            return ()
        before, _, after = shape.lower().partition("*")
        fits = [one for one in self.mentions.starting(before) if one.endswith(after) and len(one) >= len(shape) - 1]
        return tuple(sorted(fits, key=self.mentions.place.__getitem__))

    def _between(self, ups: tuple[str, ...], downs: tuple[str, ...]) -> Edges:
        """The edges from a list to a list: lanes by their endings, those that a task says it takes, else all."""
        if len(ups) < 2 or len(downs) < 2 or self.takes is None:
            return paired(ups, downs, lanes=len(ups) == len(downs))
        lanes = paired(ups, downs, lanes=len(ups) == len(downs))
        if len(lanes) < len(ups) * len(downs):
            return lanes
        edges: Edges = []
        for down in downs:
            said = self.takes(down)
            edges += [(up, down) for up in [one for one in ups if one in said] or ups if up != down]
        return edges


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


def trees(rows: Sequence[Line], mentions: Mentions) -> Edges:
    """The edges of drawn trees and of tasks under each other with lines between them."""
    edges: Edges = []
    run: list[Line] = []
    for row in [*rows, None]:
        drawn = row is not None and (
            pattern(_BOX).search(row.words) is not None or pattern(_LINK).fullmatch(row.words) is not None
        )
        if row is not None and (drawn or (not run and len(row.words) < 80 and mentions.strong(row.words, bare=True))):
            run = [*run, row] if drawn or run else [row]
        elif row is not None and run and len(row.words) < 80 and _linked(run[-1]):
            run.append(row)
        else:
            edges += _tree(run, mentions) if len(run) > 1 else []
            fresh = row is not None and len(row.words) < 80 and bool(mentions.strong(row.words, bare=True))
            run = [row] if fresh and row is not None else []
    return edges


def _linked(row: Line) -> bool:
    return pattern(_LINK).fullmatch(row.words) is not None


def _tree(run: Sequence[Line], mentions: Mentions) -> Edges:
    if not any(pattern(_BOX).search(row.words) or _linked(row) for row in run):
        return []
    edges: Edges = []
    placed: list[list[tuple[int, str]]] = []
    pending: list[str] = []
    linked = False
    for row in run:
        if _linked(row) and not pattern(r"\w{2}").search(row.words):
            linked = True
            continue
        hits = mentions.strong(row.words, bare=True)
        nodes = [(row.indent + hit.start, one) for hit in hits for one in hit.ids]
        if nodes:
            first = nodes[:1] if pattern(ARROW).search(row.words) else nodes
            edges += _down(first, placed, linked=linked) + list(_along(row.words, hits, pending))
            if pattern(r"[\u2510\u2518\u2524]").search(row.words[hits[-1].end :]):
                pending.append(hits[-1].ids[-1])
            while placed and placed[-1][0][0] >= nodes[0][0]:
                placed.pop()  # what stands deeper than a later row has nothing more under it
            placed.append(nodes)
        linked = False
    return edges


def _down(nodes: list[tuple[int, str]], placed: list[list[tuple[int, str]]], *, linked: bool) -> Edges:
    if linked and placed:
        return [(up, down) for _, up in placed[-1] for _, down in nodes]
    column, first = nodes[0]
    for above in reversed(placed):
        under = [(at, one) for at, one in above if at < column]
        if under:
            return [(under[-1][1], first)]
    return []


def _along(words: str, hits: Sequence[Hit], pending: list[str]) -> Iterator[tuple[str, str]]:
    for one, two in pairwise(hits):
        between = words[one.end : two.start]
        if pattern(r"[\u2500-\u257f]|-->?|\u2192").search(between):
            yield one.ids[-1], two.ids[0]
        if pattern(r"[\u2534\u2518\u253c\u2524\u2510\u252c]").search(between):
            for up in pending:
                yield up, two.ids[0]
            pending.clear()
