"""What a text does not say and a default stands for, as questions: each answer takes the place of an assumption."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from airflow_llm.readers.answers import recipient_choice, system_choice
from airflow_llm.readers.prose.flow import SOURCE_TAKEN, TARGET_TAKEN
from airflow_llm.readers.prose.keys import singular
from airflow_llm.readers.prose.lexicon import systems
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.questions import Choice, FreeAnswer, OpenQuestion
from airflow_llm.spec.diagnostic import Edit
from airflow_llm.spec.pipeline import Assumption, Pipeline
from airflow_llm.spec.schedule import CronSchedule
from airflow_llm.spec.steps import LoadStep, Step, ValidateStep

_NO_KEY = "the text names no key to merge by"
_NO_COLUMN = "the text names no column"
_NO_TIME = "no time of day is named"
_NO_RECIPIENT = ("does not say how the alert is sent", "does not say how the message is sent")
_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")
_SYSTEMS = ("postgres", "mysql", "snowflake", "s3")
_TOLD = frozenset({"slack", "email", "teams", "pagerduty"})
_STAMPS = ("updated_at", "modified_at", "created_at")
_BARE_HOUR = r"(?:\bat|@)\s*(?:the\s+)?(\d{1,2})(?![\d:.]\d|\d|\s*(?:[ap]\.?m\b|h\b|hrs?\b|hours?\b|%))"
_HALF_SAID = (
    r"\d:\d|\b0\d|\d\s*[ap]\.?m\b|\b(?:morning|mornings|evening|evenings|afternoon|night|nights|nightly|nite|overnight|noon"
    r"|midday|midnight|tonight|utc|gmt)\b|\d\s*h\b"
)
_STOPS = r"\b(?:fail\w*|stop\w*|abort\w*|halt\w*|break\w*|reject\w*|must)\b"
_EARLIEST, _LATEST_MORNING = 5, 12
"""Of the hours before, nobody means the afternoon when work for machines is planned."""


def missing(pipeline: Pipeline, schedule_words: str, around: str = "") -> list[OpenQuestion]:
    """What the text leaves out, the weightiest first.

    `schedule_words` are those of its schedule, `around` also holds those near it.
    """
    return [
        *_systems(pipeline),
        *_keys(pipeline),
        *_half_of_day(pipeline, schedule_words, around or schedule_words),
        *_zone(pipeline, schedule_words),
        *_stamps(pipeline),
        *_recipients(pipeline),
        *_load_mode(pipeline),
        *_channel(pipeline),
        *_invalid_rows(pipeline),
    ]


def _steps_with(pipeline: Pipeline, field: str, text: str) -> list[tuple[Step, Assumption]]:
    """The steps of which something was assumed, by the field and the words of the assumption."""
    by_id = {step.id: step for step in pipeline.steps}
    found = []
    for one in pipeline.assumptions:
        sort, _, rest = one.subject.partition(".")
        step, _, last = rest.partition(".")
        if sort == "steps" and step in by_id and last == field and text in one.text:
            found.append((by_id[step], one))
    return found


def _words(*steps: Step) -> str:
    said = dict.fromkeys(step.origin.text for step in steps if step.origin is not None)
    return "; ".join(said)[:200]


def _systems(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """No source or no target is named: one question for all steps that share the connection."""
    for name, text, does in (("source", SOURCE_TAKEN, "read from"), ("warehouse", TARGET_TAKEN, "write to")):
        held = _steps_with(pipeline, "", text)
        if not held or not any(connection.name == name for connection in pipeline.connections):
            continue
        datasets = [f"datasets.{one.name}.kind" for one in pipeline.datasets if one.connection == name]
        paths = (f"connections.{name}.connector", *datasets)
        named = [one.connector for one in pipeline.connections if one.name != name and one.connector not in _TOLD]
        offered = dict.fromkeys(["postgres", *named, *_SYSTEMS])
        steps = [step for step, _ in held]
        yield OpenQuestion(
            id="source" if name == "source" else "target",
            text=f"Which system {'does' if len(steps) == 1 else 'do'} {_listed(steps)} {does}?",
            quote=_words(*steps),
            choices=tuple(
                Choice(value=one, label=one) if one == "postgres" else system_choice(one, paths)
                for one in list(offered)[:5]
            ),
            default="postgres",
            free=FreeAnswer(what="system", paths=paths),
            replaces=tuple(one for _, one in held),
        )


def _keys(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    for step, assumed in _steps_with(pipeline, "keys", _NO_KEY):
        guess = list(getattr(step, "keys", ()))
        path = f"steps.{step.id}.keys"
        yield OpenQuestion(
            id=f"key_{step.id}",
            text=f"Which column identifies a row, so that {step.id} knows which to update?",
            quote=_words(step),
            choices=(
                Choice(value=",".join(guess), label=", ".join(guess)),
                *([Choice(value="id", label="id", edits=_all_set([path], ["id"]))] if guess != ["id"] else []),
            ),
            default=",".join(guess),
            free=FreeAnswer(what="columns", paths=(path,)),
            replaces=(assumed,),
        )


def _half_of_day(pipeline: Pipeline, words: str, around: str) -> Iterator[OpenQuestion]:
    """`at 7`: in the morning or in the evening."""
    schedule = pipeline.schedule
    hours = pattern(_BARE_HOUR).findall(words)
    if not isinstance(schedule, CronSchedule) or len(schedule.expressions) != 1 or len(hours) != 1:
        return
    minute, hour, *days = schedule.expressions[0].split()
    if (
        hour != hours[0]
        or not minute.isdigit()
        or not _EARLIEST <= int(hour) < _LATEST_MORNING
        or pattern(_HALF_SAID).search(around)
    ):
        return
    later = " ".join((minute, str(int(hour) + 12), *days))
    early, late = (f"{number:02d}:{int(minute):02d}" for number in (int(hour), int(hour) + 12))
    yield OpenQuestion(
        id="hour",
        text=f"Is it {early} in the morning or {late}?",
        quote=words[:200],
        choices=(
            Choice(value=early, label=f"{early}, in the morning"),
            Choice(value=late, label=late, edits=(Edit(op="set", path="schedule.expressions", value=[later]),)),
        ),
        default=early,
    )


def _zone(pipeline: Pipeline, words: str) -> Iterator[OpenQuestion]:
    """A clock time without a zone; `daily` alone names no time."""
    schedule = pipeline.schedule
    path = "schedule.timezone"
    unsaid = tuple(one for one in pipeline.assumptions if one.subject == path)
    if not isinstance(schedule, CronSchedule) or not unsaid:
        return
    if any(one.subject == "schedule" and _NO_TIME in one.text for one in pipeline.assumptions):
        return
    if not all(_names_time(expression) for expression in schedule.expressions):
        return
    choices = tuple(Choice(value=zone, label=zone, edits=_all_set([path], zone)) for zone in _ZONES)
    yield OpenQuestion(
        id="timezone",
        text="Which time zone is meant?",
        quote=words[:200],
        choices=choices,
        default=_ZONES[0],
        free=FreeAnswer(what="timezone", paths=(path,)),
        replaces=unsaid,
    )


def _names_time(expression: str) -> bool:
    """Whether a cron expression names times of day, and not only a frequency."""
    minute, hour = [*expression.split(), "", ""][:2]
    return minute.isdigit() and all(part.isdigit() for part in hour.split(","))


def _stamps(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    held = _steps_with(pipeline, "incremental", _NO_COLUMN)
    if held:
        paths = [f"steps.{step.id}.incremental" for step, _ in held]
        guess = str(getattr(held[0][0], "incremental", _STAMPS[0]))
        others = [Choice(value=one, label=one, edits=_all_set(paths, one)) for one in _STAMPS if one != guess]
        yield OpenQuestion(
            id="changed_column",
            text=f"Which column says when a row changed, for {_listed([step for step, _ in held])}?",
            quote=_words(*(step for step, _ in held)),
            choices=(Choice(value=guess, label=guess), *others),
            default=guess,
            free=FreeAnswer(what="column", paths=tuple(paths)),
            replaces=tuple(one for _, one in held),
        )


def _recipients(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """Somebody is to be told, and the text says neither who nor how."""
    unsaid = tuple(one for one in pipeline.assumptions if any(text in one.text for text in _NO_RECIPIENT))
    paths = tuple(path for path, connection, target in _told(pipeline) if connection == "email" and not target)
    if not paths or not unsaid:
        return
    subjects = {one.subject for one in unsaid}
    known = tuple(connection.name for connection in pipeline.connections)
    yield OpenQuestion(
        id="recipient",
        text="Who is told, and how? A channel such as #data-alerts, or a mail address",
        quote=_words(*(step for step in pipeline.steps if f"steps.{step.id}" in subjects)),
        choices=(
            Choice(value="email", label="e-mail, to the default recipient"),
            recipient_choice("Slack, in the default channel", "slack", "", paths, known),
        ),
        default="email",
        free=FreeAnswer(what="recipient", paths=paths, connections=known),
        replaces=unsaid,
    )


def _channel(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """Slack without a channel."""
    paths = tuple(path for path, connection, target in _told(pipeline) if connection == "slack" and not target)
    if paths:
        known = tuple(connection.name for connection in pipeline.connections)
        yield OpenQuestion(
            id="channel",
            text="Which Slack channel is told?",
            choices=(Choice(value="default", label="the default channel of the connection"),),
            default="default",
            free=FreeAnswer(what="recipient", paths=paths, connections=known),
        )


def _told(pipeline: Pipeline) -> Iterator[tuple[str, str, str]]:
    """Every alert and message: its path, its connection, its target."""
    for place, alert in enumerate(pipeline.alerts):
        yield f"alerts.{place}", alert.connection, alert.target
    for step in pipeline.steps:
        for place, alert in enumerate(step.alerts):
            yield f"steps.{step.id}.alerts.{place}", alert.connection, alert.target
        if step.kind == "notify":
            yield f"steps.{step.id}", step.connection, step.target


def _load_mode(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """What a load does to the rows that are there: one question for all loads that the text leaves open."""
    tables = _tables(pipeline)
    unnamed = {step.id for step, _ in _steps_with(pipeline, "", TARGET_TAKEN)}
    held = [
        (step, one)
        for step, one in _steps_with(pipeline, "mode", "")
        if step.id not in unnamed
        and isinstance(step, LoadStep)
        and step.mode == "replace"
        and step.writes
        and tables >= set(step.writes)
    ]
    if not held:
        return
    steps = [step for step, _ in held]
    unique = _unique_columns(pipeline)
    keys = {step.id: unique or [f"{singular(step.reads[0].split('_')[-1])}_id"] for step in steps if step.reads}
    appended = tuple(Edit(op="set", path=f"steps.{step.id}.mode", value="append") for step in steps)
    merged = [
        edit
        for step in steps
        for edit in (
            Edit(op="set", path=f"steps.{step.id}.keys", value=keys.get(step.id, ["id"])),
            Edit(op="set", path=f"steps.{step.id}.mode", value="merge"),
        )
    ]
    columns = ", ".join(dict.fromkeys(column for found in keys.values() for column in found))
    yield OpenQuestion(
        id="load_mode",
        text=f"What does {_listed(steps)} do with the rows that are already there?",
        quote=_words(*steps),
        choices=(
            Choice(value="replace", label="replace them all, so that a repeated run leaves the same"),
            Choice(value="merge", label=f"update them by {columns}, and add the new ones", edits=tuple(merged)),
            Choice(value="append", label="keep them and only add; a repeated run adds twice", edits=appended),
        ),
        default="replace",
        replaces=tuple(one for _, one in held),
    )


def _tables(pipeline: Pipeline) -> set[str]:
    """The datasets that are tables of a database; files are swapped as they are."""
    databases = {one.name for one in pipeline.connections if one.connector in _databases()}
    return {one.name for one in pipeline.datasets if one.kind == "table" and one.connection in databases}


@lru_cache(maxsize=1)
def _databases() -> frozenset[str]:
    return frozenset(system.name for system in systems().values() if system.family == "sql")


def _unique_columns(pipeline: Pipeline) -> list[str]:
    """The columns that the text itself calls unique."""
    rules = (rule for step in pipeline.steps if isinstance(step, ValidateStep) for rule in step.rules)
    return next((list(rule.columns) for rule in rules if rule.rule == "unique"), [])


def _invalid_rows(pipeline: Pipeline) -> Iterator[OpenQuestion]:
    """What happens to rows that break a rule: one question for all checks whose words do not say."""
    steps = [
        step
        for step in pipeline.steps
        if isinstance(step, ValidateStep) and step.on_invalid == "fail" and _has_rules(step) and not _says_stop(step)
    ]
    if not steps:
        return
    ways = {"fail": "the run stops"}
    if all(step.writes for step in steps):
        ways["quarantine"] = "they are set aside, and the run goes on"
    ways["warn"] = "they are only reported, and go on with the others"
    paths = [f"steps.{step.id}.on_invalid" for step in steps]
    yield OpenQuestion(
        id="invalid_rows",
        text=f"What happens to rows that break a rule of {_listed(steps)}?",
        quote=_words(*steps),
        choices=tuple(
            Choice(value=value, label=label, edits=() if value == "fail" else _all_set(paths, value))
            for value, label in ways.items()
        ),
        default="fail",
    )


def _has_rules(step: ValidateStep) -> bool:
    return any(rule.rule != "described" for rule in step.rules)


def _says_stop(step: Step) -> bool:
    return step.origin is not None and pattern(_STOPS).search(step.origin.text) is not None


def _all_set(paths: Sequence[str], value: object) -> tuple[Edit, ...]:
    return tuple(Edit(op="set", path=path, value=value) for path in paths)


def _listed(steps: Sequence[Step]) -> str:
    names = [step.id for step in steps]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
