"""When a pipeline runs, from prose: every common sort of schedule, with its words."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.schedules.atoms import atoms
from airflow_llm.readers.prose.schedules.build import build
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern
from airflow_llm.readers.prose.timezones import find_zones, unknown_zone, zone_after
from airflow_llm.readers.prose.triggers import find_triggers
from airflow_llm.spec.schedule import Schedule

SURE = 0.5
_MOST_PARTS = 40
_STRONG = frozenset({"cron", "named", "every", "often", "days", "nth", "monthday", "date"})
_NEVER = (
    r"\b(?:no\s+longer|used\s+to(?:\s+(?:run|be|happen|go))?|previously|formerly|currently|instead\s+of|rather\s+than|"
    r"until\s+now|so\s+far|was|were|ran|not|never|older\s+than|within|(?:if|when|unless)\s+(?:(?:it|today"
    r"|this|that|the\s+\w+)(?:'?s|\s+is))|last|past)"
    r"(?:\s+(?:it\s+)?(?:ran|runs?|a|an|the|scheduled|done|by\s+hand))*\s*$"
)


def read_schedule(text: str) -> Found[Schedule] | None:
    """The schedule that the text most surely says, None when it says none.

    InputError for a value that cannot be: `25:75`, `every 0 minutes`, a time zone that does not exist.
    """
    clusters = _clusters(text, atoms(text))
    hits = {hit: cluster for cluster in clusters if (hit := _read_cluster(text, cluster)) is not None}
    hits |= {hit: [] for hit in find_triggers(text)}
    candidates = [candidate for candidate in hits if candidate.strength >= SURE]
    if not candidates:
        return None
    best = max(candidates, key=lambda candidate: (round(candidate.strength, 2), -candidate.start))
    others = [hits[candidate] for candidate in candidates if candidate is not best]
    return _with_zone_of_text(text, _completed(text, best, hits[best], others, clusters))


def find_schedules(text: str) -> list[Found[Schedule]]:
    """Every place that may say a schedule, in order, each with its strength (at least `SURE`: it does)."""
    clusters = _clusters(text, atoms(text))
    hits = [hit for cluster in clusters if (hit := _read_cluster(text, cluster)) is not None]
    hits += find_triggers(text)
    return sorted(hits, key=lambda hit: hit.start)


def _completed(
    text: str, best: Found[Schedule], cluster: list[Atom], others: list[list[Atom]], clusters: list[list[Atom]]
) -> Found[Schedule]:
    """With what stands elsewhere: the lone time of `Nightly. … 02:30 UTC.`, and `Don't run it on Sundays`."""
    kinds = {part.kind for part in cluster}
    if best.value.kind != "cron" or "cron" in kinds:
        return best
    extra: list[Atom] = []
    within_hours = any(_within_hours(part) for part in cluster)
    if not kinds & {"time", "hours", "minute", "window"} and not within_hours:
        extra += _lone_elsewhere(text, others, clusters)
    if within_hours and "window" not in kinds:
        extra += next((other for other in clusters if _is_window(text, other)), [])
    if kinds <= _TIMED:
        extra += next((other for other in clusters if {part.kind for part in other} == {"monthday"}), [])
    if all(part.kind == "named" and part.value in _OPEN for part in cluster):
        extra += next((other for other in clusters if _names_day(other, str(cluster[0].value))), [])
    if "except" not in kinds:
        extra += [
            part for other in clusters for part in other
            if part.kind == "except" and (not part.weak or _opens_sentence(text, other))
        ]  # fmt: skip
    if not extra:
        return best
    schedule, assumption = build([*cluster, *extra])
    return Found(schedule, best.start, best.end, best.text, best.strength, assumption)


def _lone_elsewhere(text: str, others: list[list[Atom]], clusters: list[list[Atom]]) -> list[Atom]:
    """The cluster that says nothing but a time, with the surest ones first."""
    sure = [other for other in others if other and {part.kind for part in other} <= _TIMED]
    loose = [other for other in clusters if {part.kind for part in other} <= _TIMED and _is_timed(other)]
    candidates = sure or [other for other in loose if _said_hour(text, other)]
    return max(candidates, key=lambda other: (_lone_time(text, other), -other[0].start), default=[])


_TIMED = frozenset({"time", "zone", "hours", "part"})


_OPEN = {"yearly": "date", "monthly": "monthday", "weekly": "days", "quarterly": "date"}


def _names_day(cluster: list[Atom], frequency: str) -> bool:
    """The day that a bare `monthly` or `yearly` leaves open, with its time."""
    kinds = {part.kind for part in cluster}
    return _OPEN[frequency] in kinds and kinds <= {*_TIMED, _OPEN[frequency]} and bool(kinds & {"time", "hours"})


def _opens_sentence(text: str, cluster: list[Atom]) -> bool:
    before = text[max(0, cluster[0].start - 20) : cluster[0].start]
    return len(cluster) == 1 and pattern(r"(?:^|[.;,(!\n])\s*(?:but\s+|and\s+|please\s+)?$").search(before) is not None


def _is_window(text: str, cluster: list[Atom]) -> bool:
    """A window by itself, whose ends are written as hours: `06-22h`, `from 6:00 to 22:00`."""
    lone = {part.kind for part in cluster} <= {"window", "zone"}
    return lone and pattern(r"\d\s?h\b|\d:\d").search(text[cluster[0].start : cluster[-1].end]) is not None


def _is_timed(cluster: list[Atom]) -> bool:
    return any(part.kind in ("time", "hours") and not isinstance(part.value, str) for part in cluster)


def _said_hour(text: str, cluster: list[Atom]) -> bool:
    """A time that is asked for (`at 04:30`) rather than spoken of."""
    if all(part.weak for part in cluster if part.kind in ("time", "hours")):
        return _stands_alone(text, cluster)
    before = text[max(0, cluster[0].start - 12) : cluster[0].start]
    return pattern(r"(?:\b(?:at|start\w*|run|runs)|@)\s*$|^\s*$|[.;\n]\s*$").search(before) is not None


def _within_hours(part: Atom) -> bool:
    return (
        (part.kind == "named" and "hour" in part.value)
        or part.kind == "often"
        or (part.kind == "every" and part.value[1] in ("s", "m", "h"))
    )


def _clusters(text: str, parts: list[Atom]) -> list[list[Atom]]:
    """Parts with nothing but punctuation and small words between them."""
    clusters: list[list[Atom]] = []
    for part in parts:
        if clusters and not (part.weak and part.kind in ("named", "every")):
            end = clusters[-1][-1].end
            gap = text[end : part.start]
            small = len(gap) <= 40 and "\n\n" not in gap and _is_glue(gap)
            if small and len(clusters[-1]) < _MOST_PARTS and not _starts_sentence(text, clusters[-1], part):
                clusters[-1].append(part)
                continue
        clusters.append([part])
    return clusters


def _is_glue(gap: str) -> bool:
    """Whether the words between two parts keep them together; the commonest gaps need no expression."""
    said = gap.strip(" ,;:()'\"").lower()
    if not said or said in lexicon("schedule_glue"):
        return True
    between = rf"(?:[\s,;:()\[\]'\"`=@+&/\u2013\u2014-]|\*\*|</?(?a:[a-z]){{1,6}}>|{any_of('schedule_glue')}(?!\w))*"
    return pattern(between).fullmatch(gap) is not None


def _starts_sentence(text: str, cluster: list[Atom], part: Atom) -> bool:
    """A lone hour of a new line or list item belongs to what follows it."""
    gap = text[cluster[-1].end : part.start]
    return "\n" in gap and part.kind in ("time", "hours", "except")


def _read_cluster(text: str, cluster: list[Atom]) -> Found[Schedule] | None:
    start = cluster[0].start
    strength = _strength(text, cluster)
    _refuse_bad_times(text, cluster, strength)
    _refuse_unknown_zone(text, cluster)
    useful = [part for part in cluster if part.kind not in ("zone", "except", "months", "window", "part")]
    if all(part.kind in ("time", "hours") and part.weak for part in useful) and not _stands_alone(text, cluster):
        return None
    if all(isinstance(part.value, str) and part.kind == "time" for part in useful):
        return None
    if pattern(_NEVER).search(text, max(0, start - 40), start) and not _is_cron(cluster):
        strength = min(strength, 0.3)
    if pattern(_REFUSED).match(text, cluster[-1].end):
        strength = min(strength, 0.4)
    before = text[max(0, start - 160) : start].rpartition(". ")[2]
    if before.strip() and pattern(_FORMER).search(before):
        strength = max(0.0, min(strength - 0.04, 0.9))
    cluster, end = _placed(text, cluster)
    try:
        schedule, assumption = build(cluster)
    except InputError:
        if strength >= SURE:
            raise
        return None
    return found(text, start, end, schedule, strength, assumption)


_REFUSED = r"\s*(?:is|was|are|would\s+be)\s+(?:far\s+)?(?:too|not)\b|\?+\s*(?:->|→|\u2013|-)?\s*no\b"
_FORMER = (
    r"^\s*\W*(?:old|so\s+far|today|until\s+now|up\s+to\s+now|currently|at\s+present|history|previously"
    r"|formerly|before)\b"
)


def _stands_alone(text: str, cluster: list[Atom]) -> bool:
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
    ends = pattern(r"\s*(?:[.;!?)\n]|,\s|$)").match(text, cluster[-1].end) is not None
    return zoned or (ends and counted.search(before) is None)


def _placed(text: str, cluster: list[Atom]) -> tuple[list[Atom], int]:
    """The parts with the place behind them as their zone, and where they end."""
    end = _closed(text, cluster)
    timed = any(part.kind in ("time", "hours") for part in cluster)
    place = zone_after(text, cluster[-1].end) if timed and all(part.kind != "zone" for part in cluster) else None
    if place is None:
        return cluster, end
    cluster.append(Atom("zone", place.start, place.end, place.value, weak=True))
    return cluster, place.end


def _is_cron(cluster: list[Atom]) -> bool:
    return any(part.kind == "cron" for part in cluster)


def _closed(text: str, cluster: list[Atom]) -> int:
    end = cluster[-1].end
    opened = text.count("(", cluster[0].start, end) - text.count(")", cluster[0].start, end)
    return end + 1 if opened > 0 and text[end : end + 1] == ")" else end


def _strength(text: str, cluster: list[Atom]) -> float:
    kinds = {part.kind for part in cluster}
    if "cron" in kinds:
        return 1.0
    timed = bool(kinds & {"time", "hours", "minute", "window", "zone"})
    strong = [part for part in cluster if part.kind in _STRONG and not part.weak]
    if strong:
        return 0.95 if timed else 0.9 if any(part.kind == "date" for part in strong) else 0.85
    weak_days = [part for part in cluster if part.kind in ("days", "monthday", "date")]
    if weak_days:
        return _weak_days(text, cluster, kinds, timed=timed)
    named = any(part.kind in ("named", "every") for part in cluster)
    if named:
        return 0.75 if "time" in kinds else 0.4
    if "minute" in kinds:
        return 0.6
    return _lone_time(text, cluster) if kinds & {"time", "hours"} else 0.0


def _weak_days(text: str, cluster: list[Atom], kinds: set[str], *, timed: bool) -> float:
    """A single weekday, day or date is the schedule with a time, with a frequency, or when it stands by itself."""
    if "date" in kinds:
        return 0.88 if "named" in kinds else 0.7 if timed else 0.3
    if timed:
        return 0.87
    followed = pattern(r"\s*(?::|[-\u2013\u2014]\s|,\s|[.;)]|$)").match(text, cluster[-1].end) is not None
    before = text[max(0, cluster[0].start - 30) : cluster[0].start]
    opens = pattern(r"(?:^|[.;:\n(]|\u2013|\b(?:runs?|starts?|schedule[d]?|make\s+it))\s*$").search(before) is not None
    if "monthday" in kinds:
        return 0.6 if followed else 0.3
    return 0.55 if followed and (opens or text[cluster[-1].end : cluster[-1].end + 1] not in ".;)") else 0.3


def _lone_time(text: str, cluster: list[Atom]) -> float:
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


def _refuse_bad_times(text: str, cluster: list[Atom], strength: float) -> None:
    bad = next((part for part in cluster if part.kind == "time" and isinstance(part.value, str)), None)
    if bad is None:
        return
    spoken_of = pattern(r"\b(?:at|start(?:s|ing)?|run(?:s|ning)?|schedule[d:]*)\s*$").search(
        text[max(0, bad.start - 30) : bad.start]
    )
    if strength >= 0.7 or spoken_of or len(cluster) > 1:
        raise InputError(str(bad.value), hint="write it like 06:30, from 00:00 to 23:59")


def _refuse_unknown_zone(text: str, cluster: list[Atom]) -> None:
    if not any(part.kind in ("time", "hours") for part in cluster) or any(part.kind == "zone" for part in cluster):
        return
    place = unknown_zone(text[cluster[-1].end : cluster[-1].end + 60])
    if place is not None:
        raise InputError(f"{place!r} is not a known time zone", hint="use an IANA name such as Europe/Berlin")


def _with_zone_of_text(text: str, best: Found[Schedule]) -> Found[Schedule]:
    """`All times are UTC` far from the schedule still names its zone."""
    if best.value.timezone is not None or best.value.kind in ("manual", "asset"):
        return best
    zones = find_zones(text)
    formal = {str(zone.value) for zone in zones if pattern(_IANA, 0).match(zone.text)}
    chosen = next((str(zone.value) for zone in zones if _is_general(text, zone)), None) or _named_zone(text)
    chosen = chosen or (formal.pop() if len(formal) == 1 else None)
    if chosen is None:
        return best
    schedule = best.value.model_copy(update={"timezone": chosen})
    return Found(schedule, best.start, best.end, best.text, best.strength, best.assumption)


_IANA = r"[A-Z][A-Za-z]+/[A-Z]"
_GENERAL = (
    r"\b(?:all\s+times(?:\s+are)?(?:\s+in)?|(?:the\s+)?time\s?zone(?:\s+is)?|tz|"
    r"times\s+are(?:\s+in)?)\s*[:=]?\s*(?:the\s+)?$"
)


def _is_general(text: str, zone: Found[str]) -> bool:
    labelled = zone.text.lower().startswith(("time", "tz"))
    return labelled or pattern(_GENERAL).search(text[max(0, zone.start - 40) : zone.start]) is not None


def _named_zone(text: str) -> str | None:
    """`our zone is Vienna`, `warehouse time is Denver`, `time zone of Lisbon`, `all times Madrid`."""
    said = r"\b(?:time\s?zone|zone|time|times)\s*(?:is|are|of|in|:|=)*\s+(?:in\s+|of\s+)?(?=[^\W\d_])"
    for match in pattern(said).finditer(text):
        place = zone_after(text, match.end())
        if place is not None and place.start == match.end() and place.text.lower() not in lexicon("zone_adjectives"):
            return place.value
    return None
