"""Which hand is for what. Test hands were fixed before any measurement; nobody at work on the reader reads them."""

from __future__ import annotations

from pathlib import Path

TEST = ("h03", "h09", "h14", "h18", "h22")
DEVELOPMENT = ("h06", "h12", "h16", "h23")
CHOOSING = ("h63", "h67")
"""By these it is decided which reader is believed where they differ, and how sure that is; no network learns them."""


def hands_of(split: str) -> list[str]:
    """The hands of `train`, `development`, `choosing` or `test`, or those named (`h39,h40`); ValueError for others."""
    known = sorted(path.stem for path in (Path(__file__).parent / "corpus").glob("h*.yml"))
    splits = {"train": [hand for hand in known if hand not in (*TEST, *DEVELOPMENT, *CHOOSING)]}
    splits |= {"development": list(DEVELOPMENT), "choosing": list(CHOOSING), "test": list(TEST)}
    named = splits.get(split) or split.split(",")
    if not set(named) <= set(known):
        raise ValueError(f"there is no split {split!r}: say train, development, choosing, test, or hands like h39,h40")
    return named
