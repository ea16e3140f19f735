"""What other distributions add by entry point. The metadata of all installed ones is looked through once a process."""

from __future__ import annotations

import importlib.metadata
import os
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

_PREFIX = "[airflow_llm."
_METADATA = (".dist-info", ".egg-info")


def extensions(group: str) -> tuple[EntryPoint, ...]:
    """The entry points of a group, in the order of their names; loading one is the caller's, errors included."""
    return tuple(sorted((point for point in _all() if point.group == group), key=lambda point: point.name))


@lru_cache(maxsize=1)
def _all() -> tuple[EntryPoint, ...]:
    found = (distribution for entry in sys.path for distribution in _ours(entry))
    return tuple(point for distribution in found for point in distribution.entry_points)


def _ours(entry: str) -> Iterator[Distribution]:
    """The distributions in a place of the path that speak of us; in a folder only those are made, as most do not."""
    if entry.endswith(".egg") or os.path.isfile(entry):
        yield from (one for one in importlib.metadata.distributions(path=[entry]) if _says(one))
        return
    try:
        names = os.listdir(entry or ".")
    except OSError:
        return
    for name in names:
        if name.endswith(_METADATA) and _speaks_of_us(os.path.join(entry, name, "entry_points.txt")):
            yield importlib.metadata.Distribution.at(os.path.join(entry, name))


def _says(distribution: Distribution) -> bool:
    return _PREFIX in (distribution.read_text("entry_points.txt") or "")


def _speaks_of_us(file: str) -> bool:
    try:
        with open(file, "rb") as opened:
            return _PREFIX.encode() in opened.read()
    except OSError:
        return False
