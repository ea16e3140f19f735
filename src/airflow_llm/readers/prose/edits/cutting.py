"""Cuts what was said into single changes, by trying which parts can be understood by themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.edits.wording import left_over, listed, one_of, plain
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.sentences import sentences
from airflow_llm.readers.prose.spellings import pattern

_JOINT = (
    r"\s*(?:,\s*(?:and\s+then|and|then|but|plus)\b|;|,|\band\s+then\b|\band\s+also\b|\band\b|\bthen\b|\bbut\b|\bplus\b|"
    r"\balso\b(?=\s+\w)|\s&\s|\s\+\s|:\s|\s[-\u2013\u2014]\s)\s*"
)
_ASKS = (
    r"(?:is|are|was|were|what|why|how|when|which|who|whom|where|does|did|has|have|had|should|shall|do\s+(?:we|"
    r"i|you|they))\b"
    r"(?!\s+it\s+possible)"
)
_ANNOUNCED = (
    r"\W*(?:here\s+are\s+|there\s+are\s+|just\s+)?(?:(?:two|three|four|a\s+few|some|several|\d+|"
    r"a\s+couple\s+of)\s+)?(?:new\s+|small\s+|more\s+)*"
    r"(?:things?|changes?|points|requests?|updates?|requirements?|wish(?:es)?|change\s+of\s+plan|"
    r"change\s+request|todos?)\W*"
)
_PROTECTED = r"`[^`]*`|\"[^\"]*\"|\([^()]*\)|\bbetween\s+\S+\s+and\b|\bbetween\s+(?:the\s+)?[\w\s]{1,40}?\band\b"


@dataclass(frozen=True)
class Piece:
    """A part between two joints; `opens` says that a change begins here."""

    start: int
    end: int
    opens: bool


def sentences_of(text: str) -> Iterator[str]:
    """The sentences and list items, without those that ask for nothing."""
    for sentence in sentences(tokenise(text).items):
        said = text[sentence.tokens[0].start : sentence.tokens[-1].end]
        if sentence.question and pattern(_ASKS).match(plain(said)):
            raise InputError(f"{said[:80]!r} is a question", hint="say what is to be other, as in: run it at 7")
        if not asks_nothing(said):
            yield said


def asks_nothing(said: str) -> bool:
    """Whether the words are courtesy only, or ask that the rest stays."""
    rest = plain(said)
    if pattern(rf"{one_of('nothing')}\b.*").fullmatch(rest):
        return True
    if pattern(_ANNOUNCED).fullmatch(said):
        return True
    if pattern(r"\W*(?:first|second|third|next|then|final|last)(?:ly)?\W*").fullmatch(said):
        return True
    return not left_over(rest) and not pattern(r".*\b(?:in|at|on|again|one|each|every)\b.*").fullmatch(rest)


def gives_reason(said: str) -> bool:
    """Whether the words only say why: that is not read, and told."""
    return (
        pattern(
            r"\W*(?:because|since|so\s+that|in\s+order\s+to|as\s+(?:it|they|we|this|that|the)\b|which\s+is\s+why|"
            r"that's\s+why|"
            r"otherwise\s+(?:it|we|they)\b|(?:it|they|that|this|these|those)(?:'s|'re|\s+is|\s+are|\s+was|\s+were)\b"
            r"|.*\b(?:is|are)\s+(?:enough|fine|ok|okay|sufficient|good)\b|(?:run|start)(?:\s+(?:it|this|"
            r"the\s+(?:pipeline|dag)))?\W*$).*"
        ).fullmatch(said)
        is not None
    )


def pieces(said: str) -> list[Piece]:
    """The parts between commas and joining words, outside of quotation marks and brackets."""
    protected = [match.span() for match in pattern(_PROTECTED).finditer(said)]
    found: list[Piece] = []
    start = 0
    for match in pattern(_JOINT).finditer(said):
        inside = any(low < match.end() and match.start() < high for low, high in protected)
        if not inside and match.start() > start:
            found.append(Piece(start, match.start(), _opens(said[start : match.start()])))
            start = match.end()
    found.append(Piece(start, len(said), _opens(said[start:])))
    return [piece for piece in found if said[piece.start : piece.end].strip()]


def _opens(said: str) -> bool:
    words = plain(said).lower().split()
    return bool(words) and words[0].strip(",:") in listed("openers")


def ends(parts: Sequence[Piece], first: int) -> list[int]:
    """Where the change that begins with a part may end, the likeliest first."""
    following = next((place for place in range(first + 1, len(parts)) if parts[place].opens), len(parts))
    return [following, *range(following - 1, first, -1), *range(following + 1, len(parts) + 1)]
