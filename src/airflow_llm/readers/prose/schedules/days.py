"""Days of a schedule: weekdays and their exceptions, days of the month, dates of the year, months."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.spellings import any_of, finds, hints, lexicon, meaning_of, pattern, says, spelled

_DAY_PARTS = "morning|mornin|morn|afternoon|arvo|evening|night|nite"
_PARTS = {"mornin": "morning", "morn": "morning", "arvo": "afternoon", "nite": "night"}
_DAY_WORDS = r"(?:sun|mon|tue|wed|thu|fri|sat)"
_GLUE = (
    r"\s*(?:,\s*and|,\s*or|,|and|&|/|\+|or|n(?=\s)|-|\u2013|\.{2,3}|\.(?=\w)|to|through|thru|until|till|resp\.?)"
    r"\s*(?:on\s+)?(?:the\s+)?"
)
_TWO_LETTERS = {"su": 0, "so": 0, "mo": 1, "tu": 2, "di": 2, "we": 3, "mi": 3, "th": 4, "do": 4, "fr": 5, "sa": 6}
_CLOCK = r"(?:\d{1,2}(?:[:.]\d\d|\s?[ap]\.?m\b|\s?h\b|\s?o'?clock)|\d{4}\b|noon\b|midnight\b)"
_LETTERS = {"MWF": frozenset({1, 3, 5}), "TTh": frozenset({2, 4}), "M-F": frozenset(range(1, 6))}
_ONE = r"\d{1,2}(?:st|nd|rd|th)"


def day_letters(text: str) -> Iterator[Atom]:
    """`MWF 6am`, `M-F at 7`: capitals, and a time behind them."""
    for match in pattern(
        r"(?<![\w-])([MTWFS][ouherai]|mo|sa)\s?[-\u2013]\s?([FS][raou]|fr|sa|so)(?![\w-])", 0
    ).finditer(text):
        first, last = _TWO_LETTERS.get(match[1].lower()), _TWO_LETTERS.get(match[2].lower())
        if first is not None and last is not None:
            yield Atom("days", *match.span(), _days_between(first, last))
    for match in finds(rf"\bweekday(?=,?\s+(?:at\s+)?{_CLOCK})", text, "weekday"):
        yield Atom("days", *match.span(), _LETTERS["M-F"])
    letters = r"(?<![\w-])(MWF|M/W/F|TTh|T/Th|M-F)(?=\s+(?:at\s+)?\d)"
    for match in pattern(letters, 0).finditer(text) if says(text, "wf", "w/f", "tth", "t/th", "m-f") else ():
        yield Atom("days", *match.span(), _LETTERS[match[1].replace("/", "")])


def weekdays(text: str) -> Iterator[Atom]:
    """`Mon-Fri`, `tuesdays and thursdays`, `Saturday night`, `every Wednesday`."""
    exceptions = ("but", "except", "other", "apart", "excluding", "besides")
    every_day = rf"\b(?:all|every|each)\s+days?(?=\s+(?:{'|'.join(exceptions)}))"
    for match in finds(every_day, text, *exceptions):
        yield Atom("every", *match.span(), (1.0, "d"))
    if not says(text, "weekend") and next(spelled("weekdays", text), None) is None:
        return
    day = rf"\b{any_of('weekdays')}\b(?:(?:(?<=\b\w{{3}})|(?<=\b\w{{4}}))\.(?!\s+(?:on|at|the|we|it|if|then)\b))?"
    expression = rf"((?:every|each|on|evry)\s+)?({day}(?:(?:{_GLUE}| ){day})*)(?!\w)(\s+(?:{_DAY_PARTS})s\b)?"
    for match in pattern(expression).finditer(text):
        repeated = (match[1] or "").strip().lower() not in ("", "on")
        if not repeated and _is_other_day(text, match):
            continue
        if repeated and _is_span_of_data(text, match):
            continue
        days = _day_set(match[2])
        about = pattern(rf"\s*[,;]\s*(?:{day})$").search(text, match.start(2), match.end(2))
        if about is not None and pattern(r"\s+(?:is|was)\b").match(text, match.end(2)):
            days = _day_set(text[match.start(2) : about.start()])  # `Tuesdays, Monday is closed`
        if pattern(r"\s+(?:too|also|as\s+well|included)\b").match(text, match.end(2)):
            yield Atom("also", match.start(), match.end(2), days, weak=True)
            continue
        plural = match[3] is not None or pattern(rf"{_DAY_WORDS}\w*(?:days|dys)\b").search(match[2]) is not None
        single = len(days) == 1 and not plural and not repeated
        yield Atom("days", match.start(), match.end(2), days, weak=single)
        part = pattern(rf"\s+({_DAY_PARTS})s?\b").match(text, match.end(2))
        if part is not None:
            said = part[1].lower()
            yield Atom("part", *part.span(1), _PARTS.get(said, said), weak=True)
    yield from _exceptions(text, day)


def _is_span_of_data(text: str, match: re.Match[str]) -> bool:
    """`for each Sunday in 2025`: the days whose data are meant."""
    behind = pattern(r"\s+(?:in|of|since|between)\b").match(text, match.end(2))
    return (
        behind is not None and pattern(r"\bfor\s+$").search(text, max(0, match.start() - 5), match.start()) is not None
    )


def _is_other_day(text: str, match: re.Match[str]) -> bool:
    """`last Friday`, `agreed on Tuesday`, `closed on Mondays`, `from Monday on`: no day of the schedule."""
    before = text[max(0, match.start() - 24) : match.start()]
    if pattern(_PLANNED).search(before) or (pattern(r"\bfor\s+$").search(before) and _is_timed(text, match.end(2))):
        return False
    if pattern(_NO_RUN).search(before):
        return pattern(r"\s+(?:job|run)\b").match(text, match.end(2)) is None
    if pattern(r"\bfrom\s+$").search(before) and pattern(r"\s+on(?:wards?)?\b(?!\s+at)").match(text, match.end(2)):
        return True
    return bool(match[1]) and pattern(_TOLD).search(before) is not None


_NO_RUN = (
    r"\b(?:last|next|this|previous|if|when|is|unless|until|since|before|after|for|a|by|closed"
    r"|(?:believes?|believing|faith|trust)\s+in|(?:ticket|mail|message|meeting|note|chat|thread)s?\s+(?:from|of|on))\s+$"
)
_TOLD = (
    r"\b(?:discussed|agreed|said|told|talked|spoke|met|promised|mentioned|decided|asked|meeting|call|workshop|closed"
    r"|shut|lunch|review(?:ed)?|demo)\s+$"
)


_PLANNED = r"\b(?:schedul\w+|plann?\w*|set)\s+(?:it\s+|this\s+)?for\s+(?:the\s+)?$"


def _is_timed(text: str, end: int) -> bool:
    """Whether a time of day stands right behind the day: `Saturday nights, 23:50`."""
    return pattern(rf"(?:\s+(?:{_DAY_PARTS})s?\b)?,?\s+(?:at\s+)?{_CLOCK}").match(text, end) is not None


def _days_between(first: int, last: int) -> frozenset[int]:
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def nights_between(text: str) -> Iterator[Atom]:
    """`the night from Sunday to Monday, at 2`: Monday behind midnight, Sunday before it."""
    day = rf"({any_of('weekdays')})"
    words = rf"\bnights?\s+(?:from|between|of)\s+{day}\s+(?:to|and|on)\s+{day}(?!\w)"
    for match in finds(words, text, "night"):
        late = pattern(r"[\s,]*(?:at\s+)?(?:1[89]|2[0-3])(?!\d)").match(text, match.end()) is not None
        yield Atom("days", *match.span(), frozenset({int(meaning_of("weekdays", match[1 if late else 2]))}))


def _exceptions(text: str, day: str) -> Iterator[Atom]:
    days = rf"(?:weekends?|{day})(?:{_GLUE}(?:weekends?|{day}))*"
    out = (
        r"\b(?:not(?:\s+(?:on|at))?|no|x?cept|except(?:\s+(?:on|nothing\s+on|never\s+on))?|excluding|excl\.?|w/o"
        r"|(?:do\s+)?nothing(?:\s+on)?|leave\s+out"
        r"|but(?:\s+not)?|without|"
        r"other\s+than|apart\s+from|besides(?:\s+of)?|"
        r"skip(?:ping)?|(?:(?P<apart>do\s+not|don'?t|never)|not)\s+(?:be\s+)?(?:run|execute"
        r"|start)(?:\s+(?:it|this))?)\s+"
        rf"(?:for\s+|on\s+)?(?:the\s+)?(?P<out>{days})(?!\w)"
    )
    off = (
        rf"(?:leave\s+)?(?P<out>{days})\s+(?:are\s+|is\s+)?(?:excluded|off|excepted|skipped|left\s+out|out|nothing\s+runs"
        r"|no\s+runs?)(?!\w|\s+of\b)"
    )
    for match in finds(off, text, "off", "exc", "skip", "left", " out", " no"):
        yield Atom("except", *match.span(), _out_set(match["out"]), weak=True)
    for match in pattern(out).finditer(text):
        if match.group().lower().startswith("but on") and pattern(r"\bnot\s[^.;]{0,40}$").search(
            text, max(0, match.start() - 44), match.start()
        ):
            continue
        yield Atom("except", *match.span(), _out_set(match["out"]), weak=match["apart"] is None)


def _out_set(words: str) -> frozenset[int]:
    return _day_set(words) | (frozenset({0, 6}) if "weekend" in words.lower() else frozenset())


def _day_set(words: str) -> frozenset[int]:
    days: set[int] = set()
    dash = r"(-|\u2013|\.{1,3}|\bto\b|\bthrough\b|\bthru\b|\buntil\b|\btill\b)"
    pieces = pattern(rf"(\b{any_of('weekdays')}\b)|{dash}").findall(words)
    previous, spans = None, False
    for day, between in pieces:
        if between:
            spans = True
            continue
        number_of_day = int(meaning_of("weekdays", day))
        if spans and previous is not None:
            days |= _days_between(previous, number_of_day)
        days.add(number_of_day)
        previous, spans = number_of_day, False
    return frozenset(days)


def month_days(text: str) -> Iterator[Atom]:
    """`the 2nd and 20th of each month`, `first Monday of the month`, `5th of month`, `on the last day`."""
    of_month = says(text, "month", "mnth")
    if not of_month and not pattern(_MAY_BE_DAY).search(text):
        return
    if of_month:
        yield from _of_month(text)
    bare = rf"(?:{_ONE}|(?<=the\s)(?:first|fifteenth))"
    several = rf"{bare}(?:\s*(?:,|and|&|\+|,\s*and)\s*(?:on\s+)?(?:the\s+)?{_ONE})*"
    no_month = (
        rf"(?!\s+(?:working|business|week|banking)[\s-]?day)(?!\s+(?:of\s+)?{any_of('months')}\b)(?!\s+\w+\s+(?"
        rf":of|in)\s+(?:the|each|every)\s+month)"
    )
    for match in pattern(rf"\b(?:(?:on|every|each)\s+(?:the\s+)?)({several})(?!\w){no_month}").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    listed = rf"(?:the\s+)?{_ONE}(?:\s*,\s*{_ONE})*\s*(?:,?\s*and|&|\+|n(?=\s))\s*(?:on\s+)?(?:the\s+)?{_ONE}"
    pair = rf"(?<![\w.])({listed})(?!\w){no_month}"
    for match in pattern(pair).finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    yield from _spoken_days(text)
    timed = (
        rf"(?:(?<=^)|(?<=[\s(]))(?:(?:on|always|every|each|run)\s+)?(?:the\s+)?(?:({_ONE})|day\s+(\d{{1,2}}))"
        rf",?\s+(?=(?:at\s+)?{_CLOCK}|at\s+\d{{1,2}}\s*(?:[.,;)]|$))"
    )
    for match in pattern(timed).finditer(text):
        yield Atom(
            "monthday", match.start(), match.end(1 if match[1] else 2), _days_of_month(match[1] or match[2]), weak=True
        )
    for match in pattern(r"\bon\s+(?:the\s+)?(last|first)\s+day\b|\b(?:the|on)\s+day\s+(\d{1,2})\b").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1] or match[2]), weak=True)


def _spoken_days(text: str) -> Iterator[Atom]:
    """`on the first and the sixteenth`, `Day 1 and 15, 05:00`, `at six on the eleventh, Cologne`."""
    word = any_of("ordinals")
    more = rf"(?:\s*(?:,\s*and|,|and|&|\+)\s*(?:on\s+)?(?:the\s+)?{word})"
    ends = r"(?!\w)(?=\s*(?:[.,;:)!?]|$|(?:at|in|from|utc|of\s+(?:the|each|every)\s+month)\b))"
    for match in pattern(rf"\bon\s+the\s+({word}{more}+){ends}").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    hour = r"(?:\d|noon|midnight|half|one|two|three|four|five|six|seven|eight|nine|ten)"
    late = rf"(?:{'|'.join(name for name in lexicon('ordinals') if name.endswith('th') and not name[0].isdigit())})"
    timed = rf"\b(?:on|of)\s+the\s+({word}(?=\s+at\s+{hour}|,\s+[A-Z])|{late}(?=\s*(?:[.,;)]|$)))"
    for match in pattern(timed).finditer(text):
        if match[1].lower() != "last" and (
            match[0][:2] != "of" or hints(text[max(0, match.start() - 20) : match.start()], _DAY_PARTS)
        ):
            yield Atom("monthday", *match.span(), _days_of_month(match[1]), weak=True)
    one = rf"\b(?:\d{{1,2}}|{any_of('numbers')})\b"
    alone = rf"(?<=on\sday\s){one}|{one}(?=\s+of\s+(?:the|each|a|every)\s+month)"
    several = rf"{one}(?:\s*(?:,|and|&|\+)\s*(?:day\s+)?{one})+|{alone}"
    listed = (
        rf"(?<!x\s)(?<!times\s)(?<!twice\s)\bdays?\s+({several})"
        r"(?=\s*(?:[.;)]|,?\s+(?:at\s+)?\d|$|,\s*$|\s+of\b))"
    )
    for match in pattern(listed).finditer(text) if says(text, "day") else ():
        days = [int(number(said)) for said in pattern(one).findall(match[1])]
        if min(days) > 0 and max(days) <= _LONGEST_MONTH:
            yield Atom("monthday", *match.span(), tuple(str(day) for day in dict.fromkeys(days)), weak=True)


_LONGEST_MONTH = 31
_MAY_BE_DAY = (
    r"\b(?:on|every|each|of)\s+(?:the\s+)?(?:\d|last|first|fifteenth|\w+th\b|second|third|1st)|\bdays?\s+\d|\d(?:st|nd|rd|th)\s*(?:and|&|\+)|\bday\s+\d"
    r"|\d(?:st|nd|rd|th),?\s+(?:at\s+)?(?:\d|noon|midnight)"
)


def _of_month(text: str) -> Iterator[Atom]:
    ordinal = rf"(?:{any_of('ordinals')})"
    month = r"(?:(?:of|in)\s+)?(?:(?:the|each|every|a)\s+)?(?:calendar\s+)?(?:months?|mn?th)\b"
    full = (
        r"(?:\s+day)?\s+(?:(?:of|in)\s+(?:(?:the|each|every|a)\s+)?|(?:the|each|every"
        r"|a)\s+)(?:calendar\s+)?(?:month|mn?th)\b"
    )
    nth = rf"\b(?:on\s+)?(?:the\s+|every\s+|each\s+)?({ordinal})\s+({any_of('weekdays')})\s+{month}"
    for match in pattern(nth).finditer(text):
        yield Atom("nth", *match.span(), (meaning_of("ordinals", match[1]), int(meaning_of("weekdays", match[2]))))
    one = rf"(?:{_ONE}|{ordinal}|\d{{1,2}}(?!\w))(?:\s+(?:(?:working|business|banking)\s+)?day)?"
    several = rf"{one}(?:\s*(?:,|and|&|\+|,\s*and)\s*(?:on\s+)?(?:the\s+)?{one})*"
    opener = r"\b(?:on\s+)?(?:the\s+|every\s+|each\s+)?"
    for match in pattern(rf"{opener}({several})(?:{full}|\s+monthly\b)").finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]))
    span = (
        rf"\b(?:between|from)\s+the\s+({_ONE})\s+(?:and|to|till|until|through)\s+(?:the\s+)?({_ONE})"
        r"(?:\s+day)?\s+(?:of\s+)?(?:the|each|every|a)\s+month\b"
    )
    for match in finds(span, text, "between", "from"):
        low, high = (_days_of_month(words)[0] for words in match.groups())
        yield Atom("monthday", *match.span(), (f"{low}-{high}" if int(low) < int(high) else f"{low}-31,1-{high}",))
    dotted = r"\b(?:on\s+)?(?:the\s+|every\s+|each\s+)(\d{1,2})\.\s+(?:(?:of|in)\s+)?(?:(?:the|each|every)\s+)?month\b"
    for match in pattern(dotted).finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]))
    for match in pattern(
        r"\b(?:on\s+)?(?:the\s+)?days?\s+(\d{1,2})\s+(?:of|in)\s+(?:(?:the|each|every)\s+)?month\b"
    ).finditer(text):
        yield Atom("monthday", *match.span(), _days_of_month(match[1]))
    for match in pattern(
        rf"\b(?:monthly|(?:each|every|once\s+a)\s+month)[\s,:(]+(?:on\s+)?(?:the\s+)?({one})(?!\w)"
    ).finditer(text):
        words = match[1].lower()
        if words.endswith("day") or pattern(_ONE).match(words):
            yield Atom("monthday", match.start(1), match.end(1), _days_of_month(match[1]))


def _days_of_month(words: str) -> tuple[str, ...]:
    days: list[str] = []
    for piece in pattern(rf"\d{{1,2}}|{any_of('ordinals')}").findall(words.lower()):
        day = piece if piece.isdigit() else meaning_of("ordinals", piece)
        day = "L" if day == "last" else day
        if day != "L" and not 1 <= int(day) <= 31:
            raise InputError(f"{words.strip()!r} is no day of a month", hint="a month has the days 1 to 31")
        days.append(day)
    return tuple(dict.fromkeys(days))


def dates(text: str) -> Iterator[Atom]:
    """`2nd January, yearly`, `every December 20th`, `2 of March and June`."""
    if next(spelled("months", text), None) is None:
        return
    month = any_of("months")
    months = rf"{month}(?:(?:\s*(?:,\s*and|,|and|&|/)\s*|\s+){month})*"
    nth = rf"\b(?:on\s+)?(?:the\s+)?({any_of('ordinals')})\s+({any_of('weekdays')})\s+(?:of|in)\s+({months})(?!\w)"
    for match in finds(nth, text, "day", " mon ", " tue ", " wed ", " thu ", " fri ", " sat ", " sun "):
        which = (meaning_of("ordinals", match[1]), int(meaning_of("weekdays", match[2])))
        yield Atom("nth", match.start(), match.start(3), which)
        yield Atom("months", *match.span(3), _listed(match[3]), weak=True)
    yearly = r"(?:every|each)\s+(?:single\s+)?year|yearly|annually|once\s+a\s+year"
    day = rf"(\d{{1,2}}(?:st|nd|rd|th)?|{any_of('ordinals')}(?:\s+day)?)"
    expression = (
        rf"\b(?P<every>(?:every|each|{yearly})\s*,?\s+)?(?P<on>on\s+)?(?:the\s+)?"
        rf"(?:{day}\s+(?:of\s+)?({months})\b(?:\.(?=\s+(?:\d|at\b)))?"
        rf"|({month})\s+(?:the\s+)?(\d{{1,2}}(?:st|nd|rd|th)?|{any_of('ordinals')}))(?!\w|[:.]\d|\s*,?\s+\d{{4}})"
        rf"(?P<yearly>\s*,?\s*(?:{yearly}))?"
    )
    for match in pattern(expression).finditer(text):
        before = text[max(0, match.start() - 24) : match.start()]
        sure = bool(match["every"] or match["yearly"])
        again = sure or pattern(r"\s*(?:,|and|&)\s*(?:on\s+)?(?:the\s+)?\d").match(text, match.end()) is not None
        if not again and pattern(
            r"\b(?:start\w*|begin\w*|from|since|until|till|by|before|after|with|as\s+of|\d)\s+(?:on\s+)?$"
        ).search(before):
            continue
        digits = pattern(r"\d+").match(match[3] or match[6])
        value = digits.group() if digits else meaning_of("ordinals", pattern(r"\s+day$").sub("", match[3] or match[6]))
        names = pattern(rf"\b{month}\b").findall(match[4] or match[5])
        if value == "last" or not 1 <= int(value) <= 31:
            continue
        sure = sure or len(names) > 1
        listed = ",".join(meaning_of("months", name) for name in names)
        yield Atom("date", *match.span(), (listed, int(value)), weak=not sure)


def months_of(text: str) -> Iterator[Atom]:
    """`in January and July`, `(Jan/Apr/Jul/Oct)`, `from May to August`, `from October on`."""
    if next(spelled("months", text), None) is None and not says(text, *_SEASONS):
        return
    month = any_of("months")
    yield from _seasons(text, month)
    leading = (
        rf"(?:\b(?:each|every)\s+|(?<![\w/])(?={month}/))({month}(?:/{month})*)"
        r"(?:\s+(?=(?:week)?days?\b|nights?\b|mornings?\b|evenings?\b)|(?=,?\s+on\b))"
    )
    for match in pattern(leading).finditer(text):
        yield Atom("months", match.start(1), match.end(1), _listed(match[1]), weak=True)
    span = (
        rf"(?<![\w.-])(?:from\s+|between\s+)?({month})\s*(?:-|\u2013|to|until|till|through|thru"
        rf"|(?<=\w\s)and(?=\s))\s*({month})(?![\w-]|\s+\d)"
    )
    for match in pattern(span).finditer(text):
        yield Atom("months", *match.span(), _span(match[1], match[2]), weak=True)
    for match in pattern(rf"\bfrom\s+({month})\s+on(?:ward|wards)?\b(?!\s+the)").finditer(text):
        yield Atom("months", *match.span(), _span(match[1], "december"), weak=True)
    without = (
        rf"\b(?:not|except|excluding|no\s+runs?|never|outside(?:\s+of)?|skip(?:ping)?)\s+(?:(?:in|during|of"
        rf"|for)\s+)?({month}(?:\s*(?:,|and|&|or)\s*{month})*)(?!\w|\s+\d)"
    )
    for match in pattern(without).finditer(text):
        if match[1] == "may":
            continue  # `no run may overlap`
        out = set(_listed(match[1]))
        yield Atom("months", *match.span(), tuple(str(m) for m in range(1, 13) if str(m) not in out), weak=True)
    listed = (
        rf"\(\s*({month}(?:\s*[/,]\s*{month})+)\s*\)"
        rf"|\bin\s+({month}(?:\s*(?:,\s*and|,|and|&)\s*{month})*)\b(?!\s+\d|\s*(?:-|\u2013|to|until|till)\s*{month})"
    )
    for match in pattern(listed).finditer(text):
        yield Atom("months", *match.span(), _listed(match[1] or match[2]), weak=True)


def _seasons(text: str, month: str) -> Iterator[Atom]:
    """`in winter`, `jan + jul only`."""
    season = r"\b(?:in|during)\s+(?:the\s+)?(winter|spring|summer|autumn)\b(?!\s*months?\s*\()"
    for match in finds(season, text, *_SEASONS):
        yield Atom("months", *match.span(), _SEASONS[match[1].lower()], weak=True)
    alone = rf"(?<![\w.\-\u2013])({month}(?:\s*(?:,\s*and|,|and|&|/|\+)\s*{month})*)\s+only\b"
    for match in finds(alone, text, "only"):
        if match[1].lower() == "may" and pattern(r"\s+\w").match(text, match.end()):
            continue  # `it may only begin`
        yield Atom("months", *match.span(), _listed(match[1]), weak=True)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(meaning_of("months", name) for name in pattern(rf"\b{any_of('months')}\b").findall(words))


_SEASONS = {
    "winter": ("12", "1", "2"),
    "spring": ("3", "4", "5"),
    "summer": ("6", "7", "8"),
    "autumn": ("9", "10", "11"),
}


def _span(first: str, last: str) -> tuple[str, ...]:
    low, high = int(meaning_of("months", first)), int(meaning_of("months", last))
    return tuple(str((low + step - 1) % 12 + 1) for step in range((high - low) % 12 + 1))
