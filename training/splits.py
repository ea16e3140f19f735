"""Which hand is for what. Test hands were fixed before any measurement; nobody at work on the reader reads them."""

from __future__ import annotations

from pathlib import Path

TEST = ("h03", "h09", "h14", "h18", "h22")
DEVELOPMENT = ("h06", "h12", "h16", "h23")


def hands_of(split: str) -> list[str]:
    """The hands of `train`, `development` or `test`; ValueError for another name."""
    if split not in ("train", "development", "test"):
        raise ValueError(f"there is no split {split!r}")
    if split != "train":
        return list(TEST if split == "test" else DEVELOPMENT)
    known = sorted(path.stem for path in (Path(__file__).parent / "corpus").glob("h*.yml"))
    return [hand for hand in known if hand not in (*TEST, *DEVELOPMENT)]
