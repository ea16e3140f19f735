"""How runs of the pipeline relate: catch-up, first date, how many at once, whether each needs the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, finds, hints, meaning_of, pattern, says

_UNSAID = r"\s*[:=]?\s*\W*(?:not\s+|none\b|n/?a\b|unspecified|unknown)"


_OLD = (
    r"(?:(?:old|past|missed|missing|previous|historical|skipped|earlier)\s+"
    r"(?:runs?|days?|dates|intervals|data\s+intervals|periods|weeks?|months?|nights?|hours|mondays?|sundays?|evenings?)|"
    r"runs?\s+of\s+the\s+past)"
)
_UP = r"(?:catch(?:ing)?[\s_-]?up|back-?fill(?:ing|s)?)"
_CATCHUP_OFF = (
    rf"\b(?:no|without|w/o|don'?t|do\s+not|not|never|disable|skip)\s+(?:any\s+|do\s+|make\s+|want\s+(?:a\s+)?|need\s+)*{_UP}\b"
    rf"|\bcan'?(?:no)?t\s+be\s+back-?filled\b"
    rf"|\b{_UP}(?:\s+of\s+{_OLD})?[\"'`*]*\s*(?:is|[:=|]|must\s+be|should\s+be|shall\s+be)?\s*[\"'`*]*\s*"
    rf"(?:turned\s+|set\s+to\s+|switch(?:ed)?\s+)?(?:off|false|disabled?|no\b|none\b|not\s+(?:wanted|needed|required|desired))"
    rf"|\b(?:stays?|remains?)\s+missed\b|\bskip\s+missed\s+runs|\bnothing\s+of\s+(?:the\s+)?(?:previous|past|earlier|old)\s+\w+"
    rf"|\b(?:don'?t|do\s+not|doesn'?t|not)\s+(?:want\s+|need\s+)?(?:it\s+|this\s+|them\s+)?to\s+{_UP}\b|\bnobody\s+{_UP}s?\b"
    rf"|\bnever\s+(?:make|catch)\s+up\s+(?:for|on)\b|\b{_OLD}\s+(?:don'?t|do\s+not|not|never)\s+(?:to\s+)?(?:be\s+)?(?:re-?)?fill(?:ed)?\b"
    rf"|\b{_OLD}\s+(?:are|is)\s+not\s+to\s+be\s+(?:filled|produced|made)|\bnobody\s+(?:expects|needs|wants)\s+(?:the\s+)?{_OLD}"
    rf"|\bdisabled?\s+{_UP}\b|\bignore\s+{_OLD}"
    rf"|\b(?:no|not|without|don'?t|do\s+not|never)\s+(?:[\w/']+\s+){{0,4}}?(?:the\s+)?{_OLD}"
    rf"(?:\s+(?:need|must|shall|should|are|is|be)\b[^.;\n]{{0,30}}?(?:caught\s+up|made\s+up|processed|run|repeated))?"
    rf"|\b{_OLD}\W{{0,4}}(?:(?:are|is|must|shall|should|need|be|to|have)\s+)*not\s+(?:be\s+|to\s+be\s+)?(?:caught|made\s+up|"
    rf"repeated|re-?run|processed|back-?filled)(?:\s+up)?"
    rf"|\b(?:nothing|none)\s+(?:is\s+|has\s+)?to\s+be\s+(?:caught\s+up|made\s+up|back-?filled)"
    rf"|\bnot\s+(?:wanted|needed|required|desired)\s*:\s*{_UP}"
    rf"|\b{_UP}\s+of\s+[\w ]{{3,30}}\s(?:is|are)\s+not\s+(?:needed|wanted|required|necessary)"
    rf"|\bmissed\b[^.;\n]{{0,25}}\b(?:are|is|be)\s+not\s+(?:to\s+be\s+)?(?:caught|made)\s+up"
    rf"|\b(?:don'?t|do\s+not|never)\s+(?:re-?)?(?:run|repeat|process|make\s+up)\s+(?:the\s+|any\s+)?missed\b"
    rf"|\bnothing\s+(?:should|must|shall|is\s+to)\s+be\s+done\s+about\s+(?:the\s+)?missed\b"
)
_CATCHUP_ON = (
    rf"\b{_UP}[\"'`*]*\s*(?:is|[:=|]|must\s+be|should\s+be)?\s*[\"'`*]*\s*(?:turned\s+|set\s+to\s+|switched\s+)?"
    rf"(?:on\b|true|enabled?|yes|wanted|needed|required|desired)|\b{_UP}\s+has\s+to\s+be\s+on\b|\bset\s+{_UP}\s+to\s+true\b"
    rf"|\b{_OLD}\s+(?:are|is|have|has|must|shall|should)\s+(?:to\s+)?(?:be\s+)?(?:run\s+later|filled\s+in|made\s+up|caught\s+up)"
    rf"|\b(?:history|backlog)\b[^.;\n]{{0,40}}?\b(?:has|have|is|are|should|must|shall)\s+(?:to\s+)?(?:be\s+)?(?:back-?)?(?:filled|caught\s+up|loaded)"
    r"|\b(?:with|enable|do|allow|and)\s+(?:catch[\s-]?up|back-?fill(?:ing)?)\b"
    r"|\bback-?fill\s+(?:missed|the\s+missed|missing|from|since|all|everything|the\s+history)\b"
    r"|\bback-?fill\s+(?:the\s+)?(?:\w+\s+)?(?:missing|missed)\b|\bcatch\s+up\s+(?:on\s+)?(?:everything|all\b)"
    r"|\b(?:make|catch)\s+up\s+(?:for|on)\s+(?:the\s+|any\s+)?missed\s+(?:runs|days)\b"
    r"|\bmissed\s+(?:runs|days|intervals|dates)\s+(?:(?:must|shall|should|are|have|to|will)\s+)+be\s+(?:caught\s+up|made\s+up)"
)


_NOT_SAID = (
    r"(?:\s+(?:or|and|nor)\s+[\w-]+){0,2}\s+(?:is\s+|are\s+|was\s+)?"
    r"(?:specified|stated|mentioned|given|defined|set\b(?!\s+to))"
)
CATCHUP_OFF = "only runs at times can be caught up, and the text names none; catch-up is left off"


def find_catchup(text: str) -> Found[bool] | None:
    """Whether missed runs are made up for; None when the text does not say."""
    for value, expression in ((False, _CATCHUP_OFF), (True, _CATCHUP_ON)):
        words = (
            "catch",
            "caught",
            "made up",
            "fill",
            "missed",
            "past",
            "old ",
            "historical",
            "previous",
            "skipped",
            "earlier",
            "missing",
            "history",
            "backlog",
            "make up",
        )
        for match in finds(expression, text, *words):
            if pattern(r"\blag\s+$").search(text, max(0, match.start() - 8), match.start()):
                continue  # a consumer that falls behind
            if value is False and match.group().lower().startswith("can"):
                continue  # one step's nature, not a setting of the pipeline
            if pattern(_NOT_SAID).match(text, match.end()):
                continue
            return found(text, *match.span(), value)
    return None


def find_depends_on_past(text: str) -> Found[bool] | None:
    """Whether a run needs the one before it to have succeeded."""
    label = r"\bdepends[_\s-]on[_\s-]past[\"'`*]*\s*(?:is|[:=])?\s*[\"'`*]*\s*(true|false|yes|no|on|off)?\b"
    said = next(finds(label, text, "depends"), None)
    if said is not None:
        return found(text, *said.span(), (said[1] or "true").lower() in ("true", "yes", "on"))
    words = (
        r"\b(?:only\s+)?(?:if|when|after|once|unless)\s+(?:the\s+)?(?:previous|last|prior)\s+(?:day'?s\s+)?run\s+"
        r"(?:has\s+|had\s+|was\s+)?(?:succeed(?:ed|s)?|success(?:ful)?|finished|completed|failed|been\s+successful)\b"
        r"|\beach\s+run\s+(?:needs|depends\s+on|requires)\s+the\s+(?:previous|one\s+before|last)(?:\s+(?:one|run))?\b"
    )
    match = next(finds(words, text, "previous", "last", "prior", "each"), None) if says(text, "run") else None
    return found(text, *match.span(), True) if match else None


def find_max_active_runs(text: str) -> Found[int] | None:
    """How many runs may be active at once."""
    counted = r"\b(?:only|most|max(?:imum)?|to|of)\s+\w+\s+runs?\b|\bruns?\s+at\b"
    if not says(text, "active", "overlap", "concurrent", "parallel", "simultaneous", "single") and not (
        says(text, "run") and hints(text, counted)
    ):
        return None
    count = number_words()
    label = rf"\bmax[_\s-]?active[_\s-]?runs?[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*({count})(?![\w.])"
    named = next(finds(label, text, "max"), None)
    if named is not None:
        return found(text, *named.span(), _positive(named))
    one = (
        r"\b(?:no|never|avoid|without|prevent)\s+(?:two\s+|any\s+)?(?:overlap(?:ping|s)?|concurrent|"
        r"parallel|simultaneous)"
        r"(?:\s+runs?)?\b(?!\s+(?:task|step|branch|exec))|\bruns?\s+(?:must|should|may|can)\s*(?:not|n'?t|"
        r"never)\s+overlap\b"
        rf"|\b(?:only|at\s+most|max(?:imum)?(?:\s+of)?|up\s+to)\s+({count})\s+(?:active\s+|concurrent\s+|"
        rf"parallel\s+)?runs?"
        r"(?:\s+(?:at\s+(?:a|the\s+same|any)\s+time|active|at\s+once|in\s+parallel|concurrently))?\b"
        rf"|\b({count})\s+(?:active\s+|concurrent\s+)?runs?\s+at\s+(?:a|the\s+same|any)\s+time\b"
        rf"|\bup\s+to\s+({count})\s+concurrent\s+runs\b|\bsingle\s+(?:active\s+)?run\s+at\s+a\s+time\b"
    )
    match = pattern(one).search(text)
    if match is None:
        return None
    digits = next((group for group in match.groups() if group), "1")
    return found(text, *match.span(), _positive(match, digits))


def _positive(match: re.Match[str], digits: str | None = None) -> int:
    value = int(number(digits or match[1]))
    if not 1 <= value <= 1000:
        raise InputError(f"{match.group().strip()!r}: the number of active runs lies between 1 and 1000")
    return value


def find_start(text: str) -> Found[date] | None:
    """The first day that the schedule covers; relative ones (`days_ago(1)`) are left unsaid."""
    label = (
        r"\b(?:start[_\s-]?date|start(?:s|ing|ed)?(?:\s+(?:on|from|at))?|beginning(?:\s+(?:on|from))?|from|"
        r"since|begins?(?:\s+on)?|as\s+of|first\s+run(?:\s+(?:on|is))?)"
    )
    opener = rf"{label}[\"'`*]*\s*(?:is|[:=])?\s*[\"'`*]*\s*(?:the\s+)?"
    for match in pattern(opener).finditer(text) if hints(text, _YEAR) else ():
        for hit in _dates(text, match.end()):
            return found(text, match.start(), hit.end, hit.value, 0.9)
    return None


def find_end(text: str) -> Found[date] | None:
    """The last day that the schedule covers."""
    label = r"\b(?:end[_\s-]?date|until|till|ends?(?:\s+on)?|through|last\s+run(?:\s+(?:on|is))?)"
    opener = rf"{label}[\"'`*]*\s*(?:is|[:=])?\s*[\"'`*]*\s*(?:the\s+)?"
    for match in pattern(opener).finditer(text) if hints(text, _YEAR) else ():
        for hit in _dates(text, match.end()):
            return found(text, match.start(), hit.end, hit.value, 0.9)
    return None


_YEAR = r"\d{4}"


_MONTHS = 12


def _dates(text: str, at: int) -> Iterator[Found[date]]:
    if not pattern(r".{0,24}\d{4}|.{0,40}\(\s*\d{4}").match(text, at):
        return
    month = any_of("months")
    forms = (
        (r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?!\d)", None),
        (
            (
                r"(?:pendulum\.)?(?:datetime(?:\.datetime)?)\(\s*(?P<y>\d{4}),\s*(?P<m>\d{1,2}),\s*(?P<d>\d{1,2}"
                r")[^)]{0,60}\)"
            ),
            None,
        ),
        (rf"(?P<n>{month})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y>\d{{4}})\b", "n"),
        (rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?(?P<n>{month})\.?,?\s+(?P<y>\d{{4}})\b", "n"),
        (r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})\b", None),
        (r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})\b", None),
    )
    for expression, named in forms:
        match = pattern(expression).match(text, at)
        if match is None:
            continue
        number_of_month = int(meaning_of("months", match["n"])) if named else int(match["m"])
        try:
            day = int(match["d"])
            if "/" in match.group() and day <= _MONTHS < number_of_month:
                day, number_of_month = number_of_month, day
            value = date(int(match["y"]), number_of_month, day)
        except ValueError:
            raise InputError(f"{match.group()!r} is not a date", hint="write it like 2026-01-31") from None
        yield found(text, *match.span(), value)
        return
