"""Lists inside a clause: `a, b and c`, `both views (x and y)`, `for a and for b`."""

from __future__ import annotations

from collections.abc import Sequence

from airflow_llm.readers.prose.clauses import Clause
from airflow_llm.readers.prose.drafts import stem
from airflow_llm.readers.prose.entities import Token
from airflow_llm.readers.prose.lexicon import words
from airflow_llm.readers.prose.phrases import Phrase

_JOINING = frozenset({",", "and", "&", "or", "+", "/", "plus", "as", "well"})
_COUNTS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "2": 2, "3": 3, "4": 4, "5": 5, "six": 6}
_ONE_EACH = frozenset(
    [
        "extract",
        "sql",
        "dbt",
        "spark",
        "train",
        "deploy",
        "report",
        "trigger",
        "wait",
        "copy",
        "shell",
        "container",
        "http",
    ]
)
_AWAITED = words("outside") | words("arrivals") | {"dag", "file", "files", "table", "partition", "flag", "marker"}
_WHOLE = frozenset(["join", "union", "merge", "notify", "validate", "cleanup", "choose"])


def parts(tokens: Sequence[Token]) -> list[list[Token]]:
    """The members of a list, without joining words; one member when it is no list."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        named = bool(found[-1]) and found[-1][-1].tag == "name" and token.norm == "+"
        if token.norm in _JOINING and not token.named and (named or token.norm not in ("+", "/", "plus")):
            if found[-1]:
                found.append([])
            continue
        found[-1].append(token)
    members = [_without_determiners(part) for part in found]
    return [part for part in members if part]


def _without_determiners(tokens: list[Token]) -> list[Token]:
    start = 0
    while start < len(tokens) and tokens[start].norm in words("determiners") and not tokens[start].named:
        start += 1
    return tokens[start:]


def members(phrase: Phrase, clause: Clause, kind: str, parallel: bool) -> list[list[Token]]:
    """The objects of each step that the clause means, one list for each; a single one when it means one step."""
    objects = phrase.objects
    waits = awaited(phrase) if kind == "wait" else []
    if waits:
        return waits
    listed = aside_members(clause, objects, parallel) if kind not in _WHOLE or parallel else []
    if listed:
        return listed
    if kind in _WHOLE and not parallel:
        return [objects]
    several = parts(objects)
    made = phrase.verb is not None and phrase.verb.group in ("create", "refresh")
    names = all(len(part) == 1 and part[0].tag == "name" for part in several)
    if len(several) > 1 and (parallel or made or names or kind in _ONE_EACH) and not _columns(phrase, kind):
        return _shared_head(several)
    repeated = _repeated(phrase, parallel)
    if repeated:
        return [[*_without_determiners(objects), *part] for part in repeated]
    return [objects]


def awaited(phrase: Phrase) -> list[list[Token]]:
    """`wait for the orders DAG and for /in/x.csv`, `until x is there and y is done`: each thing by itself."""
    told = [tokens for name, tokens in phrase.complements if name in ("for", "on")] or [phrase.statement]
    several = [part for tokens in told for part in parts([token for token in tokens if token.norm != "both"])]
    things = [part for part in several if any(token.named or token.norm in _AWAITED for token in part)]
    return several if len(several) > 1 and len(things) == len(several) else []


def aside_members(clause: Clause, objects: Sequence[Token], parallel: bool) -> list[list[Token]]:
    """`both views (sales and returns)`: the objects for each name in brackets."""
    said = {token.norm for token in objects}
    many = bool(said & _COUNTS.keys()) or parallel or any(token.norm.endswith("s") for token in objects[-1:])
    if not many:
        return []
    for aside in clause.asides:
        if any(token.masked for token in aside) or any(token.verbs and token.verbs[0].form == "s" for token in aside):
            continue
        several = parts(aside)
        wanted = next((count for word, count in _COUNTS.items() if word in said), 0)
        plain = all(len(part) <= 4 for part in several) and not any(token.norm in words("be") for token in aside)
        if len(several) > 1 and plain and (wanted in (0, len(several))):
            base = [token for token in _without_determiners(list(objects)) if token.norm not in _COUNTS]
            return [[*part, *base] for part in several]
    return []


def count_said(tokens: Sequence[Token]) -> int:
    """How many things the words speak of (`the two jobs`, `both`), 0 when they do not say."""
    return next((_COUNTS[token.norm] for token in tokens if token.norm in _COUNTS), 0)


def _columns(phrase: Phrase, kind: str) -> bool:
    """Whether the listed objects are columns of one table (`id and name from table customers`)."""
    source = phrase.complement("from")
    return kind == "extract" and any(token.tag == "table" or token.norm in ("table", "view") for token in source)


def _shared_head(several: list[list[Token]]) -> list[list[Token]]:
    """`the EU and US prices`: the last member's head belongs to the ones before that have only one word."""
    last = several[-1]
    if len(last) < 2 or any(len(part) != 1 or part[0].named for part in several[:-1]):
        return several
    first = several[0][0]
    plural = last[-1].norm.endswith("s") and not first.norm.endswith("s")
    return (
        [*([*part, *last[1:]] for part in several[:-1]), last]
        if plural and stem(first.norm) != stem(last[-1].norm)
        else several
    )


def _repeated(phrase: Phrase, parallel: bool) -> list[list[Token]]:
    """`for stage and for prod`; `for a, b and c in parallel`."""
    named = [held for preposition, held in phrase.complements if preposition in ("for", "from", "to", "into") and held]
    for preposition in ("for", "from", "into", "to"):
        held = [tokens for name, tokens in phrase.complements if name == preposition]
        if len(held) > 1:
            return [member for tokens in held for member in parts(tokens)]
    if parallel and len(named) == 1:
        several = parts(named[0])
        return several if len(several) > 1 else []
    return []
