"""Tokens: words and numbers, and the things that people name (addresses, paths, tables, channels, systems)."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from airflow_llm.readers.prose.item_lists import gathered
from airflow_llm.readers.prose.lexicon import System, Verb, lines_of, systems, verbs, words
from airflow_llm.readers.prose.slips import may_be_slip, near_system, near_verb
from airflow_llm.readers.prose.spellings import lowered, pattern

FILE_ENDINGS = (
    "csv|tsv|json|jsonl|ndjson|parquet|avro|orc|xlsx?|xml|txt|gz|zip|tar|pkl|py|sql|sh|jar|ipynb|r|ya?ml|pdf|html?|md|log|dat|bz2|jpe?g|png"
    "|mp4|mp3|wav|geojson|shp|nc|h5|feather|onnx|docx?|pptx?"
)
# For text in lower case: such an expression compiles quicker than one without regard to case.
_TOKEN = re.compile(
    r"""
  (?P<blank>[^\S\n]{30,})
| (?P<template>\{\{[^{}\n]{0,200}\}\})
| (?P<quoted>`[^`\n]{1,500}`|"[^"\n]{1,500}"|(?<!\w)'[^'\n]{2,200}'(?!\w))
| (?P<uri>(?:s3[an]?|gs|gcs|abfss?|adl|wasbs?|hdfs|file|s?ftp|dbfs|az|jdbc)://(?:\{\{[^{}\n]{0,80}\}\}|[^\s<>"'`),;]){0,500}(?<![.:!?]))
| (?P<url>https?://[^\s<>"'`),;]{1,1000}(?<![.:!?]))
| (?P<email>(?<![\w@])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})
| (?P<channel>(?<![\w&])\#[a-z][\w-]{0,79})
| (?P<path>(?<![\w/])(?:~|\.{1,2})?(?:/(?:[\w.*+-]|\{\{[^{}\n]{0,80}\}\}|[{}=])+){2,40}/?(?<![.])
    |(?<![\w/])~/[\w.*/-]{1,300}(?<![.])
    |(?<![\w/])[\w.*-]{1,80}(?:/[\w.*-]{1,80}){1,20}\.(?:ENDINGS)\b)
| (?P<file>(?<![\w/])[\w*{}-]{1,120}(?:\.[\w*{}-]{1,60}){0,6}\.(?:ENDINGS)\b(?!\w))
| (?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m\b)?)
| (?P<table>[a-z_]\w{0,80}(?:\.[a-z_]\w{0,100}){1,3}(?:\.\*)?(?!\w))
| (?P<name>[a-z]\w{0,120}_\w{0,120}(?:-\w{1,60}){0,5}\w?(?!\w))
| (?P<number>\d[\d.,]{0,30}(?<![.,])(?:\s?%)?(?![^\W\d_]))
| (?P<word>[a-z]&[a-z]\b|[^\W\d_][^\W_]*(?:['\u2019][^\W\d_]{1,3})?(?:-[^\W_]+){0,6}|\w+)
| (?P<arrow>-{1,3}>|=>|→|>>>?)
| (?P<line>\n)
| (?P<punct>[^\s\w])
""".replace("ENDINGS", FILE_ENDINGS),
    re.VERBOSE,
)  # fmt: skip
_NAMED = frozenset({"quoted", "uri", "url", "email", "channel", "path", "file", "table", "name", "template"})
_DATED = r"_(?:at|on|date|day|time|timestamp|ts|until|from)\b|(?:date|time)_"
_SINGLE = frozenset({"one", "single", "1", "no", "duplicates", "duplicate"})
_ROWS = frozenset({"row", "record", "entry", "duplicates", "duplicate"})
_TOOLS = frozenset({"pg_dump"})
_TELLING = frozenset({"is", "are", "comes", "goes", "means", "="})
_LEAST_LISTED = 2


@dataclass(slots=True)
class Token:
    """A word, a number, a mark or a named thing; `norm` is its lower case with slips corrected."""

    tag: str
    start: int
    end: int
    raw: str
    norm: str
    depth: int = 0
    masked: bool = False
    marker: str = ""
    system: System | None = None
    verbs: tuple[Verb, ...] = ()

    @property
    def named(self) -> bool:
        """Whether it names one thing: an address, a path, a table, an identifier."""
        return self.tag in _NAMED


@dataclass(slots=True)
class Tokens:
    """The tokens of a text, and the slips that were corrected on the way."""

    items: list[Token]
    slips: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def _slips() -> dict[str, str]:
    table = {}
    for line in lines_of("slips"):
        word, _, wrong = line.partition(":")
        table.update(dict.fromkeys(wrong.split(), word.strip()))
    return table


def tokenise(text: str, spans: Iterable[tuple[int, int]] = ()) -> Tokens:
    """The tokens in order; those inside a span (already read by a grammar) are masked."""
    known_verbs, slips = verbs(), _slips()
    items = []
    depth = 0
    for match in _TOKEN.finditer(lowered(text)):
        tag = match.lastgroup or "punct"
        if tag == "blank":
            continue
        raw = text[match.start() : match.end()]
        norm = slips.get(low, low) if (low := raw.lower()) and tag == "word" else low
        if tag == "punct" and raw in ")]":
            depth = max(0, depth - 1)
        token = Token(tag, match.start(), match.end(), raw, norm, depth)
        if tag == "punct" and raw in "([":
            depth += 1
        if tag == "line":
            depth = 0
        if tag == "word" or norm in _TOOLS:
            token.verbs = known_verbs.get(norm, ())
        items.append(token)
    tokens = Tokens(items)
    _mask(items, spans)
    _name_letters(items)
    _name_nodes(items)
    tokens.items = _join_markers(items)
    _find_systems(tokens)
    _guess_verbs(tokens.items)
    _guess_listed(tokens.items)
    tokens.items = gathered(tokens.items)
    return tokens


def _name_letters(items: Sequence[Token]) -> None:
    """`B and C start after A`: single capitals are names when there are several."""
    letters = [
        token
        for token in items
        if token.tag == "word" and len(token.raw) == 1 and token.raw.isupper() and token.raw != "I"
    ]
    if len({token.raw for token in letters} - {"A"}) > 1:
        for token in letters:
            token.tag, token.verbs = "name", ()


def _name_nodes(items: Sequence[Token]) -> None:
    """`raw -> mart. raw comes from x, mart goes to y`: the single words of a chain that the text tells more about."""
    nodes: set[str] = set()
    told: set[str] = set()
    for before, token, after in zip([None, *items], items, [*items[1:], None], strict=False):
        if token.tag != "word":
            continue
        arrows = [held is not None and held.tag == "arrow" for held in (before, after)]
        ends = [held is None or held.tag in ("line", "punct", "arrow") for held in (before, after)]
        if any(arrows) and all(ends):
            nodes.add(token.norm)
        elif after is not None and (after.norm in _TELLING or any(verb.form == "s" for verb in after.verbs)):
            told.add(token.norm)
    for token in items:
        if token.tag == "word" and token.norm in nodes & told:
            token.tag, token.verbs = "name", ()


@lru_cache(maxsize=1)
def _markers() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """The phrases of markers.txt by their first word, the longest first."""
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for line in lines_of("markers"):
        role, _, phrases = line.partition(":")
        for phrase in phrases.split(","):
            spelled = tuple(phrase.split())
            table.setdefault(spelled[0], []).append((spelled, role))
    return {first: sorted(found, key=lambda pair: -len(pair[0])) for first, found in table.items()}


def _join_markers(items: Sequence[Token]) -> list[Token]:
    """Each phrase of markers.txt as one token."""
    table, plain = _markers(), _plain(items)
    joined: list[Token] = []
    index = 0
    while index < len(items):
        token = items[index]
        length = 1
        if token.tag == "word" and not token.masked and index not in plain:
            for spelled, role in table.get(token.norm, ()):
                part = items[index : index + len(spelled)]
                if tuple(item.norm for item in part) == spelled and not part[-1].masked:
                    length = len(spelled)
                    token.marker, token.norm, token.end = role, " ".join(spelled), part[-1].end
                    token.raw, token.verbs = " ".join(item.raw for item in part), ()
                    break
        joined.append(token)
        index += length
    return joined


def _plain(items: Sequence[Token]) -> set[int]:
    """Where words that else order or repeat steps speak of rows: `end_date is after start_date`, `one row for each`."""
    found: set[int] = set()
    for index, token in enumerate(items[1:-1], 1):
        before = [held.norm for held in items[max(0, index - 4) : index]]
        if token.norm in ("after", "before") and pattern(_DATED).search(items[index + 1].norm):
            if pattern(_DATED).search(" ".join(before)) and {"is", "are", "be", "not", "or"} & set(before):
                found |= {index, index - 1}
        elif token.norm == "for" and before[-1] in _ROWS and _SINGLE & set(before):
            found.add(index)
    return found


def _mask(items: Sequence[Token], spans: Iterable[tuple[int, int]]) -> None:
    starts = [token.start for token in items]
    for start, end in spans:
        index = bisect_left(starts, start)
        if index and items[index - 1].end > start:
            index -= 1
        while index < len(items) and items[index].start < end:
            items[index].masked = True
            index += 1


def _find_systems(tokens: Tokens) -> None:
    """Marks the first token of each system's name, longest names first; then near misses of one word."""
    known = systems()
    items = tokens.items
    unknown = []
    covered = 0
    for index, token in enumerate(items):
        if token.tag not in ("word", "name") or index < covered:
            continue
        for length in (3, 2, 1):
            spelled = " ".join(item.norm for item in items[index : index + length])
            system = known.get(spelled) or (known.get(spelled + "^") if token.raw[:1].isupper() else None)
            if system is not None:
                token.system, covered = system, index + length
                break
        else:
            if _may_be_slip(token, items[index - 1] if index else None):
                unknown.append(token)
    if unknown:
        _correct(tokens, unknown)


def _guess_verbs(items: Sequence[Token]) -> None:
    """`trim the adapters`: an unknown word that opens a clause in front of an article can only be a verb."""
    opened = True
    for index, token in enumerate(items[:-1]):
        following = items[index + 1]
        plain = token.tag == "word" and token.norm.isalpha() and len(token.norm) > 2 and not token.marker
        unknown = not token.verbs and token.system is None and token.norm not in _function_words()
        if (
            opened
            and plain
            and unknown
            and (following.norm in words("articles") or following.norm in ("what", "whatever"))
        ):
            if token.norm.endswith(("s", "ed", "ing", "ly")):
                continue
            token.verbs = (Verb(token.norm, "work", "base"),)
        joins = token.norm in ("and", "then", "please", "pls", "to") or token.marker in (
            "then",
            "last",
            "first",
            "otherwise",
        )
        opened = token.tag in ("line", "arrow") or (token.tag == "punct" and token.raw in ",.;:)*-") or joins


def _guess_listed(items: Sequence[Token]) -> None:
    """`clean x; regrid y; load z`: where the other members of a list open with a verb, an unknown word does too."""
    opening: list[tuple[Token, Token | None]] = []
    opens = True
    for index, token in enumerate(items):
        separates = token.tag in ("line", "arrow") or (token.tag == "punct" and token.raw in ";-*•")
        counts = token.tag == "number" or token.raw in (".", ")") or token.marker in ("then", "first", "last")
        if opens and not separates and not counts and not token.masked:
            opening.append((token, items[index + 1] if index + 1 < len(items) else None))
            opens = False
        opens = opens or separates
    known = sum(any(verb.form == "base" for verb in token.verbs) for token, _ in opening)
    if known < _LEAST_LISTED or known * 2 < len(opening):
        return
    for token, following in opening:
        if following is None or any(verb.noun for verb in following.verbs):
            continue
        if _unknown_word(token) and following.tag in ("word", "number", "name", "table"):
            token.verbs = (Verb(token.norm, "work", "base"),)


def _unknown_word(token: Token) -> bool:
    """Whether the word may be a verb that the lexicon does not know."""
    plain = token.tag == "word" and token.raw.islower() and token.norm.isalpha() and len(token.norm) > 2
    known = token.verbs or token.marker or token.system is not None or token.norm in _function_words()
    return plain and not known and not token.norm.endswith(("s", "ed", "ing", "ly"))


@lru_cache(maxsize=1)
def _function_words() -> frozenset[str]:
    """Words that are never verbs."""
    lists = (
        "determiners",
        "pronouns",
        "be",
        "modals",
        "prepositions",
        "polite",
        "want",
        "negation",
        "fillers",
        "ordinals",
    )
    return frozenset().union(*(words(name) for name in lists)) | {
        "or",
        "nor",
        "yes",
        "when",
        "where",
        "how",
        "what",
        "why",
    }


def _may_be_slip(token: Token, before: Token | None) -> bool:
    """A word that nobody knows; right behind `table` or `called` it is a name."""
    named = before is not None and before.norm in words("naming")
    return token.tag == "word" and not token.verbs and not named and may_be_slip(token.norm)


def _correct(tokens: Tokens, unknown: Sequence[Token]) -> None:
    for token in unknown:
        name = near_system(token.norm)
        if name is not None:
            token.system = systems()[name]
            tokens.slips[token.raw] = name
            token.norm = name
            continue
        form = near_verb(token.norm) if not token.norm.endswith("s") else None
        if form is not None:
            tokens.slips[token.raw] = form
            token.norm, token.verbs = form, verbs()[form]
