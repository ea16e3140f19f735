"""Changes of who is told: further alerts, other channels, none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.alert_aims import ADDRESS, CHANNEL
from airflow_llm.readers.prose.alerts import AlertWords, find_alerts
from airflow_llm.readers.prose.durations import find_durations
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, left_over, one_of
from airflow_llm.readers.prose.spellings import any_of, meaning_of, pattern
from airflow_llm.spec.steps import Alert

_NOUN = r"(?:alert(?:s|ing)?|alarms?|notifications?|notices?|warnings?|messages?|pings?|pages?|e-?mails?|mails?)"
_NOT = (
    r"\b(?:do\s+not|don'?t|dont|no|not|never|stop|without|disable|mute|silence|switch\s+off|turn\s+off|nobody|"
    r"no\s+one)\b"
)
_EVENTS: dict[str, str] = {
    "success": (
        r"\bsuccess(?:es|ful(?:ly)?)?\b|\bsucceeds?\b|\bwent\s+well\b|\bwhen\s+(?:it's\s+|it\s+is\s+)?(?:done|"
        r"finished|complete)\b|\bfinishes\b"
    ),
    "retry": r"\bretr(?:y|ies)\b",
    "deadline": r"\blate\b|\bdeadline\b|\bsla\b|\btakes\s+(?:longer|more)\b|\btoo\s+long\b",
    "failure": r"\bfail(?:s|ures?|ed|ing)?\b|\berrors?\b|\bbreaks?\b|\bwrong\b|\bcrash(?:es)?\b",
}


def alert_changed(clause: Clause, revision: Revision) -> Revision | None:
    """Removes, redirects or adds an alert; None for a clause about something else, or a message that is a step."""
    text = clause.text
    several = {match.group().lower() for match in pattern(rf"{ADDRESS}|{CHANNEL}").finditer(text)}
    if len(several) > 1 and len(_events(text)) > 1:
        return None  # who is told of what: that is said one by one
    if not _speaks_of_alerts(text) or pattern(r"\b(?:step|task)\b(?!s?\s+fail)").search(_without_tasks(text, revision)):
        return None
    for reader in (_only_on, _removed, _redirected, _added):
        made = reader(text, revision)
        if made is not None:
            return made
    return None


def _speaks_of_alerts(text: str) -> bool:
    tells = (
        rf"\b(?:{_NOUN}|alert|notify|tell|inform|ping|warn|page|e-?mail|mail|slack|message|pagerduty|teams|opsgenie)\b"
    )
    return pattern(tells).search(text) is not None or (
        pattern(rf"{CHANNEL}|{ADDRESS}").search(text) is not None and bool(find_alerts(text))
    )


def _without_tasks(text: str, revision: Revision) -> str:
    for step in revision.pipeline.steps:
        text = text.replace(step.id, " ")
    return pattern(r"\b(?:any|a|each|every|some)\s+(?:task|step)").sub(" ", text)


def _events(text: str) -> list[str]:
    return [name for name, words in _EVENTS.items() if pattern(words).search(text)]


def _channel(text: str) -> str:
    """The sort of message that the words name, or that an address is of."""
    named = pattern(rf"\b{any_of('alert_channels')}\b").search(text)
    if named is not None:
        return meaning_of("alert_channels", named.group())
    if pattern(ADDRESS).search(text):
        return "email"
    return "slack" if pattern(CHANNEL).search(text) else ""


def _target(text: str) -> str:
    match = pattern(rf"{ADDRESS}|{CHANNEL}").search(text)
    return match.group() if match else ""


# --------------------------------------------------------------- which alerts there are
def _known(revision: Revision) -> list[tuple[str, int, Alert]]:
    """Every alert with the step that it is of ("" for the pipeline) and its place there."""
    found = [("", place, alert) for place, alert in enumerate(revision.pipeline.alerts)]
    return found + [
        (step.id, place, alert) for step in revision.pipeline.steps for place, alert in enumerate(step.alerts)
    ]


def _chosen(text: str, revision: Revision, steps: Sequence[str]) -> list[tuple[str, int, Alert]]:
    """The alerts that the words describe by channel, target, event and step."""
    kinds = {connection.name: connection.connector for connection in revision.pipeline.connections}
    channel, target, events = _channel(text), _target(text).lower(), _events(text)
    return [
        (owner, place, alert)
        for owner, place, alert in _known(revision)
        if (not channel or channel in (kinds.get(alert.connection, ""), alert.connection))
        and (not target or alert.target.lower() == target)
        and (not events or alert.on in events)
        and (not steps or owner in steps)
    ]


def _without(revision: Revision, chosen: Sequence[tuple[str, int, Alert]]) -> Revision:
    return _mapped(revision, chosen, lambda _: None)


def _mapped(
    revision: Revision, chosen: Sequence[tuple[str, int, Alert]], change: Callable[[Alert], Alert | None]
) -> Revision:
    places = {(owner, place) for owner, place, _ in chosen}

    def changed(owner: str, alerts: Sequence[Alert]) -> tuple[Alert, ...]:
        made = (change(alert) if (owner, place) in places else alert for place, alert in enumerate(alerts))
        return tuple(dict.fromkeys(alert for alert in made if alert is not None))

    owners = {owner for owner, _ in places}
    recent = revision.recent
    steps = tuple(
        step.model_copy(update={"alerts": changed(step.id, step.alerts)}) if step.id in owners else step
        for step in revision.pipeline.steps
    )
    made = revision.whole(alerts=changed("", revision.pipeline.alerts), steps=steps)
    return made.speaking_of(recent)


def _describe(chosen: Sequence[tuple[str, int, Alert]]) -> str:
    return (
        ", ".join(
            f"on {alert.on} to {alert.target or alert.connection}" + (f" (of {owner})" if owner else "")
            for owner, _, alert in chosen[:8]
        )
        or "none"
    )


# --------------------------------------------------------------- fewer
def _only_on(text: str, revision: Revision) -> Revision | None:
    """`alerts only on failure`: the others go."""
    only = pattern(
        rf"(?:.*\b{_NOUN}|(?:alert|notify|tell|ping)\b.*)\s+only\s+(?:on|for|in\s+case\s+of|about|when|if)\s+.+|"
        rf"only\s+(?:{_NOUN}|alert|notify)\s.*"
    ).fullmatch(text)
    events = _events(text)
    if only is None or not events or left_over(text, (), "alerts", "policies"):
        return None
    others = [held for held in _known(revision) if held[2].on not in events]
    if not any(alert.on in events for _, _, alert in _known(revision)):
        raise InputError(f"there is no alert on {' or '.join(events)}", hint="say who is to be told, and how")
    return _without(revision, others)


def _removed(text: str, revision: Revision) -> Revision | None:
    """`drop the Slack alert`, `no e-mails on success`, `don't tell #ops any more`."""
    verb = pattern(
        rf"(?:{one_of('remove')}|turn\s+off|switch\s+off|disable|mute|silence)\b|.*{_NOT}|.*\b(?:off|unwanted|"
        r"not\s+needed|is\s+too\s+much)$"
    ).match(text)
    if verb is None or not pattern(
        rf"\b{_NOUN}\b|\b(?:slack|pagerduty|teams|telling|tell|notify|notifying|ping(?:ing)?|alert(?:ing)?)\b|"
        rf"{CHANNEL}|{ADDRESS}"
    ).search(text):
        return None
    rest = pattern(
        (
            rf"{_NOT}|\b{one_of('remove')}\b|{ADDRESS}|{CHANNEL}|\b{any_of('alert_channels')}\b|\bany\b|\ball\b|"
            r"\boff\b|"
            r"\bon\b|\bus\b"
        )
        + "".join(f"|{words}" for words in _EVENTS.values())
    ).sub(" ", text)
    about = left_over(rest, (), "alerts", "policies", "remove", "whole")
    steps = revision.tasks(about) if about else ()
    chosen = _chosen(text, revision, steps)
    if not chosen:
        raise InputError(
            f"there is no such alert as {text[:80]!r} speaks of",
            hint=f"the alerts are: {_describe(_known(revision))}",
        )
    many = pattern(
        r"\b(?:alerts|alerting|alarms|notifications|messages|e-?mails|mails|pings|pages|warnings|all|both|"
        rf"every)\b|{_NOT}"
        r"|\b(?:slack|e-?mail|mail|pagerduty|teams)$"
    ).search(text)
    if len(chosen) > 1 and not many:
        raise InputError(
            f"{text[:80]!r} may mean {len(chosen)} alerts: {_describe(chosen)}",
            hint="say which one, or `all alerts`",
        )
    return _without(revision, chosen)


# --------------------------------------------------------------- elsewhere
_OTHER = (
    r"(?P<new>.*?)\b(?:instead\s+of|rather\s+than|not)\b(?P<old>.*)|"
    r"(?P<moved>.*?)\bfrom\s+(?P<was>\S+)\s+(?:to|into)\s+(?P<now>.*)|"
    r"replace\s+(?P<gone>.+?)\s+(?:with|by)\s+(?P<come>.+)"
)
_GO = r"(?:go|goes|come|comes|are\s+sent|be\s+sent|is\s+sent)"
_INSTEAD = (
    r".*\binstead\b|.*\b(?:from\s+now\s+on|now)\b|(?:change|set|switch|move|redirect|route|update|replace)\b.*|"
    r"(?:make\s+|let\s+|have\s+)?(?:the\s+|all\s+)?(?:\w+\s+)?alerts?\s+(?:should\s+|must\s+|shall\s+|"
    rf"have\s+to\s+)?{_GO}\b.*|"
    r"(?:the\s+|all\s+)?(?:\w+\s+)?alerts?\s+(?:to|in)\b.*|"
    r"(?:the\s+)?alert(?:s|ing)?\s+(?:channel|address|target|receiver|recipient)s?\s+(?:is|are|should\s+be|"
    r"becomes?|=|:).*|"
    r"send\s+(?:the\s+|all\s+|our\s+)?(?:\w+\s+)?(?:alerts?|notifications?)\s+to\b.*"
)


def _redirected(text: str, revision: Revision) -> Revision | None:
    """`send alerts to #x instead`, `use e-mail instead of Slack for alerts`, `change the channel from #a to #b`."""
    split = pattern(_OTHER).fullmatch(text)
    if split is None and pattern(_INSTEAD).match(text) is None:
        return None
    new, old = text, ""
    if split is not None:
        new = split["new"] or split["now"] or split["come"] or ""
        old = split["old"] or split["was"] or split["gone"] or ""
        # `instead of Slack for alerts, to x@y`: what follows the old way is about the new one.
        old, behind = pattern(r"(?=,|\s+(?:for|to|from|at|in)\b)|$").split(old, maxsplit=1)
        new = f"{new} {behind}"
    channel, target = _channel(new), _target(new)
    if _left(text):
        return None
    if _events(old) and _events(new) and not _channel(old) and not _target(old):
        return _on_other_event(new, old, revision)
    if not channel and not target:
        return None
    chosen = _replaced(text, old, channel, revision)
    if not chosen:
        return None
    kinds = {connection.name: connection.connector for connection in revision.pipeline.connections}
    moved = kinds.get(chosen[0][2].connection) != channel and channel != ""
    revision, connection = revision.connected(channel) if channel else (revision, chosen[0][2].connection)

    def other(alert: Alert) -> Alert:
        return alert.model_copy(update={"connection": connection, "target": target or ("" if moved else alert.target)})

    return _mapped(revision, chosen, other)


def _on_other_event(new: str, old: str, revision: Revision) -> Revision:
    """`notify x@y on success instead of on failure`: the same receiver, told of something else."""
    plain = pattern("|".join(_EVENTS.values())).sub(" ", new)
    chosen = [held for held in _chosen(plain, revision, ()) if held[2].on in _events(old)]
    event = _events(new)[0]
    if not chosen or event == "deadline":
        raise InputError(
            f"there is no such alert on {_events(old)[0]}", hint=f"the alerts are: {_describe(_known(revision))}"
        )
    if len(chosen) > 1:
        raise InputError(f"{new.strip()[:80]!r} may mean several alerts: {_describe(chosen)}", hint="say who is told")
    return _mapped(revision, chosen, lambda alert: alert.model_copy(update={"on": event}))


def _replaced(text: str, old: str, channel: str, revision: Revision) -> list[tuple[str, int, Alert]]:
    """The alerts that go elsewhere: those that the old words describe, else the only ones there are."""
    events = _events(text)
    known = _chosen(old, revision, ()) if old else _known(revision)
    chosen = [held for held in known if not events or held[2].on in events]
    if old and not chosen:
        hint = f"the alerts are: {_describe(_known(revision))}"
        raise InputError(f"there is no alert to {old.strip()[:60]!r}", hint=hint)
    if old or len({(alert.connection, alert.target) for _, _, alert in chosen}) < 2:
        return chosen
    kinds = {connection.name: connection.connector for connection in revision.pipeline.connections}
    same = [held for held in chosen if kinds.get(held[2].connection, "") == channel]
    if len({alert.target for _, _, alert in same}) != 1:
        raise InputError(f"{text[:80]!r} may mean several alerts: {_describe(chosen)}", hint="say which is replaced")
    return same


def _left(text: str) -> str:
    rest = pattern(
        (
            rf"{ADDRESS}|{CHANNEL}|\b{any_of('alert_channels')}\b|\bfrom\b|\bnot\b|\brather\s+than\b|\breplace\b|"
            rf"\bredirect\b|\broute\b|\bchat\b|\b{_NOUN}\b"
        )
        + "".join(f"|{words}" for words in _EVENTS.values())
    ).sub(" ", text)
    return left_over(rest, (), "alerts", "whole")


# --------------------------------------------------------------- more
def _added(text: str, revision: Revision) -> Revision | None:
    """`also email ops@x.y when something fails`, `ping #x if load_orders fails`, `add a Slack alert to #x`."""
    words = find_alerts(text)
    alerts = [hit.value for hit in words] or _short(text)
    if not alerts:
        return None
    rest = text
    for hit in words:
        # Words that name a task stay, where the alert itself does not say what it is about.
        rest = rest.replace(hit.text, " " if hit.value.subject else f" {hit.text} ")
    rest = pattern(
        rf"{ADDRESS}|{CHANNEL}|\b{any_of('alert_channels')}\b|\b{_NOUN}\b"
        + "".join(f"|{held}" for held in _EVENTS.values())
    ).sub(" ", rest)
    about = left_over(rest, (), "alerts", "policies", "whole", "add")
    if any(alert.after for alert in alerts):
        about = left_over(about, [(hit.start, hit.end) for hit in find_durations(about)], "alerts", "policies")
        about = (
            pattern(r"\b(?:\d+\w*|hours?|minutes?|h|min|longer|more|than|late|too|long|half|day)\b")
            .sub(" ", about)
            .strip()
        )
    if about and pattern(rf"\b(?:{one_of('add')})\b.*\bafter\b|\bafter\b|\bbefore\b").search(text):
        return None  # a message at a place of the graph is a step
    if any(alert.on == "deadline" and alert.after is None for alert in alerts):
        hint = "say for example: when a run takes longer than 2 hours"
        raise InputError(f"{text[:80]!r} does not say when a run is late", hint=hint)
    if pattern(r"\bonly\b").search(text):
        told = [alert.on for alert in alerts]
        revision = _without(revision, [held for held in _known(revision) if held[2].on in told and not held[0]])
    for alert in alerts:
        subject = alert.subject or about
        revision = _with_alert(revision, alert, revision.tasks(subject) if subject else ())
    return revision


def _short(text: str) -> list[AlertWords]:
    """`add a Slack alert to #x`, `alert ops@x.y as well`: the event is a failure when none is said."""
    asked = pattern(
        rf"(?:(?:{one_of('add')}|set\s+up|have|send|get|enable|also)\b.*\b{_NOUN}\b|(?:alert|notify|tell|inform|"
        rf"ping|page|warn|e-?mail|mail|message|slack|text)\b|(?:slack|e-?mail)\s+{_NOUN}).*"
    ).fullmatch(text)
    events, channel, target = _events(text), _channel(text), _target(text)
    if asked is None or not (channel or target):
        return []
    on = [event for event in events if event != "failure" or len(events) == 1] or ["failure"]
    lengths = find_durations(text)
    after: timedelta | None = lengths[0].value if lengths else None
    if "deadline" in on and after is None:
        raise InputError(
            f"{text[:80]!r} does not say when a run is late",
            hint="say for example: when a run takes longer than 2 hours",
        )
    return [AlertWords(event, channel, target, "", after if event == "deadline" else None) for event in on]  # type: ignore[arg-type]  # the names of _EVENTS


def _with_alert(revision: Revision, words: AlertWords, steps: Sequence[str]) -> Revision:
    channel = words.channel or ("slack" if words.target.startswith("#") else "email")
    revision, connection = revision.connected(channel)
    target = words.target
    if not target:
        known = {alert.target for _, _, alert in _known(revision) if alert.connection == connection and alert.target}
        target = known.pop() if len(known) == 1 else ""
    alert = Alert(on=words.on, connection=connection, target=target, after=words.after)
    if steps:
        return revision.change_steps(steps, lambda step: {"alerts": tuple(dict.fromkeys([*step.alerts, alert]))})
    return revision.whole(alerts=tuple(dict.fromkeys([*revision.pipeline.alerts, alert])))
