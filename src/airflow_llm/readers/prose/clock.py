"""Times of day: `6:30`, `5 am`, `18h`, `22:45`, `noon`, `half past six`."""

from __future__ import annotations

from datetime import time

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import hints, pattern

_NOT_A_TIME = r"(?!\s*(?:ratio|split|scale|mix|aspect|proportion))"


def expression(text: str | None = None) -> str:
    """A regular expression (no groups) for one time of day that needs no context, in the forms that the text may hold.

    Without a text: in every form.
    """
    spoken = text is None or hints(text, _SPOKEN)
    half = r"a\.?m\b\.?|p\.?m\b\.?"
    if spoken:
        half += r"|(?:in|of)\s+(?:the\s+)?(?:morning|afternoon|evening|arvo|night)\b|at\s+night\b"
    free = r"(?<![\w:/.\-])"
    digits = (
        rf"{free}\d{{1,3}}[:]\d{{2}}(?::\d{{2}})?(?:\s*(?:{half})|\s?h(?:rs?)?)?(?!(?!Z\b)[\w/%]"
        rf"|[:.,]\d){_NOT_A_TIME}"
        rf"|{free}\d{{1,2}}(?:\.\d{{2}}|\s?[0-5]\d)?\s*(?:{half})(?!\w)"
        rf"|{free}\d{{1,2}}\s?h\s?[0-5]\d(?!\w)"
    )
    words = (
        rf"|\b{_HOUR_WORD}(?:\s+(?:thirty|fifteen|forty-?five))?\s+(?:(?:in\s+the\s+(?:morning|afternoon|evening)|at\s+night)\b"
        r"|[ap]\.?m\b\.?)"
        rf"|\b(?:half\s+past|quarter\s+past|quarter\s+to)\s+{_HOUR_WORD}(?:\s*(?:{half}))?(?![\w:])"
        rf"|\b{_FEW}\s+(?:minutes\s+(?:past|to)|past)\s+{_HOUR_WORD}(?:\s*(?:{half}))?(?!\w)"
        rf"|(?<=\bat\s){_FEW}\s+to\s+{_HOUR_WORD}(?:\s*(?:{half}))?"
        r"(?=\s*(?:[.,;!?)]|$|(?:every|each|on|in|at|and|daily|nightly|sharp)\b))"
        rf"|\b(?:half|quarter|{_FEW}|{_HOUR_WORD}\s+minutes?)(?:\s+minutes?)?\s+(?:past|to|before|after)\s+"
        r"(?:midnight|noon|midday)\b"
        rf"|{free}{_HOUR_WORD}\s+o'?\s?clock(?:\s+(?:{half}|(?:morning|afternoon|evening|night)(?=\s*(?:[.,;)]|$)|\s+[A-Z]))|\s+[0-5]\d(?=\s*(?:[.,;)]|$|(?:with"
        rf"|the)\b|\w+\s+time)))?"
        r"|\b(?:noon|midnight|midnite|midday)\b"
    )
    return f"(?:{digits}{words if spoken else ''})"


_SPOKEN = r"[a-z]\s[ap]\.?m\b|morning|noon|evening|arvo|night|past|quarter|half|clock|minutes\s+to|mid(?:nite|day)"
_FEW = r"(?:five|ten|twenty|twenty-five)"
_HOUR_WORD = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
_PARTS = {"morning": "am", "afternoon": "pm", "arvo": "pm", "evening": "pm", "night": "night"}


def find_times(text: str) -> list[Found[time]]:
    """Every time of day in the text; InputError for one that no clock shows, such as 25:75."""
    hits = []
    for match in pattern(expression()).finditer(text):
        value = clock_time(match.group())
        if value is not None:
            hits.append(found(text, match.start(), match.end(), value))
    return hits


def clock_time(words: str) -> time | None:
    """The time that the words mean, None when they mean none."""
    plain = pattern(r"([01]?\d|2[0-3]):([0-5]\d)").fullmatch(words)
    if plain is not None:
        return time(int(plain[1]), int(plain[2]))
    text = pattern(r" ?(?:(?:in|of|at) (?:the )?|(?<=clock) )(morning|afternoon|evening|arvo|night)$").sub(
        lambda match: f" {_PARTS[match[1]]}", " ".join(words.lower().split())
    )
    if text in ("midnight", "midnite", "noon", "midday"):
        return time(12) if text in ("noon", "midday") else time(0)
    spoken = _spoken(text)
    if spoken is not None:
        return _checked(words, *spoken)
    clock = pattern(r"(\S+) o'? ?clock(?: (\d\d))?(?: (.*))?").fullmatch(text)
    if clock is not None:
        return _checked(words, int(number(clock[1])), int(clock[2] or 0), (clock[3] or "").replace(".", ""))
    dictated = pattern(r"((?a:[a-z])+|\d{1,2})(?: (thirty|fifteen|forty-?five))? (a\.?m\.?|p\.?m\.?|night)").fullmatch(
        text
    )
    if dictated is not None:
        minute = {"thirty": 30, "fifteen": 15, "": 0}.get(dictated[2] or "", 45)
        return _checked(words, int(number(dictated[1])), minute, dictated[3].replace(".", ""))
    match = pattern(
        r"(\d{1,3}?)(?: ?[:.h ] ?(\d{2})|(\d{2})(?= ?[apn]))?(?::\d{2})?\s*(a\.?m\.?|p\.?m\.?|h(?:rs?)?|uhr|night)?"
    ).fullmatch(text)
    if match is None:
        return None
    return _checked(words, int(match[1]), int(match[2] or match[3] or 0), (match[4] or "").replace(".", ""))


def _spoken(text: str) -> tuple[int, int, str] | None:
    """Hour, minute and half of the day of `half past six`, `five minutes to eight pm`."""
    match = pattern(
        r"(half|quarter|[a-z-]+|\d{1,2})(?: minutes?)? (past|to|before|after) "
        r"(midnight|\S+?)\s*(a\.?m\.?|p\.?m\.?|night)?"
    ).fullmatch(text)
    if match is None:
        return None
    minutes = {"half": 30, "quarter": 15}.get(match[1]) or int(number(match[1]))
    named = {"midnight": 0, "noon": 12, "midday": 12}.get(match[3])
    hour, half = int(number(match[3])) if named is None else named, (match[4] or "").replace(".", "")
    return (hour, minutes, half) if match[2] in ("past", "after") else ((hour - 1) % 24, 60 - minutes, half)


def _checked(words: str, hour: int, minute: int, half: str) -> time:
    if half in ("am", "pm") and not 1 <= hour <= 12 and not (half == "pm" and 12 < hour < 24):
        raise InputError(f"{words.strip()!r} is not a time of day", hint="write it like 06:30 or 5 am")
    if (half == "pm" and hour < 12) or (half == "night" and 6 < hour < 12):
        hour += 12
    if half in ("am", "night") and hour == 12:
        hour = 0
    if hour == 24 and minute == 0:
        hour = 0
    if hour > 23 or minute > 59:
        raise InputError(f"{words.strip()!r} is not a time of day", hint="write it like 06:30, from 00:00 to 23:59")
    return time(hour, minute)
