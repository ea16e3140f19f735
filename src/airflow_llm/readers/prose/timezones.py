"""Time zones as people name them: `Berlin time`, `UTC`, `chile time`, `Europe/Paris`, `GMT+2`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.span import Found, found, longest_first
from airflow_llm.readers.prose.spellings import lexicon, pattern, says, spelled
from airflow_llm.spec.schedule import check_timezone

_REGIONS = ("Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian")
_ABBREVIATIONS = (
    r"UTC|GMT|CES?T|MES?Z|EES?T|BST|IST|JST|KST|MSK|SGT|HKT|[ECMP][SD]?T|A[EW][SD]T|SAST|PKT|WIB|BRT|NZ[SD]T|PKT"
)
_REGION_NAMES = "|".join((*_REGIONS, "Etc", "US", "Antarctica", "Arctic"))


def zone(name: str) -> str | None:
    """The IANA name for what people call a zone, None when nobody calls one so."""
    words = " ".join(name.lower().replace("'s", "").split())
    known = lexicon("timezones")
    if words in known:
        return known[words]
    if words in lexicon("towns"):
        return lexicon("towns")[words]
    offset = pattern(r"(?:utc|gmt)\s?([+\-\u2013])\s*(\d{1,2})(?::?00)?").fullmatch(words)
    if offset is not None:
        return _fixed(plus=offset[1] == "+", hours=int(offset[2]))
    return _iana(name.strip())


def find_zones(text: str) -> list[Found[str]]:
    """The zones that the text names; InputError for a phrase that can only be a zone and is not known."""
    hits: list[Found[str]] = []
    for match in pattern(_FORMAL, 0).finditer(text) if pattern(_MAY_BE_FORMAL, 0).search(text) else ():
        name = next(group for group in match.groups() if group is not None)
        value = zone(name)
        if value is None and match.lastgroup in ("iana", "labelled") and not _disowned(text, match.end(), name):
            value = _refuse(name)
        if value is not None:
            hits.append(found(text, *match.span(), value, assumption=_assumption(name, value)))
    return longest_first([*hits, *_places(text)])


def _places(text: str) -> Iterator[Found[str]]:
    """`Berlin time`, `in chile's local time`."""
    if not says(text, "time", "hour"):
        return
    for start, end, value in (*spelled("timezones", text), *spelled("towns", text)):
        after = pattern(_TIME_WORDS).match(text, end)
        clear = after is not None and (after[1] is None or text[start:end].lower() not in lexicon("zone_adjectives"))
        if after is not None and clear:
            before = pattern(r"\b(?:in\s+)?(?:the\s+)?$").search(text, max(0, start - 12), start)
            first = before.start() if before is not None else start
            yield found(text, first, after.end(), value, assumption=_assumption(text[start:end], value))


def zone_after(text: str, at: int) -> Found[str] | None:
    """The place right behind a time of day: `7:00 (paris)`, `22:00, hour of Madrid`, `4am lisbon`, `6:00 in Oslo`."""
    match = pattern(
        r"(?P<gap>[\s,]*(?:(?:sharp|hours|hrs|o'?\s?clock)\b[\s,]*)?)(?:(?:local(?:\s+time)?\s*)?(?P<open>\()\s*|(?P<of>(?:hours?"
        r"|time)\s+(?:of|in)\s+)|(?P<in>(?:in|of|on|by|with|local,?)\s+))?"
        r"(?P<name>[^\W\d_][\w/.]*(?:[ \t][^\W\d_][\w/]*){0,2})"
    ).match(text, at)
    if match is None:
        return None
    words = match["name"].split(" ")
    for count in range(len(words), 0, -1):
        name = " ".join(words[:count]).rstrip(".")
        known = " ".join(name.lower().split())
        value = (
            _iana("/".join(part.title() for part in known.split("/")))
            if "/" in known
            else lexicon("timezones").get(known)
        )
        end = match.start("name") + len(name)
        value = value or _town(text, name, known, end)
        if value is not None and _is_place(text, match, known, end):
            closed = pattern(r"(?:\s+local)?\s*\)").match(text, end) if match["open"] else None
            return found(
                text, match.start(), closed.end() if closed else end, value, assumption=_assumption(known, value)
            )
    return None


def _town(text: str, name: str, known: str, end: int) -> str | None:
    """The zone of a smaller town: with a capital, or where nothing follows that the word could describe."""
    value = lexicon("towns").get(known)
    if value is None or name[:1].isupper():
        return value
    return value if pattern(r"\s*(?:[.;:!?)\n]|$|time\b|local\b)").match(text, end) else None


def _is_place(text: str, match: re.Match[str], name: str, end: int) -> bool:
    """Whether the name of a zone is meant as one: `4am madrid`, not `4am french orders`."""
    ended = pattern(r"\s*(?:local\s*)?(?:[.,;:!?)\n]|\W\s|$)").match(text, end) is not None
    if text[end : end + 1] in ("-", "/", "_", "'"):
        return False
    if ended or match["open"] or match["of"] or pattern(rf"\s+(?:{_DAYS})\b").match(text, end):
        return True
    if name in lexicon("zone_adjectives") or "," in match["gap"] or "\n" in match["gap"]:
        return False
    return pattern(rf"\s+(?:{_OFFICE})\b").match(text, end) is None


def unknown_zone(text: str) -> str | None:
    """The place in `in Gondor time` at the very start of the text, when no zone is called so."""
    match = pattern(r"[\s,(]*(?:in\s+)?(?:the\s+)?([\w/' -]{1,40}?)\s+(?:local\s+)?time(?:\s?zone)?\b").match(text)
    if match is None:
        return None
    place = match[1].strip()
    words = place.lower().split()
    if not words or any(lexicon("ambiguous_timezones").get(word) == "not a place" for word in words):
        return None
    looks_named = place[0].isupper() or "/" in place
    return place if looks_named and len(words) <= 3 and zone(place) is None else None


def _disowned(text: str, end: int, name: str) -> bool:
    """`Europe/Bonn is not a valid identifier`, `the US/CA shops`: not named as a zone."""
    region, _, rest = name.partition("/")
    if rest and (len(rest) <= 3 or rest in _REGION_NAMES.split("|") or region in ("US", "Arctic")):
        return True
    if not rest and name.lower() in lexicon("zone_words"):
        return True
    return (
        pattern(r"[`'\"]?\s+(?:is\s+not|isn'?t|does\s+not|doesn'?t|is\s+no\b|is\s+(?:wrong|invalid))").match(text, end)
        is not None
    )


_DAYS = (
    r"(?:mon|tue|wed|thu|fri|sat|sun)\w*|m-f|weekdays|wkdays|daily|nightly|weekly|(?:every|each)\s+(?:day|night|week|mon|tue|wed|thu|fri"
    r"|sat|sun|morning|evening|working|business)"
)
_OFFICE = (
    "warehouses?|stores?|shops?|offices?|plants?|data|teams?|branch|sales|orders?|files?|site|factory|exchange|market"
)
_TIME_WORDS = (
    r"(?:'s)?[\s-]+(?:local\s+|standard\s+|daylight\s+)?(?:time(?:\s?zone)?\b(?!\s?(?:sheets?|tables?|cards?|stamps?))"
    r"|clock\b|(?=(?:office|business|working|trading|market|opening|shop)\s+hours\b)|(hours?)\b(?=\s*(?:[.,;:)\n]|$)))"
)
_MAY_BE_FORMAL = r"[A-Z]{2}|/|utc|gmt|\dZ|(?i:zone|tz)"
_FORMAL = (
    r"(?i:\b(?:time\s?zone|tz)\s*[:=]?\s*[\"'(]?)(?P<labelled>[A-Z][\w+-]*(?:/[A-Z]\w+){0,2})"
    rf"|(?<![\w/.:])(?P<iana>(?:{_REGION_NAMES})/[A-Z][\w+-]*(?:/[A-Z]\w+)?)\b(?:\s+time\b)?"
    r"|\b((?:UTC|GMT|utc|gmt)\s?[+\-\u2013]\s?\d{1,2}(?::?00)?)\b(?!\s?(?:h|min)\b)"
    rf"|(?<![\w/])({_ABBREVIATIONS}|utc|gmt)\b(?!/)(?:\s+time\b)?"
    r"|(?<=\d\d)(Z)\b"
)


def _iana(name: str) -> str | None:
    joined = re.sub(r"^eu/", "Europe/", name.replace(" ", "_"), flags=re.IGNORECASE)
    titled = "_".join(part[:1].upper() + part[1:] for part in joined.split("_"))
    candidates = [joined] if "/" in joined else [f"{region}/{titled}" for region in _REGIONS]
    for candidate in candidates:
        if pattern(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}").fullmatch(candidate) and _exists(candidate):
            return candidate
    return None


def _exists(name: str) -> bool:
    try:
        check_timezone(name)
    except ValueError:
        return False
    return True


def _fixed(*, plus: bool, hours: int) -> str | None:
    # The Etc zones count the other way round: Etc/GMT-2 is two hours ahead of UTC.
    if hours == 0:
        return "UTC"
    name = f"Etc/GMT{'-' if plus else '+'}{hours}"
    return name if _exists(name) else None


def _refuse(name: str) -> str:
    raise InputError(f"{name!r} is not a known time zone", hint="use an IANA name such as Europe/Berlin")


def _assumption(name: str, value: str) -> str:
    if lexicon("ambiguous_timezones").get(name.lower()) == "ambiguous":
        return f"{name!r} is used in several regions; {value} is taken"
    return ""
