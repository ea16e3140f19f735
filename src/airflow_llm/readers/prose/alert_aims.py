"""Alerts in few words: an address, a channel or a pager right beside a word for what goes wrong."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.readers.prose.spellings import any_of, finds, hints, meaning_of, pattern, says, spelled
from airflow_llm.spec.steps import AlertEvent

ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
CHANNEL = r"(?<![\w&])#(?a:[A-Za-z])[\w-]{0,79}"
_PRESETS = (
    r"(?:daily|hourly|weekly|monthly|quarterly|yearly|annually|once|midnight|continuous|reboot|task|dag|asset|setup"
    r"|teardown)\b"
)
_HANDLE = rf"(?<![\w.@/])@(?!{_PRESETS})(?a:[A-Za-z])[\w-]{{2,40}}(?![\w-]*[.@]\w)"
_PHONE = r"\+\d[\d ]{6,18}\d"
_HOLDER = r",?\s+(?:to\s+)?(?:the\s+)?(?:channel|service|team|group|rotation|queue|schedule|chat|room|crew)\s+"
_NAMED = (
    rf"(?:(?:{_HOLDER}[\"'`]?|[,:]?\s+[\"'`])(?P<name>#?(?a:[A-Za-z])[\w -]{{0,40}}[\w])[\"'`]|"
    rf"{_HOLDER}(?P<bare>(?!(?:when|if|on|in|for)\b)(?a:[A-Za-z])[\w-]{{1,40}}))"
)
_WORDS_BETWEEN = (
    r"(?!(?:when|if|on|in|for|and|or|with|at|to|by|only|should|gets?|is|are|any|all|p\d|as|via|who|the|immediately|alerts?|"
    r"incidents?|page|notifications?|messages?|service|team|channel|callbacks?|hooks?|after|once|message|too|also|please|not|but|then|job|me|us|"
    r"somebody|someone|on-call|whoever|a|an)\b)"
)
_SLUG = rf"{_WORDS_BETWEEN}[A-Za-z]\w*(?:-\w+)+"
_OF_PAGER = (
    rf"\s*[(:]?\s*(?:to\s+(?:the\s+)?)?(?:(?:svc|service|team|group|queue|rotation)\b:?\s*)?[\"'`]?(?P<slug>{_SLUG}|"
    rf"{_WORDS_BETWEEN}[a-z]\w{{2,20}}(?=[\"'`]?\s*(?:[.,;)\n+&!]|$|\s(?:on|if|when|for)\s)))"
)
_PAGED = (
    rf"\b(?:pages?|wakes?|calls?|alerts?|rings?)\s+(?:the\s+)?(?P<who>{_SLUG})\s+(?:on|via|in|by|through|\()\s*$"
    rf"|(?P<whom>{_SLUG})\s+(?:gets?|is|are)\s+(?:paged|called|woken)\s+(?:by|via|on|through|in)\s+$"
)
_PERSON = (
    r"(?:me|us|data|on-?call|whoever|somebody|someone|the\s+(?:on-?call|team|dba|night|person|duty|controller)\w*)"
)


_CLOSE = 30  # how near an address makes the name of its channel no aim of its own
_FAR = 90
_LISTED = 20
_TOUCHING = 4


class Aim(NamedTuple):
    """Where a message goes: a channel and its target (empty: not said)."""

    channel: str
    target: str
    start: int
    end: int


def aims(words: str) -> list[Aim]:
    """The addresses, channels and pagers in the words, in order."""
    found: list[Aim] = []
    for match in pattern(rf"{ADDRESS}|{CHANNEL}|{_PHONE}|{_HANDLE}").finditer(words):
        said = match.group()
        kind = _chat(words, match.start()) if said[0] in "#@" else "email" if "@" in said else "sms"
        found.append(Aim(kind, said, *match.span()))
    ends = [aim.end for aim in found]
    named: list[Aim] = []
    for match in pattern(rf"\b({any_of('alert_channels')})\b(?:{_NAMED})?").finditer(words):
        channel = meaning_of("alert_channels", match[1])
        if channel in _PAGERS and not (match["name"] or match["bare"]):
            paged = _paged(words, match)
            if paged is not None:
                named.append(paged._replace(channel=channel))
                continue
        place = bisect_left(ends, match.start() - _CLOSE)
        covered = place < len(found) and found[place].start - _CLOSE < match.start()
        name = match["name"] or match["bare"] or _held(words, match.start())
        if channel not in ("email", "sms", "webhook") and (name or not covered):
            named.append(Aim(channel, name, *match.span()))
    if not any(aim.channel == "pagerduty" for aim in named):
        named += [Aim("pagerduty", "", *page.span()) for page in finds(rf"\bpages?\s+{_PERSON}\b", words, "page")]
    if not found and not named:
        named = list(_texted(words))
    return sorted([*found, *named], key=lambda aim: aim.start)


def _texted(words: str) -> Iterator[Aim]:
    """`text me`, `sms to the duty manager`, `dies? text marek`."""
    ended = r"(?=\s*(?:[.,;:)\n]|$|\b(?:if|when|on|and|not|at|after|once|then)\b))"
    named = r"(?P<who>(?:the\s+)?[\w-]+(?:\s+(?!if\b|when\b|on\b|and\b|not\b|at\b|after\b|once\b|then\b)[\w-]+){0,2})"
    asked = r"(?:(?:^|(?<=[?.,;:]\s))|\b(?:and|then|please|pls|to|just)\s+)text\s+"
    for match in pattern(rf"(?:\bsms\s+(?:to\s+)?|{asked}){named}{ended}").finditer(words):
        person = pattern(rf"{_PERSON}$").fullmatch(match["who"]) is not None
        if pattern(r"(?:file|message|s|is|was|or|and|mail|via|by)\b").match(match["who"]) is None:
            yield Aim("sms", "" if person else match["who"], *match.span())
    if not pattern(rf"(?:\bsms\s+(?:to\s+)?|{asked}){named}{ended}").search(words):
        yield from (Aim("sms", "", *text.span()) for text in pattern(rf"\b(?:text|sms)\s+{_PERSON}\b").finditer(words))


UNSAID_ADDRESS = "data-team@example.com"
"""Reaches nobody: it stands for an address that the text does not name."""
_PAGERS = ("pagerduty", "opsgenie")


def _paged(words: str, match: re.Match[str]) -> Aim | None:
    """The service of a pager: `PagerDuty crew-control`, `page crew-control via Opsgenie`."""
    before = pattern(_PAGED).search(words[max(0, match.start() - 60) : match.start()])
    if before is not None:
        start = max(0, match.start() - 60) + before.start()
        return Aim("", before["who"] or before["whom"], start, match.end())
    behind = pattern(_OF_PAGER).match(words, match.end())
    if behind is not None:
        return Aim("", behind["slug"], match.start(), behind.end())
    person = pattern(_PERSON_PAGED).search(words[max(0, match.start() - 60) : match.start()])
    if person is None:
        return None
    start = max(0, match.start() - 60) + person.start()
    return Aim("", person["who"] or person["whom"], start, match.end())


_PERSON_PAGED = (
    r"\b(?:pages?(?:\s+to)?|wakes?|calls?|alerts?|rings?|reach)\s+the\s+(?:service\s+|team\s+)?(?P<who>(?:[\w-]+\s+){0,2}?[\w-]+)\s+"
    r"(?:on|via|in|by|through|with)\s+(?:the\s+)?$"
    r"|\bthe\s+(?P<whom>(?:[\w-]+\s+){0,2}?[\w-]+)\s+(?:gets?|is|are)\s+(?:paged|called|woken)\s+(?:by|via|on|through|in)\s+$"
)


def _held(words: str, at: int) -> str:
    """The name in front: `the Ops channel in Teams`."""
    form = r"\b([A-Za-z][\w-]{1,40})\s+channel\s+(?:in|on|of)\s+(?:microsoft\s+|ms\s+)?$"
    match = next(finds(form, words[max(0, at - 70) : at], "channel"), None)
    return match[1] if match is not None and match[1].lower() not in ("the", "our", "a", "any") else ""


def _chat(words: str, at: int) -> str:
    """The chat that a `#channel` belongs to: the one named just before or behind it, else Slack."""
    near = [meaning for _, _, meaning in spelled("alert_channels", words[max(0, at - 30) : at])]
    kind = near[-1] if near else "slack"
    return kind if kind in ("slack", "teams", "discord", "telegram") else "slack"


_BAD = (
    r"(?:task\s+|run\s+)?(?:fail(?:ures?|s|ed(?!\s+ones)|ing)?|falls?\s+over|refuses?|stumbles?|complains?|spoilt|is\s+stuck|"
    r"(?:complaints|alarms)(?=\s*(?:to\b|go\b|:|→|->|=))|gives?\s+(?:an?\s+)?error|"
    r"(?:cannot|can't|could\s+not)\s+be\s+(?:saved|reached)|"
    r"unsuccessful|errors?(?!\s+(?:lists?|reports?|files?|tables?|rows?|counts?)\b)|err|faults?|crash(?:es|ed)?|problems?|trouble|"
    r"incidents?|break-?downs?(?!\s+(?:by|of|per)\b)|abend|"
    r"red(?=\s*(?:[:=,;.)→>-]|$|\s(?:on|in|at|to|goes|wake|then|ring|page|checks?|tests?|runs?|steps?|tasks?|anything)\b))|(?:is|are|be|gets?|it's)\s+(?:dead|lost)|"
    r"throws?|(?:it|some\w+|any\w+)\s+brakes|fials?|failes|in\s+vain|(?:eaten|used)\s+up|never\s+c[ao]mes?|not\s+(?:go(?:ne)?|got)\s+through|"
    r"(?:\w+n't|(?:does|do|did|is|was|wo|ca)nt|not)\s+(?:turn(?:ed)?\s+up|answer(?:ed)?|come(?:\s+up)?|work(?:ed)?(?:\s+out)?)|cannot\s+be\s+(?:produced|made|built|finished|completed|loaded|created)|"
    r"not-?ok|nok|outages?|kill\s+node|non-?zero|dies|died|(?<!\d\s)breaks?(?:\s+down)?|broken?|"
    r"goes\s+wrong|trips|blows\s+up|come\s+to\s+grief|not\s+(?:work|succeed(?:ed)?)|\w+n[o']?t\s+be\s+(?:delivered|reached|sent|read)|kill(?:ed)?\s+(?:it|them)|interrupted|times?d?\s+out)"
)
# An error that is compared is a number of the data.
_COUNTED = (
    r"(?!\s+(?:(?:is|was|stays)\s+(?:greater|above|over|below|under|more|less|at)|rates?|margin|bars?|mail\s+to)\b)"
)
_LATE = (
    r"(?:sla(?:\s+miss(?:es)?|\s+alerts?|\s+breach(?:es)?)?|late|overdue(?!\s+\w+s\b)|breach(?:es)?(?!\s+lists?)|"
    r"(?:\w+n't|not)\s+(?:be\s+)?(?:done|finished|ready|ended|through)\s+(?:by|at|before)|missed\s+deadline|deadline|"
    r"(?:takes?|runs?|needs?|lasts?|running)\s+(?:for\s+)?(?:over|longer\s+than|more\s+than)\s+\d+\s*(?:m|mins?|minutes?|h|hours?)\b)"
)
_GOOD = r"success(?:es)?(?:\s+(?:notices?|mails?|messages?))?"
_RETRIED = r"(?:(?:every|each|any)\s+retry|(?:when|whenever|if)\s+it\s+retries)"
_MAY_BE_LATE = (
    r"sla(?!ck)|\b(?:over|longer\s+than|more\s+than)\s+\d|late|overdue|breach|deadline|"
    r"n[o']?t\s+(?:be\s+)?(?:done|finished|ready|ended|through)"
)
_EVENTS: tuple[tuple[AlertEvent, str, str], ...] = (
    ("failure", _BAD, ""),
    ("deadline", _LATE, _MAY_BE_LATE),
    ("success", _GOOD, r"\bsuccess"),
    ("retry", _RETRIED, r"(?:every|each|any)\s+retry|it\s+retries"),
)
"""What an alert is about, the words for it, and a small expression without which there are none."""
_LEAD = (
    r"(?:(?:the|an?|msg|message|mails?|e-?mails?|page|text|sms|notify|alert|inform|warn|ping|posts?|tell|told|slack|shout|"
    r"channel|call|to|in|on|at|by|via|of|person|group|team|service|queue|write|written|go|goes|sent|reported|is|are|be|"
    r"should|shall|must|buzz|me|advise|then|please|reach|known|made|and|also|line|entry|mailed|posted|replace|that|so|i|we|want|wants|goes|say|into|still|it|duty|phone|ring)\W+)"
)
_ARROW = r"(?:\bmeans\b|[-=]+>|→|➜|👉|⇒|[=:|]|\bto\b|\bon\b|\bin\b|\bat\b|\breach\b|\bby\b|\bvia\b|\binto\b|,)"


def aimed(sentence: str) -> Iterator[tuple[AlertEvent, Aim, int, int]]:
    """The event (failure or deadline), the aim and the place of every alert that the sentence asks for so."""
    if (
        not says(sentence, "@", "#", "+")
        and pattern(rf"\b(?:{any_of('alert_channels')}|page|text)\b").search(sentence) is None
    ):
        return
    targets = aims(sentence)
    if not targets:
        return
    for event, words, hint in _EVENTS:
        if not hints(sentence, hint):
            continue
        for match in pattern(rf"(?<![^\W_]){words}\b(?![\w./-]*@){_COUNTED}").finditer(sentence):
            yield from _beside(sentence, event, match, targets)


def _beside(
    sentence: str, event: AlertEvent, match: re.Match[str], targets: list[Aim]
) -> Iterator[tuple[AlertEvent, Aim, int, int]]:
    start, end = match.span()
    if pattern(
        r"\b(?:even\s+(?:if|when)|no|without|not|regardless|previous|if\s+one\s+has)\s+(?:\w+\s+){0,2}$|\beven\s+(?:if|when)\s+(?:\w+\s+){0,4}$|\bnone\s+for\s+$"
    ).search(sentence[max(0, start - 40) : start]):
        return
    if pattern(r"\s+\w+\s+(?:more|further)\s+(?:tries|retr\w+|attempts)\b").match(sentence, end):
        return
    first = bisect_left(targets, end, key=lambda aim: aim.start)
    last = bisect_right(targets, start, key=lambda aim: aim.end) - 1
    before = sentence[targets[last].end : start] if last >= 0 else ""
    own = pattern(r"\s+(?:on|at|upon|in\s+case\s+of|for)\s+").fullmatch(before)
    if not own and first < len(targets) and _leads(sentence, start, end, targets[first].start, event):
        for aim in _joined(sentence, targets, first, 1):
            yield event, aim, start, aim.end
    elif last >= 0 and start - targets[last].end <= _FAR and _follows(sentence[targets[last].end : start]):
        kept = list(_joined(sentence, targets, last, -1))
        for aim in kept:
            yield event, aim, kept[-1].start, end


_TELLS = (
    r"(?:reported|mailed|e-?mailed|made\s+known|announced|sent|told|informed|alarm(?:ed)?|notified|shout|"
    r"signalled|paged|called|woken)"
)
_TOLD = (
    rf"\S+\s+(?:gets?|is|are|should|must|ought|wants?|needs?|to\s+be)\s+(?:\w+\s+){{0,4}}?"
    rf"(?:{_TELLS}|know|hear|alarm|mail|message)\b"
)


_ASIDE = r"\b(?:otherwise|else|instead|then\s+(?:load|run|use|take))\b"


def _leads(sentence: str, start: int, end: int, at: int, event: str) -> bool:
    """Whether the words between what goes wrong and the aim only say `tell` and `to`."""
    between = sentence[end : min(at, end + _FAR)]
    if pattern(r"\s*\(\s*").fullmatch(between):
        return True
    aside = r"\b(?:instead|then\s+(?:load|run|use|take))\b" if event == "deadline" else _ASIDE
    if at - end > _FAR or pattern(aside).search(between):
        return False
    if pattern(
        r"\s+(?:\w+\s+)?(?:pings|pages|mails|alerts|tells|texts|calls|wakes|(?:is|means)(?:\s+an?)?)\s+(?:the\s+)?"
    ).fullmatch(between):
        return True
    if pattern(r"[\s,]{0,3}(?:and\s+)?").fullmatch(between):
        return len(between) < _TOUCHING or pattern(_TOLD).match(sentence, at) is not None
    if pattern(rf"[^@#]{{0,45}}\b{_TELLS}\b[^@#]{{0,40}}").fullmatch(between):
        return True
    opened = pattern(r"\b(?:if|when|whenever|should|in\s+case|on|upon|once|were)\b(?:[^.;]|\.(?=\w)){0,60}$").search(
        sentence[max(0, start - _FAR) : start]
    )
    glue = pattern(rf"(?:[\w\s,'()-]{{0,25}}?)\s*(?:{_ARROW})[^\w#@+]{{0,6}}{_LEAD}{{0,7}}\W{{0,4}}").fullmatch(between)
    if glue is not None or (event == "deadline" and len(between) < 40):
        return True
    return opened is not None and len(between) <= 70 and pattern(_LEAD).search(f"{between} ") is not None


_ELSEWHERE = r"\b(?:otherwise|then|after|before(?!\s+(?:it|that|them)\b)|and\s+(?:load|run|write|send))\b"


def _follows(between: str) -> bool:
    """`#x gets a note if the job dies`, `a@b.example on any failure`."""
    return (
        pattern(
            r"[^.;]{0,50}?\b(?:on|upon|for|of|about|if|when|whenever|gets|receives?|hears?|knows?|in\s+case|should|told\s+that)\b"
            r"[^.;]{0,60}|[\s,:]*(?:any|every|each|all)\s+"
        ).fullmatch(between)
        is not None
        and pattern(_ELSEWHERE).search(between) is None
    )


_JOINT = r"[\s,)]*(?:and|plus|&|\+|,)[\s,]*(?:additionally|also|as\s+well)?[\s,]*" + _LEAD + r"{0,4}(?:\w+\s+)?\W{0,2}"


def _joined(sentence: str, targets: list[Aim], place: int, step: int) -> Iterator[Aim]:
    """The aim at the place and those that a list joins to it, forwards or backwards."""
    yield targets[place]
    for _ in range(_LISTED):
        one, other = sorted((place, place + step))
        if one < 0 or other >= len(targets):
            return
        if pattern(_JOINT).fullmatch(sentence[targets[one].end : targets[other].start][:_FAR]) is None:
            return
        place += step
        yield targets[place]
