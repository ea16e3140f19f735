"""A picture as Mermaid text, which GitHub and most wikis draw."""

from __future__ import annotations

from airflow_llm.cli.graph.model import Picture
from airflow_llm.cli.graph.style import style_of


def mermaid(picture: Picture) -> str:
    """The flow chart. Ids are letters, digits and underscores; every other text is escaped."""
    lines = ["flowchart LR"]
    for name, kind in picture.nodes.items():
        condition = picture.conditions.get(name)
        extra = f"<br/>if {_escape(condition)}" if condition else ""
        left, right = ('{{"', '"}}') if kind == "choose" else ('["', '"]')
        lines.append(f"    n_{name}{left}{name}<br/><small>{kind}{extra}</small>{right}:::{style_of(kind).family}")
    for edge in picture.edges:
        label = picture.labels.get(edge)
        arrow = f'-- "{_escape(label)}" -->' if label else "-->"
        lines.append(f"    n_{edge[0]} {arrow} n_{edge[1]}")
    styles = {style_of(kind).family: style_of(kind) for kind in picture.nodes.values()}
    lines += [
        f"    classDef {name} fill:{style.fill},stroke:{style.stroke},color:#1d2733"
        for name, style in sorted(styles.items())
    ]
    return "\n".join(lines) + "\n"


def _escape(text: str) -> str:
    """Mermaid's own entities for whatever could end a label."""
    short = " ".join(text.split())[:120]
    return "".join(c if c.isalnum() or c in " .,=_-+/" else f"#{ord(c)};" for c in short if c.isprintable())
