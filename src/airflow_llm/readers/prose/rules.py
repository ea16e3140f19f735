"""Data-quality rules in words: unique, not null, ranges, row counts, allowed values, formats, freshness, references."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.columns import COLUMN, COLUMNS, bound, columns
from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked
from airflow_llm.readers.prose.keys import singular
from airflow_llm.readers.prose.rules_leading import NUMBER, format_of, known_format, leading, rows, unique
from airflow_llm.readers.prose.rules_said import said
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import finds, pattern, says
from airflow_llm.spec.rules import (
    Allowed,
    ForeignKey,
    Freshness,
    NotNull,
    Pattern,
    Range,
    Rule,
)

_COPULA = (
    r"(?:is|are|be|being|must\s+(?:all\s+)?be|should\s+(?:all\s+)?be|has\s+to\s+be|have\s+to\s+be|"
    r"needs?\s+to\s+be|to\s+be|must|should)"
)

_PREDICATE = 60  # a predicate has its own words within so many characters
_LONGEST = 20_000  # no rule is stated in a clause longer than this; reading stays linear


def find_rules(text: str) -> list[Found[Rule]]:
    """Every rule that the text states, in order. The words that state one rule of a list are the whole list."""
    hits: list[Found[Rule]] = []
    text = text[:_LONGEST]
    for reader in (said, _subjects, leading, rows, _comparisons, _freshness, _references, _allowed, _whole):
        for hit in reader(text):
            if not any(hit.overlaps(other) and not _same_words(hit, other) for other in hits):
                hits.append(hit)
    return sorted(hits, key=lambda hit: hit.start)


def _same_words(hit: Found[Rule], other: Found[Rule]) -> bool:
    """One list of words may state several rules; two readings of it are not two rules."""
    return (hit.start, hit.end) == (other.start, other.end) and hit.value != other.value


def _subjects(text: str) -> Iterator[Found[Rule]]:
    """`customer_id is unique and not null`, `price and tax must be positive`."""
    subject = pattern(rf"\b({COLUMNS})\s+(?:column\s+|columns\s+|values?\s+)?(?:{_COPULA})\s+")
    match = subject.search(text)
    while match is not None:
        before = text[max(0, match.start() - _PREDICATE) : match.start()]
        names, start = _named(match, before)
        rules, end = _predicates(text, match.end(), names)
        for rule in rules:
            yield found(text, start, end, rule, 0.9)
        match = subject.search(text, max(end, match.end()))


def _named(match: re.Match[str], before: str) -> tuple[tuple[str, ...], int]:
    """The columns that the subject names, and where it begins; `all amounts` are the column `amount`."""
    said, start = match[1], match.start()
    comma = said.find(",")
    if comma >= 0 and pattern(r"\b(?:no|without|non)\s+[\w-]+\s+$").search(before):
        said, start = said[comma + 1 :].lstrip(), start + comma + 1  # `no negative prices, tax is positive`
    names = columns(said)
    names = names if "," in said or " and " in said else names[-1:]
    if pattern(r"\bare\s+$|\ball\s+be\s+$").search(match.group()) or pattern(r"\ball\s+$").search(before):
        names = tuple(singular(name) if "_" not in name else name for name in names)
    return names, start


def _predicates(text: str, at: int, names: tuple[str, ...]) -> tuple[list[Rule], int]:
    """The rules of `unique, not null and positive`, and where the list ends."""
    rules: list[Rule] = []
    end = at
    for _ in range(6 if names else 0):
        some, stop = _predicate(text, at, names)
        if some is None:
            break
        rules, end = rules + some, stop
        link = pattern(rf"\s*(?:,\s*and|,|and|&|but)\s+(?:also\s+)?(?:{_COPULA}\s+)?(?=\w)").match(text, end)
        if link is None:
            break
        at = link.end()
    return rules, end if rules else at


def _predicate(text: str, at: int, names: tuple[str, ...]) -> tuple[list[Rule] | None, int]:
    following = text[at : at + _PREDICATE]
    for expression, make, needed in _PREDICATES:
        match = pattern(expression).match(text, at) if says(following, *needed) else None
        if match is not None:
            rules = make(match, names)
            return (rules, match.end()) if rules else (None, at)
    return None, at


def _each(make: Callable[[re.Match[str], str], Rule]) -> Callable[[re.Match[str], tuple[str, ...]], list[Rule]]:
    return lambda match, names: [make(match, name) for name in names]


def _between(match: re.Match[str], name: str) -> Rule:
    low, high = bound(match[1]), bound(match[2])
    if low > high:
        raise InputError(
            f"{match.group().strip()!r}: the lower bound is above the upper one", hint="swap the two numbers"
        )
    return Range(column=name, minimum=low, maximum=high)


def _values(words: str) -> tuple[str | int | float | bool, ...]:
    pieces = pattern(r"\s*(?:,\s*(?:or|and)\b|,|\bor\b|\band\b|\||/)\s*").split(words.strip(" ()[]{}"))
    values: list[str | int | float | bool] = []
    for piece in pieces:
        plain = piece.strip().strip("\"'`")
        if plain:
            values.append(int(plain) if pattern(r"-?\d{1,15}").fullmatch(plain) else plain)
    return tuple(dict.fromkeys(values))


def _allowed_values(match: re.Match[str], name: str) -> Rule:
    return Allowed(column=name, values=_values(match[1]))


_LIST = (
    r"(?:[\[({][^\])}\n]{1,300}[\]"
    r")}]|[\"'`]?[\w-]+[\"'`]?(?:\s*(?:,\s*or|,\s*and|,|or|and|\||/)\s*[\"'`]?[\w-]+[\"'`]?)*)"
)
_PREDICATES: tuple[tuple[str, Callable[[re.Match[str], tuple[str, ...]], list[Rule]], tuple[str, ...]], ...] = (
    (r"(?:globally\s+|all\s+)?uniq(?:ue|e|eu)\b(?:\s+together)?", lambda _, names: unique(names), ("uniq",)),
    (
        r"(?:free\s+of|without|contain\s+no)\s+duplicates\b|not\s+(?:be\s+)?duplicated?\b",
        lambda _, names: unique(names),
        ("duplicate",),
    ),
    (
        r"(?:not|never|non)[\s-]*(?:be\s+)?(?:null|empty|missing|blank|none)\b|present\b|filled(?:\s+in)?\b|"
        r"set\b(?!\s+to)|"
        r"populated\b|n'?t\s+(?:be\s+)?(?:null|empty|missing)\b|mandatory\b|complete\b|given\b",
        lambda _, names: [NotNull(columns=names)],
        ("n", "present", "set", "mandatory", "complete"),
    ),
    (
        r"(?:strictly\s+)?positive\b",
        _each(lambda _, name: Range(column=name, minimum=0, exclusive=True)),
        ("positive",),
    ),
    (
        r"(?:non[\s-]?negative|not\s+(?:be\s+)?negative|never\s+(?:be\s+)?negative)\b",
        _each(lambda _, name: Range(column=name, minimum=0)),
        ("negative",),
    ),
    (
        (
            rf"(?:between|in\s+the\s+range(?:\s+of)?|from|within)\s+({NUMBER})\s*(?:and|to|-|\u2013|"
            rf"\.\.)\s*({NUMBER})"
        ),
        _each(_between),
        ("between", "range", "from", "within"),
    ),
    (
        rf"(?:greater|more|higher|larger|bigger)\s+than\s+({NUMBER})|(?:above|over)\s+({NUMBER})|>\s*({NUMBER})",
        _each(lambda match, name: Range(column=name, minimum=_first(match), exclusive=True)),
        ("than", "above", "over", ">"),
    ),
    (
        rf"(?:at\s+least|>=|\u2265|no\s+less\s+than|minimum)\s*({NUMBER})",
        _each(lambda match, name: Range(column=name, minimum=_first(match))),
        ("least", ">=", "\u2265", "less", "minimum"),
    ),
    (
        rf"(?:less|lower|smaller|fewer)\s+than\s+({NUMBER})|(?:below|under)\s+({NUMBER})|<\s*({NUMBER})",
        _each(lambda match, name: Range(column=name, maximum=_first(match), exclusive=True)),
        ("than", "below", "under", "<"),
    ),
    (
        rf"(?:at\s+most|<=|\u2264|no\s+more\s+than|maximum)\s*({NUMBER})",
        _each(lambda match, name: Range(column=name, maximum=_first(match))),
        ("most", "<=", "\u2264", "more", "maximum"),
    ),
    (
        rf"(?:one\s+of|either|in(?=\s+[\[({{]|[^.;]{{1,40}}?(?:,|\bor\b|\|))|any\s+of|only)\s+(?:the\s+values?\s+|the\s+following\s*:?\s+|(?!the\b))({_LIST})",
        _each(_allowed_values),
        ("of", "either", "in", "only"),
    ),
    (
        (
            r"(?:an?\s+|in\s+)?(?:valid|correct|well-?formed|proper|real)\s+(e-?mail|uuid|guid|url|link|phone|"
            r"iso\s+date|date)s?\b(?:\s+(?:address(?:es)?|number|format))?"
        ),
        _each(lambda match, name: Pattern(column=name, format=format_of(match[1]))),
        ("valid", "correct", "formed", "proper", "real"),
    ),
    (
        r"(?:valid|well-?formed|correctly\s+formatted)\b",
        lambda _, names: [Pattern(column=name, format=format_of(name)) for name in names if known_format(name)],
        ("valid", "formed", "correct"),
    ),
)


def _first(match: re.Match[str]) -> float:
    return bound(next(group for group in match.groups() if group is not None))


def _comparisons(text: str) -> Iterator[Found[Rule]]:
    """`amount > 0`, `0 <= score <= 1`, `age between 0 and 120`."""
    less = r"(?:<=|\u2264|<)"
    for match in finds(rf"({NUMBER})\s*{less}\s*({COLUMN})\s*{less}\s*({NUMBER})", text, "<", "\u2264"):
        yield found(text, *match.span(), Range(column=match[2], minimum=bound(match[1]), maximum=bound(match[3])), 0.9)
    for match in finds(rf"\b({COLUMN})\s+between\s+({NUMBER})\s+and\s+({NUMBER})", text, "between"):
        for name in columns(match[1]):
            yield found(
                text,
                *match.span(),
                Range(column=name, minimum=bound(match[2]), maximum=bound(match[3])),
                0.85,
            )
    signs = r"(>=|<=|>|<|\u2265|\u2264)"
    for match in finds(rf"(?<![\w.])({COLUMN})\s*{signs}\s*({NUMBER})", text, "<", ">", "\u2264", "\u2265"):
        for name in columns(match[1]):
            low, value = match[2] in (">", ">=", "\u2265"), bound(match[3])
            rule = Range(
                column=name, minimum=value if low else None, maximum=None if low else value, exclusive=match[2] in "<>"
            )
            yield found(text, *match.span(), rule, 0.8)


def _freshness(text: str) -> Iterator[Found[Rule]]:
    plain = masked(text)
    forms = (
        rf"\b({COLUMN})\s+(?:is\s+|must\s+be\s+|should\s+be\s+|may\s+)*(?:not\s+(?:be\s+)?older\s+than|"
        rf"newer\s+than|younger\s+than|fresher\s+than|"
        rf"within\s+the\s+(?:last|past)|at\s+most|no\s+older\s+than)\s+({LENGTH})(?:\s+old)?",
        rf"\bfreshness\s+(?:of|on)\s+({COLUMN})\s*(?:[:<(]|is|under|below|within|at\s+most|less\s+than)+\s*({LENGTH})",
    )
    for form in forms:
        for match in finds(form, plain, MASK):
            value, names = duration(text[slice(*match.span(2))]), columns(match[1])
            if value is not None and names:
                yield found(text, *match.span(), Freshness(column=names[0], max_age=value), 0.85)


def _references(text: str) -> Iterator[Found[Rule]]:
    exists = (
        r"(?:must\s+|should\s+|always\s+)?(?:exists?|is\s+found|appears?|is\s+present|be\s+found|be\s+present|"
        r"occurs?|has\s+a\s+match)"
    )
    words = (
        rf"\b(?:every\s+|each\s+|all\s+)?({COLUMN})\s+(?:values?\s+)?(?:{exists}\s+in|references|"
        rf"refers\s+to)\s+(?:the\s+)?(?:table\s+)?((?a:[A-Za-z_])\w*)"
        rf"(?:\.(\w+)|\(\s*(\w+)\s*\)|\s+(?:table\b)?)?"
    )
    for match in finds(words, text, "exist", "found", "appear", "present", "occur", "match", "refer"):
        names, table = columns(match[1]), match[2]
        if not names or ("_" not in names[0] and names[0].lower() != "id"):
            continue
        reference = re.sub(r"\W+", "_", table.lower()).strip("_")
        if pattern(r"[a-z][a-z0-9_]{0,79}").fullmatch(reference):
            yield found(
                text,
                *match.span(),
                ForeignKey(column=names[0], references=reference, to_column=match[3] or match[4] or names[0]),
                0.8,
            )


def _allowed(text: str) -> Iterator[Found[Rule]]:
    expression = rf"\b({COLUMN})\s+(?:in|one\s+of)\s+([\[({{][^\])}}\n]{{1,300}}[\])}}])"
    for match in finds(expression, text, "[", "(", "{"):
        for name in columns(match[1]):
            if _values(match[2]):
                yield found(text, *match.span(), Allowed(column=name, values=_values(match[2])), 0.85)


def _whole(text: str) -> Iterator[Found[Rule]]:
    for match in pattern(
        r"\b(?:there\s+are\s+)?no\s+(?:null|missing)(?:s|\s+values?)(?!\s+(?:in|for|"
        r"on)\s+\w)\b"
    ).finditer(text):
        yield found(text, *match.span(), NotNull(), 0.7)
