"""The first stage: the same text, character for character, with one spelling for quotes, dashes, blanks and case."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.wrapping import unwrapped

_BLANKS = dict.fromkeys([*range(9), 9, 11, 12, *range(14, 32), 127, *range(128, 160)], " ")
_MARKS = {
    "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\u00a0": " ", "\u202f": " ", "\ufeff": " ",
    "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201a": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "\u2013", "\u2014": "\u2013", "\u2015": "\u2013",
    "\u21d2": "→", "\u279c": "→", "\u2794": "→", "\u27a1": "→", "\u21a6": "→", "\u25b6": "→", "\u27f6": "→",
    "\u2b95": "→",
    "\ufe0f": " ", "\u20e3": ")",
    "\u25cf": "•", "\u25aa": "•", "\u25e6": "•", "\u2043": "•", "\u00b7": "•",
}  # fmt: skip
_COUNTED = dict.fromkeys([*range(0x2460, 0x2474), *range(0x24F5, 0x24FF), *range(0x2776, 0x2794)], "•")
_COMMENT = re.compile(r"<!--.{0,4000}?-->", re.DOTALL)
_TABLE = str.maketrans({**{chr(code): blank for code, blank in (_BLANKS | _COUNTED).items()}, **_MARKS})
_MOSTLY = 0.7
_WORD_OR_SIGN = re.compile(r"\w+|[^\w\s]")
_RUN = re.compile(r"([^\w\s])\1{100,}")
_HOLLOW = re.compile(r"(\n)([^\S\n]*(?:\n[^\S\n]*)+)(\n)")
_SAMPLE = 20_000
_MOST_WORDS = 20_000


def normalise(text: str) -> str:
    """Text of the same length, so that every place in it is a place in the source.

    InputError beyond 20,000 words and signs, which is forty pages and no request.
    """
    text = text.replace("\r\n", " \n")
    text = _RUN.sub(lambda match: match[1] * 100 + " " * (len(match.group()) - 100), text)
    text = _HOLLOW.sub(lambda match: match[1] + match[2].replace("\n", " ") + match[3], text)
    if len(text) > _MOST_WORDS and next(islice(_WORD_OR_SIGN.finditer(text), _MOST_WORDS, None), None) is not None:
        raise InputError(
            f"the text has more than {_MOST_WORDS:,} words and signs",
            hint="describe one pipeline, or split the description into several; leave pasted logs and data out",
        )
    plain = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text.translate(_TABLE))
    if not plain.isascii():
        plain = "".join(_plain(char) for char in plain)
    return unwrapped(_lowered(plain) if _shouts(plain[:_SAMPLE]) else plain)


def _plain(char: str) -> str:
    """Invisible direction and joining marks and lone surrogates become blanks; everything else stays."""
    if char.isascii() or unicodedata.category(char) not in ("Cf", "Cc", "Cs", "Co", "Cn", "Zs"):
        return char
    return " "


def _shouts(text: str) -> bool:
    """Whether nearly all of the letters are capitals."""
    letters = sum(char.isalpha() for char in text)
    capitals = sum(char.isupper() for char in text)
    return letters > 12 and capitals > _MOSTLY * letters


def _lowered(text: str) -> str:
    """Lower case, but for the few letters whose lower case is longer."""
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)
