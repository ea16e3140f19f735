"""Who is told when the pipeline, or one step of it, fails, is late or is retried."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

from airflow_llm.readers.prose.alert_aims import ADDRESS as _ADDRESS
from airflow_llm.readers.prose.alert_aims import CHANNEL as _CHANNEL
from airflow_llm.readers.prose.alert_aims import aimed, aims
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.span import Found, found, without_overlaps
from airflow_llm.readers.prose.spellings import any_of, finds, hints, meaning_of, pattern, says, spelled
from airflow_llm.spec.steps import AlertEvent

_TELL = (
    r"(?:tell|notify|ping|alert|inform|warn|page|message|msg|e-?mail|mail|write(?:\s+to)?|post(?:\s+(?:to|in|into))?|"
    r"send|slack|let|shout(?:\s+(?:in|at))?|call|text|report(?:\s+(?:it\s+)?to)?|raise|escalate(?:\s+to)?|notification|"
    r"alerts?|notifications?|e-?mails?|messages?|pages?|pings?|"
    r"(?:(?:we|i|they)\s+)?(?:want\s+to\s+|should\s+|must\s+|need\s+to\s+)?(?:get|gets|be|are)\s+"
    r"(?:paged|notified|alerted|told|informed|pinged|mailed|e-?mailed|messaged|warned))"
)
_ANYTHING = (
    r"(?:anything|something|any\s+task\s+(?:in|of)\s+(?:the|this)\s+(?:pipeline|dag|run)|"
    r"any\s+(?:of\s+(?:the\s+|these\s+|them\s*)?(?:tasks?|steps?)?|task|step|job|part|of\s+it)|"
    r"one\s+of\s+(?:them|the\s+"
    r"(?:tasks|steps))|a\s+(?:task|step|job)|it|this|that|the\s+(?:run|dag|pipeline|job|whole\s+thing|flow|"
    r"workflow|etl|thing|import|load)|"
    r"things?|stuff|everything|a\s+run|the\s+(?:daily|nightly|hourly|weekly)\s+(?:run|job|load)|"
    r"(?:the\s+)?tasks?|an?\s+(?:error|failure)|errors?)"
)

_LIMIT = (
    r"(?:by|within|after|before|in|until|at)\s+(?:the\s+)?\d[\d:.]*"
    r"(?:\s*(?:h|hrs?|hours?|min(?:ute)?s?|am|pm|o'?clock)\b)?"
)
_STATE = r"\b(?:if|when|once)\s+(?:it(?:'s|\s+is)\s+)?(broken|failing|failed|red)\b(?=\s*(?:$|[,)]))"
_WINDOW = 200
_SHORTEST = 8  # no request is shorter: text of nothing but line ends stays cheap


class AlertWords(NamedTuple):
    """`channel` and `target` are empty when not said; `subject` names the one thing that it is about, else empty.

    Of a deadline `after` is the length, or `by` the time of day in minutes; neither: the text does not say.
    """

    on: AlertEvent
    channel: str = ""
    target: str = ""
    subject: str = ""
    after: timedelta | None = None
    by: int | None = None


def find_alerts(text: str) -> list[Found[AlertWords]]:
    """Every alert that the text asks for. A message that is a step of its own (when all went well) is none."""
    hits: list[Found[AlertWords]] = []
    for start, sentence in _sentences(text):
        if len(sentence) < _SHORTEST:
            continue
        hits += [_moved(text, start, hit) for hit in (*_conditional(sentence), *_short(sentence), *_flags(sentence))]
    hits += [*_asked(text), *_then(text)]
    return _with_aims(text, without_overlaps(hits))


def _with_aims(text: str, hits: list[Found[AlertWords]]) -> list[Found[AlertWords]]:
    """The alerts with those that only stand beside an address; what names no target gives way to what names one."""
    close = sorted(_aimed(text), key=lambda hit: hit.start) if says(text, *_SIGNS) else []
    kept = [hit for hit in hits if not any(_better(hit, other, text) for other in _near(close, hit))]
    told = {(hit.value.on, hit.value.target.lower()) for hit in kept}
    added: list[Found[AlertWords]] = []
    for hit in close:
        covered = not hit.value.target and any(
            hit.overlaps(held) and held.value.on == hit.value.on for held in _near(kept, hit)
        )
        if not covered and (hit.value.on, hit.value.target.lower()) not in told:
            told.add((hit.value.on, hit.value.target.lower()))
            added.append(hit)
    once = {hit.value: hit for hit in sorted([*kept, *added], key=lambda hit: (hit.start, hit.end), reverse=True)}
    instead = pattern(r"(?<=instead)|\W{0,3}instead\b")
    return sorted((hit for hit in once.values() if not instead.match(text, hit.end)), key=lambda hit: hit.start)


def _near(hits: list[Found[AlertWords]], hit: Found[AlertWords]) -> list[Found[AlertWords]]:
    """Those of the hits, which are in order, that begin near the one."""
    first = bisect_left(hits, hit.start - _WINDOW, key=lambda other: other.start)
    return hits[first : bisect_right(hits, hit.end + _WINDOW, key=lambda other: other.start)]


_SIGNS = ("@", "#", "+", "slack", "teams", "pager", "opsgenie", "telegram", "discord", "sns", "page", "text", "sms")


def _better(hit: Found[AlertWords], other: Found[AlertWords], text: str) -> bool:
    """Whether the other place, in the same line, says the same with a target or a channel that this one lacks."""
    return (
        not hit.value.target
        and other.value.on == hit.value.on
        and bool(other.value.target or other.value.channel != hit.value.channel)
        and (not hit.value.channel or hit.value.channel in (other.value.channel, "email"))
        and "\n" not in text[min(hit.end, other.end) : max(hit.start, other.start)]
    )


def _aimed(text: str) -> Iterator[Found[AlertWords]]:
    for start, sentence in _sentences(text):
        lead = _heading(text, start)
        for event, aim, first, last in aimed(lead + sentence) if len(sentence) >= _SHORTEST else ():
            words = (lead + sentence)[first : last + 60]
            after, by = _until(text, words) if event == "deadline" else (None, None)
            alert = AlertWords(event, aim.channel, aim.target, "", after, by)
            begin = max(first - len(lead), 0) + start
            yield found(text, begin, max(begin, last - len(lead) + start), alert, 0.8)


def _heading(text: str, start: int) -> str:
    """The line before when it is nothing but a heading such as `## Failure`."""
    if not start:
        return ""
    before = text[max(0, start - 60) : start].rstrip().rsplit("\n", 1)[-1].strip("# *[]_")
    return (
        f"{before}: "
        if pattern(
            r"(?:on\s+|notice\s+of\s+|who\s+is\s+(?:told|informed)\s+of\s+)?(?:failures?|errors?|faults?|alarms?)\W?"
        ).fullmatch(before)
        else ""
    )


def _until(text: str, words: str) -> tuple[timedelta | None, int | None]:
    """How long, or until what time of day, a run may take before it is late."""
    lengths = find_durations(words)
    if lengths:
        return lengths[0].value, None
    clock = pattern(
        r"\b(?:by|at|before|until|deadline)\s+(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?\b(?![:.,]\d|\s*(?:%|rows|times))"
    ).search(words)
    if clock is not None and int(clock[1]) < 24 and int(clock[2] or 0) < 60:
        hour = int(clock[1]) % 12 + 12 * (clock[3].lower() == "pm") if clock[3] else int(clock[1])
        return None, hour * 60 + int(clock[2] or 0)
    sla = next(finds(r"\b(?:sla|deadline)\b", text, "sla", "deadline"), None)
    lengths = find_durations(text[sla.end() : sla.end() + 30]) if sla is not None else []
    return (lengths[0].value if lengths else None), None


def find_unwanted(text: str) -> Found[bool] | None:
    """`No e-mail on failure`, `email_on_failure=False`: the text rules alerts out."""
    words = (
        r"\b(?:no|without|disable|don'?t\s+(?:send\s+)?(?:any\s+)?)\s*(?:explicit\s+)?(?:e-?mail\s+|"
        r"slack\s+|failure\s+)*"
        r"(?:alerts?|alerting|notifications?|e-?mails?)(?!\s+on\s+(?:retry|retries|success))\b"
        r"|\bemail_on_failure[\"'`*]*\s*(?:is|[:=])?\s*[\"'`*]*\s*(?:false|disabled|off|no)\b"
        r"|\bneither\b[^.;\n]{0,40}\be-?mails?\b|\b(?:failure|retry)\s+(?:e-?)?mails?\s+(?:are|is|stay)\s+(?:not\b|off\b|disabled\b|at\b)"
        r"|\be-?mail\s+notifications?[\"'`*]*\s*[:=]\s*(?:disabled|off|none|no)\b"
    )
    if not hints(
        text, r"\b(?:no|without|disable|don'?t|email_on_failure|e-?mail\s+notif\w*|neither|mails?\s+(?:are|is|stay))\b"
    ):
        return None
    match = next(finds(words, text, "alert", "mail", "notif"), None)
    return found(text, *match.span(), True) if match else None


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for match in pattern(r"(?<=(?a:[a-z0-9)\"']))[.!?](?=\s|$)|\n|;").finditer(text):
        yield start, text[start : match.start()]
        start = match.end()
    yield start, text[start:]


def _moved(text: str, offset: int, hit: Found[AlertWords]) -> Found[AlertWords]:
    return found(text, hit.start + offset, hit.end + offset, hit.value, hit.strength, hit.assumption)


def _conditional(sentence: str) -> Iterator[Found[AlertWords]]:
    """`tell #x if anything fails` and `if anything fails, tell #x`."""
    event = any_of("alert_events")
    opener = r"(?:if|when|whenever|in\s+case(?!\s+of)|once|as\s+soon\s+as|should|every\s+time)"
    subject = rf"(?:({_ANYTHING})|((?:the\s+|a\s+|any\s+)?[\w' -]{{2,40}}?))"
    clause = (
        rf"\b{opener}\s+{subject}\s+(?:ever\s+|still\s+|has\s+|have\s+|is\s+|was\s+|"
        rf"does\s+)*({event})\b(?:\s+(?:with|for|on)\s+\w+|\s+{_LIMIT}|\s+than\s+[^,.;]{{1,30}}|\s+[\w\s]{{1,20}}\s+after\s+the\s+start)?"
    )
    if next(spelled("alert_events", sentence), None) is None:
        return
    for match in finds(clause, sentence, "if", "when", "case", "once", "soon", "should", "time"):
        on = meaning_of("alert_events", match[3])
        if on == "success" or pattern(r"\beven\s+$").search(sentence[max(0, match.start() - 60) : match.start()]):
            continue
        if pattern(r"\d\s*$").search(match[2] or ""):
            continue  # `more than 40 breaks` are things of the data
        window = max(0, match.start() - _WINDOW)
        before = _teller(sentence[window : match.start()], last=True)
        after = _teller(sentence[match.end() : match.end() + _WINDOW], last=False)
        if before is None and after is None:
            continue
        start = window + before.start() if before else match.start()
        end = match.end() + after.end() if after and not before else match.end()
        end = end if before is None else _tail(sentence, end)
        words = sentence[start : end + 40] if on == "deadline" else sentence[start:end]
        about = "" if match[1] else " ".join((match[2] or "").split())
        end = max(end, _listed(sentence, end))
        for alert in _alerts(sentence[start:end] if on != "deadline" else words, on, about):
            yield found(sentence, start, end, alert, 0.9)


def _asked(text: str) -> Iterator[Found[AlertWords]]:
    """`Something fails? Tell #x.`"""
    event = any_of("alert_events", "failure")
    opened = r"(?:^|(?<=[.;:\n])|(?<=[.;:\n]\s))(?:[\w.`-]+\s+)?"
    question = (
        rf"(?:\b{_ANYTHING}\s+(?:ever\s+)?|{opened})({event})\s*\?\s*(?:then\s+|please\s+|just\s+)*"
        rf"{_TELL}\b(?:[^.;:?()\n]|\.(?=\w)){{0,80}}"
    )
    for match in finds(question, text, "?"):
        for alert in _alerts(match.group(), "failure", ""):
            yield found(text, *match.span(), alert, 0.9)


def _then(text: str) -> Iterator[Found[AlertWords]]:
    """`If it fails don't do it again. Only mail a@b.example then`, `three tries, then an SMS to the duty`."""
    aim = rf"(?:{_ADDRESS}|{_CHANNEL})"
    then = rf"\b{_TELL}\s+(?:to\s+)?{aim}\s+then(?=\s*[.;,\n]|$)"
    for match in finds(then, text, " then"):
        if hints(
            text[max(0, match.start() - _WINDOW) : match.start()], r"\b(?:fail\w*|break\w*|error\w*|crash\w*|dies)\b"
        ):
            for alert in _alerts(match.group(), "failure", ""):
                yield found(text, *match.span(), alert, 0.8)
    tried = (
        rf"\b(?:attempts?|tries|re-?tr(?:y|ies)|goes)\b[^.;\n]{{0,60}}?[,;]?\s*(?:and\s+)?(?:then|finally)\s+(?:let\s+it\s+be\s+and\s+)?"
        rf"(?:an?\s+)?(?P<tell>{_TELL}\s+(?:to\s+)?{aim}|(?:sms|text)\s+(?:to\s+)?[^.;,\n]{{2,40}})"
    )
    for match in finds(tried, text, "then", "finally"):
        for alert in _alerts(match["tell"], "failure", ""):
            yield found(text, *match.span("tell"), alert, 0.8)


def _listed(sentence: str, end: int) -> int:
    """Where a list of further addresses and channels ends."""
    if end >= len(sentence):
        return end
    one = rf"\s*(?:,\s*and\s|,|and\s|&|\+)\s*(?:to\s+|in\s+)?(?:{_ADDRESS}|{_CHANNEL})"
    match = pattern(rf"(?:{one}(?![\w.@-])(?!\s+(?:on|upon|if|when|for)\b)){{1,20}}").match(sentence, end)
    return match.end() if match else end


def _alerts(words: str, on: str, about: str) -> Iterator[AlertWords]:
    """One alert for each address and channel that the words name, or one for the sort of message."""
    alert = _alert(words, on, about)
    if alert is None:
        return
    targets = list(dict.fromkeys(match.group() for match in pattern(rf"{_ADDRESS}|{_CHANNEL}").finditer(words)))
    if len(targets) < 2:
        yield alert
        return
    for target in targets:
        kind = "email" if "@" in target else alert.channel if alert.channel != "email" else "slack"
        yield alert._replace(target=target, channel=kind)


def _teller(part: str, *, last: bool) -> re.Match[str] | None:
    """The words that ask to tell somebody, up to the condition (`last`) or right after it."""
    if last:
        match = pattern(rf"(?:\b(?:and\s+|then\s+|please\s+)*)\b{_TELL}\b[^,;:()]{{0,80}}(?:,\s*)?$").search(part)
        return None if match is not None and pattern(r"\b(?:when|if|after|then)\b").search(match.group()[6:]) else match
    if not part:
        return None
    return pattern(
        rf"[\s,:\u2013\u2192>-]*(?:then\s+|please\s+|we\s+(?:should|want\s+to)\s+|should\s+|must\s+|also\s+|"
        rf"just\s+|i\s+want\s+)*"
        rf"(?:an?\s+|the\s+)?(?:{_CHANNEL}|{_ADDRESS}|{any_of('alert_channels')}|{_TELL})\b[^,;:()]{{0,80}}"
    ).match(part)


def _tail(sentence: str, end: int) -> int:
    """`email me if it fails at x@y` keeps its address."""
    if pattern(r"\s+(?:to|at|in|on|via|by)\s").match(sentence, end) is None:
        return end
    match = pattern(
        rf"\s+(?:to|at|in|on|via|by)\s+(?:the\s+)?(?:{_ADDRESS}|{_CHANNEL}|{any_of('alert_channels')})\b"
    ).match(sentence, end)
    return match.end() if match else end


def _short_forms(sentence: str) -> Iterator[str]:
    """The expressions of short requests; small ones decide first whether the sentence can match at all."""
    channel, event = (
        any_of("alert_channels"),
        r"(?:failures?|errors?|fail|error|retry|retries|success|crash(?:es)?|sla\s+miss(?:es)?)",
    )
    both = rf"{event}(?:\s*(?:and|or|/|,)\s*(?:on\s+)?{event})*"
    aim = (
        rf"(?:\s+(?:to|in|at|via|on|by|of)\s+(?:the\s+)?(?:slack\s+|channel\s+|teams\s+)*(?:{_ADDRESS}|"
        rf"{_CHANNEL}|{channel}\b))*"
    )
    before = r"(?:any\s+|every\s+|task\s+|all\s+|a\s+)*"
    on_event = pattern(rf"\b(?:on|upon|of|for|about|after)\s+{before}{event}\b").search(sentence)
    tell, condition = rf"(?:{_TELL}|{channel})", r"(?:on|upon|in\s+case\s+of)"
    if says(sentence, "broken", "failing", "failed", "red") and pattern(_STATE).search(sentence):
        yield rf"\b{tell}\b[\w\s@.+#'-]{{0,60}}?\s+{_STATE}"
    if on_event is not None:
        yield rf"\b{tell}\b[\w\s@.+#'-]{{0,60}}?\s+(?:{condition}|for|about|after|of)\s+{before}({both})\b{aim}"
        yield (
            rf"\b{condition}\s+{before}({both})\b\s*[,:\u2192>-]*\s*(?:please\s+|then\s+)?"
            rf"(?![^,;:()]{{0,60}}?\s(?:on|upon)\s+{event}\b)(?:{tell}|{_CHANNEL}|{_ADDRESS})[^,;:()]{{0,60}}"
        )
    message = rf"\b({event})\s+(?:alerts?|notifications?|e-?mails?|mails?|messages?|notices?)\b"
    if pattern(message).search(sentence):
        yield rf"{message}(?:\s+(?:go|goes|are\s+sent|should\s+go|must\s+go))?{aim}"
    alerts = r"\b(?:alerts?|alerting)\s*(?:go(?:es)?\s+|are\s+sent\s+|should\s+go\s+)?(?:to|in|via|:)\s+(?:the\s+)?"
    if pattern(alerts).search(sentence):
        yield rf"{alerts}(?:{_ADDRESS}|{_CHANNEL}|{channel}\b){aim}()"


def _short(sentence: str) -> Iterator[Found[AlertWords]]:
    """`slack on failure`, `failure e-mails to x@y`, `on failure notify #x`."""
    refused = r"\b(?:no|not|without|disabled?|don'?t|n't|skips?)\b[\w\s-]{0,20}$"
    for form in _short_forms(sentence):
        for match in pattern(form).finditer(sentence):
            words = match.group()
            if "_" in words[:6] or pattern(refused).search(sentence[max(0, match.start() - 60) : match.start()]):
                continue
            aim = next((aim for aim in aims(sentence[match.start() : match.end() + 50]) if aim.target), None)
            named = aim is not None and aim.start < len(words) < aim.end
            for on in _events(match[1]):
                end = max(_listed(sentence, match.end()), match.start() + aim.end if named and aim is not None else 0)
                for alert in _alerts(sentence[match.start() : end], on, ""):
                    yield found(sentence, match.start(), end, alert, 0.9)


def _events(words: str) -> list[AlertEvent]:
    low = words.lower()
    events: list[AlertEvent] = []
    if not low or pattern(r"fail|error|crash|broken|red").search(low):
        events.append("failure")
    if "retr" in low:
        events.append("retry")
    if "success" in low:
        events.append("success")
    return events


def _flags(sentence: str) -> Iterator[Found[AlertWords]]:
    """The switches of Airflow's default arguments."""
    if not says(sentence, "_on_", "on_failure", "on_retry"):
        return
    for match in pattern(
        r"\bemail_on_(failure|retry)[\"'`*]*\s*(?:is\s+|[:=]\s*)?[\"'`*]*\s*(true|enabled|on|yes|set)\b|"
        r"\bemail_on_(failure)\b(?=\s*$|\s*[,;)])"
    ).finditer(sentence):
        event: AlertEvent = "failure" if "failure" in (match[1] or match[3] or "").lower() else "retry"
        if not pattern(r"\b(?:no|not|without)\b[\w\s]{0,30}$").search(
            sentence[max(0, match.start() - 60) : match.start()]
        ):
            address = pattern(rf"\bemail\s*[=:]\s*[\[\"'`]*({_ADDRESS})").search(sentence)
            target = address[1] if address is not None else ""
            yield found(sentence, *match.span(), AlertWords(event, "email", target))
    for match in pattern(r"\bon_(failure|retry)_callback\b[\"'`*]*\s*[:=]?\s*[\"'`]?([\w.]+)").finditer(sentence):
        channel = pattern(any_of("alert_channels")).search(match[2].replace("_", " "))
        if channel is not None:
            on: AlertEvent = "failure" if match[1].lower() == "failure" else "retry"
            yield found(sentence, *match.span(), AlertWords(on, meaning_of("alert_channels", channel.group())))


def _alert(words: str, on: str, about: str) -> AlertWords | None:
    address, channel = pattern(_ADDRESS).search(words), pattern(_CHANNEL).search(words)
    named = next(spelled("alert_channels", words), None)
    target = address.group() if address else channel.group() if channel else ""
    kind = "email" if address else named[2] if named else "slack" if channel else ""
    if not target:
        aim = next((aim for aim in aims(words) if aim.target and kind in ("", aim.channel)), None)
        kind, target = (aim.channel, aim.target) if aim is not None else (kind, target)
    if channel is not None and kind == "email" and not address:
        kind = "slack"
    after, by = _until(words, words) if on == "deadline" else (None, None)
    if on == "deadline" and after is None and not target:
        return None
    event: AlertEvent = on if on in ("failure", "success", "retry", "deadline") else "failure"  # type: ignore[assignment]  # narrowed above
    return AlertWords(event, kind, target, about, after, by)
