"""Whether two conditions say the same: thresholds and their direction, else words and polarity."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.reader.graphs import Count
from benchmarks.reader.words import likeness, words_of

_SIGNS = (
    (">", r">=|≥|at least|no less than|minimum"),
    ("<", r"<=|≤|at most|no more than|maximum|within"),
    (">", r">|above|greater|more than|over|exceed|higher"),
    ("<", r"<|below|less than|under|lower"),
)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_DENIAL = re.compile(r"\b(not|fail\w*|wrong|error|differ\w*|missing|red|without|any)\b|!=|== ?(false|0)|≠")
_HALF = 0.5
_ALIKE, _SAME_TASK = 0.3, 0.6


def score_conditions(
    wanted: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    otherwise: Sequence[Mapping[str, Any]],
    pairs: Mapping[str, str],
    branches: set[str],
) -> Count:
    """Each wanted condition is right where one says the same of its task or stands at a branch.

    `otherwise`: the opposites that a reader gives for the last arm of a choice. Some annotators write them out and some
    do not, so one meets what is wanted and is never too much.
    """
    used: set[int] = set()
    said = [*found, *otherwise]
    for condition in wanted:
        name = str(condition["task"])
        for number, other in enumerate(said):
            task = str(other["task"])
            at_task = task == pairs.get(name) or task in branches
            if number in used or not same_expression(str(condition["expr"]), str(other.get("expr") or "")):
                continue
            if at_task or likeness(words_of(task), words_of(name)) >= _SAME_TASK:
                used.add(number)
                break
    surplus = sum(number not in used for number in range(len(found)))
    return Count(len(used), surplus, len(wanted) - len(used))


def same_expression(wanted: str, found: str) -> bool:
    """The same thresholds in the same direction; where nothing is compared, shared words and the same polarity."""
    wanted, found = wanted.lower(), found.lower()
    limits, others = _numbers(wanted), _numbers(found)
    signs, directions = _directions(wanted), _directions(found)
    if signs and limits:
        allowed = set().union(*map(_spelled, limits))
        if not others or not others <= allowed or (directions and not signs & directions):
            return False
        return sum(bool(_spelled(limit) & others) for limit in limits) / len(limits) >= _HALF
    same_sense = bool(_DENIAL.search(wanted)) == bool(_DENIAL.search(found))
    return same_sense and likeness(words_of(wanted), words_of(found)) >= _ALIKE


def _numbers(text: str) -> set[float]:
    return {float(number) for number in _NUMBER.findall(text)}


def _spelled(number: float) -> set[float]:
    """A share may be told in per cent."""
    return {round(number, 6), round(number / 100, 6), round(number * 100, 6)}


def _directions(text: str) -> set[str]:
    found = set()
    for sign, words in _SIGNS:
        if re.search(words, text):
            found.add(sign)
            text = re.sub(words, " ", text)
    return found
