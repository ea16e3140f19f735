"""A value that was found in a text, with the words it came from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from airflow_llm.spec.steps import Origin

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
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


def without_overlaps(items: Iterable[Found[T]]) -> list[Found[T]]:
    """The items in order of the text; of two that overlap the longer, then the earlier one is kept.

    Two values that the very same words say are both kept.
    """
    kept: list[Found[T]] = []
    for item in sorted(items, key=lambda item: (item.start - item.end, item.start)):
        rivals = [other for other in kept if item.start < other.end and other.start < item.end]
        if all((item.start, item.end) == (other.start, other.end) and item.value != other.value for other in rivals):
            kept.append(item)
    return sorted(kept, key=lambda item: item.start)
