"""A picture with box-drawing characters, from top to bottom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

from rich.text import Text

from airflow_llm.cli.graph.layout import Edge, Layered, layered, positions
from airflow_llm.cli.graph.model import Picture
from airflow_llm.cli.graph.style import style_of
from airflow_llm.cli.terminal import line

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8
_SHAPES = {
    _UP | _DOWN: "│", _LEFT | _RIGHT: "─", _UP: "│", _DOWN: "│", _LEFT: "─", _RIGHT: "─",
    _UP | _RIGHT: "╰", _UP | _LEFT: "╯", _DOWN | _RIGHT: "╭", _DOWN | _LEFT: "╮",
    _UP | _DOWN | _RIGHT: "├", _UP | _DOWN | _LEFT: "┤", _LEFT | _RIGHT | _DOWN: "┬", _LEFT | _RIGHT | _UP: "┴",
    _UP | _DOWN | _LEFT | _RIGHT: "┼",
}  # fmt: skip
_GAP, _MOST_LABEL = 3, 30


@dataclass
class _Canvas:
    """Characters with styles, and lines of nets that join within a net and pass over one another otherwise."""

    cells: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    lines: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    ends: dict[int, set[str]] = field(default_factory=dict)
    """The nets that end in a column, between the layers that are being drawn: there they flow into one another."""

    def write(self, row: int, column: int, text: str, style: str = "") -> None:
        for offset, character in enumerate(text):
            self.cells[row, column + offset] = (character, style)

    def join(self, row: int, column: int, mask: int, net: str) -> None:
        old, owner = self.lines.get((row, column), (0, net))
        if owner == net or {owner, net} <= self.ends.get(column, set()):
            self.lines[row, column] = (old | mask, net)
        elif mask & (_UP | _DOWN):
            # The upright line stays whole where two nets cross.
            self.lines[row, column] = (_UP | _DOWN, net)

    def down(self, column: int, top: int, bottom: int, net: str) -> None:
        for row in range(top, bottom + 1):
            self.join(row, column, (_UP if row > top else 0) | (_DOWN if row < bottom else 0), net)

    def across(self, row: int, left: int, right: int, net: str) -> None:
        for column in range(left, right + 1):
            self.join(row, column, (_LEFT if column > left else 0) | (_RIGHT if column < right else 0), net)

    def text(self) -> Text:
        drawn = {place: (_SHAPES.get(mask, " "), "dim") for place, (mask, _) in self.lines.items()} | self.cells
        result = Text(no_wrap=True)
        rows: dict[int, dict[int, tuple[str, str]]] = defaultdict(dict)
        for (row, column), cell in drawn.items():
            rows[row][column] = cell
        for row in range(max(rows, default=-1) + 1):
            for column in range(max(rows[row], default=-1) + 1):
                character, style = rows[row].get(column, (" ", ""))
                result.append(character, style=style)
            result.append("\n")
        return result


def graph_text(picture: Picture, width: int) -> Text:
    """The graph, or, when it is wider than the terminal, a list that says what comes after what."""
    graph = layered(list(picture.nodes), picture.edges)
    captions = {name: _captions(picture, name) for name in picture.nodes}
    sizes = {name: max(map(len, lines)) + 4.0 for name, lines in captions.items()} | dict.fromkeys(graph.bends, 1.0)
    middle = _snapped(graph, positions(graph, sizes, _GAP), sizes)
    if any(middle[name] + sizes[name] / 2 + 1 > width for name in middle):
        return _list(picture)
    return _draw(picture, graph, captions, middle)


def _snapped(graph: Layered, wished: Mapping[str, float], sizes: Mapping[str, float]) -> dict[str, int]:
    """Whole columns, without the steps of one column that rounding makes."""
    middle = {name: round(value) for name, value in wished.items()}
    above: dict[str, list[str]] = defaultdict(list)
    for upper, lower in graph.segments():
        above[lower].append(upper)
    for layer in graph.layers:
        for index, name in enumerate(layer):
            shifts = [middle[other] - middle[name] for other in above[name]]
            shift = next((value for value in shifts if abs(value) == 1), 0)
            neighbour = layer[index + shift] if shift and 0 <= index + shift < len(layer) else None
            room = (sizes[name] + sizes[neighbour]) / 2 + 1 if neighbour else 0
            if 0 not in shifts and (neighbour is None or abs(middle[neighbour] - middle[name] - shift) >= room):
                middle[name] += shift
    first = min((middle[name] - int(sizes[name] + 1) // 2 for name in middle), default=0)
    return {name: value - min(first, 0) for name, value in middle.items()}


def _captions(picture: Picture, name: str) -> tuple[str, ...]:
    labels = [label for (_, target), label in picture.labels.items() if target == name]
    if name in picture.conditions:
        labels.append(picture.conditions[name])
    shown = [label if label == "otherwise" else f"if {label}" for label in labels]
    return (name, picture.nodes[name], *(line(label, _MOST_LABEL) for label in shown))


def _draw(picture: Picture, graph: Layered, captions: Mapping[str, tuple[str, ...]], middle: Mapping[str, int]) -> Text:
    canvas, row = _Canvas(), 0
    below = defaultdict(list)
    above = defaultdict(list)
    for edge in graph.segments():
        below[edge[0]].append(edge)
        above[edge[1]].append(edge)
    for layer in graph.layers:
        height = max((len(captions[name]) + 2 for name in layer if name in captions), default=1)
        for name in layer:
            if name in captions:
                _box(
                    canvas, row, middle[name], captions[name], picture.nodes[name], bool(above[name]), bool(below[name])
                )
                if below[name]:
                    canvas.down(middle[name], row + len(captions[name]) + 2, row + height, name)
            else:
                canvas.down(middle[name], row, row + height, _net(name))
        row += height
        row += _route(canvas, row, [edge for name in layer for edge in below[name]], middle)
    return canvas.text()


def _box(  # noqa: PLR0913, PLR0917 - what a box is made of
    canvas: _Canvas, row: int, middle: int, lines: tuple[str, ...], kind: str, above: bool, below: bool
) -> None:
    style = style_of(kind).terminal
    inner = max(map(len, lines)) + 2
    left = middle - (inner + 2) // 2
    canvas.write(row, left, "╭" + "─" * inner + "╮", style)
    for offset, text in enumerate(lines, 1):
        canvas.write(row + offset, left, "│" + text.center(inner) + "│", style)
    canvas.write(row + 1, left + 1, lines[0].center(inner), "bold")
    canvas.write(row + len(lines) + 1, left, "╰" + "─" * inner + "╯", style)
    if above:
        canvas.write(row, middle, "▼", "dim")
    if below:
        canvas.write(row + len(lines) + 1, middle, "┬", style)


def _route(canvas: _Canvas, top: int, edges: list[Edge], middle: Mapping[str, int]) -> int:
    """Draws the lines between two layers: each source has one row of its own. Returns how many rows that took."""
    nets: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        nets[edge[0]].append(edge)
    bent = [source for source, own in nets.items() if any(middle[source] != middle[target] for _, target in own)]
    tracks = {source: top + index for index, source in enumerate(_in_order(bent, nets, middle))}
    bottom = top + max(len(tracks), 1)
    canvas.ends = defaultdict(set)
    for source, target in edges:
        canvas.ends[middle[target]].add(_net(source))
    for source, own in nets.items():
        net, start = _net(source), middle[source]
        ends = [middle[target] for _, target in own]
        if source not in tracks:
            canvas.down(start, top - 1, bottom, net)
            continue
        track = tracks[source]
        canvas.down(start, top - 1, track, net)
        canvas.across(track, min([start, *ends]), max([start, *ends]), net)
        for end in ends:
            canvas.down(end, track, bottom, net)
    return bottom - top


def _in_order(bent: list[str], nets: Mapping[str, list[Edge]], middle: Mapping[str, int]) -> list[str]:
    """The sources so that no line runs through another's end: who starts in a column turns before who ends there."""
    starts = {middle[source]: source for source in bent}
    needs: dict[str, set[str]] = {source: set() for source in bent}
    for source in bent:
        for _, target in nets[source]:
            other = starts.get(middle[target])
            if other is not None and other != source:
                needs[source].add(other)
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError:
        return bent


def _net(name: str) -> str:
    return name.partition(">")[0]


def _list(picture: Picture) -> Text:
    text = Text()
    before: dict[str, list[str]] = defaultdict(list)
    for upstream, downstream in picture.edges:
        before[downstream].append(upstream)
    for name, kind in picture.nodes.items():
        text.append(name, style="bold").append(f"  {kind}", style=style_of(kind).terminal)
        if before[name]:
            text.append(f"  after {', '.join(before[name])}", style="dim")
        for caption in _captions(picture, name)[2:]:
            text.append(f"  {caption}")
        text.append("\n")
    return text
