"""What a structured description says of the pipeline as a whole: schedule, default arguments, alerts, owner, tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from airflow_llm.readers.prose.alert_aims import ADDRESS
from airflow_llm.readers.prose.alerts import AlertWords, find_alerts, find_unwanted
from airflow_llm.readers.prose.deadlines import Deadline, find_deadlines
from airflow_llm.readers.prose.outline.tasks.listed import Document
from airflow_llm.readers.prose.policies import find_timeouts
from airflow_llm.readers.prose.pools import find_pools
from airflow_llm.readers.prose.retries import find_retries
from airflow_llm.readers.prose.retry_delays import find_retry_delay
from airflow_llm.readers.prose.run_settings import (
    CATCHUP_OFF,
    find_catchup,
    find_depends_on_past,
    find_end,
    find_max_active_runs,
    find_start,
)
from airflow_llm.readers.prose.schedules.reading import read_schedule
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.prose.timezones import find_zones
from airflow_llm.readers.prose.triggers import find_triggers
from airflow_llm.spec.schedule import AssetSchedule, IntervalSchedule, ManualSchedule, Schedule

Fields = dict[str, Any]
_UNSAID = (
    r"\b(?:not\s+(?:explicitly\s+|clearly\s+)?(?:specified|set|visible|defined|stated|shown|given|"
    r"mentioned|provided|configured)|"
    r"unspecified|unknown|n/?a|tbd|undefined|dynamic(?:ally)?|varies|via\s+airflow\s+variable)\b"
)
_LABEL = (
    r"^\W*(?:the\s+)?(?:schedule(?:[_ ]interval)?|cron(?:\s+expression)?|frequency|cadence|trigger|"
    r"run\s+frequency|timetable|scheduling|interval)\W*\s*[:=]\s*(.*)$"
)
_FLAG = r"\b(?:email_on_(?:failure|retry)|on_(?:failure|retry)_callback)\b"


@dataclass
class Settings:
    """The pipeline's own fields of the spec; `assumptions` are subject, text and change."""

    schedule: Schedule = field(default_factory=ManualSchedule)
    fields: Fields = field(default_factory=dict)
    defaults: Fields = field(default_factory=dict)
    alerts: list[AlertWords] = field(default_factory=list)
    deadlines: list[Found[Deadline]] = field(default_factory=list)
    trigger_rule: str | None = None
    catchup: bool | None = None
    assumptions: list[tuple[str, str, str]] = field(default_factory=list)


def settings_of(document: Document, *, own_alarm: bool) -> Settings:
    """The settings. `own_alarm`: a task of the pipeline itself tells of failures, so prose about it is no alert."""
    lines = document.words("schedule", "failure", "infrastructure", "summary")
    settings = Settings()
    _schedule(document, settings)
    _policies(lines, settings)
    settings.alerts = _alerts(lines, own_alarm=own_alarm)
    settings.deadlines = [hit for line in lines for hit in find_deadlines(line)]
    settings.trigger_rule = default_rule(document)
    _people(lines, settings)
    return settings


def _schedule(document: Document, settings: Settings) -> None:
    labelled = [
        match[1]
        for line in document.words("schedule", "infrastructure", "summary", "pattern")
        if (match := pattern(_LABEL).match(line))
    ]
    said = next((value for value in labelled if value.strip()), None)
    found: Schedule | None = None
    if said is not None:
        found = _value(said, settings)
    elif not labelled:
        found = _anywhere(document, settings)
    if found is None:
        settings.assumptions.append(
            (
                "schedule",
                "the text names no schedule; the pipeline only runs when it is started",
                "set `schedule` in tasks.yml",
            )
        )
    schedule: Schedule = found or ManualSchedule()
    lines = document.words("schedule", "summary")
    zone = _zone(document) if schedule.timezone is None else None
    runs = _runs(lines, settings)
    if runs.get("catchup") and schedule.kind in ("manual", "asset"):
        runs["catchup"] = False
        settings.assumptions.append(("schedule.catchup", CATCHUP_OFF, "say when the pipeline runs"))
    settings.schedule = schedule.model_copy(update={**({"timezone": zone} if zone else {}), **runs})


def _zone(document: Document) -> str | None:
    """The zone of a line of its own: `Timezone: Europe/Vienna`."""
    for line in document.words("schedule", "infrastructure", "summary"):
        said = pattern(r"^\W*(?:the\s+)?time[\s_-]?zone\W*\s*[:=|]\s*(.+)$").match(line)
        zones = find_zones(said[1]) if said else []
        if zones:
            return str(zones[0].value)
    return None


def _value(said: str, settings: Settings) -> Schedule | None:
    """The schedule of a labelled line; what stands in brackets explains it."""
    bare = pattern(r"\s*\([^)]*\)").sub("", said).strip(" .'\"`")
    if pattern(_UNSAID).search(said) and read_schedule(bare) is None:
        return None
    if pattern(r"\b(?:Dataset|Asset)\(\s*\w*=?\s*['\"]", 0).search(said) and (assets := _assets(said)) is not None:
        return assets
    if pattern(r"^(?:none|null|manual(?:ly)?\b.*|on[\s-]demand.*|n/a)$").fullmatch(bare):
        return ManualSchedule()
    zoned = bool(find_zones(said))
    exact = pattern(r"\(\s*[`'\"]?((?:[\d*/,-]+\s+){2,4}[\w*/,#-]+\s+[\w*/,#-]+)[`'\"]?\s*\)").search(said)
    hit = read_schedule(exact[1]) if exact is not None and not zoned else None
    hit = hit or (read_schedule(said) if zoned else read_schedule(bare)) or read_schedule(said)
    if hit is None:
        if (other := _interval(said) or _assets(said)) is not None:
            return other
        triggers = find_triggers(said)
        return triggers[0].value if triggers else None
    if hit.assumption and not bare.startswith("@"):
        settings.assumptions.append(("schedule", hit.assumption, "set `schedule` in tasks.yml"))
    return hit.value


def _interval(said: str) -> Schedule | None:
    """`timedelta(hours=12)`."""
    call = pattern(r"\btimedelta\(([^()]{3,120})\)").search(said)
    parts = pattern(r"\b(weeks|days|hours|minutes|seconds)\s*=\s*(\d{1,6})\b").findall(call[1]) if call else []
    length = timedelta(**{unit.lower(): int(count) for unit, count in parts})
    return IntervalSchedule(every=length) if length > timedelta(0) else None


def _assets(said: str) -> Schedule | None:
    """`[Dataset("a"), Asset("b")]`, `triggered by dataset orders_ready`."""
    named = pattern(r"\b(?:Dataset|Asset)\(\s*(?:uri\s*=\s*|name\s*=\s*)?['\"]([^'\"\n]{1,200})['\"]").findall(said)
    if not named:
        named = pattern(
            r"\b(?:datasets?|assets?)\s*[:=]?\s+['\"`]?([A-Za-z][\w:/.-]*[_:/][\w:/.-]*\w)|['\"`]([\w:/.-]+)['\"`]\s+(?:dataset|asset)\b"
        ).findall(said)
        named = [first or second for first, second in named]
    return AssetSchedule(assets=tuple(dict.fromkeys(named))) if named else None


def _anywhere(document: Document, settings: Settings) -> Schedule | None:
    """Without a labelled line: the surest sentence about when it runs."""
    best = None
    for line in document.words("schedule", "summary", "pattern", "infrastructure"):
        hit = read_schedule(line)
        if hit is not None and (best is None or hit.strength > best.strength):
            best = hit
    if best is None or best.strength < 0.6:
        return None
    if best.assumption:
        settings.assumptions.append(("schedule", best.assumption, "set `schedule` in tasks.yml"))
    return best.value


def _runs(lines: list[str], settings: Settings) -> Fields:
    update: Fields = {}
    for line in lines:
        for name, finder in (
            ("catchup", find_catchup),
            ("max_active_runs", find_max_active_runs),
            ("start", find_start),
            ("end", find_end),
        ):
            if name in update or (
                name in ("start", "end") and not pattern(rf"\b{name}[_\s-]?date\b|\bstart(?:s|ing)\b").search(line)
            ):
                continue
            if name == "catchup" and pattern(
                rf"\bcatch[_\s-]?up\W+{_UNSAID}|\bcatch[_\s-]?up\b[^,;]*\bnot\s+(?:explicitly\s+)?(?:set|specified)"
            ).search(line):
                continue
            hit = finder(line)
            if hit is not None:
                update[name] = hit.value
    settings.catchup = update.get("catchup")
    if "end" in update and update["end"] < update.get("start", update["end"]):
        del update["end"]
    return update


def _policies(lines: list[str], settings: Settings) -> None:
    defaults = settings.defaults
    for line in lines:
        _retries(line, defaults)
        past = find_depends_on_past(line)
        if past is not None:
            defaults.setdefault("depends_on_past", past.value)
        for pool in find_pools(line) if "default" in line.lower() else ():
            defaults.setdefault("pool", pool.value.name)
        for limit in find_timeouts(line):
            if limit.value.scope in ("run", "task"):
                (settings.fields if limit.value.scope == "run" else defaults).setdefault("timeout", limit.value.length)


def _retries(line: str, defaults: Fields) -> None:
    for hit in sorted(find_retries(line), key=lambda hit: hit.value.scope != "rest"):
        if hit.value.count is not None and not pattern(_UNSAID).search(line[hit.start :]):
            defaults.setdefault("retries", hit.value.count)
        if hit.value.delay is not None:
            defaults.setdefault("retry_delay", hit.value.delay)
        if hit.value.backoff:
            defaults.setdefault("backoff", True)
    if pattern(
        r"\bretry_exponential_backoff\W{1,4}True\b|\bexponential\s+back-?off\b(?!\W+(?:false|disabled|off))"
    ).search(line):
        defaults.setdefault("backoff", True)
    delay = find_retry_delay(line)
    if delay is not None:
        defaults.setdefault("retry_delay", delay.value)


def _alerts(lines: list[str], *, own_alarm: bool) -> list[AlertWords]:
    flags = [line for line in lines if pattern(_FLAG).search(line)]
    hits = [hit.value for line in flags for hit in find_alerts(line)]
    unwanted = any(find_unwanted(line) for line in lines)
    hits += [AlertWords("failure", "slack", channel) for line in flags for channel in _called_back(line)]
    if not own_alarm and not unwanted:
        hits += [hit.value for line in lines if line not in flags for hit in find_alerts(line)]
    addresses = _addresses(lines)
    if addresses and not any(hit.on == "failure" for hit in hits) and not unwanted:
        hits.append(AlertWords("failure", "email"))  # `email=…` alone: Airflow told of failures unless told not to
    return _once(hits, addresses)


def _addresses(lines: list[str]) -> list[str]:
    """The addresses of `email=[a, b]`, `'email': 'a'`, `Email: a, b`."""
    found: list[str] = []
    for line in lines:
        said = pattern(
            rf"(?<![\w.])['\"`*]*e-?mails?['\"`*]*\s*[:=]\s*\[?((?:[\s,;'\"`]*(?:and\s+)?{ADDRESS})+)"
        ).search(line)
        found += pattern(ADDRESS).findall(said[1]) if said is not None else []
    return list(dict.fromkeys(found))


def _once(hits: list[AlertWords], addresses: list[str]) -> list[AlertWords]:
    """Each alert of failures and retries once for each target; what names none goes to the addresses."""
    told = [hit for hit in hits if hit.on in ("failure", "retry") and not hit.subject]
    named = {(hit.on, hit.channel or "email") for hit in told if hit.target}
    found: dict[tuple[str, str, str], AlertWords] = {}
    for hit in told:
        channel = hit.channel or "email"
        targets = addresses if channel == "email" and (not hit.target or hit.target in addresses) else []
        for target in targets or [hit.target]:
            if target or (hit.on, channel) not in named:
                found.setdefault((hit.on, channel, target), hit._replace(channel=channel, target=target))
    return list(found.values())


def _called_back(line: str) -> list[str]:
    """The Slack channels to which a callback on failure posts; empty words for one without a name."""
    match = pattern(r"\bon_failure_callback\b[^.;]{0,80}?(?:\bslack\b|(?=#))([^.;]{0,60})").search(line)
    if match is None:
        return []
    channel = pattern(r"(?<![\w&])#[A-Za-z][\w-]{0,79}").search(match[1])
    return [channel.group() if channel is not None else ""]


def default_rule(document: Document) -> str | None:
    """A trigger rule in the default arguments holds for every task."""
    for line in document.words("schedule"):
        if pattern(r"\bdefault").search(line):
            match = pattern(r"\btrigger_rule\s*[=:]\s*['\"`]?(?:TriggerRule\.)?(\w+)").search(line)
            if match is not None:
                return match[1].lower()
    return None


def _people(lines: list[str], settings: Settings) -> None:
    for line in lines:
        owner = pattern(
            r"['\"`]?\bowners?['\"`]?\s*[:=]\s*['\"`]?([\w][\w .@-]{0,60}?)['\"`]?(?=\s*(?:[,;)\]}]|$))"
        ).search(line)
        if owner is not None and not pattern(_UNSAID).search(owner[1]):
            settings.fields.setdefault("owners", [owner[1]])
        tags = pattern(r"^\W*tags\W*\s*[:=]\s*(.+)$").match(line)
        if tags is not None and not pattern(_UNSAID).search(tags[1]):
            pieces = pattern(r"[A-Za-z][\w.-]*").findall(pattern(r"\]\s+\w.*$").sub("", tags[1]))
            settings.fields.setdefault("tags", pieces[:30])
