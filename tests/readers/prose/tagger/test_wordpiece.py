"""Text in pieces: each at its place, unknown words whole, line ends kept."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from airflow_llm.readers.prose.tagger.network import FOLDER
from airflow_llm.readers.prose.tagger.wordpiece import WordPieces

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "load", "##ing", "orders", "cafe", "_", ".", "¶", "1"]
PIECES = WordPieces(VOCABULARY)


def said(text: str) -> list[tuple[str, str]]:
    return [(VOCABULARY[piece.number], text[piece.start : piece.end]) for piece in PIECES.pieces(text)]


def test_a_word_is_cut_into_its_longest_known_beginning_and_what_follows() -> None:
    assert said("Loading orders.") == [("load", "Load"), ("##ing", "ing"), ("orders", "orders"), (".", ".")]


def test_accents_are_dropped_and_places_stay_those_of_the_text() -> None:
    assert said("Café\nload") == [("cafe", "Café"), ("¶", "\n"), ("load", "load")]


def test_an_unknown_word_is_one_piece() -> None:
    assert said("xyzzy load") == [("[UNK]", "xyzzy"), ("load", "load")]


def test_marks_within_names_are_pieces_of_their_own() -> None:
    assert said("load_orders") == [("load", "load"), ("_", "_"), ("orders", "orders")]


@settings(deadline=None)
@given(st.text(max_size=80))
@example("\uc7b4")
def test_pieces_stand_in_order_within_the_text_and_hold_no_space(text: str) -> None:
    pieces = WordPieces((FOLDER / "vocabulary.txt").read_text(encoding="utf-8").splitlines()).pieces(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert all(one.end <= other.start for one, other in pairwise(pieces))
    assert not any(text[piece.start : piece.end].strip(" \t") == "" for piece in pieces)
