"""How often single steps are tried again: `the load gets four, the others none`, `a: 2 tries more. b: none.`"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from airflow_llm.readers.prose.durations import number, number_words
from airflow_llm.readers.prose.retries import Retries
from airflow_llm.readers.prose.retry_delays import delay_in
from airflow_llm.readers.prose.span import Found, found
from airflow_llm.readers.prose.spellings import any_of, hints, pattern, says

_MOST = 40
_FEW = 9
"""So many words a sentence has at most that goes on about tries without saying so."""
_AGAIN = (
    r"\b(?:re-?tr(?:y|ied|ies|ying)|retires|rety|tries|tried|try|attempt\w*|repeat\w*|repetitions?|restarts?|"
    r"goes\s+(?:per|after|for))\b"
)
_COUNTED = (
    r"(?<![\w:.,-])\d{1,2}(?![\w:%]|[.,]\d)|\b(?:none|never|zero|nothing|once|twice|thrice|one|two|three|four|five|six|seven|"
    r"eight|nine|ten|twelve|couple|pair|few|single|several|dozen)\b|(?:\bno|not|n't)\s+(?:\w+\s+){0,2}(?:re-?t|repe|attempt|tr|other)"
)
_OTHERS = ("other", "rest", "else", "remain")
_NOUN = (
    r"(?:(?:more|further|extra|automatic|additional)\s+)*(?:re-?tries|re-?try|retires|repetitions?|repeats?|"
    r"re-?attempts?|attempts?|tries(?:\s+more)?|goes)"
)
_TRIED = r"(?:re-?tried|re-?try|repeated|repeat|attempted|attempt|tried|try|restarted|re-?run)"
_NONE = (
    r"(?:none(?:\s+at\s+all)?|zero|nothing|fails?\s+(?:at\s+once|immediately|(?:right|straight)\s+away)|never(?:\s+(?:repeat|retry))?|no(?:t\s+any)?\s+(?:re-?tr(?:y|ies)|repetitions?|repeats?)"
    r"|(?:is|are)(?:n't|\s+not|\s+never)\s+(?:worth\s+a\s+re-?try|(?:to\s+be\s+)?(?:re-?tried|repeated|attempted\s+again|"
    r"tried\s+again))|(?:is\s+)?(?:attempted|tried)?\s*once\s+(?:only|and\s+(?:not|no)\s+more)|(?:needs?|gets?)\s+no\s+"
    r"(?:re-?tr(?:y|ies)|repetitions?)|no)"
)
_STOP = (
    r"(?:the|an?|is|are|was|has|have|had|gets?|got|may|can|could|should|shall|must|will|be|been|retr\w*|retires|re-?tr\w*|"
    r"repeat\w*|repetitions?|tries|tried|try|attempt\w*|again|times?|more|than|up|most|with|without|after|before|in|on|at|"
    r"by|from|if|when|then|once|twice|thrice|none|no|not|never|and|or|but|so|because|min\w*|sec\w*|hours?|days?|default\w*|"
    r"rest|others?|else|max\w*|everything|anything|everywhere|nothing|it|they|this|that|there|them|which|for|per|to|of|one|"
    r"two|three|four|five|six|seven|eight|nine|ten|twelve|zero|us|we|i|you|please|delay|pause|back-?off|wait\w*|"
    r"time-?outs?|limits?|slots?|pool|failing|fails?|failed|failures?|dags?|runs?|every|timeout|give|needs?|deserves?|"
    r"keeps?|wants?|takes?|let|both|email_\w+|on_\w+|restart\w*|broken|each|all|except|remainder|remaining|hence|only|therefore)\b"
)
_ITEM = (
    r"(?:(?:steps?|task)\s+\d{1,2}\b|\(\d{1,2}\)|\b[a-h](?=\s*[:)])|"
    r"(?<![\w.-])\d{1,2}(?=\s*(?:->|→|=>|and\s+\d+\s*(?:->|→|=>))))"
)
_WORD = rf"(?!{_STOP}|\w+n't\b)[A-Za-z_`][\w`'/-]*"
_LEAD = (
    r"(?:(?:only\s+)?(?:the|an?|our|your|each(?:\s+of)?|every|both|all|this|that|these|its)\s+){0,2}"
    r"(?:(?:two|three|four|first|last|second|third)\s+)*"
)
_PLACED = (
    r"(?:the\s+(?:first|last|second|third)\s+(?:(?:two|three|four)\s+)?(?:one|step|task|steps|tasks|ones)\b|"
    r"(?:the\s+)?(?:two|three|four)\s+gets\b)"
)
_ONE = (
    rf"(?:{_PLACED}|{_LEAD}(?:{_ITEM}|{_WORD}(?:[^\S\n]+{_WORD}){{0,3}}"
    rf"(?:[^\S\n]+(?:{_ITEM}|ones?\b|part\b))?))"
)
_REST = (
    r"(?:(?:all|any|the|for|on)\s+)*(?:others?(?:\s+(?:two|three|four|five))?|rest|remainder|remaining\s+\w+|"
    r"(?:every|any)(?:thing|where)\s+else|all\s+else|elsewhere|otherwise(?=\s+(?:none|no\b|nothing))|(?<=,\s)else)(?:\s+(?:of\s+\w+\s+)?(?:tasks?|steps?|ones?|nodes?|stages?|jobs?|parts?)\b)?"
)
_MANY = rf"(?:{_ONE}(?:\s*(?:,\s*and\s|,|&|\+|/|\band\b)\s*{_ONE}){{0,2}})"
_BETWEEN = (
    r"(?:,?\s+(?:which|that|it)\s)?(?:\s*(?:\([^()\n]{1,40}\)|[:=]|-+>|=>|→|[-\u2013\u2014](?=\s)|\?|\b(?:may|can|could|should|"
    r"shall|must|be|is|are|has|have|had|gets?|given|needs?|wants?|deserves?|keeps?|takes?|again|up\s+to|at\s+most|max\.?|"
    rf"maximum|a|an|the|weak\s+(?:one|spot)|flaky|re-?tr(?:y|ies)|budget\s+of|count|by|only|part|{_TRIED}(?:,(?=\s))?)(?![^\W_])))+"
)
_END = (
    r"(?=\s*(?:[,.;:!?)\n(|]|$|\s(?:with|and|in|after|each|every|but|because|as|at|waiting|since|apart|for|when|if|"
    r"before)\b)|\s+\d+\s*(?:min|sec|m\b|s\b|h\b))"
)


def with_named(text: str, general: Sequence[Found[Retries]]) -> list[Found[Retries]]:
    """What was found of all steps, with what is said of named ones; a name decides at a place that both read."""
    kept = list(general)
    for hit in find_named(text, general):
        other = next((one for one in kept if one.overlaps(hit)), None)
        if other is None:
            kept.append(hit)
            continue
        delay = other.value.delay or hit.value.delay
        count = other.value.count if "attempt" in other.text.lower() else hit.value.count
        value = replace(
            other.value,
            count=count,
            delay=delay,
            scope="rest" if hit.value.scope == "rest" else "",
            about=hit.value.about,
        )
        start, end = min(other.start, hit.start), max(other.end, hit.end)
        kept[kept.index(other)] = found(text, start, end, value, other.strength, other.assumption)
    return sorted(kept, key=lambda one: one.start)


def find_named(text: str, general: Sequence[Found[Retries]] = ()) -> Iterator[Found[Retries]]:
    """Every count that stands beside words for what it is a count of; `rest` for those of all others.

    `general` is what else was found: without a count beside it the expressions, dear to compile, are not asked.
    """
    apart = text
    for hit in general:
        apart = apart[: hit.start] + " " * (hit.end - hit.start) + apart[hit.end :]
    if not hints(text, _AGAIN) or not (hints(apart, _COUNTED) or says(text, *_OTHERS)):
        return
    goes_on = False
    for start, sentence in _sentences(text):
        goes_on = hints(sentence, _AGAIN) or (goes_on and len(sentence.split()) <= _FEW)
        if goes_on:
            yield from _in_sentence(text, start, sentence)


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in pattern(r"[.!?](?=\s)|\n|;").finditer(text):
        yield start, text[start : match.end()]
        start = match.end()
    yield start, text[start:]


def _in_sentence(text: str, offset: int, sentence: str) -> Iterator[Found[Retries]]:
    for match in pattern(_forms()).finditer(sentence):
        groups = match.groupdict()
        said = next(name for name in ("count", "none", "number", "nothing", "denied", "otherwise") if groups[name])
        rest = groups["rest"] or groups["other"] or groups["otherwise"]
        name = groups["name"] or groups["named"] or groups["denied"] or ""
        bare = not groups["glue"] and said in ("count", "none")
        if bare and (groups[said] or "").lower() in ("a", "an", "once", "single", "a single", "no"):
            continue
        if not rest and pattern(r"\b(?:to|into|onto|from|of)\s+$").search(sentence[: match.start()]):
            continue  # the end of a task's own words
        if _is_length(sentence, match.end(said)) or (bare and not rest and not _opens(sentence, match.start())):
            continue
        counted = said in ("count", "number")
        count = int(number(groups[said])) if counted else 0
        if not 0 <= count <= _MOST:
            continue
        first, last = match.span(said) if said != "denied" else match.span()
        noun = pattern(rf"\s*{_NOUN}\b").match(sentence, last)
        last = noun.end() if noun is not None and said != "denied" else last
        first, last = _with_name(text, offset, match, first, last)
        pause = delay_in(sentence[match.end() :]) if count else None
        value = Retries(
            count=count,
            delay=pause.value if pause is not None else None,
            scope="rest" if rest else "named",
            about=name.strip(),
        )
        yield found(text, offset + first, offset + last, value, 0.95)


def _with_name(text: str, offset: int, match: re.Match[str], first: int, last: int) -> tuple[int, int]:
    """The place with the name, where that only points back to what stands before: then it tells no step of its own."""
    for group in ("name", "named"):
        said = match[group]
        if not said:
            continue
        before = text[:offset].lower()
        telling = [word for word in pattern(r"[a-z]{4,}").findall(said.lower()) if word[:4] in before]
        if telling or pattern(_ITEM_ALONE).fullmatch(said.strip()):
            return min(first, match.start(group)), max(last, match.end(group))
    return first, last


_ITEM_ALONE = r"(?:(?:steps?|task)\s+)?\(?(?:\d{1,2}|[a-h])\)?(?:\s*(?:,|and|&)\s*\(?\d{1,2}\)?)*"


def _opens(sentence: str, start: int) -> bool:
    """Whether a piece of the sentence begins here: `prices 3, exposures 1`."""
    return pattern(r"(?:^|[,.;:?(\n]|\band|\bbut|\bgive)\s*$").search(sentence[max(0, start - 6) : start]) is not None


def _forms() -> str:
    count = rf"(?<![\w.-]){number_words()}"
    after = rf"(?:\s*x\b)?(?:\s+(?:{_NOUN}|times(?:\s+more)?|of\s+them|further\s+times|as\s+well|more))*"
    before = (
        rf"(?<![\w-])(?:(?P<rest>{_REST})|(?P<name>{_MANY}))(?P<glue>{_BETWEEN})?\s*"
        rf"(?:(?P<count>{count})(?!(?!x\b)[\w%:-]|\.\d){after}|(?P<none>\b{_NONE}))(?!\w){_END}"
    )
    behind = (
        rf"(?:(?P<number>{count}){after}|(?P<nothing>\b{_NONE}))(?:\s+(?:each|only))?\s+(?:on|for|in)\s+"
        rf"(?:(?P<other>{_REST})|(?P<named>{_ONE}(?:\s+and\s+{_ONE}(?!\s+{number_words()}))?))"
    )
    no_other = (
        r"\b(?P<otherwise>no\s+other\s+(?:task|step)\b[^.;\n]{0,30}?\b"
        r"(?:repeated|re-?tried|again|more\s+than\s+once))\b"
    )
    denied = (
        rf"\b(?:do\s+not|don'?t|never|no\s+need\s+to)\s+(?:re-?try|repeat)\s+(?P<denied>{_ONE})(?=\s*(?:[,.;)\n]|$))"
    )
    return rf"{no_other}|{denied}|{behind}|{before}"


def _is_length(sentence: str, end: int) -> bool:
    """Whether the number counts minutes."""
    return re.compile(rf"\s*-?{any_of('units')}(?!\w)", re.IGNORECASE).match(sentence, end) is not None
