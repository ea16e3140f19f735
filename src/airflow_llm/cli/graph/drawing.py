"""A picture as shapes with coordinates, which the SVG and the PNG renderer draw alike."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_llm.cli.graph.layout import layered, positions
from airflow_llm.cli.graph.model import Picture
from airflow_llm.cli.graph.style import Style, style_of
from airflow_llm.cli.terminal import line

HEIGHT, PADDING, GAP_Y, GAP_X = 46.0, 28.0, 22.0, 64.0
HEADER, LEGEND = 52.0, 40.0
NAME_SIZE, KIND_SIZE, LABEL_SIZE, TITLE_SIZE = 13.0, 10.5, 10.5, 17.0
_NAME_WIDTH, _LABEL_WIDTH = 7.4, 5.6
_MOST_NAME, _MOST_LABEL = 36, 34
Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One task."""

    x: float
    y: float
    width: float
    name: str
    shown: str
    kind: str
    condition: str
    style: Style


@dataclass(frozen=True)
class Line:
    """One edge: its points, a smooth line between each two; the label's middle when it has one."""

    points: tuple[Point, ...]
    label: str = ""
    at: Point = (0.0, 0.0)


@dataclass(frozen=True)
class Drawing:
    """Everything, in pixels from the top left."""

    width: float
    height: float
    title: str
    subtitle: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    legend: tuple[Style, ...]


def drawing(picture: Picture) -> Drawing:
    """The picture from left to right."""
    graph = layered(list(picture.nodes), picture.edges)
    sizes = dict.fromkeys(picture.nodes, HEIGHT) | dict.fromkeys(graph.bends, 6.0)
    middle = positions(graph, sizes, GAP_Y)
    left, right = _columns(picture, graph.layers, graph.bends)
    top = PADDING + HEADER
    boxes = {
        name: _box(picture, name, left[index], top + middle[name] - HEIGHT / 2, right[index] - left[index])
        for index, layer in enumerate(graph.layers)
        for name in layer
        if name not in graph.bends
    }
    column = {name: index for index, layer in enumerate(graph.layers) for name in layer}
    lines = []
    for edge, chain in graph.chains.items():
        points: list[Point] = [(boxes[edge[0]].x + boxes[edge[0]].width, top + middle[edge[0]])]
        for bend in chain[1:-1]:
            points += [(left[column[bend]], top + middle[bend]), (right[column[bend]], top + middle[bend])]
        points.append((boxes[edge[1]].x, top + middle[edge[1]]))
        lines.append(_line(tuple(points), picture.labels.get(edge, "")))
    legend = tuple(dict.fromkeys(style_of(kind) for kind in picture.nodes.values()))
    bottom = max((middle[name] + sizes[name] / 2 for name in middle), default=HEIGHT)
    width = max(
        [right[-1] if right else 0.0, 24.0 + 8.5 * len(picture.title), 96.0 * len(legend), 6.0 * len(picture.subtitle)]
    )
    return Drawing(
        width + PADDING,
        top + bottom + LEGEND + PADDING,
        picture.title,
        line(picture.subtitle, 110),
        tuple(boxes.values()),
        tuple(lines),
        legend,
    )


def _box(picture: Picture, name: str, x: float, y: float, room: float) -> Box:
    kind = picture.nodes[name]
    width = _width(picture, name)
    condition = picture.conditions.get(name, "")
    shown = line(name, _MOST_NAME)
    return Box(x + (room - width) / 2, y, width, name, shown, kind, line(condition, _MOST_LABEL), style_of(kind))


def _width(picture: Picture, name: str) -> float:
    condition = line(picture.conditions.get(name, ""), _MOST_LABEL)
    second = len(picture.nodes[name]) + (len(condition) + 6 if condition else 0)
    return max(88.0, _NAME_WIDTH * len(line(name, _MOST_NAME)) + 26, _LABEL_WIDTH * second + 26)


def _columns(
    picture: Picture, layers: tuple[tuple[str, ...], ...], bends: frozenset[str]
) -> tuple[list[float], list[float]]:
    """Where each layer begins and ends; the space before it holds the labels of the edges that lead there."""
    lefts, rights, x = [], [], PADDING
    for index, layer in enumerate(layers):
        labels = [label for (_, target), label in picture.labels.items() if target in layer]
        longest = max((len(line(label, _MOST_LABEL)) for label in labels), default=0)
        if index:
            x += max(GAP_X, longest * _LABEL_WIDTH + 56 if longest else 0.0)
        lefts.append(x)
        x += max((_width(picture, name) for name in layer if name not in bends), default=0.0)
        rights.append(x)
    return lefts, rights


def _line(points: tuple[Point, ...], label: str) -> Line:
    if not label:
        return Line(points)
    (x0, y0), (x1, y1) = points[0], points[1]
    # Past the middle, where lines that leave one box have come apart.
    return Line(points, line(label, _MOST_LABEL), (x0 + (x1 - x0) * 0.55, y0 + (y1 - y0) * _ease(0.55)))


def _ease(share: float) -> float:
    """How far down a smooth line is after that share of its way across."""
    return share * share * (3 - 2 * share)
