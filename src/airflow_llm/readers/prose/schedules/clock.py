"""Times of a schedule: times of day, hours that lean on a day, minutes of the hour, windows of hours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import time

from airflow_llm.errors import InputError
from airflow_llm.readers.prose import clock
from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import any_of, finds, hints, lexicon, lowered, pattern
from airflow_llm.readers.prose.timezones import zone_after

_LAST_HOUR, _LAST_MINUTE = 24, 59


def times(text: str) -> Iterator[Atom]:
    """Every time of day that may be that of the schedule; one that no clock shows keeps its message as its value."""
    if not hints(text, r"\d") and not hints(text, _SAYS_TIME):
        return
    for match in pattern(clock.expression(text)).finditer(text):
        other = _is_other_time(text, *match.span())
        if other and not _is_wanted_by(text, match.start()):
            continue
        try:
            value: time | str | None = clock.clock_time(match.group())
        except InputError as error:
            value = error.message
        if not other:
            yield Atom("time", *match.span(), value)
        elif isinstance(value, time):
            yield Atom("due", *match.span(), value, weak=True)
    yield from _bare_dues(text)
    yield from _plain_times(text)
    yield from _hours(text)
    yield from _bare_hours(text)
    yield from _spoken_hours(text)


def _is_wanted_by(text: str, start: int) -> bool:
    """`it should be in the mailbox by 7:15`: the time of a run for which no other is named; not when others deliver."""
    lead = pattern(r"[.;?!](?=\s)|\n").split(text[max(0, start - _FAR) : start])[-1]
    return (
        pattern(_BY).search(lead) is not None and not hints(lead.rpartition(",")[2], _GIVEN) and not hints(text, _LATE)
    )


def _bare_dues(text: str) -> Iterator[Atom]:
    """`by 8 every weekday (paris)`: an hour with nothing of its own, by which something is wanted."""
    every = r"(?=\s+(?:every|each|daily|on\s+(?:weekdays|working\s+days|mon|tue|wed|thu|fri|sat|sun))|\s+o'?\s?clock)"
    for match in finds(rf"\bby\s+(\d{{1,2}}){every}", text, "by "):
        if int(match[1]) < _LAST_HOUR and _is_wanted_by(text, match.start(1)):
            yield Atom("due", *match.span(1), time(int(match[1])), weak=True)


_FAR = 200
_BY = (
    r"\b(?:by|not\s+before|no\s+later\s+than|not\s+later\s+than|(?:before|b4)\s+(?:the|our)\s+[\w\s'-]{1,30}?\s(?:opens?|starts?|begins?)"
    r"(?:\s+at)?|before|b4)\s+(?:about\s+|around\s+|the\s+latest\s+)?$"
)
_GIVEN = (
    r"\b(?:wait\w*|sensor|if|when|unless|until|till|once|arriv\w*|expected|comes?|lands?|drops?|delivers?|announces?|uploads?|sends?"
    r"|lat(?:er|est)\s+by|as\s+soon|give\s+up|publish(?:es)?)\b"
)
_LATE = r"\b(?:(?:is|are|runs?|too)\s+late|late\s+run|sla|overdue|deadline|delay(?:ed|s)?)\b"


_SAYS_TIME = (
    r"\b(?:noon|midnight|midnite|midday|half|quarter|o'?\s?clock|past|minutes\s+to|stroke\s+of"
    r"|in\s+the\s+(?:morning|evening|afternoon)|[a-z]+\s[ap]\.?m|at\s+(?:one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve))\b"
)


def _plain_times(text: str) -> Iterator[Atom]:
    """`0215`, `at 1900`, `weekdays 745`: digits alone. Without a leading zero they lean on a day, a zone or an `at`."""
    expression = (
        r"(?<!€)(?<![\w:/.,\-#$£=<>+%'\"`*])((?:[01]?\d|2[0-3])\s?[0-5]\d)(?:\s?h(?:rs?|ours)?)?"
        r"(?!€|(?!Z\b)[\w%'\"`$]|[-:/.,]\d|\s*(?:->|=|→|rows?\b|%))"
    )
    for match in pattern(expression).finditer(text) if hints(text, r"\d\s?\d\d") else ():
        digits = "".join(match[1].split())
        if (
            len(digits) < len(match[1])
            and pattern(r"\s+(?:every|each|daily|nightly|we*k\w*|\w+days?)\b").match(text, match.end()) is None
        ):
            continue
        before = text[max(0, match.start() - 24) : match.start()]
        if pattern(r"\+\d[\d ()/-]*$|\d{3}\s$|\b(?:call|phone|tel\.?|text\s+to)\s+[\d ()/-]*$").search(before):
            continue  # the end of a telephone number
        if digits[:2] in ("19", "20") and pattern(r"\b\d{1,2}(?:st|nd|rd|th)?,\s+$").search(before):
            continue  # the year of a date
        if pattern(_COUNTS).search(before) or _is_other_time(text, *match.span()):
            continue
        if pattern(rf"\b{any_of('months')}[.,]?\s+$").search(before):
            continue
        value = time(int(digits[:-2]), int(digits[-2:]))
        full = len(digits) == len("0000")
        zoned = full and zone_after(text, match.end()) is not None
        asked = full and pattern(r"(?:\b(?:at|daily|nightly)|@)\s*$").search(before) and _ends_well(text, match.end())
        if (full and digits.startswith("0")) or zoned or asked:
            yield Atom("time", *match.span(), value)
        elif _ends_well(text, match.end()):
            yield Atom("time", *match.span(), value, weak=True)


_COUNTS = (
    r"(?:\b(?:in|of|since|from|year|over|under|than|least|most|no|nr|number|error|port|code|id|job|line"
    r"|room|last|top|every)|[#<>=~])\s*$"
)


def _ends_well(text: str, end: int) -> bool:
    """Whether a stop, a day, a frequency or a second time stands behind, and not the thing that is counted."""
    behind = (
        rf"\s*(?:[.,;:!?)&+]|$|(?:on|and|sharp|every|each|daily|nightly|weekly|monthly|weekdays|wkdays"
        rf"|we*k\w*|{any_of('weekdays')})(?!\w))"
    )
    return pattern(behind).match(text, end) is not None


_HOUR = r"\d{1,2}(?:\s?h(?:rs?)?(?!\w))?"
_LIST = rf"{_HOUR}(?:\s*(?:,\s*and|,|and|&|\+|/)\s*(?:at\s+)?(?:the\s+)?{_HOUR})*"
_NOT_HOUR = r"(?!\s*(?:%|:\d|\.\d|st\b|nd\b|rd\b|th\b|a\.?m\b|p\.?m\b)|\d)"
_PLACED = r"(?:\s+(in\s+the\s+(?:morning|evening|afternoon)|of\s+the\s+morning|at\s+night|o'?\s?clock|hrs?|hours))?"


def _hours(text: str) -> Iterator[Atom]:
    """`at 7 and 19`, `at 7 in the evening` lean on a frequency; `at 22h` is a time by itself."""
    expression = (
        rf"(?:\b(?:at|to)\s+the|\bat(?:\s+hour)?|(?:(?<!\w)|(?<=daily)|(?<=nightly)"
        rf"|(?<=days))@)\s*({_LIST}){_NOT_HOUR}{_PLACED}(?![\w-]|\s+[0-5]\d\b)"
    )
    opened = hints(text, r"(?:\b(?:at|to)(?:\s+(?:the|hour))?|@)\s*\d{1,2}(?!\d|:\d)")
    for match in pattern(expression).finditer(text) if opened else ():
        if match.group()[:2].lower() == "to" and "hour" not in (match[2] or ""):
            continue
        if not _is_other_time(text, *match.span()):
            yield from _listed(match, match[2] or "")
    for match in pattern(r"(?<![\w:/.\-])\d{1,2}\s?h(?:\s*(?:,|and|&|\+|/)\s*\d{1,2}\s?h)*(?![\w-])").finditer(text):
        marked = pattern(_MARKED).search(text, max(0, match.start() - 30), match.start()) is not None
        marked = marked or _is_placed(text, match.end())
        marked = marked and pattern(_LENGTH_BEHIND).match(text, match.end()) is None
        if marked and not _is_other_time(text, *match.span()):
            yield from _listed(match, "")


_MARKED = (
    r"(?:\b(?:at|daily|dly|nightly|(?<!up\s)to|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)|\w+days?|^|[.;\n]"
    r"|\b(?:morning|evening|night|day|year|month|week)|\bday\s+\d{1,2}|\b\d{1,2}(?:st|nd|rd|th)?\.?\s+[^\W\d_]{3,9},)"
    r"[\s,(]*(?:at\s+)?(?:the\s+)?$"
)
_LENGTH_BEHIND = r"\s*(?:time-?\s?outs?|limit|max(?:imum)?|cap|hard|per|each|for|sla|budget|in\s+total)\b"


def _spoken_hours(text: str) -> Iterator[Atom]:
    """`at eleven`, `at 17.30`: they lean on a frequency."""
    words = (
        rf"\b(?:at|stroke\s+of)\s+({_HOUR_WORDS})\b(?:\s+hours\b)?|{_DOTTED_BEFORE}(\d{{1,2}}\.[0-5]\d)(?![\d\w%]|\.\d)"
    )
    for match in (
        pattern(words).finditer(text) if hints(text, rf"\d\.[0-5]\d|\b(?:at|stroke\s+of)\s+(?:{_HOUR_WORDS})\b") else ()
    ):
        hour, _, minute = (match[1] or match[2]).partition(".")
        value = int(number(hour))
        start = match.start() if match[1] else match.start(2)
        ended = pattern(_HOUR_ENDS).match(text, match.end()) is not None or zone_after(text, match.end()) is not None
        ended = ended or (_leans(text, match.start()) and pattern(r"\s+\w+s\b").match(text, match.end()) is None)
        dotted = match[2] is not None and pattern(_AMOUNT).match(text, match.end()) is None
        if (ended or dotted) and value < _LAST_HOUR and not _is_other_time(text, start, match.end()):
            yield Atom("time", start, match.end(), time(value, int(minute or 0)), weak=True)


def _is_placed(text: str, end: int) -> bool:
    """Whether a place that is named as a zone stands right behind: `18h Paris time`."""
    place = zone_after(text, end)
    return place is not None and pattern(r"\s+(?:local\s+)?time\b").match(text, place.end) is not None


def _leans(text: str, start: int) -> bool:
    """Whether a frequency stands right before: `every night at two take …`."""
    before = r"\b(?:(?:every|each)\s+\w+|daily|nightly|overnight|\w+days?|mornings?|evenings?)\s+$"
    return pattern(before).search(text, max(0, start - 40), start) is not None


_HOUR_WORDS = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty"
)
_HOUR_ENDS = (
    r"\s*(?:[.,;:!?)](?!\d)|$|(?:every|each|daily|on|o'clock|sharp|in\s+the|utc|gmt"
    rf"|and\s+(?:at\s+)?(?:{_HOUR_WORDS}))\b)"
)
_DOTTED_BEFORE = (
    r"(?:\b(?:at|from|start(?:s|ing)?|begins?|runs?|run\s+it|daily|dly|nightly|nitely|nitly|weekly|wkly|morning|evening|afternoon|night|weekdays)"
    r"|days?|\b(?:mon|tue|wed|thu|fri|sat|sun))[\s,:]+(?:at\s+)?"
)
_AMOUNT = r"\s*(?:%|percent|per\b|euros?|usd|eur|dollars|million|points?|degrees|[kmg]b\b|seconds|minutes|hours)"


def _listed(match: re.Match[str], part: str) -> Iterator[Atom]:
    late = pattern(r"evening|afternoon|night").search(part) is not None
    words = match[1] if match.re.groups else match.group()
    numbers = [int(digits) for digits in re.findall(r"\d+", words)]
    if len(numbers) > 1 and _LAST_HOUR < max(numbers) <= _LAST_MINUTE:
        yield Atom("minute", *match.span(), ",".join(str(number) for number in numbers))
    elif pattern(r"\dh|\d\s+h|hour|hr|clock").search(words + part) and max(numbers) <= _LAST_HOUR:
        start = match.start(1) if match.re.groups else match.start()
        places = [place.span() for place in pattern(_HOUR).finditer(match.string, start, match.end())]
        for (low, high), hour in zip(places, numbers, strict=False):
            yield Atom("time", low, high, time(hour % 24))
    else:
        hours = [
            hour + 12 if (late and 6 < hour < 12) or (late and "night" not in part and hour < 12) else hour
            for hour in numbers
        ]
        yield Atom("hours", *match.span(), hours, weak=True)


def _bare_hours(text: str) -> Iterator[Atom]:
    """`daily 6`, `mon 9`, `twice a day (6 + 18)`, `6 and 18 utc`, `6, 14, 22 o'clock`: hours with no `at`."""
    day = any_of("weekdays")
    often = r"(?:twice|thrice|\d\s?x|(?:two|three|four|\d)\s+times)\s+(?:(?:a|per|each|every)\s+)?(?:day|daily)"
    opener = (
        rf"\b(?:daily|dly|nightly|(?:every|evry|each)\s+(?:day|night|morn(?:ing)?|evening)|{day}|weekdays|wkdays|{often}|"
        r"(?:mo|tu|we|th|fr|sa|su)(?=\s+\d)|m-f|m-sa|twice|"
        r"(?:every|each|per)\s+shift(?:\s+start)?|time|morning|evening|hour)(?:\s+(?:mornin|morn|nite|arvo))?(?:\s*[,:(]\s*|\s+)(?:times?\s+)?"
    )
    several = r"\d{1,2}(?:(?:\s*(?:,\s*and|,|and|&|\+|/)\s*|(?<=\d)\s(?=\d{1,2}\s\d|\d{1,2}\b))\d{1,2})*"
    behind = (
        rf"\s*(?:[.;!?)]|wh?en\b|,(?!\s?\d)|:(?!\d)|$|o'?\s?clock|sharp|h\b|hrs?\b|daily|utc|gmt|cet|cest|and\b|{day})"
    )
    for match in finds(rf"{opener}({several})(?![\w-]|\.\d)", text, *"0123456789") if _has_opener(text) else ():
        if pattern(behind).match(text, match.end()) is None and zone_after(text, match.end()) is None:
            continue
        numbers = [int(digits) for digits in re.findall(r"\d+", match[1])]
        late = match.group().lower().startswith("evening") and max(numbers) < 12
        if text[match.end() : match.end() + 1] == ")" and "(" not in match.group():
            continue
        if max(numbers) < _LAST_HOUR:
            shift = "shift" in match.group().lower()
            for place in re.finditer(r"\d+", match[1]) if shift else ():
                low = match.start(1) + place.start()
                yield Atom("time", low, low + len(place.group()), time(int(place.group())))
            if not shift:
                yield Atom("hours", *match.span(1), [hour + 12 if late else hour for hour in numbers], weak=True)
    yield from _listed_hours(text)


def _listed_hours(text: str) -> Iterator[Atom]:
    """`6, 14 and 22 o'clock`, `2, 10, 18h`, `6 and 18 utc`: times by themselves, unless they are lengths of waits."""
    more = (
        r"(?<![\w:/.\-,])(\d{1,2}(?:\s*(?:,\s*and|,|and|&|\+|/)\s*\d{1,2})+)"
        r"(?:\s*(?:h|hrs?|uhr)\b|\s+(?:o'?\s?clock|(?=utc\b|gmt\b|daily\b)))"
    )
    for match in pattern(more).finditer(text) if hints(text, r"\d\s*(?:[,&+/]|and)") else ():
        if pattern(_LENGTHS_BEFORE).search(text, max(0, match.start() - 24), match.start()):
            continue
        numbers = [int(digits) for digits in re.findall(r"\d+", match[1])]
        if max(numbers) < _LAST_HOUR and not _is_other_time(text, *match.span()):
            places = [place.span() for place in pattern(r"\d+").finditer(text, match.start(1), match.end(1))]
            places[-1] = (places[-1][0], match.end())
            for (low, high), hour in zip(places, numbers, strict=True):
                yield Atom("time", low, high, time(hour))


_LENGTHS_BEFORE = (
    r"\b(?:(?:waits?|delays?|pauses?)\s+(?:are|is)|wait\w*|for|after|within|of|delays?|pauses?|retr\w+|backoff"
    r"|last|every)[\s(:]*$"
)


def _has_opener(text: str) -> bool:
    """Whether a number stands right behind a word that may open bare hours."""
    words = set(pattern(r"\b(\w+)[\s,:(]+\d").findall(lowered(text)))
    return not (words.isdisjoint(_OPENERS) and words.isdisjoint(lexicon("weekdays")))


_OPENERS = frozenset(
    {
        "daily",
        "nightly",
        "day",
        "night",
        "morning",
        "evening",
        "weekdays",
        "wkdays",
        "shift",
        "start",
        "time",
        "times",
        "mo",
        "tu",
        "we",
        "hour",
        "mornin",
        "nite",
        "arvo",
        "th",
        "fr",
        "sa",
        "su",
        "f",
        "dly",
        "morn",
        "twice",
    }
)


_ARRIVES = (
    r"\b(?:drops?|sends?|arrives?|comes?|lands?|uploads?|delivers?|appears?|puts?|posts?|publish(?:es)?|shows?\s+up"
    r"|is\s+(?:there|ready|out|done)|are\s+(?:there|ready|out|done))\b(?:[^.;\n]|\.(?=\w)){0,70}?"
    r"\b(?:around|about|approximately|roughly|at\s+some\s+point\s+after|some\s?time\s+(?:around|after)|somewhere\s+(?:around|between))\s+$"
)


def _is_other_time(text: str, start: int, end: int) -> bool:
    """A time that bounds a wait, or when something else happens, not the run: `by 7 am`, `closes at 18:00`."""
    before = text[max(0, start - 44) : start]
    if pattern(r"\s*[=~]").match(text, end):
        return True
    if pattern(r"\bschedul\w*\s+(?:it\s+|this\s+)?by\s+$").search(before):
        return False
    if text[start:end].lower().startswith("mid") and pattern(r"\bafter\s+(?:the\s+)?$").search(before):
        return True
    sentence = text[max(0, start - 120) : start].lower()
    if _holds(sentence, _ARRIVING) and pattern(_ARRIVES).search(text, max(0, start - 120), start):
        return True
    if _holds(sentence, _BOUNDING) and pattern(_BOUNDS).search(before):
        return True
    return _holds(text[end : end + 80].lower(), _BOUNDING_BEHIND) and bool(pattern(_BOUND_BEHIND).match(text, end))


def _holds(words: str, needed: tuple[str, ...]) -> bool:
    return any(word in words for word in needed)


# One of them stands in whatever the expressions below find.
_ARRIVING = ("drop", "send", "arrive", "come", "land", "upload", "deliver", "appear", "put", "post", "publish", "show",
             "ready", "there", "out", "done")  # fmt: skip
_BOUNDING = (
    *("til", "before", "b4", "by", "later", "deadline", "sla", "earlier", "due", "latest", "longer", "since", "policy"),
    *("cut", "late", "early", "time", "limit", "max", "kill", "cap", "dies", "close", "open", "end", "arrive", "land"),
    *(
        "leave",
        "expire",
        "crash",
        "fail",
        "finish",
        "ready",
        "available",
        "complete",
        "out",
        "publish",
        "sent",
        "appear",
    ),
    *("drop", "<", ">", "not", "mov", "chang", "shift", "called", "paged", "broke", "happen", "died", "met", "left"),
    *("rang", "came", "fell"),
)
_BOUNDING_BEHIND = ("latest", "deadline", "meeting", "stand", "brief", "cut", "above", "over", "below", "under", "is",
                    "last", "yesterday", "this")  # fmt: skip


_BOUNDS = (
    r"(?:\b(?:(?:mov|chang|shift)(?:e[ds]?|s|ing|ed)?\s+from|until|till|til|before|b4|by"
    r"|no\s+later\s+than|deadline(?:\s+(?:is|of|at|was))?(?:\s+(?:on\s+)?\w+day)?|sla(?:\s+of)?|later\s+than|"
    r"earlier\s+than|due|latest|longer\s+than|since|policy\s+(?:is|was)|cut-?off(?:\s+(?:is|at))?"
    r"|as\s+(?:late|early)\s+as|(?:time-?out|limit|max(?:imum)?|kill(?:ed)?"
    r"|cap(?:ped)?)(?:\s+(?:it\s+)?(?:at|is|of))?|(?:cap|limit|kill|stop)\s+(?:the|it|them|each)\s+[\w-]+(?:\s+[\w-]+){0,2}(?:\s+at)?|us(?:es?|ed)\s+to\s+arrive(?:\s+at)?|"
    r""
    r"(?:dies|closes?|opens?|ends?|arrives?|lands?|leaves?|expires?|crash(?:es|ed)|fail(?:s|ed)|finish(?:es|ed)|"
    r"(?:ready|available|complete|out|published|closed|sent)(?:\s+again)?|appears?|drops?)(?:\s+(?:at|by"
    r"|around|from|on|daily))+)"
    r"(?:\s+(?:about|around|the|at|of))?"
    r"|\b(?:called|paged|broke|crashed|happened|died|met|left|rang|came|fell\s+over)\s+(?:at|around)|[<>]=?|\bnot\s+(?:at|on))\s*$"
)
_BOUND_BEHIND = (
    r"\s*(?:at\s+the\s+latest|latest\b|deadline\b|(?:meeting|stand-?up|briefing|cut-?off)\b|"
    r"(?:above|over|below|under)\s+\d|(?:last\s+(?:night|week)|yesterday|this\s+morning)\b|is\s+(?:too|when\b|the\s+(?:deadline|limit)))"
)
