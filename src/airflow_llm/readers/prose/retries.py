"""How often and after what pause a failed task is tried again."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.retry_delays import delay_before, delay_in
from airflow_llm.readers.prose.retry_phrases import Retries, loose_tries
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, finds, hints, lexicon, pattern, says

_MOST = 100
_CLOSE = 80
_VERB_AND_COUNT = 2
_NEAR = 160  # how far behind a count `the others none` may stand


_WORDS = (
    "retr", "re-tr", "rety", "try", "tries", "attempt", "rerun", "re-run", "repeat", "repetition", "reint", "trial",
    "tried", "retires", "restart", "more", "again", "goes", "may fail",
)  # fmt: skip


def find_retries(text: str) -> list[Found[Retries]]:
    """Every place that says how often and how a failed task is tried again. InputError for `retry -3 times`."""
    if not says(text, *_WORDS):
        return []
    loose = list(loose_tries(text))
    refused = without_overlaps([*_refused(text), *(hit for hit in loose if hit.value.count == 0)])
    counted = [*_counted(text), *_far(text), *_attempts(text), *_plain_numbers(text)]
    ends = [hit.end for hit in refused]
    free = [hit for hit in counted if not _inside(hit, refused, ends)]
    hits = without_overlaps([*refused, *free])
    hits = _with_loose(hits, loose)
    hits = [_with_scope(text, _with_delay(text, hit)) for hit in hits]
    return without_overlaps([*hits, *_others(text, hits)])


def _with_loose(hits: list[Found[Retries]], loose: Sequence[Found[Retries]]) -> list[Found[Retries]]:
    """The hits with those of looser words; where both say the same count, a pause that only the looser words name."""
    for hit in loose:
        other = next((held for held in hits if held.overlaps(hit)), None)
        if other is None:
            hits = [*hits, hit]
        elif other.value.delay is None and hit.value.delay is not None and other.value.count == hit.value.count:
            hits = [_paused(held, hit.value.delay) if held is other else held for held in hits]
    return without_overlaps(hits)


def _paused(hit: Found[Retries], delay: timedelta) -> Found[Retries]:
    """The same with a pause."""
    return hit._replace(value=replace(hit.value, delay=delay))


def _inside(hit: Found[Retries], refused: Sequence[Found[Retries]], ends: Sequence[int]) -> bool:
    """Whether a refusal, which are in order, says the same words."""
    place = bisect_right(ends, hit.start)
    return place < len(refused) and hit.overlaps(refused[place])


_NOUN = r"(?:re-?tr(?:ies|y|ys|ials?)|retires|re-?starts|re-?attempts?|reintents?|repetitions?|repeats)"
_DONE_AGAIN = (
    r"(?:re-?tried|re-?tr(?:y|ied)|repeat(?:ed)?|re-?run|(?:attempted|tried|try|started)\s+again|re-?attempted)"
)


def _refused(text: str) -> Iterator[Found[Retries]]:
    """`no retries`, `must not be repeated`, `retries are forbidden`."""
    words = (
        r"\b(?:no|without|zero|disable|never|not?\s+any|not\s+have\s+any|refrain\s+from)\s+(?:automatic(?:ally)?\s+|"
        r"auto[\s-]?|task\s+)?(?:re-?try(?:ing)?|re-?tries|repetition)\b"
        r"(?!\s+(?:e-?mail|notif|alert|polic|log|mention|set|spec|is\s+(?:set|spec)|are\s+spec|has\b|count|delay))"
        r"|\b(?:do\s+not|don'?t|dont|should\s*n'?t|should\s+not|must\s+not|mustn'?t|never)\s+(?:ever\s+|"
        r"please\s+)?(?:re-?try|try\s+again)"
        r"\b(?:\s+(?:anything|it|them|on\s+failure|automatically|any\s+(?:task|step)s?))?"
        r"|\bre-?tr(?:y|ies)(?:\s+polic(?:y|ies))?\s*[:=]\s*(?:none|no|never|disabled|off)\b(?!\s+(?:set|"
        r"spec|explicit|mention))"
        r"|\bre-?tries\s+(?:are\s+)?(?:disabled|off|turned\s+off|forbidden|not\s+(?:allowed|wanted|desired))\b"
        rf"|\b(?:shall|should|must|may|is|are|can)\s+(?:not|never|under\s+no\s+circumstances)\s+(?:to\s+)?"
        rf"(?:ever\s+)?(?:be\s+)?{_DONE_AGAIN}\b(?!\s+(?:if|when|for|in|with|itself|themselves)\b)"
        r"|\bis\s+never\s+(?:re-?tried|repeated)\b|\bnothing\s+(?:is|gets|must\s+be|should\s+be|shall\s+be)\s+(?:re-?tried|repeated)\b"
        r"|\bre-?tries\s*:?\s+none\s+(?:anywhere|at\s+all)\b|\bdo(?:\s+not|n'?t)\s+repeat(?=\s*(?:[.,;!)\n]|$))"
    )
    past = r"\b(?:runs?|days|past|dates|intervals)\s+(?:of\s+the\s+past\s+)?$"
    for match in pattern(words).finditer(text) if hints(text, _REFUSES) else ():
        before = text[max(0, match.start() - 40) : match.start()]
        if pattern(past).search(before) or pattern(r"\b(?:that|which|what)\s+(?:i|we|you)\s+$").search(before):
            continue
        yield found(text, *match.span(), Retries(count=0))


_REFUSES = (
    r"\b(?:no|not|never|without|zero|disable|refrain\s+from|nothing|\w+\s*n'?t)\s+(?:\S+\s+){0,4}?(?:re|tr|auto|task|att|start)"
    r"|\bre-?tr(?:y|ies)(?:\s+polic\w+)?\s*[:=]|\bre-?tries\s*:?\s+(?:are\s+)?(?:dis|off|turn|forb|not|none)"
)
_AGAIN = (
    r"(?:re-?(?:try|tried|run|attempt(?:ed)?|trys)|retyr|rety|(?:try|tried|attempted)(?:\s+it|\s+this)?\s+again|"
    r"retrying|repeat(?:ed)?|re-?tries(?=\s+(?:\S+\s+){0,2}\S+\s+times|\s+(?:an?|the|each|every)\s+(?:\w+\s+){1,2}(?:once|twice)))"
)
_UP_TO = (
    r"(?:(?:as|to|by|a|an|additional(?:ly)?|for)\s+)?(?:up\s+to\s+|at\s+most\s+|max(?:imum|imally)?\.?\s+(?:of\s+)?|"
    r"a\s+maximum\s+of\s+|exactly\s+|with\s+)?"
)
_TIMES = r"(?:\s+(?:more\s+)?ti(?:me|m)s?\b|\s?x\b)"
_RETRY_WORDS = ("retr", "re-tr", "rety", "retires", "rerun", "re-run", "attempt", "again", "repeat")


def _counted(text: str) -> Iterator[Found[Retries]]:
    count = number_words()
    kind = r"(?:airflow\s+|automatic\s+|auto\s+|task\s+|more\s+|immediate\s+|further\s+)?"
    verb = (
        rf"\b(?:{_AGAIN})\b(?:\s+(?!and\b|with\b|after\b|retries\b)[\w'/-]+){{0,5}}?\s+{_UP_TO}({count})(?:{_TIMES}|(?=\W|"
        rf"$))(?!\s*{any_of('units')}\b)(?!-)"
    )
    noun = rf"(?<![\w.§])(?!\d+\.\d)({count})(?:\s?x)?[^\S\n]+{kind}{_NOUN}\b(?!\s*(?:delay|interval|wait|count))"
    label = (
        r"\b(?:re-?tries|maximum_?retries|maxrerun|re-?try(?:\s+(?:count|setting))?)[\"'`*]*\s*"
        r"(?:\(\s*default\s*)?(?:is\s+|of\s+|to\s+|are\s+|"
        r"[:=(|]|(?=\d))\s*[\"'`*]*\s*(?:default\s*[:=]?\s*)?(-?\d+|(?<=[:=]\s)(?:one|two|three|four|five|six))\b(?![.:]\d)"
        r"(?!\s*(?:min|sec|hour|attempts))"
    )
    before_noun = hints(text, rf"\w[^\S\n]+{kind}{_NOUN}\b")
    nouns = ("retr", "retires", "restart", "re-", "reint", "repe") if before_noun else ()
    forms: tuple[tuple[str, tuple[str, ...]], ...] = (
        (verb, _RETRY_WORDS), (noun, nouns),
        (label, ("retr", "re-tr", "rerun")),
    )  # fmt: skip
    for expression, words in forms:
        for match in finds(expression, text, *words):
            if not _is_interval(text, match) and not _is_other(match) and not _is_heading(text, match):
                yield found(text, *match.span(), Retries(count=_count(match)))
    with_attempts = rf"\bre-?tr(?:y|ies)\s+(?:\w+\s+){{0,2}}?(?:with\s+)?({count})\s+attempts\b"
    bracketed = r"\b(?:task\s+|automatic\s+)?re-?tries\s+\(\s*(?:default\s*[:=]?\s*)?(\d+)\s*\)"
    for expression, word in ((with_attempts, "attempts"), (bracketed, "tries")):
        for match in finds(expression, text, word):
            yield found(text, *match.span(), Retries(count=_count(match)))
    uncounted = rf"\b(?:{_AGAIN})\s+(?:it\s+|them\s+)?(?=(?:after|every|with\s+(?:exponential|back))\b)"
    spaced = hints(text, r"\s(?:after|every|with\s+(?:exponential|back))")
    for match in finds(uncounted, text, *_RETRY_WORDS) if spaced else ():
        if not match.group().lower().startswith("repeat"):
            yield found(text, match.start(), match.end() - 1, Retries(), 0.6)


def _far(text: str) -> Iterator[Found[Retries]]:
    """The count stands away from the verb: `retry the call until it works, at most 5 times`, `thrice repeat`."""
    count = number_words()
    once = r"(?!\s+(?:an?|per|each|every|the)\s+\w)"
    forms = (
        rf"\b(?:re-?try|repeat|re-?start|(?:tried|attempted|try)\s+again)\b[^.;\n]{{4,60}}?\b{_UP_TO}({count})\s+times\b{once}",
        rf"\b(twice|thrice|{count}\s+times)\s+(?:to\s+be\s+)?{_DONE_AGAIN}\b",
        rf"\bre-?tries\b[^.;\n\d]{{0,30}}?\b(?:above|more\s+than|at\s+most|up\s+to)\s+({count})(?!\w)",
        rf"\bbetween\s+(?:the\s+)?re-?tries\W{{1,3}}(?:there\s+are\s+)?({count})(?=\s+of\s+them|\s*\))",
        rf"\bre-?start\s+of\s+(?:a|any)\s+(?:broken|failed)\s+(?:task|step)\s*:\s*({count})(?!\w)",
        rf"(?<![\w.])({count})\s?x\s+(?:repeat|re-?try|re-?start)\b",
    )
    needed = (
        r"times",
        r"\b(?:twice|thrice|times)\s+(?:to\s+be\s+)?(?:re|tr|att|start)",
        r"\b(?:above|than|most|to)\s",
        r"between\s+(?:the\s+)?re-?tries",
        r"re-?start\s+of",
        r"\dx?\s+(?:x\s+)?re",
    )
    for form, hint in zip(forms, needed, strict=True):
        for match in pattern(form).finditer(text) if hints(text, hint) else ():
            if not _is_interval(text, match):
                digits = pattern(r"\s+times$").sub("", match[1])
                yield found(text, *match.span(), Retries(count=_count(match, digits)), 0.8)


def _is_heading(text: str, match: re.Match[str]) -> bool:
    """`4 Repetition` alone on its line is the number of a chapter."""
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()].strip("# \t")
    at_start = match.start(1) == match.start() and not line
    return at_start and match[1].isdigit() and text[match.end() : match.end() + 1] in ("\n", "") and "\n" in text


def _is_other(match: re.Match[str]) -> bool:
    """What only looks like a count of retries: `no`, a job that is repeated for each of something, one article."""
    words = match.group().lower()
    if pattern(r"\bno$|^no\b").search(match[1].lower()):
        return True
    if words.startswith("repeat"):
        return pattern(rf"{_TIMES}$|\b(?:twice|thrice|once)$").search(words) is None
    return match[1].lower() in ("a", "an", "single") and not words.endswith(("retry", "repetition", "repeat"))


def _attempts(text: str) -> Iterator[Found[Retries]]:
    """`3 attempts` are two retries after the first try; `3 more attempts` and `3 tries` when it fails are three."""
    count = number_words()
    expression = (
        rf"(?<![\w.])({count})\s+(?:attempts|tries|trys)(?:\s+(?:each\s+)?(?:extra|more|in\s+addition|(?:beyond|after|on\s+top\s+of)\s+the\s+first))?"
        rf"\b(?!\s+to\b)|\b(?:try|attempt(?:ed)?)\s+(?:it\s+|this\s+|each\s+\w+\s+)?(?:no\s+more\s+than\s+)?{_UP_TO}({count})"
        rf"(?:{_TIMES}(?:\s+(?:more|again))?|\s+more\b(?:\s+times)?|(?<=twice)|(?<=thrice))"
    )
    more = (
        rf"(?<![\w.])(?:({count})\s+(?:more|further|additional|extra|other)\s+(?:attempts?|tr(?:y|ies))|"
        rf"(?:attempt(?:ed)?|tr(?:y|ied))\s+(?:each\s+\w+\s+|it\s+|them\s+)?(?:up\s+to\s+)?({count})\s+(?:more\s+times?|times?\s+more)|"
        rf"a\s+second\s+(try|attempt))\b"
    )
    for match in pattern(more).finditer(text) if hints(text, _MORE) else ():
        count_said = 1 if match[3] else _count(match, match[1] or match[2])
        yield found(text, *match.span(), Retries(count=count_said))
    again = r"\b(?:try|tries|tried)\s+(?:each\s+\w+\s+|it\s+|them\s+|everything\s+)?once\s+(?:more|again)\b"
    for match in finds(again, text, "once"):
        yield found(text, *match.span(), Retries(count=1))
    if pattern(r"(?<![\w-])(?:attempt|tr(?:y|ies|ys)\b)").search(text) is None:
        return
    for match in pattern(expression).finditer(text):
        total = _count(match, match[1] or match[2])
        beyond = r"extra|more$|more\s+times|again|addition|beyond|(?:after|top\s+of)\s+the\s+first|\btr[yi]e?s\b"
        if pattern(beyond).search(match.group().lower()):
            yield found(text, *match.span(), Retries(count=total), 0.8)
            continue
        note = f"{total} attempts are read as {max(total - 1, 0)} retries after the first try"
        yield found(text, *match.span(), Retries(count=max(total - 1, 0)), 0.8, note)


_MORE = r"\b(?:more|further|additional|extra|other|second)\s+(?:attempt|tr|times)|\btimes?\s+more\b"


def _plain_numbers(text: str) -> Iterator[Found[Retries]]:
    """Labels of forms: `Max attempts: 3`, `Attempts after a failure: 2`."""
    label = r"\b(max(?:imum|imal)?\s+)?attempts(\s+after\s+an?\s+(?:failure|error))?\s*[:=|]\s*(\d{1,3})\b(?![.:]\d)"
    for match in finds(label, text, "attempts"):
        total = _count(match, match[3])
        yield found(text, *match.span(), Retries(count=total if match[2] else max(total - 1, 0)), 0.8)


def _is_interval(text: str, match: re.Match[str]) -> bool:
    """`retry after 5 minutes` names a delay, not five retries."""
    behind = pattern(r"\s*-?(\w+)(?!/)").match(text, match.end(1))
    if pattern(r"\s+(?:an?|per|every)\s+(?:second|minute|hour|day|night)\b").match(text, match.end(1)):
        return True
    return behind is not None and behind[1].lower() in lexicon("units")


def _count(match: re.Match[str], digits: str | None = None) -> int:
    value = number(digits or match[1])
    if value < 0 or value != int(value):
        raise InputError(
            f"{match.group().strip()!r}: a number of retries is 0 or more", hint="write it like: retry 3 times"
        )
    if value > _MOST:
        raise InputError(f"{match.group().strip()!r}: at most {_MOST} retries", hint="name a smaller number")
    return int(value)


# --------------------------------------------------------------- for which tasks
_ALL = (
    r"\b(?:(?:each|every|any|all)\s+(?:the\s+)?(?:tasks?|steps?|operations?|components?|of\s+(?:the|them))|"
    r"per\s+(?:task|step)|default|everything|everywhere|(?:whole|entire)\s+(?:dag|pipeline|thing|flow)|globally)\b"
)
_ALL_WORDS = ("each", "every", "any", "all", "per", "default", "whole", "entire")
_REST = (
    r"(?:(?:all\s+|any\s+)?(?:the\s+|of\s+the\s+)?(?:other\s+(?:tasks|steps|ones|blocks|jobs|stages|faults)|others|"
    r"remaining\s+(?:\w+)|rest)|everything\s+else|elsewhere|anything\s+else)"
)


def _with_scope(text: str, hit: Found[Retries]) -> Found[Retries]:
    first = max(0, hit.start - _CLOSE)
    start = max(text.rfind(mark, first, hit.start) for mark in (". ", "\n", ";", ", but"))
    before = text[max(start + 1, first) : hit.start]
    after = pattern(r"[^.;,\n]{0,50}").match(text, hit.end)
    around = f"{before} {hit.text} {after.group() if after else ''}"
    close = f"{before[-40:]} {hit.text} {after.group() if after else ''}"
    if hints(close, r"other|rest|remaining|else") and hints(close, rf"\b{_REST}|\b(?:no\s+other|nothing\s+else)\b"):
        return hit._replace(value=replace(hit.value, scope="rest"))
    if any(word in around.lower() for word in _ALL_WORDS) and pattern(_ALL).search(around):
        return hit._replace(value=replace(hit.value, scope="all"))
    about = _about(before, hit.text, text[hit.end : hit.end + _CLOSE])
    return hit._replace(value=replace(hit.value, about=about)) if about else hit


_NAME = r"(?P<name>(?:[\w`'/-]+\s+){0,5}?[\w`'/-]+)"
_ABOUT = (
    (
        r"\b(?:if|when|should)\s",
        rf"\b(?:if|when|should)\s+(?:the\s+|an?\s+)?{_NAME}\s+(?:ever\s+)?(?:fail\w*|dies?|breaks?|is\s+(?:not\s+\w+|unsuccessful))\b"
        r"[^.;\n]{0,30}$",
    ),
    (
        r"\b(?:must|shall|should|may|is|are|can|gets?|needs?|deserves?|has|have|ought)\b",
        rf"(?:^|[,(])\W*(?:and\s+|the\s+)*{_NAME}\s+(?:must|shall|should|may|is|are|can|gets?|needs?|deserves?|has|have|ought)\b[\w\s]{{0,20}}[:,]?\s*$",
    ),
    (r":\s", rf"^\W*(?:the\s+)?{_NAME}(?:\s+is\s+\w+)?\s*:\s[^:]{{0,40}}$"),
)


def _named_before(before: str) -> Iterator[re.Match[str] | None]:
    for hint, form in _ABOUT:
        if hints(before, hint):
            yield pattern(form).search(before)


def _about(before: str, words: str, behind: str) -> str:
    """The words around a count that name one task: `retry the call 3 times`, `the call is flaky: 3 retries`."""
    if pattern(r"\W*(?:(?:just|only)\s+(?:for\s+)?(?:that|this)\s+(?:one|step|task)|for\s+(?:it|that|this)\b)").match(
        behind
    ):
        return "it"
    inside = (
        pattern(
            rf"(?:re-?try|repeat|re-?run)\s+(?:only\s+)?(?:the\s+)?{_NAME}\s+{_UP_TO}(?:\d+|(?a:[a-z])+)(?:{_TIMES}|$)"
        ).match(words)
        if len(words.split()) > _VERB_AND_COUNT
        else None
    )
    after = pattern(
        rf"\s*(?:only\s+)?(?:for|on)\s+(?:the\s+)?{_NAME}(?=\s*(?:[,.;:\n)]|$|\s(?:with|in|after|each)\b))"
    ).match(behind)
    refused = None
    if pattern(r"(?:shall|should|must|may|is|are|can)\b").match(words):
        refused = pattern(rf"(?:^|[,(])\W*(?:and\s+|the\s+)*{_NAME}\W*$").search(before)
    elif pattern(r"(?:do|don|never)\b.*(?:retry|try)$").match(words):
        refused = pattern(rf"\s+(?:the\s+)?{_NAME}(?=[,.;:\n)]|$)").match(behind)
    for named in (inside, refused, *_named_before(before), after):
        if named is not None and not pattern(_NOBODY).match(named["name"]):
            return str(named["name"])
    return ""


# Words that stand where a task could be named, and name all of them or none.
_NOBODY = (
    r"(?:\d+\s+times|it|this|that|they|them|there|we|i|you|each|every|all|any|both|everything|anything|something|nothing|"
    r"tasks?|steps?|"
    r"failed|failing|the\s+(?:dag|pipeline|run|whole|job)|dag|pipeline|a\s+(?:task|step|run)|whole|entire|run|default\w*|"
    rf"settings?|policy|{_NOUN}|fail\w*|errors?|retry|time|schedule|in|on|at|up|please|must|should|may)\b"
)


def _others(text: str, hits: Sequence[Found[Retries]]) -> Iterator[Found[Retries]]:
    """`the others none`, `everything else 1`, behind a count for one task."""
    if not hits or any(hit.value.scope == "rest" for hit in hits):
        return
    count, starts = number_words(), [hit.start for hit in hits]
    none = (
        r"(?:none(?:\s+at\s+all)?|no(?:t|thing)?|zero|never|without|no\s+repetition|shall\s+not|should\s+not|must\s+not|"
        r"needs?\s+no\s+(?:such\s+)?\w+)"
    )
    behind = (
        rf"\b(?:(?<=,\s)else|{_REST})(?:\s+(?:of\s+\w+\s+)?(?:tasks|steps|ones|nodes|stages))?\s*"
        rf"(?:[:=,]|is|are|get|gets|have|with|only)?\s*(?:({none})(?!\s+\d)|({count}))(?!\w)(?!\s*{any_of('units')}\b)"
    )
    before = (
        rf"(?<!the\s)\b(?:({none})|({count}))\s+(?:retry\s+|retries\s+|times\s+)?(?:for\s+|on\s+|in\s+|of\s+)?{_REST}\b"
    )
    denied = (
        r"\b(?:no\s+other\s+(?:task|step)|nothing\s+else)\b[^.;\n]{0,40}?\b"
        r"(?:repeated|re-?tried|again|more\s+than\s+once)\b"
    )
    for match in finds(rf"{behind}|{before}", text, "other", "rest", "else", "remaining", "elsewhere"):
        place = bisect_left(starts, match.start())
        near = hits[max(0, place - 1) : place + 1]
        if any(0 <= match.start() - hit.end <= _NEAR or 0 <= hit.start - match.end() <= _NEAR for hit in near):
            digits = match[2] or match[4]
            yield found(text, *match.span(), Retries(count=_count(match, digits) if digits else 0, scope="rest"), 0.8)
            return
    for match in finds(denied, text, "other", "else"):
        yield found(text, *match.span(), Retries(count=0, scope="rest"), 0.8)
        return


# --------------------------------------------------------------- the pause between two tries
def _with_delay(text: str, hit: Found[Retries]) -> Found[Retries]:
    """The delay and back-off that follow (or lead) the count, in the same sentence."""
    value, end = hit.value, hit.end
    if value.count == 0 or value.delay is not None:
        return hit
    rest = pattern(r"[^\n;]{0,140}?(?=[.!?;](?:\s|$)|\n|$)|[^\n;]{0,140}").match(text, end)
    tail = rest.group() if rest else ""
    after = delay_in(tail)
    led = delay_before(text[max(0, hit.start - _CLOSE) : hit.start], hit.text) if after is None else None
    if led is not None:
        value = replace(value, delay=led)
    if after is not None:
        value, end = replace(value, delay=after.value), hit.end + after.end
    growing = (
        r"\b(?:exponential(?:ly)?(?:\s+back[\s-]?off)?|back(?:ing)?[\s-]?off|"
        r"increasing\s+delays?)\b"
    )
    backoff = next(finds(growing, tail, "exponential", "back", "increasing"), None)
    if backoff is not None:
        value = replace(value, backoff=True)
        end = max(end, hit.end + backoff.end())
    return found(text, hit.start, end, value, hit.strength, hit.assumption)


__all__ = ["Retries", "find_retries"]
