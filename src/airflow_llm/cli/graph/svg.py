"""A drawing as SVG: equal bytes for an equal drawing, every text escaped, no script, no outside reference."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

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
)

_FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif"
INK, SOFT, EDGE = "#1d2733", "#5f6b7a", "#8a96a5"


def svg(drawing: Drawing) -> str:
    """The document."""
    width, height = f"{drawing.width:.0f}", f"{drawing.height:.0f}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family={quoteattr(_FONT)} role="img">',
        f"<title>{escape(drawing.title)}</title>",
        '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 1 9 5 0 9z" fill="{EDGE}"/></marker></defs>',
        f'<rect width="{width}" height="{height}" rx="10" fill="#ffffff"/>',
        _text(PADDING, PADDING + 14, drawing.title, TITLE_SIZE, INK, weight="600"),
        _text(PADDING, PADDING + 34, drawing.subtitle, 12, SOFT),
        *(_path(line) for line in drawing.lines),
        *(_box(box) for box in drawing.boxes),
        *(_label(line) for line in drawing.lines if line.label),
        *_legend(drawing),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _path(line: Line) -> str:
    (x, y), *rest = line.points
    commands = [f"M{x:.1f} {y:.1f}"]
    for end_x, end_y in rest:
        if abs(end_y - y) < 0.05:
            commands.append(f"L{end_x:.1f} {end_y:.1f}")
        else:
            half = (x + end_x) / 2
            commands.append(f"C{half:.1f} {y:.1f} {half:.1f} {end_y:.1f} {end_x:.1f} {end_y:.1f}")
        x, y = end_x, end_y
    return f'<path d="{" ".join(commands)}" fill="none" stroke="{EDGE}" stroke-width="1.4" marker-end="url(#arrow)"/>'


def _box(box: Box) -> str:
    style, middle = box.style, box.x + box.width / 2
    radius = HEIGHT / 2 if box.kind in ("choose", "marker") else 8
    second = box.kind + (f"  ·  if {box.condition}" if box.condition else "")
    return (
        f"<g><title>{escape(box.name)}</title>"
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{HEIGHT:.0f}" rx="{radius:.0f}" '
        f'fill="{style.fill}" stroke="{style.stroke}" stroke-width="1.3"/>'
        + _text(middle, box.y + 20, box.shown, NAME_SIZE, INK, anchor="middle", weight="600")
        + _text(middle, box.y + 36, second, KIND_SIZE, style.stroke, anchor="middle")
        + "</g>"
    )


def _label(line: Line) -> str:
    x, y = line.at
    width = len(line.label) * 5.6 + 10
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - 9:.1f}" width="{width:.1f}" height="17" rx="8" fill="#ffffff" '
        f'stroke="#d5dbe3"/>' + _text(x, y + 3.5, line.label, LABEL_SIZE, SOFT, anchor="middle")
    )


def _legend(drawing: Drawing) -> list[str]:
    y = drawing.height - PADDING - LEGEND / 2 + 8
    parts = []
    for index, style in enumerate(drawing.legend):
        x = PADDING + index * 92
        parts.append(
            f'<rect x="{x:.1f}" y="{y - 9:.1f}" width="11" height="11" rx="3" fill="{style.fill}" '
            f'stroke="{style.stroke}"/>' + _text(x + 17, y, style.family, 11, SOFT)
        )
    return parts


def _text(x: float, y: float, text: str, size: float, color: str, *, anchor: str = "start", weight: str = "400") -> str:  # noqa: PLR0913 - what SVG's own element takes
    clean = escape("".join(c if c.isprintable() else " " for c in text))
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{color}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{clean}</text>'
    )
