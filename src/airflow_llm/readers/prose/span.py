"""A value that was found in a text, with the words it came from."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from airflow_llm.spec.steps import Origin

T = TypeVar("T")


class Found(NamedTuple, Generic[T]):
    """`value`, read from `text`, which stands at `start` to `end` of the source.

    `strength` (0 to 1) says how surely the words mean the value; `assumption` names what they left open.
    """

    value: T
    start: int
    end: int
    text: str
    strength: float = 1.0
    assumption: str = ""

    @property
    def origin(self) -> Origin:
        """The words as the spec keeps them."""
        return Origin(text=self.text, start=self.start)

    def overlaps(self, other: Found[Any]) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def found(  # noqa: PLR0913, PLR0917 - mirrors the fields of Found
    source: str, start: int, end: int, value: T, strength: float = 1.0, assumption: str = ""
) -> Found[T]:
    """The value with its words cut out of the source."""
    return Found(value, start, end, source[start:end], strength, assumption)


class Spanned(Protocol):
    """Anything that stands at a place of a text."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Where it ends."""


P = TypeVar("P", bound=Spanned)


def longest_first(items: Iterable[P]) -> list[P]:
    """The items in order of the text; of two that overlap the longer, then the earlier one is kept."""
    starts: list[int] = []
    kept: dict[int, P] = {}
    for item in sorted(items, key=lambda item: (item.start - item.end, item.start)):
        place = bisect_right(starts, item.start)
        before = kept[starts[place - 1]] if place else None
        following = starts[place] if place < len(starts) else None
        free = before is None or before.end <= item.start
        if free and (following is None or following >= item.end) and item.start not in kept:
            insort(starts, item.start)
            kept[item.start] = item
    return [kept[start] for start in starts]


def without_overlaps(items: Iterable[Found[T]]) -> list[Found[T]]:
    """As `longest_first`; two values that the very same words say are both kept."""
    given = list(items)
    places = {(item.start, item.end) for item in longest_first(given)}
    kept: dict[tuple[int, int], list[Found[T]]] = {}
    for item in given:
        place = (item.start, item.end)
        if place in places and all(item.value != other.value for other in kept.get(place, ())):
            kept.setdefault(place, []).append(item)
    return [item for place in sorted(kept) for item in kept[place]]
