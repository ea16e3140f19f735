"""A layered layout: steps in columns by their distance from the start, crossings reduced, lines kept straight."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[str, str]
_SWEEPS = 12
_BEND_WEIGHT = 4.0


@dataclass(frozen=True)
class Layered:
    """Nodes in layers and in order. An edge over several layers passes through bends, nodes of its own."""

    layers: tuple[tuple[str, ...], ...]
    chains: Mapping[Edge, tuple[str, ...]]
    bends: frozenset[str]

    def segments(self) -> list[Edge]:
        """Every piece of an edge between two neighbouring layers, once."""
        pieces = (pair for chain in self.chains.values() for pair in pairwise(chain))
        return list(dict.fromkeys(pieces))


def layered(nodes: Sequence[str], edges: Sequence[Edge]) -> Layered:
    """The layers of an acyclic graph whose nodes are in topological order."""
    depth = dict.fromkeys(nodes, 0)
    for node in nodes:
        for upstream, downstream in edges:
            if downstream == node:
                depth[node] = max(depth[node], depth[upstream] + 1)
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for node in nodes:
        rows[depth[node]].append(node)
    chains: dict[Edge, tuple[str, ...]] = {}
    bends: list[str] = []
    for upstream, downstream in edges:
        between = [f"{upstream}>{downstream}@{level}" for level in range(depth[upstream] + 1, depth[downstream])]
        for level, bend in enumerate(between, depth[upstream] + 1):
            rows[level].append(bend)
        bends += between
        chains[upstream, downstream] = (upstream, *between, downstream)
    draft = Layered(tuple(map(tuple, rows)), chains, frozenset(bends))
    return Layered(_ordered(draft), chains, draft.bends)


def positions(graph: Layered, size: Mapping[str, float], gap: float) -> dict[str, float]:
    """The middle of each node along its layer: as near to its neighbours' as order and size allow, from 0 on."""
    before, after = _neighbours(graph)
    place: dict[str, float] = {}
    for layer in graph.layers:
        edge = 0.0
        for node in layer:
            place[node] = edge + size[node] / 2
            edge += size[node] + gap
    for sweep in range(_SWEEPS):
        forward = sweep % 2 == 0
        for layer in graph.layers if forward else reversed(graph.layers):
            _settle(layer, before if forward else after, place, size, gap, graph.bends)
    first = min((place[node] - size[node] / 2 for node in place), default=0.0)
    return {node: value - first for node, value in place.items()}


def _settle(  # noqa: PLR0913, PLR0917 - one pass over shared state
    layer: Sequence[str],
    towards: Mapping[str, list[str]],
    place: dict[str, float],
    size: Mapping[str, float],
    gap: float,
    bends: frozenset[str],
) -> None:
    """Least squares with the order kept: the pool-adjacent-violators method on the wishes less the room before."""
    room, offset = [0.0], 0.0
    for left, right in pairwise(layer):
        offset += (size[left] + size[right]) / 2 + gap
        room.append(offset)
    blocks: list[list[float]] = []
    for node, space in zip(layer, room, strict=True):
        near = [place[other] for other in towards[node]]
        wish = sum(near) / len(near) if near else place[node]
        weight = _BEND_WEIGHT if node in bends else 1.0 if near else 0.1
        blocks.append([wish - space, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            value, weight, count = blocks.pop()
            other = blocks[-1]
            total = other[1] + weight
            blocks[-1] = [(other[0] * other[1] + value * weight) / total, total, other[2] + count]
    values = [value for value, _, count in blocks for _ in range(int(count))]
    for node, value, space in zip(layer, values, room, strict=True):
        place[node] = value + space


def _ordered(graph: Layered) -> tuple[tuple[str, ...], ...]:
    before, after = _neighbours(graph)
    layers = [list(layer) for layer in graph.layers]
    best, fewest = [list(layer) for layer in layers], _crossings(layers, before)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        for layer in layers[1:] if forward else layers[-2::-1]:
            _sort(layer, layers, before if forward else after)
        crossings = _crossings(layers, before)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in layers], crossings
    return tuple(tuple(layer) for layer in best)


def _sort(layer: list[str], layers: list[list[str]], towards: Mapping[str, list[str]]) -> None:
    rank = {node: index for row in layers if row is not layer for index, node in enumerate(row)}
    own = {node: index for index, node in enumerate(layer)}

    def middle(node: str) -> float:
        near = [rank[other] for other in towards[node]]
        return sum(near) / len(near) if near else float(own[node])

    layer.sort(key=middle)


def _crossings(layers: list[list[str]], before: Mapping[str, list[str]]) -> int:
    count = 0
    for upper, lower in pairwise(layers):
        rank = {node: index for index, node in enumerate(upper)}
        seen: list[int] = []
        for node in lower:
            ends = sorted(rank[other] for other in before[node])
            count += sum(1 for end in ends for other in seen if other > end)
            seen += ends
    return count


def _neighbours(graph: Layered) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for upper, lower in graph.segments():
        before[lower].append(upper)
        after[upper].append(lower)
    return before, after
