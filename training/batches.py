"""Examples as tensors: windows of word pieces, tags for each piece, and targets for each pair of tasks."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from airflow_llm.readers.prose.tagger.labels import KINDS, RULES, TAGS, WINDOW
from airflow_llm.readers.prose.tagger.wordpiece import Piece, WordPieces
from training.examples import Example

VEILED = 0.1
_TAG = {tag: number for number, tag in enumerate(TAGS)}


@dataclass(frozen=True)
class Cut:
    """An example in pieces; a task's place is counted in pieces, 1 for the first (0 is the text as a whole)."""

    example: Example
    pieces: list[Piece]
    tags: list[int]
    places: list[tuple[int, int]]


def vocabulary(weights: Path) -> WordPieces:
    """The encoder's own vocabulary."""
    return WordPieces((weights / "vocab.txt").read_text(encoding="utf-8").splitlines())


def cut(example: Example, words: WordPieces) -> Cut:
    """The example with its tags; tasks that no piece stands for are an error of the corpus."""
    pieces = words.pieces(example.text)
    tags = [0] * len(pieces)
    places = []
    for mark in (*example.others, *(task.mark for task in example.tasks)):
        inside = [n for n, piece in enumerate(pieces) if piece.start < mark.end and mark.start < piece.end]
        for number in inside:
            tags[number] = _TAG[f"I-{mark.label}"]
        tags[inside[0]] = _TAG[f"B-{mark.label}"]
        if mark.label == "task":
            places.append((inside[0] + 1, inside[-1] + 2))
    return Cut(example, pieces, tags, places)


def disturbed(example: Example, chance: random.Random) -> Example:
    """The example with slips of the keyboard, in place, so that every mark stays where it is."""
    letters = list(example.text)
    for _ in range(chance.choice([0, 0, 0, 1, 2, 4])):
        place = chance.randrange(1, max(len(letters) - 1, 2))
        if place < len(letters) and letters[place - 1].isalpha() and letters[place].isalpha():
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    if chance.random() < 0.15:
        letters = [" " if letter in ",;:" and chance.random() < 0.5 else letter for letter in letters]
    if chance.random() < 0.1:
        letters = [" " if letter == "\n" else letter for letter in letters]
    return replace(example, text="".join(letters))


def veiled(held: Cut, words: WordPieces, chance: random.Random) -> Cut:
    """The example with some pieces hidden in every second text: what a task is must not hang on a single word."""
    if chance.random() < 0.5:
        return held
    mask = words.numbers["[MASK]"]
    pieces = [replace(piece, number=mask) if chance.random() < VEILED else piece for piece in held.pieces]
    return replace(held, pieces=pieces)


@dataclass(frozen=True)
class Batch:
    """Windows (windows, pieces) and, for each example, which windows are its own; targets padded with -1."""

    numbers: Tensor
    mask: Tensor
    windows: list[list[int]]
    tags: Tensor
    places: Tensor
    tasks: Tensor
    kinds: Tensor
    flags: Tensor
    rules: Tensor
    edges: Tensor
    errors: Tensor
    cuts: list[Cut]


def batch(cuts: Sequence[Cut], words: WordPieces) -> Batch:
    """The examples as one batch."""
    rows: list[list[int]] = []
    windows = []
    for held in cuts:
        numbers = [piece.number for piece in held.pieces]
        parts = [numbers[at : at + WINDOW] for at in range(0, max(len(numbers), 1), WINDOW)]
        windows.append(list(range(len(rows), len(rows) + len(parts))))
        rows += [[words.first, *part, words.last] for part in parts]
    width = max(map(len, rows))
    most = max(1, *(len(held.places) for held in cuts))
    pieces = max(len(held.pieces) for held in cuts) + 1
    made = Batch(
        numbers=torch.tensor([row + [0] * (width - len(row)) for row in rows]),
        mask=torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows]),
        windows=windows,
        tags=torch.full((len(cuts), pieces), -1),
        places=torch.zeros(len(cuts), most, 4, dtype=torch.long),
        tasks=torch.zeros(len(cuts), most, dtype=torch.bool),
        kinds=torch.zeros(len(cuts), most, len(KINDS)),
        flags=torch.zeros(len(cuts), most, 2),
        rules=torch.full((len(cuts), most), -1),
        edges=torch.full((len(cuts), most, most, 2), -1.0),
        errors=torch.tensor([float(held.example.is_error) for held in cuts]),
        cuts=list(cuts),
    )
    for row, held in enumerate(cuts):
        _fill(made, row, held)
    return made


def _fill(made: Batch, row: int, held: Cut) -> None:
    made.tags[row, 1 : len(held.tags) + 1] = torch.tensor(held.tags, dtype=torch.long)
    count = len(held.places)
    if not count:
        return
    made.tasks[row, :count] = True
    made.places[row, :count] = torch.tensor(surrounded(held.places, len(held.pieces) + 1))
    for number, task in enumerate(held.example.tasks):
        for rank, kind in enumerate(task.kinds):
            made.kinds[row, number, KINDS.index(kind)] = 0.7 if rank == 0 else 0.3 / (len(task.kinds) - 1)
        made.kinds[row, number] /= made.kinds[row, number].sum()
        made.flags[row, number] = torch.tensor([float(task.conditional), float(task.mapped)])
        made.rules[row, number] = RULES.index(task.rule)
    made.edges[row, :count, :count] = _edge_targets(held.example.edges, count)


def surrounded(places: Sequence[tuple[int, int]], end: int) -> list[tuple[int, int, int, int]]:
    """Each place with the end of the one before it and the start of the one behind it, `end` for the last."""
    ends = [1, *(last for _, last in places)]
    starts = [*(first for first, _ in places), end]
    return [
        (min(ends[number], first), first, last, max(starts[number + 1], last))
        for number, (first, last) in enumerate(places)
    ]


def _edge_targets(edges: frozenset[tuple[int, int]], count: int) -> Tensor:
    """For each pair whether there is an edge, and whether the first comes before the second at all."""
    direct = torch.zeros(count, count)
    for up, down in edges:
        direct[up, down] = 1.0
    reach = direct.clone()
    for _ in range(count.bit_length()):
        reach = ((reach + reach @ reach) > 0).float()
    target = torch.stack([direct, reach], -1)
    target[torch.eye(count, dtype=torch.bool)] = -1.0
    return target
