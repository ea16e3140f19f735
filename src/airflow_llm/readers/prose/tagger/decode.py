"""From the network's scores to marked words and a graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.tagger.labels import LABELS, TAGS
from airflow_llm.readers.prose.tagger.wordpiece import Piece

_LEAST_MARK = 0.6
_LEAST_WAY = 0.3
"""Both were found on development hands, as what gets most texts wholly right."""
_BEGIN_COST = 1.0
"""What beginning a task costs, in nats: on development hands the sets of tasks are right most often so."""
_SMALLEST = 1e-6
_BINDING = frozenset("-_./@#'")
"""Marks that hold a word together: nothing begins right behind one."""


@dataclass(frozen=True, slots=True)
class Marked:
    """Words that hold something: the pieces from `first` to before `last`, their place in the text, how sure."""

    label: str
    first: int
    last: int
    start: int
    end: int
    sure: float


def marked(text: str, pieces: Sequence[Piece], chances: Sequence[Sequence[float]]) -> list[Marked]:
    """The marked words of a text: the likeliest way through the tags, of which `chances` holds those of each piece."""
    path = _likeliest([_may_begin(text, pieces, place) for place in range(len(pieces))], chances)
    found: list[Marked] = []
    place = 0
    while place < len(pieces):
        if not path[place]:
            place += 1
            continue
        first, label = place, (path[place] - 1) // 2
        place += 1
        while place < len(pieces) and path[place] == 2 * label + 2:
            place += 1
        own = [chances[number][2 * label + 1] + chances[number][2 * label + 2] for number in range(first, place)]
        sure = sum(own) / len(own)
        if sure >= _LEAST_MARK:
            found.append(Marked(LABELS[label], first, place, pieces[first].start, pieces[place - 1].end, sure))
    return _whole(text, found)


def _whole(text: str, found: Sequence[Marked]) -> list[Marked]:
    """The marks, those of one predicate put together: `the report is` goes on with `published`, `they` with `go`."""
    whole: list[Marked] = []
    for mark in found:
        last = whole[-1] if whole else None
        if last is not None and mark.label == last.label == LABELS[0] and _goes_on(text, last, mark):
            sure = min(last.sure, mark.sure)
            whole[-1] = replace(last, last=mark.last, end=mark.end, sure=sure)
        else:
            whole.append(mark)
    return whole


def _goes_on(text: str, mark: Marked, following: Marked) -> bool:
    own = text[mark.start : mark.end].lower().split()
    if text[mark.end : following.start].strip():
        return False
    return own[-1] in words("be") | words("modals") or set(own) <= words("pronouns")


def _may_begin(text: str, pieces: Sequence[Piece], place: int) -> bool:
    """Whether the piece begins a word."""
    piece = pieces[place]
    if piece.continues:
        return False
    touching = place > 0 and pieces[place - 1].end == piece.start
    return not (
        touching and text[piece.start - 1] in _BINDING and piece.start > 1 and not text[piece.start - 2].isspace()
    )


def _likeliest(may_begin: Sequence[bool], chances: Sequence[Sequence[float]]) -> list[int]:
    """The best sequence of tags in which a mark goes on only behind its own label and begins only with a word."""
    best = [0.0, *([-math.inf] * (len(TAGS) - 1))]
    back: list[list[int]] = []
    for begins, row in zip(may_begin, chances, strict=True):
        logs = [math.log(max(chance, _SMALLEST)) for chance in row]
        top = max(range(len(TAGS)), key=best.__getitem__)
        scores, came = [], []
        for tag in range(len(TAGS)):
            if tag and tag % 2 == 0:
                before = max((tag - 1, tag), key=best.__getitem__)
            elif tag and not begins:
                scores.append(-math.inf)
                came.append(0)
                continue
            else:
                before = top
            scores.append(best[before] + logs[tag] - (_BEGIN_COST if tag == 1 else 0.0))
            came.append(before)
        if not begins:
            # Within a word nothing may end either, unless nothing was open.
            scores[0] = best[0] + logs[0]
            came[0] = 0
        back.append(came)
        best = scores
    tag = max(range(len(TAGS)), key=best.__getitem__)
    path = []
    for came in reversed(back):
        path.append(tag)
        tag = came[tag]
    return path[::-1]


def graph(before: Sequence[Sequence[float]]) -> tuple[set[tuple[int, int]], float]:
    """The edges between tasks, without circles and without those that follow from others, and how sure they are.

    `before` holds for each ordered pair how likely the first comes before the second, by whatever way.
    """
    count = len(before)
    likely = sorted(
        ((before[up][down], up, down) for up in range(count) for down in range(count) if up != down), reverse=True
    )
    edges: set[tuple[int, int]] = set()
    reached: list[set[int]] = [set() for _ in range(count)]
    for chance, up, down in likely:
        if chance < _LEAST_WAY:
            break
        if up in reached[down]:
            continue
        edges.add((up, down))
        gained = {down, *reached[down]}
        for node in range(count):
            if node == up or up in reached[node]:
                reached[node] |= gained
    kept = {
        (up, down)
        for up, down in edges
        if not any(down in reached[other] for start, other in edges if start == up and other != down)
    }
    doubts = (max(chance, 1.0 - chance) for chance, up, down in likely if (up, down) in kept or chance < _LEAST_WAY)
    return kept, min(doubts, default=1.0)
