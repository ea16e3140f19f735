"""Text in a templated field of an operator: it stays text."""

from __future__ import annotations

import re

_MARK = re.compile(r"\{[{%#]|\{(?=\r)|\r")
_LOADED = (".sql", ".hql", ".sh", ".bash", ".env", ".html", ".json", ".md", ".py", ".txt", ".yaml", ".yml")


def plain(text: str) -> str:
    """The template that renders to exactly this text, and that no operator takes for the name of a file."""
    escaped = _MARK.sub(_as_expression, text)
    if escaped.endswith("\n"):
        return escaped + "\n"  # Jinja drops one newline at the end
    # An operator whose `template_ext` fits would load a file of that name; an expression at the end prevents it.
    return escaped + '{{ "" }}' if escaped.endswith(_LOADED) else escaped


def _as_expression(match: re.Match[str]) -> str:
    mark = match.group()
    return '{{ "\\r" }}' if mark == "\r" else '{{ "' + mark + '" }}'
