"""Text as the encoder takes it: numbered word pieces, each with its place in the text (the BERT scheme, lower case)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+|\n|[^\s]")
_LINE_END = "¶"
_UNKNOWN = "[UNK]"
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece: its number in the vocabulary, and where it stands."""

    number: int
    start: int
    end: int
    continues: bool = False
    """Whether it goes on with a word."""


class WordPieces:
    """Cuts text by a vocabulary: the longest known beginning of a word first, then its continuations (`##…`)."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.numbers = dict(zip(vocabulary, range(len(vocabulary)), strict=True))
        self.first = self.numbers["[CLS]"]
        self.last = self.numbers["[SEP]"]

    def pieces(self, text: str) -> list[Piece]:
        """The pieces of a text in order. A line's end is a piece of its own, other white space is none."""
        return [piece for match in _WORD.finditer(text) for piece in self._of_word(match.group(), match.start())]

    def _of_word(self, word: str, start: int) -> Iterator[Piece]:
        letters = list(_plain(_LINE_END if word == "\n" else word))
        text = "".join(letter for letter, _ in letters)
        place = 0
        found = []
        while place < len(text):
            end = next(
                (end for end in range(len(text), place, -1) if self._key(text, place, end) in self.numbers), None
            )
            if end is None or len(text) > _LONGEST:
                yield Piece(self.numbers[_UNKNOWN], start, start + len(word))
                return
            number = self.numbers[self._key(text, place, end)]
            found.append(Piece(number, start + letters[place][1], start + letters[end - 1][1] + 1, bool(place)))
            place = end
        yield from found

    @staticmethod
    def _key(text: str, start: int, end: int) -> str:
        return text[start:end] if not start else f"##{text[start:end]}"


def _plain(word: str) -> Iterator[tuple[str, int]]:
    """Lower-case letters without accents, each with its place in the word; of a composed syllable the first letter."""
    if word.isascii():
        yield from zip(word.lower(), range(len(word)), strict=True)
        return
    for place, char in enumerate(word):
        letters = unicodedata.normalize("NFD", char.lower())
        yield from ((letter, place) for letter in letters[:1] if unicodedata.category(letter) != "Mn")
