"""Which alerts are right: channel, occasion and, where one is wanted, the receiver."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.reader.cases import Graph
from benchmarks.reader.graphs import Count
from benchmarks.reader.matching import Match
from benchmarks.reader.prediction import Predicted, kind_of
from benchmarks.reader.words import channel_name

_TROUBLE = ("failure", "fail", "error", "retry", "sla", "timeout")


def score_alerts(
    wanted: Sequence[Mapping[str, Any]],
    found: Sequence[Mapping[str, Any]],
    graph: Graph,
    prediction: Predicted,
    match: Match,
) -> Count:
    """A message that is a step needs no alert where its task was found, and one for it is never too many."""
    notes = [task.id for task in graph.tasks if task.kind == "notify"]
    sent = any(kind_of(prediction.tasks[match.pairs[name]]) == "notify" for name in notes if name in match.pairs)
    used: set[int] = set()
    right = 0
    for alert in wanted:
        place = next((n for n, other in enumerate(found) if n not in used and _same(alert, other)), None)
        if place is not None:
            used.add(place)
        right += place is not None or (alert["on"] != "failure" and sent)
    left = [alert for number, alert in enumerate(found) if number not in used]
    surplus = sum(not notes or _occasion(alert) in ("failure", "fail", "error") for alert in left)
    return Count(right, surplus, len(wanted) - right)


def _occasion(alert: Mapping[str, Any]) -> str:
    return str(alert.get("on") or "failure").lower()


def _same(wanted: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    if channel_name(wanted["channel"]) != channel_name(found.get("channel")):
        return False
    if (_occasion(wanted) in _TROUBLE) != (_occasion(found) in _TROUBLE):
        return False
    receiver, other = _receiver(wanted), _receiver(found)
    return not receiver or (bool(other) and (receiver in other or other in receiver))


def _receiver(alert: Mapping[str, Any]) -> str:
    return re.sub(r"[^a-z0-9@.]", "", str(alert.get("target") or "").lower())
