"""Rules in the words of people: one row for each customer and day, no dates in the future, two letters, a partner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from airflow_llm.readers.prose.columns import COLUMN, columns
from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.keys import singular
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, lexicon, pattern
from airflow_llm.spec.rules import Expression, ForeignKey, NotNull, Pattern, Rule, Unique

_BE = r"(?:is|are|be|lies?|must\s+(?:all\s+)?be|should\s+(?:all\s+)?be|has\s+to\s+be|have\s+to\s+be|must\s+lie|may)"
_NOT = r"(?:not|never|n'?t)"
_DATES = frozenset({"date", "time", "timestamp", "datetime", "day"})
_GUESSED = "{0!r} is taken as the column `{1}`"
_COMPARED = {
    "after": ">", "later than": ">", "before": "<", "earlier than": "<", "on or after": ">=", "on or before": "<=",
    "not before": ">=", "not after": "<=", "at or after": ">=", "at or before": "<=", "the same as": "=",
}  # fmt: skip
_LETTERS = {"letters": "[A-Za-z]", "capitals": "[A-Z]", "capital letters": "[A-Z]", "digits": r"\d", "numbers": r"\d",
            "characters": ".", "chars": "."}  # fmt: skip

Made = tuple[Rule, str]


def said(text: str) -> Iterator[Found[Rule]]:
    """Every rule of these sorts; `assumption` says which column is taken for a word that names none."""
    for expression, make, needed in _FORMS:
        for match in finds(expression, text, *needed):
            for rule, guess in make(match):
                yield found(text, *match.span(), rule, 0.8, guess)


def key_column(word: str) -> tuple[str, str]:
    """The column that a word of everyday speech means (`customer`: `customer_id`), and what is thereby assumed."""
    plain = word.strip("\"'`").rpartition(".")[2]
    if "_" in plain or any(char.isupper() for char in plain[1:]):
        return plain, ""
    one = singular(plain.lower())
    entity = one in lexicon("entity_words")
    column = f"{one}_id" if entity else one
    return column, _GUESSED.format(plain, column) if column != plain else ""


def _keys(match: re.Match[str]) -> Iterator[Made]:
    """`no duplicates per customer and day`."""
    pairs = [key_column(name) for name in columns(match["columns"])]
    if pairs:
        guesses = "; ".join(guess for _, guess in pairs if guess)
        yield Unique(columns=tuple(dict.fromkeys(name for name, _ in pairs))), guesses


def _past(match: re.Match[str]) -> Iterator[Made]:
    """`order_date is not in the future`; `dates` alone are taken as the column `date`."""
    for name in columns(match["column"]):
        column = singular(name) if singular(name.lower()) in _DATES else name
        if column.lower() in _DATES or pattern(r"_|date|time|day|(?a:[a-z])(?:at|on)$").search(column):
            guess = _GUESSED.format(name, column) if column.lower() in _DATES else ""
            yield Expression(sql=f"CAST({_quoted(column)} AS DATE) <= CURRENT_DATE"), guess


def _no_future(match: re.Match[str]) -> Iterator[Made]:
    column = singular(match["column"].lower())
    yield Expression(sql=f"CAST({_quoted(column)} AS DATE) <= CURRENT_DATE"), _GUESSED.format(match["column"], column)


def _mail(match: re.Match[str]) -> Iterator[Made]:
    for name in columns(match["column"]):
        one = singular(name) if match["plural"] and "_" not in name else name
        yield Pattern(column=one, format="email"), _GUESSED.format(name, one) if one != name else ""


def _partner(match: re.Match[str]) -> Iterator[Made]:
    """`every order has a customer`; the reader says whether the customers are there to compare with."""
    one = singular(match["parent"].lower())
    if one in lexicon("entity_words") and one != singular(match["child"].lower()):
        column = f"{one}_id"
        yield ForeignKey(column=column, references=f"{one}s", to_column=column), _GUESSED.format(one, column)


def _compared(match: re.Match[str]) -> Iterator[Made]:
    left, right = (side.strip("\"'`") for side in (match["left"], match["right"]))
    sign = match["sign"] if match["sign"][0] in "<>=" else _COMPARED.get(" ".join(match["sign"].lower().split()), "")
    worded = match["sign"][0] not in "<>="
    if worded and not all(pattern(_DATED).search(side) for side in (left, right)):
        return  # `load_a is after load_b` is about steps
    if sign and left != right and all("_" in side for side in (left, right)):
        yield Expression(sql=f"{_quoted(left)} {sign} {_quoted(right)}"), ""


def _whole(match: re.Match[str]) -> Iterator[Made]:
    for name in columns(match["column"]):
        yield Pattern(column=name, regex=r"[+-]?\d+(\.0*)?"), ""


def _long(match: re.Match[str]) -> Iterator[Made]:
    """`country_code is two letters`."""
    count, sort = int(number(match["count"])), " ".join(match["sort"].lower().split())
    one = _LETTERS.get(sort) or _LETTERS.get(f"{sort}s", "")
    for name in columns(match["column"])[-1:] if 0 < count < 1000 and one else ():
        column = singular(name) if match["plural"] and "_" not in name else name
        yield Pattern(column=column, regex=f"{one}{{{count}}}"), _GUESSED.format(name, column) if column != name else ""


def _filled(match: re.Match[str]) -> Iterator[Made]:
    """`no missing emails`."""
    for name in columns(match["column"]):
        column = singular(name)
        yield NotNull(columns=(column,)), _GUESSED.format(name, column) if column != name else ""


def _quoted(column: str) -> str:
    return column if pattern(r"[A-Za-z_]\w*", re.ASCII).fullmatch(column) else '"' + column.replace('"', '""') + '"'


_DATED = r"_(?:at|on|date|day|time|timestamp|ts|until|from)$|(?:date|time)_"
_ONE_ROW = (
    r"(?:at\s+most|only|exactly|no\s+more\s+than|not\s+more\s+than|max(?:imum)?)\s+(?:one|a\s+single|1)\s+"
    r"(?:row|record|entry|line)"
)
_PLAIN = rf"(?!(?:at|on|in|each|every|with|then)\b){COLUMN}"
_KEYS = (
    rf"{_PLAIN}(?:\s*(?:,\s*and\b|,|\band\b|&|/|\+)\s*(?:the\s+)?{_PLAIN}\b"
    r"(?!\s+(?:is|are|looks?|must|not|should|has|have)\b)){0,12}"
)
_TWO = rf"{COLUMN}(?:\s+(?:and|or|nor)\s+(?:the\s+)?{COLUMN})?"
_MAIL_NAME = rf"(?P<column>(?={COLUMN}\s)[\"'`]?\w*e-?mail\w*[\"'`]?)"
_FORMS: tuple[tuple[str, Callable[[re.Match[str]], Iterator[Made]], tuple[str, ...]], ...] = (
    (
        rf"\b(?:no|without|free\s+of)\s+(?:duplicates?|dupes?|duplicated|repeated|double)(?:\s+(?:rows|records|entries|\w+s))?\s+"
        rf"(?:per|for\s+each|for\s+the\s+same|within\s+(?:a|one))\s+(?P<columns>{_KEYS})",
        _keys,
        ("dup", "repeated", "double"),
    ),
    (rf"\b(?:{_ONE_ROW}|one\s+(?:row|record))\s+(?:per|for\s+each)\s+(?P<columns>{_KEYS})", _keys, ("per", "each")),
    (
        rf"\b(?:the\s+|all\s+|any\s+)?(?P<column>{_TWO})\s+(?:{_BE}\s+)?{_NOT}\s+(?:be\s+|lie\s+)?in\s+the\s+future\b",
        _past,
        ("future",),
    ),
    (rf"\bno\s+(?P<column>{COLUMN})\s+(?:{_BE}\s+)?in\s+the\s+future\b", _past, ("future",)),
    (rf"\b(?:the\s+|all\s+)?(?P<column>{_TWO})\s+{_BE}\s+in\s+the\s+past\b", _past, ("past",)),
    (r"\bno\s+future\s+(?P<column>dates?|timestamps?|times?)\b", _no_future, ("future",)),
    (
        rf"\b(?:the\s+|all\s+|every\s+|each\s+)*{_MAIL_NAME}\s+(?:(?P<plural>look|seem|appear)?(?:looks|seems|appears)?\s+(?:to\s+be\s+)?"
        rf"|(?:is|are|must\s+be|should\s+be)\s+(?:an?\s+)?(?=(?:valid\s+)?(?:e-?mail|address)))(?:like\s+)?(?:an?\s+)?"
        rf"(?:valid|correct|right|proper|well-?formed|ok|e-?mail)(?:\s+e-?mail)?(?:\s+address(?:es)?)?",
        _mail,
        ("mail",),
    ),
    (
        r"\b(?:every|each|all)\s+(?P<child>(?a:[a-z])+)\s+(?:must\s+|should\s+)?(?:has|have|belongs?\s+to|refers?\s+to"
        r"|references?|points?\s+to)\s+(?:an?\s+|one\s+|its\s+|some\s+)?(?:existing\s+|valid\s+|known\s+|matching\s+)?(?P<parent>(?a:[a-z])+)\b",
        _partner,
        ("every", "each", "all"),
    ),
    (
        rf"(?<![\w.])(?P<left>{COLUMN})\s+(?:{_BE}\s+)(?P<sign>(?:on|at)\s+or\s+(?:after|before)|not\s+(?:before|after)|after|before"
        rf"|later\s+than|earlier\s+than|the\s+same\s+as)\s+(?:the\s+)?(?P<right>{COLUMN})",
        _compared,
        ("after", "before", "than", "same"),
    ),
    (
        rf"(?<![\w.])(?P<left>{COLUMN})\s*(?P<sign>>=|<=|<|>|(?<![<>=!])=(?!=))\s*(?P<right>{COLUMN})",
        _compared,
        ("<", ">", "="),
    ),
    (
        rf"\b(?P<column>{COLUMN})\s+{_BE}\s+(?:an?\s+)?(?:whole\s+numbers?|integers?)\b",
        _whole,
        ("whole", "integer"),
    ),
    (
        rf"\b(?P<column>{COLUMN})\s+(?:(?:is|must\s+be|has|must\s+have|should\s+have)|(?P<plural>are|have))\s+(?:exactly\s+)?"
        rf"(?P<count>{number_words()})[\s-]+(?P<sort>(?:capital\s+)?letters?|digits?|characters?|chars?|capitals?)(?:\s+long)?\b",
        _long,
        ("letter", "digit", "char", "capital"),
    ),
    (
        rf"\bno\s+(?:missing|null|empty|blank)\s+(?P<column>(?!values?\b|fields?\b|rows?\b|data\b|entries\b){COLUMN})",
        _filled,
        ("missing", "null", "empty", "blank"),
    ),
)
