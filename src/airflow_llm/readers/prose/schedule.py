"""When a pipeline runs, from prose: every common sort of schedule, with its words."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.schedule_atoms import Atom, atoms
from airflow_llm.readers.prose.schedule_build import build
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, pattern
from airflow_llm.readers.prose.timezones import find_zones, unknown_zone, zone_after
from airflow_llm.readers.prose.triggers import find_triggers
from airflow_llm.spec.schedule import Schedule

SURE = 0.5
_MOST_PARTS = 40
_STRONG = frozenset({"cron", "named", "every", "often", "days", "nth", "monthday", "date"})
_NEVER = (
    r"\b(?:no\s+longer|used\s+to(?:\s+(?:run|be|happen|go))?|previously|formerly|currently|instead\s+of|rather\s+than|"
    r"until\s+now|so\s+far|was|were|ran|not|never|older\s+than|within|(?:if|when|unless)\s+(?:(?:it|today|this|that|the\s+\w+)(?:'?s|\s+is))|last|past)"
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
    return _with_zone_of_text(text, _completed(best, hits[best], others, clusters))


def find_schedules(text: str) -> list[Found[Schedule]]:
    """Every place that may say a schedule, in order, each with its strength (at least `SURE`: it does)."""
    clusters = _clusters(text, atoms(text))
    hits = [hit for cluster in clusters if (hit := _read_cluster(text, cluster)) is not None]
    hits += find_triggers(text)
    return sorted(hits, key=lambda hit: hit.start)


def _completed(
    best: Found[Schedule], cluster: list[Atom], others: list[list[Atom]], clusters: list[list[Atom]]
) -> Found[Schedule]:
    """With what stands elsewhere: the lone time of `Nightly. … 02:30 UTC.`, and `Don't run it on Sundays`."""
    kinds = {part.kind for part in cluster}
    if best.value.kind != "cron" or "cron" in kinds:
        return best
    extra: list[Atom] = []
    if not kinds & {"time", "hours", "minute", "window"} and not any(_within_hours(part) for part in cluster):
        extra += next((other for other in others if other and {part.kind for part in other} <= {"time", "zone"}), [])
    if "except" not in kinds:
        extra += [part for other in clusters for part in other if part.kind == "except" and not part.weak]
    if not extra:
        return best
    schedule, assumption = build([*cluster, *extra])
    return Found(schedule, best.start, best.end, best.text, best.strength, assumption)


def _within_hours(part: Atom) -> bool:
    return (part.kind == "named" and "hour" in part.value) or (part.kind in ("every", "often"))


def _clusters(text: str, parts: list[Atom]) -> list[list[Atom]]:
    """Parts with nothing but punctuation and small words between them."""
    clusters: list[list[Atom]] = []
    between = pattern(rf"(?:[\s,;:()\[\]'\"`=@\u2013\u2014-]|\*\*|{any_of('schedule_glue')}(?!\w))*")
    for part in parts:
        if clusters and not (part.weak and part.kind in ("named", "every")):
            end = clusters[-1][-1].end
            gap = text[end : part.start]
            small = len(gap) <= 40 and "\n\n" not in gap and between.fullmatch(gap) is not None
            if small and len(clusters[-1]) < _MOST_PARTS and not _starts_sentence(text, clusters[-1], part):
                clusters[-1].append(part)
                continue
        clusters.append([part])
    return clusters


def _starts_sentence(text: str, cluster: list[Atom], part: Atom) -> bool:
    """A lone hour of a new line or list item belongs to what follows it."""
    gap = text[cluster[-1].end : part.start]
    return "\n" in gap and part.kind in ("time", "hours", "except")


def _read_cluster(text: str, cluster: list[Atom]) -> Found[Schedule] | None:
    start = cluster[0].start
    strength = _strength(text, cluster)
    _refuse_bad_times(text, cluster, strength)
    _refuse_unknown_zone(text, cluster)
    useful = [part for part in cluster if part.kind not in ("zone", "except", "months", "window", "hours")]
    if not useful or all(isinstance(part.value, str) and part.kind == "time" for part in useful):
        return None
    if pattern(_NEVER).search(text, max(0, start - 40), start) and not _is_cron(cluster):
        strength = min(strength, 0.3)
    cluster, end = _placed(text, cluster)
    schedule, assumption = build(cluster)
    return found(text, start, end, schedule, strength, assumption)


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
        return 0.95 if timed else 0.85
    weak_days = [part for part in cluster if part.kind in ("days", "monthday")]
    if weak_days:
        followed = pattern(r"\s*(?::|[-\u2013\u2014]\s|,\s|$)").match(text, cluster[-1].end) is not None
        return 0.8 if timed else 0.55 if followed else 0.3
    named = any(part.kind in ("named", "every") for part in cluster)
    if named:
        return 0.75 if "time" in kinds else 0.4
    if "minute" in kinds:
        return 0.6
    return _lone_time(text, cluster) if "time" in kinds else 0.0


def _lone_time(text: str, cluster: list[Atom]) -> float:
    """A time with no frequency is a daily one, when it stands by itself rather than inside a step."""
    before = text[max(0, cluster[0].start - 60) : cluster[0].start].rstrip()
    apart = (
        not before
        or before[-1] in ".;:,!?\n\u2013\u2014-("
        or pattern(r"(?:\b(?:at|start|run|runs|daily|say)|@)\s*$").search(before)
    )
    after = pattern(r"\s*(?:[.,;:!?)\n]|[-\u2013\u2014]\s|$)").match(text, cluster[-1].end)
    opens = text[: cluster[0].start].strip().lower() in ("", "at", "@")
    return 0.6 if opens or (apart and after) else 0.35


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
    general = (
        r"\b(?:all\s+times(?:\s+are)?(?:\s+in)?|(?:the\s+)?time\s?zone(?:\s+is)?|tz|"
        r"times\s+are(?:\s+in)?)\s*[:=]?\s*(?:the\s+)?$"
    )
    for zone in find_zones(text):
        labelled = zone.text.lower().startswith(("time", "tz"))
        if labelled or pattern(general).search(text[max(0, zone.start - 40) : zone.start]):
            schedule = best.value.model_copy(update={"timezone": zone.value})
            return Found(schedule, best.start, best.end, best.text, best.strength, best.assumption)
    return best
