"""Rules whose words come before the columns (`no nulls in email`), and rules about the number of rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.columns import COLUMN, COLUMNS, NO_COLUMN, bound, columns
from airflow_llm.readers.prose.durations import number_words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, hints, pattern, says
from airflow_llm.spec.rules import NotNull, Pattern, Range, RowCount, Rule, Unique

NUMBER = r"-?\d+(?:[.,]\d+)*\s*(?:%|k\b|m\b|million\b|thousand\b)?"
_FORMATS = {"email": "email", "e-mail": "email", "uuid": "uuid", "guid": "uuid", "url": "url", "link": "url",
            "phone": "phone", "date": "iso_date", "iso date": "iso_date"}  # fmt: skip


def unique(names: tuple[str, ...]) -> list[Rule]:
    """The columns together as a key; none without a column."""
    return [Unique(columns=names)] if names else []


def _single(name: str) -> str:
    """`no negative amounts` is about the column `amount`."""
    return name[:-1] if name.endswith("s") and not name.endswith(("ss", "us", "is")) else name


def format_of(word: str) -> str:
    """The key of `Pattern.format` that the word names."""
    low = " ".join(word.lower().split())
    return next((value for key, value in _FORMATS.items() if key in low), "custom")


def known_format(word: str) -> bool:
    """Whether the name of a column says what format it has."""
    return any(key in word.lower() for key in ("email", "uuid", "url", "phone"))


_LEADING: tuple[tuple[str, Callable[[tuple[str, ...]], list[Rule]], str], ...] = (
    (
        rf"\b(?:no|without|zero)\s+(?:null|missing|empty|blank)(?:s|\s+values?)?\s+(?:in|for|on)\s+(?:the\s+)?({COLUMNS})",
        lambda names: [NotNull(columns=names)],
        r"\b(?:no|without|zero)\s+(?:null|missing|empty|blank)",
    ),
    (rf"\bnon[\s-]?null\s+({COLUMNS})", lambda names: [NotNull(columns=names)] if names else [], r"\bnon[\s-]?null"),
    (
        rf"\b(?:no|without|zero)\s+(?:duplicates?|dupes?|duplicated)(?:\s+(?:rows|records|values|keys))?\s+"
        rf"(?:in|for|on|by|of)\s+(?:the\s+)?({COLUMNS})",
        unique,
        r"\b(?:no|without|zero)\s+dup",
    ),
    (
        rf"\bno\s+(?:duplicate|duplicated|repeated)\s+({COLUMN})s?\b",
        lambda names: unique(tuple(_single(n) for n in names if "_" in n)),
        r"\bno\s+(?:dup|repeated)",
    ),
    (
        rf"\bunique(?:ness)?\s+(?:of\s+|on\s+|key\s+|constraint\s+on\s+)?(?:the\s+)?({COLUMNS})",
        lambda names: unique(tuple(n for n in names if "_" in n or n.lower() == "id")),
        rf"\bunique(?:ness)?\s+(?:the\b|{NO_COLUMN})",
    ),
    (
        rf"\bcheck\s+({COLUMNS})\s+for\s+(?:null|missing|empty)(?:s|\s+values?)?",
        lambda names: [NotNull(columns=names)] if names else [],
        r"\bfor\s+(?:null|missing|empty)",
    ),
    (rf"\bcheck\s+({COLUMNS})\s+for\s+(?:duplicates|dupes)", unique, r"\bfor\s+dup"),
    (
        rf"\b(?:not[\s-]null|null)\s+checks?\s+(?:on|for|of)\s+(?:the\s+)?({COLUMNS})",
        lambda names: [NotNull(columns=names)],
        r"\bnull\s+check",
    ),
    (
        rf"\b({COLUMN})\s+(?:an?\s+)?valid\s+(?:e-?mail|uuid|url|phone)",
        lambda names: [Pattern(column=n, format=format_of(n)) for n in names if known_format(n)],
        r"\bvalid\s",
    ),
    (
        rf"\bno\s+negative\s+({COLUMN})s?\b",
        lambda names: [Range(column=_single(name), minimum=0) for name in names],
        r"\bnegative\s",
    ),
    (
        rf"\bvalid\s+({COLUMN})s?\b(?!\s+(?:address|format))",
        lambda names: [
            Pattern(column=name.rstrip("s"), format=format_of(name)) for name in names if known_format(name)
        ],
        r"\bvalid\s",
    ),
)


def leading(text: str) -> Iterator[Found[Rule]]:
    """`unique order_id`, `no nulls in email`, `no duplicates on id`, `check id for nulls`."""
    for expression, make, opener in _LEADING:
        for match in pattern(expression).finditer(text) if hints(text, opener) else ():
            for rule in make(columns(match[1])):
                yield found(text, *match.span(), rule, 0.85)


_THINGS = r"(?:rows?|records?|lines?|entries|observations)"
_COUNT_IS = (
    r"\b(?:(?:row|record)[\s_-]*count|(?:number|count)\s+of\s+(?:rows|records|lines))\s*"
    r"(?:is\s+|must\s+be\s+|should\s+be\s+)?"
)
_ROW_FORMS: tuple[tuple[str, Callable[[re.Match[str]], RowCount | None], tuple[str, ...]], ...] = (
    (
        rf"\b(?:at\s+least|minimum(?:\s+of)?|(?:no|not)\s+(?:fewer|less)\s+than)\s+COUNT\s+{_THINGS}\b",
        lambda match: _row_count(match[1]),
        ("least", "minimum", "than"),
    ),
    (rf"\bmore\s+than\s+COUNT\s+{_THINGS}\b", lambda match: _row_count(match[1], plus=1), ("more",)),
    (
        rf"{_COUNT_IS}(?:>=|\u2265|at\s+least|of\s+at\s+least)\s*COUNT",
        lambda match: _row_count(match[1]),
        ("count", "number"),
    ),
    (
        rf"{_COUNT_IS}(?:>|above|over|greater\s+than|more\s+than)\s*COUNT",
        lambda match: _row_count(match[1], plus=1),
        ("count", "number"),
    ),
    (
        r"\b(?:row|record)[\s_-]*count\s*(?:is\s+|must\s+be\s+)?between\s+COUNT\s+and\s+COUNT",
        lambda match: RowCount(minimum=int(bound(match[1])), maximum=int(bound(match[2]))),
        ("between",),
    ),
    (
        rf"\bbetween\s+COUNT\s+and\s+COUNT\s+{_THINGS}\b",
        lambda match: RowCount(minimum=int(bound(match[1])), maximum=int(bound(match[2]))),
        ("between",),
    ),
    (
        rf"\b(?:at\s+most|no\s+more\s+than)\s+COUNT\s+{_THINGS}\b",
        lambda match: RowCount(minimum=0, maximum=int(bound(match[1]))),
        ("most", "more"),
    ),
    (
        r"\b(?:table|file|data|dataset|result|output|it|extract|partition)s?\s+(?:is|are|must\s+be|should\s+be|isn'?t|"
        r"aren'?t|must\s+not\s+be|is\s+not|are\s+not|should\s+not\s+be)\s+(?:not\s+|non-?)?empty\b",
        lambda match: RowCount() if pattern(r"not|n't|non").search(match.group()) else None,
        ("empty",),
    ),
    (r"\b(?:non-?empty|not\s+empty|has\s+(?:any\s+)?rows)\b", lambda _: RowCount(), ("empty", "rows")),
)


def rows(text: str) -> Iterator[Found[Rule]]:
    """`at least 10 rows`, `row count > 0`, `the table is not empty`."""
    if not says(text, "row", "record", "line", "entries", "observation", "empty"):
        return
    count = rf"({NUMBER}|{number_words()})"
    for expression, make, needed in _ROW_FORMS:
        for match in finds(expression.replace("COUNT", count), text, *needed):
            rule = make(match)
            if rule is not None:
                yield found(text, *match.span(), rule, 0.9)


def _row_count(words: str, plus: int = 0) -> RowCount:
    value = bound(words)
    if value < 0:
        raise InputError(f"{words!r} rows: a number of rows is 0 or more", hint="name a positive number")
    return RowCount(minimum=int(value) + plus)
