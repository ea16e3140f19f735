"""The known name that a wrong one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """A sentence with the nearest known name, or with the few there are; empty when there is none."""
    from difflib import get_close_matches

    names = sorted(set(known))
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "none is defined"
    return "known: " + ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
