"""What stands elsewhere in the text and completes a schedule: its time, its day, its window, its exceptions."""

from __future__ import annotations

from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.schedules.build import build
from airflow_llm.readers.prose.schedules.strength import lone_time, stands_alone
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.schedule import Schedule


def completed(
    text: str, best: Found[Schedule], cluster: list[Atom], others: list[list[Atom]], clusters: list[list[Atom]]
) -> Found[Schedule]:
    """With what stands elsewhere: the lone time of `Nightly. … 02:30 UTC.`, and `Don't run it on Sundays`."""
    kinds = {part.kind for part in cluster}
    if best.value.kind != "cron" or "cron" in kinds:
        return best
    within_hours = any(_within_hours(part) for part in cluster)
    extra = _times_elsewhere(text, cluster, others, clusters)
    if within_hours and "window" not in kinds:
        extra += next((other for other in clusters if _is_window(text, other)), [])
    if kinds <= _TIMED:
        extra += next((other for other in clusters if {part.kind for part in other} == {"monthday"}), [])
    if all(part.kind == "named" and part.value in _OPEN for part in cluster):
        extra = next((other for other in clusters if _names_day(other, str(cluster[0].value))), extra)
        extra = extra or next((other for other in clusters if _is_day_near(best, other)), [])
    if "months" not in kinds:
        extra += next((other for other in clusters if _is_season(text, other)), [])
    if "except" not in kinds:
        extra += [
            part for other in clusters for part in other
            if part.kind == "except" and (not part.weak or _opens_sentence(text, other))
        ]  # fmt: skip
    if not extra:
        return best
    schedule, assumption = build([*cluster, *extra])
    return Found(schedule, best.start, best.end, best.text, best.strength, assumption)


def _times_elsewhere(
    text: str, cluster: list[Atom], others: list[list[Atom]], clusters: list[list[Atom]]
) -> list[Atom]:
    """The time of day, the minute of the hour or the counted times that stand apart from the frequency."""
    kinds = {part.kind for part in cluster}
    if all(part.kind == "named" and part.value == "hourly" for part in cluster):
        return next((other for other in clusters if {part.kind for part in other} == {"minute"}), [])
    if kinds == {"often"}:
        return _counted_times(clusters, cluster[0].value)
    if kinds & {"time", "hours", "minute", "window"} or any(_within_hours(part) for part in cluster):
        return []
    return _lone_elsewhere(text, others, clusters) or _due_elsewhere(text, cluster, clusters)


def _lone_elsewhere(text: str, others: list[list[Atom]], clusters: list[list[Atom]]) -> list[Atom]:
    """The cluster that says nothing but a time, with the surest ones first."""
    sure = [other for other in others if other and {part.kind for part in other} <= _TIMED]
    loose = [other for other in clusters if {part.kind for part in other} <= _TIMED and _is_timed(other)]
    candidates = sure or [other for other in loose if _said_hour(text, other)]
    return max(candidates, key=lambda other: (lone_time(text, other), -other[0].start), default=[])


def _due_elsewhere(text: str, cluster: list[Atom], clusters: list[list[Atom]]) -> list[Atom]:
    """The time by which `a daily file` is wanted; what runs at night has its hour."""
    daily = any(
        part.kind == "days" or (part.kind == "named" and part.value in ("daily", "weekdays")) for part in cluster
    )
    hint = wanted_by(text, clusters) if daily else None
    return hint[0] if hint is not None else []


def wanted_by(text: str, clusters: list[list[Atom]]) -> tuple[list[Atom], float] | None:
    """The one time by which the text asks for something, and how sure that is the schedule."""
    dues = [
        other
        for other in clusters
        if {part.kind for part in other} <= _DUE and any(part.kind == "due" for part in other)
    ]
    if len({part.value for other in dues for part in other if part.kind == "due"}) != 1:
        return None
    start = dues[0][0].start
    lead = pattern(r"[.;?!](?=\s)|\n").split(text[max(0, start - _FAR) : start])[-1]
    if pattern(_ENDED).search(lead):
        return None  # `it must be done by 7:00` is a deadline
    opens = pattern(r"^\W*(?:(?:and|please|pls)\W+)?(?:by|before|b4|not\s+before)\s+$").match(lead)
    return (dues[0], _WANTED_STRENGTH) if opens or pattern(_ASKS).search(lead) else None


def spoken_hour(text: str, clusters: list[list[Atom]]) -> tuple[list[Atom], float] | None:
    """The one hour that a text without any schedule names for its work: `make up the list at eight, …`."""
    timed = [cluster for cluster in clusters if any(part.kind in ("time", "hours", "minute") for part in cluster)]
    if len(timed) != 1 or not {part.kind for part in timed[0]} <= _TIMED or not all(part.weak for part in timed[0]):
        return None
    start, end = timed[0][0].start, timed[0][-1].end
    lead = text[max(0, start - 40) : start]
    said = pattern(r"at\b").match(text, start) or pattern(r"\bat\s+$").search(lead)
    ended = pattern(r"\s*(?:[.,;:!?)]|$)").match(text, end)
    zoned = any(part.kind == "zone" for part in timed[0])
    if not said or not (ended or zoned) or pattern(_COUNTED).search(lead) or pattern(_THEIRS).search(lead):
        return None
    return timed[0], _WANTED_STRENGTH


_COUNTED = (
    r"\b(?:cap\w*|limit\w*|stop\w*|max\w*|stays?|set|fail\w*|over|below|above|value|threshold|counts?|scores?|starts?|begins?|opens?|meets?"
    r"|comes?|arrives?|lands?|is|are|was|were|look\w*)\s+$"
)
_THEIRS = (
    r"\b(?:when|until|once|if|because|since|after|before|wait\w*)\b[^,.;]*$"
    r"|\bthe\s+\w+\s+(?:runs|starts|does|closes|opens)\b[^.;]*$"
)
_FAR, _WANTED_STRENGTH = 200, 0.5
_ENDED = r"\b(?:done|finish(?:ed)?|complete[d]?|through|over|end(?:ed)?)\s+\S+\s+$"
_DUE = frozenset({"due", "zone", "part"})
_ASKS = (
    r"\b(?:must|has\s+to|have\s+to|should|needs?|needed|wants?|wanted|required|would\s+like|'d\s+like|could|can|shall|ought|please|pls"
    r"|make\s+sure|expects?)\b"
)
_TIMED = frozenset({"time", "zone", "hours", "part"})


_OPEN = {
    "yearly": {"date"}, "halfyearly": {"date"}, "quarterly": {"date", "monthday"}, "bimonthly": {"monthday"},
    "monthly": {"monthday", "nth"}, "weekly": {"days"},
}  # fmt: skip


def _names_day(cluster: list[Atom], frequency: str) -> bool:
    """The day that a bare `monthly` or `yearly` leaves open, with its time."""
    kinds = {part.kind for part in cluster}
    day = _OPEN[frequency] & kinds
    return bool(day) and kinds <= {*_TIMED, *day} and bool(kinds & {"time", "hours"})


_NEAR = 30


def _is_day_near(best: Found[Schedule], cluster: list[Atom]) -> bool:
    """`monthly is enough, say on the 12th`: a day of the month with no time, in the same breath."""
    near = 0 < cluster[0].start - best.end <= _NEAR
    return near and best.text.lower() == "monthly" and {part.kind for part in cluster} == {"monthday"}


def _counted_times(clusters: list[list[Atom]], often: tuple[int, str]) -> list[Atom]:
    """The times of `twice a day is enough: 8:00 and 18:00`, when they are as many."""
    for cluster in clusters:
        times = sum(
            len(part.value) if part.kind == "hours" else 1
            for part in cluster
            if part.kind in ("time", "hours") and not isinstance(part.value, str)
        )
        if often[1] == "day" and times == often[0] > 1 and {part.kind for part in cluster} <= _TIMED:
            return cluster
    return []


def _is_season(text: str, cluster: list[Atom]) -> bool:
    """`November to March only` by itself, as a sentence or the end of one."""
    if {part.kind for part in cluster} != {"months"}:
        return False
    after = text[cluster[-1].end : cluster[-1].end + 8]
    return text[: cluster[-1].end].lower().endswith("only") or pattern(r"\s+only\b").match(after) is not None


def _opens_sentence(text: str, cluster: list[Atom]) -> bool:
    before = text[max(0, cluster[0].start - 20) : cluster[0].start]
    return len(cluster) == 1 and pattern(r"(?:^|[.;,(!\n])\s*(?:but\s+|and\s+|please\s+)?$").search(before) is not None


def _is_window(text: str, cluster: list[Atom]) -> bool:
    """A window by itself, whose ends are written as hours: `06-22h`, `from 6:00 to 22:00`, `hours 7 to 20`."""
    lone = {part.kind for part in cluster} <= {"window", "zone", "days"}
    lone = lone and any(part.kind == "window" for part in cluster)
    words = text[cluster[0].start : cluster[-1].end]
    marked = pattern(r"\d\s?h\b|\d:\d|\d\s?[ap]\.?m\b|\bhours\b|clock|midnight|noon|morning|evening").search(words)
    opened = pattern(r"[,;.(]\s*$").search(text, max(0, cluster[0].start - 3), cluster[0].start) is not None
    return lone and (marked is not None or (opened and pattern(r"^\d{1,2}\s").match(words) is not None))


def _is_timed(cluster: list[Atom]) -> bool:
    return any(part.kind in ("time", "hours") and not isinstance(part.value, str) for part in cluster)


def _said_hour(text: str, cluster: list[Atom]) -> bool:
    """A time that is asked for (`at 04:30`) rather than spoken of."""
    if all(part.weak for part in cluster if part.kind in ("time", "hours")):
        return stands_alone(text, cluster)
    before = text[max(0, cluster[0].start - 12) : cluster[0].start]
    return pattern(r"(?:\b(?:at|start\w*|run|runs)|@)\s*$|^\s*$|[.;\n]\s*$").search(before) is not None


def _within_hours(part: Atom) -> bool:
    return (
        (part.kind == "named" and "hour" in part.value)
        or part.kind == "often"
        or (part.kind == "every" and part.value[1] in ("s", "m", "h"))
    )
