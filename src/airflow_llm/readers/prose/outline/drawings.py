"""Arrows and drawn trees over the tasks of a description: `a -> [b, c] -> d`, `dump_X -> load_X`, boxes and lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from airflow_llm.readers.prose.outline.lines import Line
from airflow_llm.readers.prose.outline.mentions import Hit, Mentions, paired
from airflow_llm.readers.prose.spellings import pattern

ARROW = r"\s*(?:\u2192|-{1,3}>|=>|>>|\u21d2|\u27f6)\s*"
_BOX = r"[\u2500-\u257f]|(?:^|\s)(?:\|--|\+--|`--|\\--)"
_LINK = r"[\s|\u2502v\u25bc\u2193V/\\\u2500-\u257f+-]+"
_DEEPEST = 12
_LONGEST = 4000

Edges = list[tuple[str, str]]


@dataclass
class _Flow:
    """A part of a drawing: where it begins and where it ends."""

    firsts: tuple[str, ...] = ()
    lasts: tuple[str, ...] = ()


@dataclass
class _Reader:
    """Reads one line of stations and arrows."""

    mentions: Mentions
    tokens: list[str]
    edges: Edges = field(default_factory=list)
    templates: dict[str, dict[str, str]] = field(default_factory=dict)
    at: int = 0
    missed: bool = False

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def chain(self, depth: int, start: _Flow | None = None) -> _Flow:
        """Stations with arrows between them, up to the end or a closing bracket (inside of brackets: a comma)."""
        whole = left = start if start is not None else self._station(depth)
        while self._peek() == ">":
            self.at += 1
            right = self._station(depth)
            if left.lasts and right.firsts:
                lanes = len(left.lasts) == len(right.firsts)
                self.edges += paired(left.lasts, right.firsts, lanes=lanes)
                whole = _Flow(whole.firsts or left.firsts, right.lasts)
                left = right
            elif right.firsts:
                whole, left = right, right
        return _Flow(whole.firsts, left.lasts)

    def _station(self, depth: int) -> _Flow:
        found = _Flow()
        while self.at < len(self.tokens):
            sign = self._peek()
            if sign == ">" or sign in ")]}" or (sign == "," and depth):
                break
            self.at += 1
            if sign in ("(", "[", "{"):
                one = self._inside(depth + 1)
            elif sign == ",":
                continue
            else:
                one = self._text(sign)
            found = _Flow((*found.firsts, *one.firsts), (*found.lasts, *one.lasts))
        return found

    def _inside(self, depth: int) -> _Flow:
        found = _Flow()
        while self.at < len(self.tokens):
            sign = self._peek()
            if sign in (")", "]", "}"):
                self.at += 1
                break
            if sign == "," or depth > _DEEPEST:
                self.at += 1
                continue
            before = self.at
            one = self.chain(depth)
            found = _Flow((*found.firsts, *one.firsts), (*found.lasts, *one.lasts))
            self.at += self.at == before
        return found

    def _text(self, token: str) -> _Flow:
        ids = self._template(token) or tuple(one for hit in self.mentions.strong(token, bare=True) for one in hit.ids)
        ids = ids or self.mentions.numbered(token.strip()) or self.mentions.loose(token, classes=True)
        self.missed = self.missed or (not ids and pattern(r"\w{3}").search(token) is not None)
        ids = tuple(dict.fromkeys(ids))
        return _Flow(ids, ids)

    def _template(self, token: str) -> tuple[str, ...]:
        """`dump_X`, `dump_<region>`, `dump_*`: every task whose name fits."""
        match = pattern(
            r"`?([A-Za-z_]*?)(?:<\w+>|\{+\w+\}+|\*|(?<=_)[A-Z]{1,3}(?=_|\b)|\b[A-Z](?=_))(\w*)`?", 0
        ).search(token)
        if match is None or len(match[1]) + len(match[2]) < 3:
            return ()
        shape = re.compile(rf"{re.escape(match[1])}\w+{re.escape(match[2])}", re.IGNORECASE)
        return tuple(task.id for task in self.mentions.tasks if shape.fullmatch(task.id))


def arrows(words: str, mentions: Mentions, start: Sequence[str] = ()) -> Edges:
    """The edges of a line with arrows. `start`: the task whose words these are, before a first arrow without tasks."""
    if len(words) > _LONGEST or pattern(ARROW).search(words) is None:
        return []
    edges: Edges = []
    aside = r"\((?:[^()]*[=:][^()]*|\s*(?:in\s+)?parallel[^()]*|from\s[^()]*|\d+\s*\w*)\)"
    for text in pattern(r"(?<=[\w\])}`])[.;]\s+(?=\S)").split(pattern(aside).sub(" ", words)):
        tokens = pattern(rf"{ARROW}|[,\[\](){{}}]|[^,\[\](){{}}\u2192>=-]+|[-=>]").findall(
            pattern(ARROW).sub(" \u2192 ", text)
        )
        tokens = [">" if "\u2192" in token else token for token in tokens]
        if ">" not in tokens:
            continue
        reader = _Reader(mentions, [token for token in (one.strip() for one in tokens) if token])
        first = reader._station(0)
        if not first.lasts and start:
            first = _Flow(tuple(start), tuple(start))
        reader.chain(0, first)
        edges += reader.edges
    return edges


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
