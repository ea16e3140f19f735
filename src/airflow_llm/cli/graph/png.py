"""A drawing as PNG. Needs pillow, which the extra `png` brings."""

from __future__ import annotations

import math
from io import BytesIO
from typing import TYPE_CHECKING, Any

from airflow_llm.cli.graph.drawing import (
    HEIGHT,
    KIND_SIZE,
    LABEL_SIZE,
    LEGEND,
    NAME_SIZE,
    PADDING,
    TITLE_SIZE,
    Box,
    Drawing,
    Line,
    Point,
)
from airflow_llm.cli.graph.svg import EDGE, INK, SOFT
from airflow_llm.errors import InputError, MachineError

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

_SCALE, _SMOOTH = 2, 2
_UNIT = _SCALE * _SMOOTH
_MOST_PIXELS = 120_000_000


def png(drawing: Drawing) -> bytes:
    """The picture at twice the size of the drawing, smoothed. MachineError names the extra when pillow is missing."""
    try:
        from PIL import Image, ImageDraw
    except ImportError:
        raise MachineError(
            "PNG pictures need the package pillow",
            hint="pip install 'airflow-llm-orchestrator[png]', or write an .svg file, which needs nothing",
        ) from None
    size = (math.ceil(drawing.width) * _UNIT, math.ceil(drawing.height) * _UNIT)
    if size[0] * size[1] > _MOST_PIXELS:
        raise InputError("the graph is too large for a PNG picture", hint="write an .svg file instead")
    image = Image.new("RGB", size, "#ffffff")
    pen = _Pen(ImageDraw.Draw(image))
    pen.text(PADDING, PADDING + 8, drawing.title, TITLE_SIZE, INK, bold=True)
    pen.text(PADDING, PADDING + 30, drawing.subtitle, 12, SOFT)
    for line in drawing.lines:
        pen.line(line)
    for box in drawing.boxes:
        pen.box(box)
    for line in drawing.lines:
        pen.label(line)
    pen.legend(drawing)
    reduced = image.resize((size[0] // _SMOOTH, size[1] // _SMOOTH), Image.Resampling.LANCZOS)
    buffer = BytesIO()
    reduced.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


class _Pen:
    def __init__(self, draw: ImageDraw) -> None:
        self.draw = draw
        self.fonts: dict[float, Any] = {}

    def text(  # noqa: PLR0913 - what the drawing library takes
        self, x: float, y: float, text: str, size: float, color: str, *, middle: bool = False, bold: bool = False
    ) -> None:
        from PIL import ImageFont

        font = self.fonts.setdefault(size, ImageFont.load_default(size * _UNIT))
        clean = "".join(c if c.isprintable() else " " for c in text)
        anchor = "mm" if middle else "lm"
        width = 0.6 * _SMOOTH if bold else 0
        self.draw.text((x * _UNIT, y * _UNIT), clean, color, font, anchor, stroke_width=width, stroke_fill=color)

    def line(self, line: Line) -> None:
        points = [line.points[0]]
        for end in line.points[1:]:
            points += _curve(points[-1], end)
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        self.draw.line([*scaled[:-1], (scaled[-1][0] - 6 * _UNIT, scaled[-1][1])], EDGE, round(1.4 * _UNIT), "curve")
        x, y = scaled[-1]
        wing, length = 4 * _UNIT, 9 * _UNIT
        self.draw.polygon([(x, y), (x - length, y - wing), (x - length, y + wing)], EDGE)

    def box(self, box: Box) -> None:
        radius = HEIGHT / 2 if box.kind in ("choose", "marker") else 8
        corners = [box.x, box.y, box.x + box.width, box.y + HEIGHT]
        self.draw.rounded_rectangle(
            [value * _UNIT for value in corners], radius * _UNIT, box.style.fill, box.style.stroke, round(1.3 * _UNIT)
        )
        middle = box.x + box.width / 2
        second = box.kind + (f"  ·  if {box.condition}" if box.condition else "")
        self.text(middle, box.y + 16, box.shown, NAME_SIZE, INK, middle=True, bold=True)
        self.text(middle, box.y + 33, second, KIND_SIZE, box.style.stroke, middle=True)

    def label(self, line: Line) -> None:
        if not line.label:
            return
        x, y = line.at
        half = len(line.label) * 2.8 + 6
        self.draw.rounded_rectangle(
            [(x - half) * _UNIT, (y - 9) * _UNIT, (x + half) * _UNIT, (y + 9) * _UNIT],
            9 * _UNIT,
            "#ffffff",
            "#d5dbe3",
            _UNIT,
        )
        self.text(x, y, line.label, LABEL_SIZE, SOFT, middle=True)

    def legend(self, drawing: Drawing) -> None:
        y = drawing.height - PADDING - LEGEND / 2 + 4
        for index, style in enumerate(drawing.legend):
            x = PADDING + index * 92
            corners = [x * _UNIT, (y - 5.5) * _UNIT, (x + 11) * _UNIT, (y + 5.5) * _UNIT]
            self.draw.rounded_rectangle(corners, 3 * _UNIT, style.fill, style.stroke, _UNIT)
            self.text(x + 17, y, style.family, 11, SOFT)


def _curve(start: Point, end: Point, pieces: int = 40) -> list[Point]:
    """The same cubic line that SVG draws."""
    half = (start[0] + end[0]) / 2
    found = []
    for step in range(1, pieces + 1):
        t = step / pieces
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3
        x = a * start[0] + b * half + c * half + d * end[0]
        y = a * start[1] + b * start[1] + c * end[1] + d * end[1]
        found.append((x, y))
    return found
