"""The zone of a schedule that stands elsewhere in the text."""

from __future__ import annotations

from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import lexicon, pattern
from airflow_llm.readers.prose.timezones import find_zones, zone_after
from airflow_llm.spec.schedule import Schedule


def with_zone_of_text(text: str, best: Found[Schedule]) -> Found[Schedule]:
    """`All times are UTC` far from the schedule still names its zone."""
    if best.value.timezone is not None or best.value.kind in ("manual", "asset"):
        return best
    zones = find_zones(text)
    formal = {str(zone.value) for zone in zones if pattern(_IANA, 0).match(zone.text)}
    chosen = next((str(zone.value) for zone in zones if _is_general(text, zone)), None) or _named_zone(text)
    chosen = chosen or (formal.pop() if len(formal) == 1 else None) or _behind(text, best) or _beside_a_time(text)
    chosen = chosen or _own_sentence(text, best.end)
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
    labelled = zone.text.lower().startswith(("time", "tz")) or _stands_apart(text, zone)
    return labelled or pattern(_GENERAL).search(text[max(0, zone.start - 40) : zone.start]) is not None


def _stands_apart(text: str, zone: Found[str]) -> bool:
    """`… overnight nothing. Munich time.`, `Berlin time, winter and summer`, `(Lagos time)`."""
    opened = pattern(r"(?:^|[.;,\n(])\s*$").search(text, max(0, zone.start - 4), zone.start) is not None
    ended = pattern(r"\s*(?:[.;,)\n]|$)").match(text, zone.end) is not None
    return opened and ended and pattern(r"(?:time|hours?)$").search(zone.text) is not None


_FAR = 60


def _behind(text: str, best: Found[Schedule]) -> str | None:
    """The only place behind a comma or in brackets in the rest of the sentence: `noon it is (Auckland)`."""
    stop = pattern(r"[.!?;](?=\s|$)|\n").search(text, best.end)
    end = min(stop.start() if stop is not None else len(text), best.end + _FAR)
    places = []
    for match in pattern(r"[,(]\s*(?=[A-Z])", 0).finditer(text, best.end, end):
        place = zone_after(text, match.end())
        if place is not None and place.start == match.end() and place.text.lower() not in lexicon("zone_adjectives"):
            places.append(place)
    alone = len(places) == 1 and pattern(r"\s*(?:[.;)\n]|$)").match(text, places[0].end) is not None
    return places[0].value if alone else None


def _own_sentence(text: str, end: int) -> str | None:
    """A place that is the whole of the next sentence, or of the last one: `Needed each day by 5:40. Athens.`"""
    last = max(text.rstrip(" .\n").rfind(stop) for stop in (". ", "\n", "; ")) + 1
    behind = pattern(r"\s*[.;]\s+").match(text, end)
    for start in (behind.end() if behind is not None else 0, last):
        opened = pattern(r"\s*(?=[A-Z])", 0).match(text, start) if start else None
        place = zone_after(text, opened.end()) if opened is not None else None
        if place is not None and opened is not None and place.start == opened.end():
            whole = pattern(r"(?:\s+(?:local\s+)?time)?\s*(?:[.;\n]|$)").match(text, place.end) is not None
            if whole and place.text.lower() not in lexicon("zone_adjectives"):
                return place.value
    return None


def _beside_a_time(text: str) -> str | None:
    """The only place behind a time of day anywhere: the zone of `done by 6:00 Oslo` is that of `start 5:20` as well."""
    times = r"(?<![\w.:])\d{1,2}(?:[:.][0-5]\d)?\s?(?:[ap]\.?m\b\.?|h\b)?(?=[ ,(])"
    named = {
        str(place.value)
        for match in pattern(times).finditer(text)
        if not match.group().strip().isdigit() and (place := zone_after(text, match.end())) is not None
        if pattern(r"[A-Z]", 0).search(place.text)
    }
    return named.pop() if len(named) == 1 else None


def _named_zone(text: str) -> str | None:
    """`our zone is Vienna`, `warehouse time is Denver`, `time zone of Lisbon`, `all times Madrid`."""
    said = r"\b(?:time\s?zone|zone|time|times)\s*(?:is|are|of|in|:|=)*\s+(?:in\s+|of\s+)?(?=[^\W\d_])"
    for match in pattern(said).finditer(text):
        place = zone_after(text, match.end())
        if place is not None and place.start == match.end() and place.text.lower() not in lexicon("zone_adjectives"):
            return place.value
    return None
