"""Conditions in words: thresholds, row counts, days, outcomes; what has no formal meaning stays described."""

from __future__ import annotations

import re
from collections.abc import Iterator
from keyword import iskeyword
from typing import Literal, NamedTuple

from airflow_llm.readers.prose.columns import quantity
from airflow_llm.readers.prose.durations import number_words
from airflow_llm.readers.prose.lexicon import words as words_of
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, finds, lexicon, meaning_of, pattern, says
from airflow_llm.spec.conditions import Comparison, Condition, Described, Operator

_NUMBER = r"-?\d+(?:[.,]\d+)*\s*(?:%|percent\b|k\b|million\b)?"
_SYMBOLS: dict[str, Operator] = {
    "<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "==", "=": "==", "!=": "!=", "<>": "!=", "=<": "<=", "=>": ">=",
    "\u2264": "<=", "\u2265": ">=", "\u2260": "!=",
}  # fmt: skip
_LIMIT = (
    r"(?P<sign>(?:\b(?:more|greater|higher|bigger|larger|older|longer|less|fewer|lower|smaller|younger|shorter|better|worse)\s+than"
    r"|\b(?:above|over|exceeds|exceeding|below|under|beneath|at\s+least|at\s+most|not\s+more\s+than|no\s+more\s+than|up\s+to)\b"
    r"|<=|>=|≤|≥|[<>]))\s*(?P<number>\d[\d.,]*)|(?P<first>\d[\d.,]*)(?P<unit>[^\d]{0,12}?)\s+or\s+"
    r"(?P<behind>more|above|higher|over|better|less|below|lower|under|fewer|worse)\b"
)
_OPPOSITE: dict[str, Operator] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
_LONGEST = 20_000  # no condition is longer than this; reading stays linear
_ROWS = r"(?:rows?|records?|lines?|entries|items?|observations|samples)"
_NO_NAME = frozenset(["it", "version", "python", "step", "page", "port"])


class OutcomeWords(NamedTuple):
    """How a step ended: `subject` are the words that name the step, empty for `it`."""

    subject: str
    state: Literal["success", "failed", "skipped"]


def read_condition(words: str, *, step: str | None = None, dataset: str | None = None) -> Condition:
    """The condition that the words mean; `step` returns the metric, `dataset` is what rows are counted of."""
    hits = [hit for hit in find_comparisons(words, step=step, dataset=dataset) if hit.strength >= 0.5]
    connected = pattern(r"\b(?:and|or|unless|but)\b").search(words) is not None
    if len(hits) == 1 and not (connected and len(words) > len(hits[0].text) + 20):
        return hits[0].value
    return Described(text=" ".join(words.split())[:2000] or "always")


def find_comparisons(text: str, *, step: str | None = None, dataset: str | None = None) -> list[Found[Comparison]]:
    """Every threshold or calendar test that the text states."""
    text = text[:_LONGEST]
    hits = [*_rows(text, dataset), *_calendar(text), *_thresholds(text, step)]
    kept: list[Found[Comparison]] = []
    for hit in hits:
        if not any(hit.overlaps(other) for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def opposite(condition: Comparison) -> Comparison:
    """The condition that holds exactly when this one does not."""
    swapped: Operator = (
        "not in"
        if condition.operator == "in"
        else "in"
        if condition.operator == "not in"
        else _OPPOSITE[condition.operator]
    )
    return condition.model_copy(update={"operator": swapped})


def denied(text: str) -> str:
    """The words of the opposite condition: the other side of one limit, else with `not` or without it."""
    limits = list(pattern(_LIMIT).finditer(text))
    if len(limits) == 1:
        sign, behind = limits[0]["sign"], limits[0]["behind"]
        operator = _operator(sign) if sign else _operator(f"{behind} or equal")
        number = limits[0]["number"] or f"{limits[0]['first']}{limits[0]['unit']}"
        return f"{text[: limits[0].start()]}{_OPPOSITE[operator]} {number}{text[limits[0].end() :]}"
    positive = " ".join(pattern(r"(?:^|\s+)not(?:\s+|$)").sub(" ", text).split())
    return positive if positive and positive != text else f"not {text}"


def _operators() -> str:
    words = (
        rf"(?:(?:{_moving()})\s+)?"
        r"(?:(?:strictly\s+)?(?:greater|more|higher|larger|bigger|better)\s+than(?:\s+or\s+equal\s+to)?|above|over|"
        r"(?:strictly\s+)?(?:less|lower|smaller|fewer|worse)\s+than(?:\s+or\s+equal\s+to)?|below|under|"
        r"beneath|at\s+least|at\s+most|"
        r"equal\s+to|equals|not\s+more\s+than|no\s+more\s+than|not\s+less\s+than)|exceed(?:s|ed)?|surpass(?:es)?"
    )
    return rf"(?:<=|>=|=<|=>|==|!=|<>|<|>|\u2264|\u2265|\u2260|(?<![=!<>])=(?!=)|\b(?:{words})\b)"


def _moving() -> str:
    """The verbs that lead from a metric to its limit: `stays below`, `goes above`."""
    return "|".join(sorted(word.replace(" ", r"\s+") for word in words_of("moving")))


def _operator(words: str) -> Operator:
    text = " ".join(words.lower().split())
    if text in _SYMBOLS:
        return _SYMBOLS[text]
    equal = "or equal" in text
    if pattern(r"not more|no more|at most|up to").search(text):
        return "<="
    if pattern(r"at least|not less").search(text):
        return ">="
    if pattern(r"less|lower|smaller|fewer|below|under|beneath|worse|younger|shorter").search(text):
        return "<=" if equal else "<"
    if "equal" in text and not equal:
        return "=="
    return ">=" if equal else ">"


def _thresholds(text: str, step: str | None) -> Iterator[Found[Comparison]]:
    name = (
        rf"((?a:[A-Za-z])[\w.@-]*(?:\s+(?!(?:if|when|and|or|the|exceeds?|above|below|over|under|than|{_moving()})\b)"
        r"(?a:[A-Za-z])[\w-]*){0,2})"
    )
    expression = (
        rf"(?:\bthe\s+|\bits\s+|\ba\s+|\bif\s+|\bwhen\s+|"
        rf"\bonly\s+if\s+)*\b{name}\s*({_operators()})\s*(?:of\s+)?({_NUMBER})(?![\w:])"
    )
    for match in pattern(expression).finditer(text) if pattern(r"\d").search(text) else ():
        metric = _metric(match[1])
        if metric is None:
            continue
        value = quantity(match[3].lower().replace("percent", "%"))
        strength = 0.9 if match[2].strip() in _SYMBOLS else 0.8
        yield found(
            text,
            match.start(1),
            match.end(),
            Comparison(name=metric, step=step, operator=_operator(match[2]), right=_plain(value)),
            strength,
        )


def _plain(value: float) -> int | float:
    return int(value) if value == int(value) else value


def _metric(words: str) -> str | None:
    """The last words before the operator as a name: `the PM2.5 level` is `pm2_5_level`; None where they name none."""
    if words_of("no_single") & set(words.lower().split()):
        return None
    parts = [part for part in re.split(r"\s+", words.strip()) if part.lower() not in words_of("no_metric")]
    identifiers = [part for part in parts if "_" in part]
    chosen = identifiers[-1:] or parts[-2:]
    if len(chosen) == 2 and not identifiers and chosen[0].lower().endswith(("ed", "ing", "ly", "s")):
        chosen = chosen[-1:]
    name = re.sub(r"[^a-z0-9]+", "_", "_".join(chosen).lower()).strip("_")
    unusable = iskeyword(name) or name in _NO_NAME or not re.fullmatch(r"[a-z][a-z0-9_]{0,79}", name)
    return None if unusable else name


def _rows(text: str, dataset: str | None) -> Iterator[Found[Comparison]]:
    if not says(text, "row", "record", "line", "entries", "item", "observation", "sample", "data", "empty"):
        return
    count = rf"({_NUMBER}|{number_words()})"
    name = dataset or "rows"
    forms: tuple[tuple[str, Operator], ...] = (
        (rf"\b(?:more|greater)\s+than\s+{count}\s+(?:new\s+)?{_ROWS}\b|\bover\s+{count}\s+{_ROWS}\b", ">"),
        (rf"\bat\s+least\s+{count}\s+(?:new\s+)?{_ROWS}\b", ">="),
        (rf"\b(?:fewer|less)\s+than\s+{count}\s+(?:new\s+)?{_ROWS}\b|\bunder\s+{count}\s+{_ROWS}\b", "<"),
        (rf"\bat\s+most\s+{count}\s+{_ROWS}\b", "<="),
        (rf"\b(?:row|record)[\s_-]*counts?\s+(?:is\s+)?(?:>|above|over|more\s+than|greater\s+than)\s*{count}", ">"),
        (rf"\b(?:row|record)[\s_-]*counts?\s+(?:is\s+)?(?:<|below|under|less\s+than|fewer\s+than)\s*{count}", "<"),
    )
    for expression, operator in forms:
        for match in finds(expression, text, "than", "over", "least", "under", "most", "count"):
            digits = next(group for group in match.groups() if group)
            right = int(quantity(digits))
            yield found(text, *match.span(), Comparison(source="rows", name=name, operator=operator, right=right), 0.9)
    for match in pattern(
        rf"\b(?:there\s+(?:is|are)\s+(?:no|not\s+any)|(?:has|have|contains?|with|"
        rf"finds?)\s+no)\s+(?:new\s+)?(?:{_ROWS}|data)\b|\b(?:is|are)\s+empty\b"
    ).finditer(text):
        yield found(text, *match.span(), Comparison(source="rows", name=name, operator="==", right=0), 0.8)
    for match in pattern(
        rf"\b(?:there\s+(?:is|are)|(?:has|have|contains?))\s+(?:any\s+|new\s+|some\s+)?(?:{_ROWS})\b|\b(?:is|"
        rf"are)\s+not\s+empty\b"
    ).finditer(text):
        yield found(text, *match.span(), Comparison(source="rows", name=name, operator=">", right=0), 0.7)


def _calendar(text: str) -> Iterator[Found[Comparison]]:
    if not says(text, "day", "sun", "mon", "tue", "wed", "thu", "fri", "sat", "weekend"):
        return
    day = any_of("weekdays")
    lead = (
        r"\b(?:(?:if|when|whenever|unless)\s+(?:it\s+is|it'?s|today\s+is|the\s+day\s+is|"
        r"(?:the\s+)?execution\s+date\s+is)|only\s+on|on|day\s+is|is|for)\s+(?:an?\s+)?"
    )
    for match in pattern(rf"{lead}({day}(?:\s*(?:,|and|or|&)\s*{day})*)\b").finditer(text):
        days = tuple(int(meaning_of("weekdays", name)) for name in pattern(rf"\b{day}\b").findall(match[1]))
        yield _on_days(text, match, days)
    for match in pattern(rf"{lead}(?:the\s+)?(weekends?|weekdays?|working\s+days?|business\s+days?)\b").finditer(text):
        days = (0, 6) if match[1].lower().startswith("weekend") else (1, 2, 3, 4, 5)
        yield _on_days(text, match, days)
    for match in pattern(
        r"\b(?:on|it'?s|it\s+is)\s+the\s+(?:(first)|(\d{1,2})(?:st|nd|rd|th))\s+(?:day\s+)?of\s+(?:the|each|"
        r"a)\s+month\b"
    ).finditer(text):
        number_of_day = 1 if match[1] else int(match[2])
        yield found(
            text, *match.span(), Comparison(source="calendar", name="day", operator="==", right=number_of_day), 0.8
        )


def _on_days(text: str, match: re.Match[str], days: tuple[int, ...]) -> Found[Comparison]:
    short = match.group().lower().startswith(("on ", "for ", "is "))
    single = len(days) == 1
    comparison = Comparison(
        source="calendar", name="weekday", operator="==" if single else "in", right=days[0] if single else days
    )
    return found(text, *match.span(), comparison, 0.6 if short else 0.9)


def find_outcomes(text: str) -> list[Found[OutcomeWords]]:
    """Every place where something depends on how a step ended: `when it's green`, `if the upload fails`."""
    states = lexicon("outcomes")
    lead = r"\b(?:if|when|whenever|once|in\s+case|even\s+(?:if|when)|unless|after|as\s+soon\s+as)\s+"
    hits = []
    for match in pattern(
        rf"{lead}((?:[\w'#/.-]+\s+){{0,5}}?[\w'-]+?)(?:\s+(?:is|was|has|ends?|comes\s+out|turns?)|"
        rf"'s)?\s+({any_of('outcomes')})\b(?!\s+\w+(?:\s+\w+)?\s+{any_of('outcomes')}\b)"
    ).finditer(text):
        state = states[" ".join(match[2].lower().split())]
        subject = "" if match[1].lower() in ("it", "that", "this") else match[1]
        words: Literal["success", "failed", "skipped"] = (
            "failed" if state == "failed" else "skipped" if state == "skipped" else "success"
        )
        hits.append(found(text, *match.span(), OutcomeWords(subject, words), 0.8))
    return without_overlaps(hits)
