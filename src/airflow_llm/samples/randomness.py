"""Chance that is the same every time."""

from __future__ import annotations

from random import Random


def seeded(*parts: object) -> Random:
    """A source of random numbers that depends on the parts only."""
    return Random(":".join(map(str, parts)))  # noqa: S311  # sample data hides no secret
