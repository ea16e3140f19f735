"""Of what a limit of time is said: `30 min limit on the apply`, `detector: timeout 18m`, `if it takes over 10 min`."""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.readers.prose.durations import LENGTH, masked
from airflow_llm.readers.prose.lexicon import word_lists
from airflow_llm.readers.prose.spellings import pattern

_MOST = 5
_GLUE = word_lists("policy_words")["glue"]
_PIECE = r"[,;(\n]|(?<!max)[.!?](?=\s)|\s(?:&|and|but|so)\s"


def subject_of(text: str, start: int, end: int) -> str:
    """The words that name what must not take longer than the length of time at that place; empty where none do."""
    first = _sentence_start(text, start)
    plain = masked(text)
    length = pattern(LENGTH).search(plain, start, end)
    until = length.start() if length is not None else start
    pieces = pattern(_PIECE).split(text[first:until])
    after = length.end() if length is not None else end
    behind, per = _behind(text, after), pattern(r"[^.;\n]{0,12}?\bper\b").match(text, after) is not None
    label = pattern(r"[^\S\n]*(?:[-*]\s+)?((?:[\w./'-]+[^\S\n]+){0,3}[\w./'-]+)\s*:\s").match(text[first:until])
    opening = pieces[-2] if len(pieces) > 1 and pattern(r"\s*(?:if|when|should|in\s+case)\b").match(pieces[-2]) else ""
    each = "" if per else behind
    for told in (pieces[-1], each, opening, label[1] if label is not None else "", *_doers(pieces), behind):
        left = [word for word in told.replace(":", " ").replace("=", " ").replace("->", " ").split() if _tells(word)]
        if 0 < len(left) <= _MOST:
            return " ".join(left)
    return ""


def _doers(pieces: list[str]) -> Iterator[str]:
    """Who does what in the pieces before: `the classifier` of `let the classifier have a GPU and at most 3 hours`."""
    for piece in reversed(pieces[-4:-1]):
        match = pattern(_DOER).match(piece)
        if match is not None:
            yield match[1]


_DOER = (
    r"\s*(?:(?:and|but|so|let|give|the|an?|that|only|our|this)\s+)*((?:[\w`./'-]+\s+){0,2}?[\w`./'-]+)\s+"
    r"(?:has|have|gets?|needs?|takes?|wants?|may|must|should|can|is|are|runs?)\b"
)


def _tells(word: str) -> bool:
    return word.strip("`\"'*.|>-").lower() not in _GLUE and any(char.isalnum() for char in word)


def _sentence_start(text: str, place: int) -> int:
    """Where the sentence or the line of the place begins."""
    ends = [match.end() for match in pattern(r"(?<!max)[.!?](?=\s)|\n|;").finditer(text, max(0, place - 300), place)]
    return ends[-1] if ends else max(0, place - 300)


def _behind(text: str, end: int) -> str:
    """`limit on the apply`, `for the load`: the words right behind the length that say what it is for."""
    match = pattern(
        r"\s*(?:each\s+)?(?:(?:time\s*)?limit|time-?out|cap|max\.?|maximum|at\s+(?:the\s+)?most)?\s*\b(?:on|for|per)\s+((?:[\w`./'-]+[^\S\n]+){0,3}[\w`./'-]*\w)(?=\W|$)"
    ).match(text, end)
    return pattern(r"\s(?:and|with|after|if|when|but|then|in|so)\s").split(match[1])[0] if match is not None else ""
