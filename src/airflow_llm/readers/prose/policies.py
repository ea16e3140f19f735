"""Time-outs and priorities: what holds for a step or for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Literal, NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import LENGTH, MASK, duration, masked
from airflow_llm.readers.prose.retry_delays import said
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import finds, hints, pattern, says

_WEEK = timedelta(days=7)


class Limit(NamedTuple):
    """A time-out. `scope`: of each task, of the whole run, of a wait, or of whatever the words stand beside."""

    length: timedelta
    scope: Literal["task", "run", "wait", "step"] = "step"


def find_timeouts(text: str) -> list[Found[Limit]]:
    """Every time-out with its scope."""
    hits: list[Found[Limit]] = list(_seconds(text))
    plain = masked(text)
    for scope, expression, needed in _LIMITS if MASK in plain else ():
        for match in finds(expression, plain, *needed):
            span = match.span()
            words = text[slice(*span)]
            if pattern(_MEASURED).search(text[max(0, match.start() - 40) : match.start()]):
                continue
            value = duration(said(text, match))
            if scope == "wait" and _is_habit(text, match, value):
                continue
            if value is None or pattern(r"\b(?:http|request|connection|socket)\b").search(words):
                continue
            if value <= timedelta(0):
                raise InputError(f"{words.strip()!r}: a time-out is longer than 0", hint="name a longer time")
            hits.append(found(text, *span, Limit(value, _scope(scope, words))))
    return without_overlaps(hits)


def _is_habit(text: str, match: re.Match[str], value: timedelta | None) -> bool:
    """`we look at six weeks at most`: so long nothing runs, and nothing there waits."""
    near = text[max(0, match.start() - 80) : match.end() + 30]
    return value is not None and value >= _WEEK and not hints(near, r"\bwait|sensor|hold|approv|poll")


# `a lag of at most 9 s` bounds a measured value, not a task.
_MEASURED = r"\b(?:lag|latency|drift|age|delay|freshness|gap|older|newer)\s+(?:(?:is|of|was)\s+)*$"


def _seconds(text: str) -> Iterator[Found[Limit]]:
    """`timeout=1800`: an argument of Airflow's operators without a unit."""
    for match in finds(r"\b(\w{0,20}_)?timeout\s*=\s*(\d{2,6})\b(?!\s*(?a:[a-z%:*/.]))", text, "timeout"):
        scope = _scope("step", f"{match.group()} ".replace("dagrun_", "dagrun "))
        yield found(text, *match.span(), Limit(timedelta(seconds=int(match[2])), scope))


def _scope(scope: str, words: str) -> Literal["task", "run", "wait", "step"]:
    if scope == "task":
        return "task"
    words = pattern(r"\b(?:may|can|must|should|shall|will|to|not|only|never)\s+run\b").sub("", words)
    if scope == "run" or pattern(r"\b(?:dag|pipeline|run|whole|entire|overall|total|everything)\b|dagrun").search(
        words
    ):
        return "run"
    if pattern(r"\b(?:each|every|any|per|all)\s+(?:task|step)|execution_timeout").search(words):
        return "task"
    return "wait" if scope == "wait" else "step"


_WHOLE = (
    r"(?:(?:the\s+|all\s+)?(?:whole|entire|complete|full|overall|total)\s+"
    r"(?:thing|run|pipeline|dag|job|workflow|process|flow|sequence|chain)|the\s+lot|(?:the\s+|a\s+)?run(?:\s+as\s+a\s+whole)?)"
)
_LABEL = r"[\"'`*]*\s*(?:is|of|[:=|])?\s*[\"'`*]*\s*"
_OVER = (
    r"(?:(?:longer|more)\s+(?:than|as|like|then)|over|above|beyond|>|exceeds?|exceed(?:ing)?|"
    r"(?:not\s+(?:\w+\s+){0,2}|n['o]?t\s+(?:\w+\s+){0,2})(?:with)?in|after)"
)
_STOP = (
    r"(?:kill(?:ed)?|abort(?:ed)?|cancel(?:l?ed)?|stop(?:ped)?|terminat(?:e|ed|ion)|interrupt(?:ed)?|br(?:eak|oken)\s+off|"
    r"abandon(?:ed)?|g[ai]ven?\s+up|gives?\s+up|(?:counts?|treat(?:ed)?|regard(?:ed)?)\s+as\s+failed|cut\s+off)"
)
# Said without the word time-out: what has to be over by then, what is given so long.
_GIVEN = (
    rf"\b(?:everything\s+|(?:the\s+)?(?:dag|pipeline|run)\s+)?(?:must|should|shall|has\s+to|have\s+to|needs?\s+to)\s+(?:be\s+)?"
    rf"(?:finish(?:ed)?|done|over|through|completed?|ended)\s+(?:within|in|after)\s+({LENGTH})(?!\s+(?:of|before))"
    rf"|({LENGTH})\s+cap\b|\bcap\s+of\s+({LENGTH})|\bmax(?:imum|imal)?\.?\s+(?:run\s?time|duration|length)\s*[:=]?\s*({LENGTH})"
    rf"|\brun\s?time\s+max\.?\s+({LENGTH})|\b(?:time\s?box|t/o)\s+(?:of\s+)?({LENGTH})|\bhard\s+stop\s+(?:after\s+|at\s+)?({LENGTH})"
    rf"|\ballow(?:ed)?\s+(?:to\s+(?:run|take)\s+)?(?:for\s+)?({LENGTH})|\b(?:whole|entire)\s+\w+\s+within\s+({LENGTH})"
)
_ELSE_FAIL = (
    rf"\b(?:if|when|unless)\b[^.;\n]{{0,40}}?\b(?:not|isn't)\b[^.;\n]{{0,25}}?\b(?:after|within|in)\s+({LENGTH}),?\s+"
    r"(?:then\s+)?fail\b"
)
_STOPPED = (
    rf"\b(?:kill|stop|abort|cancel|break|terminate)s?\s+(?:it(?:self)?\s+|waiting\s+|anything\s+|them\s+|everything\s+)?(?:off\s+)?"
    rf"(?:(?:that|which|when|if)\s+[^.;\n]{{0,30}}?{_OVER}|after)\s+({LENGTH})|\b(?:never|not)\s+more\s+than\s+({LENGTH})"
)
_LIMITS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "run",
        rf"\bdag[_\s-]?run[_\s-]?timeout{_LABEL}({LENGTH})|\btimeout\s*[:=]?\s*({LENGTH})\s+per\s+(?:dag\s+)?run\b"
        rf"|\btotal\s+run\s*time\s*[:=|]?\s*(?:at\s+most\s+|max\.?\s+)?({LENGTH})",
        ("timeout", "total"),
    ),
    (
        "run",
        rf"\b(?:whole|entire|total|complete)\s+(?:run|thing|dag|pipeline|job|flow)\W{{1,3}}(?:limit\s+)?(?:max(?:imum)?\.?\s+|at\s+most\s+)?({LENGTH})"
        rf"|\b{_WHOLE}\s+is\s+limited\s+to\s+({LENGTH})|\b{_WHOLE}\s+(?:must|should|shall|may|has\s+to|can|needs\s+to)\s+(?:not\s+)?(?:be\s+(?:done|limited)|finish|"
        rf"complete|end|take|run|last)\s+(?:with)?(?:in|to)?\s*({LENGTH})|\b{_WHOLE}\s+(?:may|must|should|shall|can)\s*"
        rf"(?:not|n'?t|only|never)?\s*(?:take|run|last)\s+(?:for\s+)?(?:longer\s+than|more\s+than|at\s+most|up\s+to|"
        rf"max(?:imum)?)?\s*({LENGTH})|(?<!gap\sof\s)(?<!delay\sof\s)(?<!pause\sof\s)({LENGTH})(?:\s+max(?:imum)?\.?)?\s+for\s+{_WHOLE}|({LENGTH})\s+(?:for\s+the\s+whole|overall|in\s+total)\b",
        ("whole", "entire", "complete", "full", "overall", "total", "run", "lot"),
    ),
    (
        "task",
        rf"\b(?:nothing|no\s+(?:task|step|job))\s+(?:may|must|should|shall|can|is\s+allowed\s+to)\s+(?:run|take|"
        rf"last)\s+(?:for\s+)?(?:longer|more)\s+than\s+({LENGTH})",
        ("longer", "more"),
    ),
    (
        "task",
        r"\b(?:each|every|any|all)\s+(?:task|step)s?\s+(?:may|must|should|shall|can|has|have|gets?|is|are|runs?|"
        rf"takes?)?\s*(?:not\s+)?(?:[\w-]+\s+){{0,4}}?(?:longer\s+than|at\s+most|max(?:imum)?\.?|within|after|"
        rf"limit(?:\s+(?:of|is))?|limited\s+to|timeout\s+of|more\s+than|up\s+to|run\s+for)\s+({LENGTH})",
        ("task", "step"),
    ),
    (
        "task",
        rf"\b(?:max(?:imum)?\.?|at\s+most)\s+({LENGTH})\s+per\s+(?:task|step)\b|"
        rf"\bexecution[_\s]time-?out{_LABEL}({LENGTH})"
        rf"|\btime-?outs?\s+(?:of|for)\s+(?:\S+\s+){{1,6}}?(?:tasks?|steps?)\s+(?:to|is|of)\s+({LENGTH})",
        ("max", "most", "execution", "timeout"),
    ),
    (
        "step",
        rf"\b(?:time[\s-]?out|times?\s+out|timing\s+out|timeout\w{{1,12}})[\"'`*]*\s*(?:for\s+(?:\w+\s+){{1,4}})?"
        rf"(?:of|is|at|after|[:=(|])?\s*[\"'`*]*\s*({LENGTH})"
        rf"|({LENGTH})[^\S\n-]*-?[^\S\n]*(?:(?!so\b|then\b|and\b)\w+[^\S\n]+)?time-?out\b(?!\s+(?:for|on)\s+(?:the\s+|each\s+)?(?:http|"
        rf"request|connection|api|call))",
        ("out",),
    ),
    (
        "step",
        rf"\b(?:kill|abort|cancel|stop|fail|terminate|interrupt|break\s+off)\s+(?:it|them|the\s+\w+|that)?\s*"
        rf"(?:(?:if|when|once|in\s+case)\s+"
        rf"(?:it|they|this|that)(?:'s|\s+is|\s+are|\s+has|\s+have)?(?:\s+been)?\s+(?:takes?|taking|runs?|running|lasts?|"
        rf"lasted|needs?)\s+(?:for\s+)?(?:(?:longer|more)\s+than|over|above|beyond|>)|after)\s*({LENGTH})"
        rf"|\b(?:may|can)\s+(?:take|last|run\s+for)\s+(?:up\s+to\s+|at\s+most\s+|until\s+\S+\s+\(|till?\s+)?({LENGTH})"
        rf"|\b(?:may|must|should|shall|can)\s*(?:not|n'?t|never|only)\s+(?:\w+\s+){{1,4}}?(?:for\s+)?(?:longer|"
        rf"more)\s+than\s+({LENGTH})"
        rf"|\b(?:(?:it|this|that|they)\s+)?(?:may|must|should|shall|can|will|has\s+to)\s+(?:take|last|run(?:\s+for)?)\s+"
        rf"(?:no\s+(?:longer|more)\s+than|at\s+most|max(?:imum|imally)?\.?|up\s+to)\s+({LENGTH})"
        rf"|\b(?:no|not|never)\s+\w+[^.;\n]{{0,40}}?\b(?:shall|may|must|can)\s+(?:last|take|run)\s+longer\s+than\s+({LENGTH})",
        ("longer", "more", "after", "over", "above", "beyond", ">", "may", "can"),
    ),
    (
        "step",
        rf"\b{_OVER}\s+(?:the\s+)?({LENGTH})[^.;\n]{{0,60}}?\b{_STOP}\b|({LENGTH}),?\s+(?:and\s+)?then\s+{_STOP}\b"
        rf"|\bexceeds?\s+({LENGTH})(?!\s*/)",
        ("kill", "abort", "cancel", "stop", "terminat", "interrupt", "off", "abandon", "up", "failed", "exceed"),
    ),
    (
        "step",
        rf"\b(?:time\s+|hard\s+|run\s*time\s+)?limit(?:s|ed)?[\"'`*]*\s*(?:of|to|is|at|[:=|(])?\s*[\"'`*]*\s*(?:\(\w+\)\s*)?({LENGTH})"
        rf"|({LENGTH})[\s-]+(?:of\s+)?(?:time\s+|hard\s+)?limit\b|\bcap(?:ped)?\s+(?:it\s+|this\s+)?(?:at|to)\s+({LENGTH})"
        rf"|({LENGTH}),?\s+(?:and\s+)?(?:not|no)\s+(?:more|longer)\b|\b(?:maximal|maximum|max)ly\s+({LENGTH})",
        ("limit", "cap", "longer", "more", "maximal"),
    ),
    (
        "step",
        _GIVEN,
        (
            "finish",
            "done",
            "over",
            "through",
            "complete",
            "ended",
            "cap",
            "max",
            "box",
            "t/o",
            "stop",
            "allow",
            "within",
        ),
    ),
    ("step", _ELSE_FAIL, ("fail",)),
    ("step", _STOPPED, ("kill", "stop", "abort", "cancel", "break", "terminate", "more than")),
    (
        "task",
        rf"\bno\s+(?:task|step|job)s?\s+(?:over|above|longer\s+than)\s+({LENGTH})|\b(?:each|every)\s+(?:task|step)\s+(?:has|gets)"
        rf"\s+({LENGTH})(?!\s+(?:delay|pause|between))",
        ("task", "step", "job"),
    ),
    ("wait", rf"\bwait(?:s|ing)?\s+({LENGTH})\s+(?:for|until|till)\b", ("wait",)),
    (
        "wait",
        rf"\b(?:for\s+)?(?:up\s+to|at\s+most|(?:no|not)\s+longer\s+than|no\s+more\s+than|max(?:imum)?(?:\s+of)?\.?)\s+({LENGTH})"
        rf"(?!\s+(?:old|delay|apart))|({LENGTH})\s*(?:max(?:imum)?\b|at\s+(?:the\s+)?(?:most|longest)|tops|longest\b)"
        rf"|\b(?:g[ai]ven?|gives?)\s+(?:it\s+)?up(?:\s+waiting)?(?:\s+(?:after|at))?\s+({LENGTH})"
        rf"|\b(?:abandoned|given\s+up|ends?)\s+after\s+({LENGTH})|\bat\s+the\s+latest\s+after\s+({LENGTH})|\bsensor\s*[,(:]\s*({LENGTH})",
        ("up", "most", "longer", "max", "tops", "longest", "abandon", "latest", "more", "sensor"),
    ),
)


def find_priority(text: str) -> Found[int] | None:
    """The weight that decides which task goes first."""
    if not says(text, "priority"):
        return None
    match = pattern(r"\bpriority(?:[_\s]weight)?[\"'`*]*\s*(?:is|of|[:=])?\s*[\"'`*]*\s*(\d{1,6})\b").search(text)
    if match is not None:
        return found(text, *match.span(), int(match[1]))
    word = pattern(r"\b(?:with\s+)?(high(?:est)?|low(?:est)?|top)\s+priority\b").search(text)
    if word is None:
        return None
    value = 1 if word[1].lower().startswith("low") else 10
    return found(text, *word.span(), value, 0.7, f"{word.group()!r} is taken as priority weight {value}")
