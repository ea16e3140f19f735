"""Alerts in few words: an address, a channel or a pager right beside a word for what goes wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from airflow_llm.readers.prose.spellings import any_of, meaning_of, pattern, says

ADDRESS = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
CHANNEL = r"(?<![\w&])#[A-Za-z][\w-]{0,79}"
_PHONE = r"\+\d[\d ]{6,18}\d"
_NAMED = (
    r"(?:(?:,?\s+(?:to\s+)?(?:the\s+)?(?:channel|service|team|group|rotation|queue)\s+[\"'`]?|\s+[\"'`])(?P<name>#?[A-Za-z][\w -]{0,40}[\w])[\"'`]|"
    r",?\s+(?:to\s+)?(?:the\s+)?(?:channel|service|team|group|rotation|queue)\s+(?P<bare>(?!(?:when|if|on|in|for)\b)[A-Za-z][\w-]{1,40}))"
)
_PERSON = (
    r"(?:me|us|data|on-?call|whoever|somebody|someone|the\s+(?:on-?call|team|dba|night|person|duty|controller)\w*)"
)


class Aim(NamedTuple):
    """Where a message goes: a channel and its target (empty: not said)."""

    channel: str
    target: str
    start: int
    end: int


def aims(words: str) -> list[Aim]:
    """The addresses, channels and pagers in the words, in order."""
    found: list[Aim] = []
    spans: list[tuple[int, int]] = []
    for match in pattern(rf"{ADDRESS}|{CHANNEL}|{_PHONE}").finditer(words):
        said = match.group()
        kind = "email" if "@" in said else _chat(words, match.start()) if said[0] == "#" else "sms"
        found.append(Aim(kind, said, *match.span()))
        spans.append(match.span())
    for match in pattern(rf"\b({any_of('alert_channels')})\b(?:{_NAMED})?").finditer(words):
        channel = meaning_of("alert_channels", match[1])
        covered = any(start - 30 < match.start() < end + 30 for start, end in spans)
        if channel not in ("email", "sms", "webhook") and not covered:
            found.append(Aim(channel, match["name"] or match["bare"] or "", *match.span()))
    if not any(aim.channel == "pagerduty" for aim in found):
        page = pattern(rf"\bpages?\s+{_PERSON}\b").search(words)
        if page is not None:
            found.append(Aim("pagerduty", "", *page.span()))
    text = pattern(rf"\b(?:text|sms)\s+{_PERSON}\b").search(words)
    if text is not None and not found:
        found.append(Aim("sms", "", *text.span()))
    return sorted(found, key=lambda aim: aim.start)


def _chat(words: str, at: int) -> str:
    """The chat that a `#channel` belongs to: the one named just before or behind it, else Slack."""
    near = pattern(any_of("alert_channels")).findall(words[max(0, at - 30) : at])
    kind = meaning_of("alert_channels", near[-1]) if near else "slack"
    return kind if kind in ("slack", "teams", "discord", "telegram") else "slack"


_BAD = (
    r"(?:task\s+|run\s+)?(?:fail(?:ures?|s|ed|ing)?|unsuccessful|errors?|err|faults?|crash(?:es|ed)?|problems?|trouble|"
    r"incidents?|break-?downs?|abend|not-?ok|nok|outages?|kill\s+node|non-?zero|dies|died|breaks?(?:\s+down)?|broken?|"
    r"goes\s+wrong|trips|blows\s+up|come\s+to\s+grief|not\s+(?:work|succeed(?:ed)?)|\w+n[o']?t\s+be\s+(?:delivered|reached|sent|read)|kill(?:ed)?\s+(?:it|them)|interrupted|times?d?\s+out)"
)
# An error that is compared is a number of the data.
_COUNTED = (
    r"(?!\s+(?:(?:is|was|stays)\s+(?:greater|above|over|below|under|more|less|at)|rates?|margin|bars?|mail\s+to)\b)"
)
_LATE = (
    r"(?:sla(?:\s+miss(?:es)?|\s+alerts?|\s+breach(?:es)?)?|late|overdue|breach(?:es)?|"
    r"(?:not|n't)\s+(?:be\s+)?(?:done|finished|ready|ended|through)\s+(?:by|at|before)|missed\s+deadline|deadline)"
)
_LEAD = (
    r"(?:(?:the|an?|msg|message|mails?|e-?mails?|page|text|sms|notify|alert|inform|warn|ping|posts?|tell|told|slack|shout|"
    r"channel|call|to|in|on|at|by|via|of|person|group|team|service|queue|write|written|go|goes|sent|reported|is|are|be|"
    r"should|shall|must|buzz|me|advise|then|please|reach|known|made|and|also|line|entry|mailed|posted|replace|that)\W+)"
)
_ARROW = r"(?:[-=]+>|→|➜|👉|⇒|[=:|]|\bto\b|\bon\b|\bin\b|\bat\b|\breach\b|\bby\b|\bvia\b|,)"


def aimed(sentence: str) -> Iterator[tuple[str, Aim, int, int]]:
    """The event (failure or deadline), the aim and the place of every alert that the sentence asks for so."""
    if (
        not says(sentence, "@", "#", "+")
        and pattern(rf"\b(?:{any_of('alert_channels')}|page|text)\b").search(sentence) is None
    ):
        return
    targets = aims(sentence)
    if not targets:
        return
    for event, bad in (("failure", _BAD), ("deadline", _LATE)):
        for match in pattern(rf"(?<![^\W_]){bad}\b(?![\w./-]*@){_COUNTED}").finditer(sentence):
            yield from _beside(sentence, event, match, targets)


def _beside(sentence: str, event: str, match: re.Match[str], targets: list[Aim]) -> Iterator[tuple[str, Aim, int, int]]:
    start, end = match.span()
    if pattern(r"\b(?:even\s+(?:if|when)|no|without|not|regardless|previous|if\s+one\s+has)\s+(?:\w+\s+){0,2}$").search(
        sentence[max(0, start - 40) : start]
    ):
        return
    behind = next((aim for aim in targets if aim.start >= end), None)
    before = next((aim for aim in reversed(targets) if aim.end <= start), None)
    if behind is not None and _leads(sentence, start, end, behind.start, event):
        first = targets.index(behind)
        for aim in (behind, *_joined(sentence, targets[first:])):
            yield event, aim, start, aim.end
    elif before is not None and _follows(sentence[before.end : start]):
        chosen = [aim for aim in targets if aim.end <= before.end]
        kept = [before, *_joined_before(sentence, chosen)]
        for aim in kept:
            yield event, aim, min(one.start for one in kept), end


_TELLS = (
    r"(?:reported|mailed|e-?mailed|made\s+known|announced|sent|told|informed|alarm(?:ed)?|notified|shout|signalled)"
)
_TOLD = rf"\S+\s+(?:gets?|is|are|should|must|ought|wants?|needs?|to\s+be)\s+(?:\w+\s+){{0,4}}?(?:{_TELLS}|know|hear|alarm|mail|message)\b"


def _leads(sentence: str, start: int, end: int, at: int, event: str) -> bool:
    """Whether the words between what goes wrong and the aim only say `tell` and `to`."""
    between = sentence[end:at]
    if len(between) > 90 or pattern(r"\b(?:otherwise|else|instead|then\s+(?:load|run|use|take))\b").search(between):
        return False
    opened = pattern(r"\b(?:if|when|whenever|should|in\s+case|on|upon|once|were)\b[^.;]{0,60}$").search(
        sentence[:start]
    )
    glue = pattern(rf"(?:[\w\s,'()-]{{0,25}}?)\s*(?:{_ARROW})[^\w#@+]{{0,6}}{_LEAD}{{0,7}}\W{{0,4}}").fullmatch(between)
    if glue is not None or (event == "deadline" and len(between) < 40):
        return True
    return opened is not None and len(between) <= 70 and pattern(_LEAD).search(f"{between} ") is not None


def _follows(between: str) -> bool:
    """`#x gets a note if the job dies`, `a@b.example on any failure`."""
    return (
        pattern(
            r"[^.;]{0,50}?\b(?:on|upon|for|of|about|if|when|whenever|gets|receives?|hears?|knows?|in\s+case|should)\b"
            r"[^.;]{0,60}"
        ).fullmatch(between)
        is not None
        and pattern(r"\b(?:otherwise|then|after|before|and\s+(?:load|run|write|send))\b").search(between) is None
    )


_JOINT = r"[\s,)]*(?:and|plus|&|\+|,)[\s,]*(?:additionally|also|as\s+well)?[\s,]*" + _LEAD + r"{0,4}(?:\w+\s+)?\W{0,2}"


def _joined(sentence: str, targets: list[Aim]) -> Iterator[Aim]:
    """Further aims of the list that opens with the first one."""
    for one, other in zip(targets, targets[1:], strict=False):
        if pattern(_JOINT).fullmatch(sentence[one.end : other.start]) is None:
            return
        yield other


def _joined_before(sentence: str, targets: list[Aim]) -> Iterator[Aim]:
    for other, one in zip(targets[-2::-1], targets[:0:-1], strict=False):
        if pattern(_JOINT).fullmatch(sentence[other.end : one.start]) is None:
            return
        yield other
