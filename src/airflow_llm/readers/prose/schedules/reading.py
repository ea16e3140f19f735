"""When a pipeline runs, from prose: every common sort of schedule, with its words."""

from __future__ import annotations

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.schedules.atoms import atoms
from airflow_llm.readers.prose.schedules.build import build
from airflow_llm.readers.prose.schedules.completing import completed, spoken_hour, wanted_by
from airflow_llm.readers.prose.schedules.corrections import corrected
from airflow_llm.readers.prose.schedules.hinted import hinted
from airflow_llm.readers.prose.schedules.strength import stands_alone, strength_of
from airflow_llm.readers.prose.schedules.zone_of_text import with_zone_of_text
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, lexicon, pattern
from airflow_llm.readers.prose.timezones import unknown_zone, zone_after
from airflow_llm.readers.prose.triggers import find_triggers
from airflow_llm.spec.schedule import Schedule

SURE = 0.5
_MOST_PARTS = 40
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
    clusters = corrected(text, _possible(_clusters(text, atoms(text))))
    hits = {hit: cluster for cluster in clusters if (hit := _read_cluster(text, cluster)) is not None}
    hits |= {hit: [] for hit in find_triggers(text)}
    candidates = [candidate for candidate in hits if candidate.strength >= SURE]
    if not candidates:
        return _hinted(text, clusters)
    best = max(candidates, key=lambda candidate: (round(candidate.strength, 2), -candidate.start))
    others = [hits[candidate] for candidate in candidates if candidate is not best]
    return with_zone_of_text(text, completed(text, best, hits[best], others, clusters))


def _possible(clusters: list[list[Atom]]) -> list[list[Atom]]:
    """Without a cron expression that never runs, when another one can: `he wrote 0 25 * * *, right is 0 5 * * *`."""
    crons = {id(cluster): _runs(cluster) for cluster in clusters if _is_cron(cluster)}
    if not any(crons.values()):
        return clusters
    return [cluster for cluster in clusters if crons.get(id(cluster), True)]


def _runs(cluster: list[Atom]) -> bool:
    try:
        build(cluster)
    except InputError:
        return False
    return True


def _hinted(text: str, clusters: list[list[Atom]]) -> Found[Schedule] | None:
    """What is read where nothing says surely when: a frequency beside the name of the work."""
    hint = hinted(text, clusters) or wanted_by(text, clusters) or spoken_hour(text, clusters)
    if hint is None:
        return None
    cluster, strength = hint
    schedule, assumption = build(cluster)
    hit: Found[Schedule] = found(text, cluster[0].start, cluster[-1].end, schedule, strength, assumption)
    return with_zone_of_text(text, completed(text, hit, cluster, [], clusters))


def find_schedules(text: str) -> list[Found[Schedule]]:
    """Every place that may say a schedule, in order, each with its strength (at least `SURE`: it does)."""
    clusters = _clusters(text, atoms(text))
    hits = [hit for cluster in clusters if (hit := _read_cluster(text, cluster)) is not None]
    hits += find_triggers(text)
    return sorted(hits, key=lambda hit: hit.start)


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
    strength = strength_of(text, cluster)
    _refuse_bad_times(text, cluster, strength)
    _refuse_unknown_zone(text, cluster)
    useful = [part for part in cluster if part.kind not in ("zone", "except", "months", "window", "part")]
    if all(part.kind in ("time", "hours") and part.weak for part in useful) and not stands_alone(text, cluster):
        return None
    if all(isinstance(part.value, str) and part.kind == "time" for part in useful):
        return None
    strength = _doubted(text, cluster, strength)
    cluster, end = _placed(text, cluster)
    try:
        schedule, assumption = build(cluster)
    except InputError:
        if strength >= SURE:
            raise
        return None
    return found(text, start, end, schedule, strength, assumption)


def _doubted(text: str, cluster: list[Atom], strength: float) -> float:
    """The strength less what the words around take from it: refused, former, observed, or the habit of somebody."""
    start, end = cluster[0].start, cluster[-1].end
    if text[start:end].lower() in _LOOSE:
        asked = any(pattern(asks).search(text, max(0, start - 160), start) for asks in (_ASKED, _WISHED))
        strength = min(strength, 0.55 if asked else 0.4)
    if pattern(_REFUSED).match(text, end) or _is_some_days(text, cluster):
        strength = min(strength, 0.4)
    return _doubted_before(text, start, cluster, strength) if start else strength


def _doubted_before(text: str, start: int, cluster: list[Atom], strength: float) -> float:
    """The same by the words before it."""
    cron = _is_cron(cluster)
    if not cron and pattern(_NEVER).search(text, max(0, start - 40), start):
        strength = min(strength, 0.3)
    if cron and pattern(_CURRENT).search(text, max(0, start - 40), start):
        strength = min(strength, 0.58)
    if pattern(_ACTUAL).search(text, max(0, start - 80), start):
        strength = min(strength, 0.3)
    before = pattern(r"[.;\n](?=\s)").split(text[max(0, start - 160) : start])[-1]
    if before.strip() and pattern(_FORMER).search(before):
        strength = max(0.0, min(strength - 0.04, 0.9))
    if pattern(_MEASURED).search(before):
        return min(strength, 0.4)
    timed = any(part.kind in ("time", "hours", "minute", "cron") for part in cluster)
    if not timed and (pattern(_HABIT).search(before) or _is_trouble(before, text[start])):
        return min(strength, 0.4)
    return strength


def _is_trouble(before: str, first: str) -> bool:
    """`the job dies every Monday`: how often something goes wrong; not `…, even if it failed` at the end of a line."""
    if first.isupper() or pattern(r"\b(?:if|when|whenever|once|unless)\b[^.;,\n]*$").search(before):
        return False
    return pattern(_TROUBLED).search(before) is not None


_REFUSED = (
    r"\s*(?:\w+\s+){0,2}?(?:(?:is|was|are|would\s+be)\s+(?:far\s+)?(?:too|not|overkill)|doesn'?t\s+matter)\b"
    r"|\?+\s*(?:->|\u2192|\u2013|-)?\s*no\b|\s*nothing\s+(?:different|special|changes|else\s+changes)\b"
    r"|\s+(?:[\w`'-]+\s+){1,5}(?:is|are|gets?)\s+(?:left\s+out|skipped|omitted)\b"
    r"|\s+(?:a\s+different|another|some\s+other|their)\s+(?:dag|job|pipeline|team)\b"
)
_WISHED = r"\b(?:'d\s+like|would\s+like|wants?|needs?|please|pls|should|must|shall|to\s+be|let)\b[^.;\n]*$"
_ASKED = (
    r"(?:^|[.;:,(\n\u2013-]\s*|\b(?:runs?|run\s+(?:it|this|them)|schedule[ds]?|start\w*|jobs?|pls|please|happens?|goes|go|be"
    r"|it|this)\s+)$"
)


def _is_some_days(text: str, cluster: list[Atom]) -> bool:
    """`Fridays the full load, all other days the delta`, `if today = friday`: what is done on some days of many."""
    start, end = cluster[0].start, cluster[-1].end
    if any(part.kind in ("time", "hours", "minute", "cron") for part in cluster):
        return False
    if any(part.kind == "every" for part in cluster):
        return pattern(_THE_OTHERS).fullmatch(text, start, end) is not None and (
            pattern(rf"(?:\b{any_of('weekdays')}|\d(?:st|nd|rd|th)|\bmonth)\b[^.\n]{{0,60}}[.;,]\s*$").search(
                text, max(0, start - 90), start
            )
            is not None
        )
    if pattern(_IF_TODAY).search(text, max(0, start - 30), start):
        return True
    return pattern(_CONTRAST).match(text, end) is not None


_THE_OTHERS = r"every\s+other\s+day"
_IF_TODAY = (
    r"\b(?:(?:if|when)\s+(?:today|it|the\s+day)\s*(?:=+|is|'s)\s*(?:an?\s+)?"
    r"|(?:branch|depending|decide)\s+on\s+the\s+(?:week)?day\s*:\s*)$"
)
_CONTRAST = (
    r"[^.;\n]{0,70}[,;.:]\s*(?:and\s+|but\s+)?(?:on\s+)?(?:all|any|every|the)\s+other\s+days?\b"
    r"|\s+(?:only,\s+)?it\s+(?:is|'s)\s+[^.;\n]{1,40}\binstead\b"
)
_MEASURED = (
    r"\bmeets?\s+$|\b(?:keep|retain)s?\s+(?:[\w,]+\s+){0,8}?\d+\s+$|(?:^|[(,]\s*|[a-z]\s+)(?<!are\s)(?<!is\s)(?<!be\s)"
    r"(?:sampled|measured|recorded|logged|emitted)\s+$"
)
_HABIT = (
    r"(?:^\W*(?:the|our|their|these|those)|\bwhose)\s+(?!job|pipeline|dag\b|workflow|task|run\b|process|script|report)"
    r"(?:[\w'-]+\s+){1,3}?(?:upload|send|drop|deliver|report|publish|phone|arrive|shift|change)(?:s|es)?\s[^,:]*$"
    r"|\b(?:is|are)\s+(?:done|sent|kept|made|run|[a-z]+ed)\s+by\s+(?:the|our|their)\s+(?:[\w-]+\s+)?[\w-]+s\s+$|\bhappens\s+by\s+itself\s+$"
)
_TROUBLED = (
    r"\b(?:fails?|failed|breaks|broke|dies|died|crash(?:es|ed)|hangs?|hung|kills|stops?|changes|expires?|stale|is\s+down|goes\s+down)\b"
    r"[^.;:,\n]{0,30}$"
)
_LOOSE = ("overnight", "at night", "mornings", "in the mornings", "evenings", "in the evenings")
_CURRENT = r"\b(?:current|old|present|former|existing|previous)\s+(?:cron|schedule|line|entry)?\s*(?:is|was|:|=)?\s*`?$"
_ACTUAL = r"\b(?:actual|observed)(?:\s+behaviou?r)?:\s[^.;\n]*$"
_FORMER = (
    r"^\s*\W*(?:old|so\s+far|today|until\s+now|up\s+to\s+now|currently|at\s+present|history|previously"
    r"|formerly|before)\b"
)


def _placed(text: str, cluster: list[Atom]) -> tuple[list[Atom], int]:
    """The parts with the place behind them as their zone, and where they end."""
    end = _closed(text, cluster)
    timed = any(part.kind in ("time", "hours", "window", "due") for part in cluster)
    place = zone_after(text, cluster[-1].end) if all(part.kind != "zone" for part in cluster) else None
    if place is None or not (timed or pattern(r"\s*[,(]\s*[A-Z]", 0).match(text, cluster[-1].end)):
        return cluster, end
    cluster.append(Atom("zone", place.start, place.end, place.value, weak=True))
    return cluster, place.end


def _is_cron(cluster: list[Atom]) -> bool:
    return any(part.kind == "cron" for part in cluster)


def _closed(text: str, cluster: list[Atom]) -> int:
    end = cluster[-1].end
    opened = text.count("(", cluster[0].start, end) - text.count(")", cluster[0].start, end)
    return end + 1 if opened > 0 and text[end : end + 1] == ")" else end


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
