"""How surely a cluster of parts says the schedule of the pipeline."""

from __future__ import annotations

from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import pattern

_STRONG = frozenset({"cron", "named", "every", "often", "days", "nth", "monthday", "date", "hourset"})


def strength_of(text: str, cluster: list[Atom]) -> float:
    """0 to 1: how surely the parts say when this pipeline runs."""
    kinds = {part.kind for part in cluster}
    if "cron" in kinds:
        return 1.0
    timed = bool(kinds & {"time", "hours", "minute", "window", "zone", "due"})
    strong = [part for part in cluster if part.kind in _STRONG and not part.weak]
    if strong:
        return 0.95 if timed else 0.9 if any(part.kind == "date" for part in strong) else 0.85
    weak_days = [part for part in cluster if part.kind in ("days", "monthday", "date")]
    if weak_days:
        return _weak_days(text, cluster, kinds, timed=timed)
    named = any(part.kind in ("named", "every") for part in cluster)
    if named:
        return 0.75 if kinds & {"time", "minute"} else 0.4
    if "minute" in kinds:
        return 0.6
    return lone_time(text, cluster) if kinds & {"time", "hours"} else 0.0


def _weak_days(text: str, cluster: list[Atom], kinds: set[str], *, timed: bool) -> float:
    """A single weekday, day or date is the schedule with a time, with a frequency, or when it stands by itself."""
    if timed and "date" not in kinds:
        return 0.87
    followed = pattern(r"\s*(?::|[-\u2013\u2014]\s|,\s|[.;)]|$)").match(text, cluster[-1].end) is not None
    before = text[max(0, cluster[0].start - 30) : cluster[0].start]
    opens = pattern(r"(?:^|[.;:\n(]|\u2013|\b(?:runs?|starts?|schedule[d]?|make\s+it))\s*$").search(before) is not None
    if "date" in kinds:
        return 0.88 if "named" in kinds else 0.7 if timed else 0.55 if opens and followed else 0.3
    if "monthday" in kinds:
        return 0.6 if followed else 0.3
    if text[cluster[0].start : cluster[-1].end].lower() == "sun":
        return 0.3
    return 0.55 if followed and (opens or text[cluster[-1].end : cluster[-1].end + 1] not in ".;)") else 0.3


def lone_time(text: str, cluster: list[Atom]) -> float:
    """A time with no frequency is a daily one, when it stands by itself rather than inside a step."""
    before = text[max(0, cluster[0].start - 60) : cluster[0].start].rstrip()
    apart = (
        not before
        or before[-1] in ".;:,!?\n\u2013\u2014-(|→>•*"
        or pattern(r"(?:\b(?:at|start|run|runs|daily|say)|@)\s*$").search(before)
    )
    zoned = any(part.kind == "zone" for part in cluster)
    end = cluster[-1].end
    after = text[end - 1] == "." or pattern(r"\s*(?:sharp\b|[.,;:!?)\n]|[-\u2013\u2014]\s|->|=>|→|$)").match(text, end)
    opens = text[: cluster[0].start].strip().lower() in ("", "at", "@")
    if pattern(_ASKED).search(before) or pattern(r"\s+(?:start|kick-?off|launch)\b").match(text, end):
        return 0.7
    if opens or zoned or (apart and after):
        return 0.62 if opens or zoned or before[-1:] in ".;\n" else 0.6
    if pattern(r"\b(?:at|from|take)\s*$|@\s*$").search(before):
        return 0.55
    thing = cluster[0].kind == "time" and pattern(_A_THING).search(before) is not None
    if after and not thing:
        return 0.52
    return 0.5 if before[-1] in ".;\n" and not before[-2:-1].isdigit() else 0.35


_A_THING = r"\b(?:the|a|an|this|our|their|its|yesterday'?s?)$"
_ASKED = (
    r"\b(?:starts?|startat|starting|run|runs|running|fires?|triggers?|schedule[ds]?|kick(?:s|ed)?\s+off"
    r"|launch(?:ed)?|begins?|"
    r"materiali[sz]e|starts?\s+it|(?:move|set)\s+(?:\S+\s+){1,4}to)\s*(?:[:=]|is|time|it|them|all|please|us)?\s*"
    r"(?:at|by|for|on|is|@|from)?\s*$"
)


def stands_alone(text: str, cluster: list[Atom]) -> bool:
    """`copy the list at 4.`: a bare hour with nothing of its own behind it."""
    hours = next((part for part in cluster if part.kind == "hours"), None)
    zoned = any(part.kind == "zone" for part in cluster)
    if hours is None or not pattern(r"(?:at|@)\b").match(text, hours.start):
        return False
    before = text[max(0, hours.start - 40) : hours.start]
    if pattern(r"\bthe\s+\w+\s+(?:runs|starts|does)\b[^.;\n]*$").search(before):
        return False
    counted = pattern(
        r"\b(?:cap(?:ped)?|limit\w*|stops?|max\w*|stays?|set|fails?|over|below|above|start\w*|value|threshold)\s+$"
    )
    if pattern(r"(?:^|[.;\n]\s*)(?:it\s+)?(?:starts?|runs?)\s+$").search(before):
        return pattern(r"\s*(?:[.;!?)\n]|,\s|$)").match(text, cluster[-1].end) is not None
    ends = pattern(r"\s*(?:[.;!?)\n]|,\s|$)").match(text, cluster[-1].end) is not None
    return zoned or (ends and counted.search(before) is None)
