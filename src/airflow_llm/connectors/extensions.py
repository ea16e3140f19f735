"""What other distributions add by entry point. The metadata of all installed ones is read once a process."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import EntryPoint, distributions

_PREFIX = "airflow_llm."


def extensions(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, in the order of their names; loading one is the caller's, errors included."""
    return tuple(sorted((point for point in _all() if point.group == group), key=lambda point: point.name))


@lru_cache(maxsize=1)
def _all() -> tuple[EntryPoint, ...]:
    ours = (one for one in distributions() if _PREFIX in (one.read_text("entry_points.txt") or ""))
    return tuple(point for distribution in ours for point in distribution.entry_points)
