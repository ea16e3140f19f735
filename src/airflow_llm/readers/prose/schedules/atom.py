"""One part of a schedule as the text says it."""

from __future__ import annotations

from typing import Any, NamedTuple

DAILY_SET = frozenset(range(7))


class Atom(NamedTuple):
    """One part of a schedule. `weak` parts count only next to a strong one."""

    kind: str
    start: int
    end: int
    value: Any
    weak: bool = False
