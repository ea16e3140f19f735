"""The known name that a wrong one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """The known name that is most like this one; empty when none is (`likeness` is 0 to 1)."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, sorted(set(known)), n=1, cutoff=likeness)), "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence with the nearest known name, or with the few there are."""
    names = sorted(set(known))
    near = nearest(name, names)
    if near:
        return f"did you mean {near!r}?"
    if not names:
        return "none is defined"
    return "known: " + ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
