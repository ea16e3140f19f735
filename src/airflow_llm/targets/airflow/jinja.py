"""What stands in a templated field of an operator."""

from __future__ import annotations

import re

from airflow_llm.targets.python import Expression, literal

_MARK = re.compile(r"\{[{%#]|\{(?=\r)|\r")
_LOADED = (".sql", ".hql", ".sh", ".bash", ".env", ".html", ".json", ".md", ".py", ".txt", ".yaml", ".yml")


def plain(text: str) -> str:
    """The template that renders to exactly this text, and that no operator takes for the name of a file."""
    escaped = _MARK.sub(_as_expression, text)
    if escaped.endswith("\n"):
        return escaped + "\n"  # Jinja drops one newline at the end
    # An operator whose `template_ext` fits would load a file of that name; an expression at the end prevents it.
    return escaped + '{{ "" }}' if escaped.endswith(_LOADED) else escaped


def included(stem: str) -> Expression:
    """The template for the SQL file of the connection's type, else for the one of all others: chosen at run time."""
    return literal(f"{{% include ['{stem}.' ~ conn[task.conn_id].conn_type ~ '.sql', '{stem}.sql'] %}}")


def _as_expression(match: re.Match[str]) -> str:
    mark = match.group()
    return '{{ "\\r" }}' if mark == "\r" else '{{ "' + mark + '" }}'
