"""Changes of when the pipeline runs: only what is said changes; the days stay when a time is said, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from airflow_llm.errors import ContradictionError, InputError
from airflow_llm.readers.prose.durations import find_durations, number, number_words
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, left_over, words_in
from airflow_llm.readers.prose.run_settings import find_catchup, find_end, find_max_active_runs, find_start
from airflow_llm.readers.prose.schedules.atom import Atom
from airflow_llm.readers.prose.schedules.atoms import atoms
from airflow_llm.readers.prose.schedules.build import build
from airflow_llm.readers.prose.span import Found
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.readers.prose.triggers import find_triggers
from airflow_llm.spec.schedule import (
    PRESETS,
    AssetSchedule,
    CronSchedule,
    IntervalSchedule,
    ManualSchedule,
    ScheduleBase,
)

_FINDERS: dict[str, Callable[[str], Found[Any] | None]] = {
    "catchup": find_catchup, "max_active_runs": find_max_active_runs, "start": find_start, "end": find_end,
}  # fmt: skip
_TIMES = frozenset({"time", "hours", "minute"})
_CLOCKED = frozenset({*_TIMES, "window", "cron", "often"})
_SUBDAILY = frozenset({"hourly", "halfhourly", "quarterhourly"})
_PARTS_OF_DAY = frozenset({"night", "morning", "noon", "afternoon", "evening"})
_EACH = re.compile(r"\s*(?:nightly|overnight|every|each|evry|ev)", re.IGNORECASE)
_MORE = r"\b(?:also|too|as\s+well|additionally|in\s+addition|plus|besides)\b"
_BY_HAND = (
    r"(?:.*\b(?:no|without|remove|drop|delete|kill|don't\s+need|do\s+not\s+need|need\s+no|not\s+need|"
    r"disable)\b.{0,12}\b(?:a\s+|any\s+|the\s+)?"
    r"(?:fixed\s+)?schedul(?:e|ing)\b(?:\s+(?:any\s?more|any\s+longer|for\s+it|at\s+all))?"
    r"(?:.*\b(?:by\s+hand|manual(?:ly)?|ourselves|myself|trigger\w*)\b.*)?"
    r"|(?:unschedule|(?:make|set|run|start|trigger)(?:\s+(?:it|this|the\s+\w+|"
    r"schedule))*(?:\s+to)?(?:\s+only)?\s+(?:manual(?:ly)?|by\s+hand)(?:\s+(?:only|now))?)(?:\s+it)?"
    r"|(?:only\s+)?(?:manual(?:ly)?|by\s+hand)(?:\s+(?:only|start|trigger(?:ing)?|runs?))?|(?:we|i)(?:'ll|"
    r"\s+will)?\s+(?:start|run|trigger)\s+it\s+(?:by\s+hand|manually|ourselves|myself))"
)
_SHIFT = r"\b(later|earlier|sooner|forward|postpone[d]?|delay(?:ed)?|back|advance[d]?)\b"
_FORMER = (
    r"(?<=\w)\s*,?\s*\b(?:(?:instead\s+of|rather\s+than|in\s+place\s+of|in\s+stead\s+of)\s+[^,;]*|"
    r"(?:and\s+)?not\s+(?:any\s?more\s+)?(?:at\s+|every\s+)?\d[^,;]*)$"
)
_MOVED = r"\bfrom\s+(?:every\s+)?\d[\w:]*(?:\s?[ap]m)?\s+(?=(?:to|until|on\s+to)\b)"
_BESIDE = (
    r"\b(?:allow\s+|up\s+to\s+|max(?:imum)?\.?\s+|at\s+most\s+|"
    rf"only\s+)*(?P<count>{number_words()})\s+(?:dag\s+|pipeline\s+)?runs?\s+"
    r"(?:in\s+parallel|at\s+(?:once|the\s+same\s+time|a\s+time)|concurrently|simultaneously|side\s+by\s+side)"
)
_BACKFILL = (
    r"\b(?:(?P<no>no|not|without|never|don't|disable|off)\b.{0,25})?\b(?:backfill(?:ing|s)?|back-fill|"
    r"catch(?:\s|-)?(?:es\s+)?up)\b(?:.{0,12}\b(?P<off>off|false|disabled|not))?"
)


def schedule_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`run it at 7`, `only on Mondays`, `an hour later`, `New York time`, `hourly`, `by hand only`, `no catch-up`."""
    text = clause.text
    if pattern(_BY_HAND).fullmatch(text):
        return _set(revision, ManualSchedule(), "how")
    shifted = _shifted(clause, revision)
    if shifted is not None:
        return shifted
    text = pattern(r"\bno\s+(?=(?:weekends?|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b)").sub("skip ", text)
    wanted = pattern(_MOVED).sub(" ", pattern(_FORMER).sub("", text))
    fields, spans = _settings(wanted)
    parts = _parts(wanted, spans)
    spans += [(part.start, part.end) for part in parts]
    triggers = [] if parts or fields else find_triggers(wanted)
    spans += [(hit.start, hit.end) for hit in triggers]
    left = left_over(wanted, spans, "schedule")
    if not spans or left:
        _refuse_single_task(revision, left if parts and not _says_no_time(parts) else "")
        return None
    if triggers:
        return _set(revision, triggers[0].value, "how")
    if parts:
        revision = _timed(revision, wanted, parts, more=pattern(_MORE).search(clause.said) is not None)
    return _with_fields(revision, fields) if fields else revision


def _refuse_single_task(revision: Revision, left: str) -> None:
    """`run load_orders at 9`: tasks have no clock of their own."""
    if left and set(words_in(left)) & {step.id for step in revision.pipeline.steps}:
        raise InputError(
            f"a task has no schedule of its own: {left[:60]!r}",
            hint="say when the whole pipeline runs, or on which days the task is to be skipped",
        )


def _settings(text: str) -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """First and last day, catch-up, parallel runs."""
    fields: dict[str, Any] = {}
    spans: list[tuple[int, int]] = []
    for name, finder in _FINDERS.items():
        hit: Found[Any] | None = finder(text)
        if hit is not None:
            fields[name] = hit.value
            spans.append((hit.start, hit.end))
    beside = pattern(_BESIDE).search(text)
    if beside is not None and "max_active_runs" not in fields:
        fields["max_active_runs"] = int(number(beside["count"]))
        spans.append(beside.span())
    match = pattern(_BACKFILL).search(text)
    if match is not None and "catchup" not in fields:
        fields["catchup"] = not (match["no"] or match["off"])
    if match is not None:
        spans.append(match.span())
        spans += [
            hit.span()
            for hit in pattern(r"\b(?:off|on|enable[d]?|disable[d]?|true|false|no|not|don't)\b").finditer(text)
        ]
    return fields, spans


def _parts(text: str, taken: Sequence[tuple[int, int]]) -> list[Atom]:
    free = [part for part in atoms(text) if not any(part.start < end and start < part.end for start, end in taken)]
    bare = pattern(
        r"(?:run|move|shift|set|change|put|push|schedule|start)\w*\s+(?:it\s+|this\s+|the\s+(?:\w+\s+){1,3}|"
        r"schedule\s+)*to\s+(\d{1,2})"
    ).fullmatch(text)
    if not free and bare is not None and int(bare[1]) < 24:
        return [Atom("hours", *bare.span(1), [int(bare[1])], weak=True)]
    return free


def _timed(revision: Revision, text: str, parts: Sequence[Atom], *, more: bool) -> Revision:
    kinds = {part.kind for part in parts}
    zone = next((part.value for part in parts if part.kind == "zone"), None)
    old = revision.pipeline.schedule
    if kinds == {"zone"}:
        if not isinstance(old, CronSchedule):
            raise InputError(
                f"a pipeline that runs {old.kind} has no time zone", hint="say at what time it is to run as well"
            )
        return _with_fields(revision, {"timezone": zone}, "zone").settling("schedule.timezone")
    excepted = [part for part in parts if part.kind == "except"]
    useful = [part for part in parts if part.kind not in ("zone", "except")]
    if not useful:
        return _on_days(revision, _without_days(old, excepted))
    schedule, assumption = build([part for part in parts if part.kind != "zone"])
    made: ScheduleBase = schedule
    facets = {"time", "days"}
    if isinstance(old, CronSchedule) and isinstance(schedule, CronSchedule) and len(old.expressions) == 1:
        if _says_no_day(parts, text):
            made, assumption, facets = _crossed(times=schedule, days=old), "", {"time"}
            made = _with_both_times(old, made) if more else made
        elif _says_no_time(parts):
            days = _with_both_days(old, parts) if more else schedule
            made, assumption, facets = _crossed(times=old, days=days), "", {"days"}
    revision = _set(revision, made, *facets)
    if zone is not None:
        revision = _with_fields(revision, {"timezone": zone}, "zone").settling("schedule.timezone")
    if assumption:
        revision = revision.assuming("schedule", assumption, "say it in the text, or set `schedule` in tasks.yml")
    return revision


def _says_no_day(parts: Sequence[Atom], text: str) -> bool:
    """A time of day and nothing else: the days stay as they are; `nightly` and `every morning` say every day."""
    return all(
        part.kind in _TIMES
        or part.kind == "zone"
        or (part.kind == "named" and part.value in _PARTS_OF_DAY and not _EACH.match(text[part.start : part.end]))
        for part in parts
    )


def _says_no_time(parts: Sequence[Atom]) -> bool:
    """Days and nothing else: the time of day stays as it is."""
    return not any(
        part.kind in _CLOCKED
        or (part.kind == "named" and part.value in _SUBDAILY | _PARTS_OF_DAY)
        or (part.kind == "every" and part.value[1] in ("s", "m", "h"))
        for part in parts
    )


def _with_both_times(old: CronSchedule, new: CronSchedule) -> CronSchedule:
    """`also at 18:00`: the times of both."""
    minute, hour, *days = _fields(old)
    other_minute, other_hour = _fields(new)[:2]
    if minute != other_minute or not pattern(r"[\d,]+").fullmatch(hour):
        return new.model_copy(update={"expressions": tuple(dict.fromkeys([*old.expressions, *new.expressions]))})
    hours = sorted({int(one) for one in [*hour.split(","), *other_hour.split(",")]})
    return new.model_copy(update={"expressions": (" ".join([minute, ",".join(map(str, hours)), *days]),)})


def _with_both_days(old: CronSchedule, parts: Sequence[Atom]) -> CronSchedule:
    """`on Saturdays too`: the weekdays of both."""
    held = _weekdays(old)
    said = {day for part in parts if part.kind == "days" for day in part.value}
    said |= {day for part in parts if part.kind == "named" and part.value == "weekends" for day in (0, 6)}
    if not said:
        raise InputError("only weekdays can be added to a schedule", hint="say all days on which it is to run")
    schedule, _ = build([Atom("days", 0, 0, frozenset(held | said)), Atom("hours", 0, 0, [0])])
    return schedule if isinstance(schedule, CronSchedule) else old


def _fields(schedule: CronSchedule) -> list[str]:
    return PRESETS.get(schedule.expressions[0], schedule.expressions[0]).split()


def _crossed(times: CronSchedule, days: CronSchedule) -> CronSchedule:
    """The times of the one on the days of the other."""
    held = _fields(days)[2:]
    return times.model_copy(
        update={
            "expressions": tuple(" ".join([*PRESETS.get(one, one).split()[:2], *held]) for one in times.expressions)
        }
    )


def _without_days(old: ScheduleBase, excepted: Sequence[Atom]) -> frozenset[int]:
    if not isinstance(old, CronSchedule):
        raise InputError("only a schedule of days can leave days out", hint="say the days and the time")
    left = _weekdays(old) - {day for part in excepted for day in part.value}
    if not left:
        raise InputError("no day is left on which it would run", hint="say on which days it is to run")
    return frozenset(left)


def _weekdays(schedule: CronSchedule) -> set[int]:
    """The days of the week on which it runs."""
    field = _fields(schedule)[4]
    if not pattern(r"\*|[0-7](?:-[0-7])?(?:,[0-7](?:-[0-7])?)*").fullmatch(field):
        raise InputError(f"the days {field!r} are not plain weekdays", hint="say on which days it is to run")
    held: set[int] = set()
    for part in ["0-6"] if field == "*" else field.split(","):
        low, _, high = part.partition("-")
        held |= {day % 7 for day in range(int(low), int(high or low) + 1)}
    return held


def _on_days(revision: Revision, days: frozenset[int]) -> Revision:
    schedule, _ = build([Atom("days", 0, 0, days), Atom("hours", 0, 0, [0])])
    old = revision.pipeline.schedule
    if not isinstance(schedule, CronSchedule) or not isinstance(old, CronSchedule):
        raise InputError("only a schedule of days can leave days out", hint="say the days and the time")
    return _set(revision, _crossed(times=old, days=schedule), "except")


def _shifted(clause: Clause, revision: Revision) -> Revision | None:
    """`an hour later`, `30 minutes earlier`."""
    word = pattern(_SHIFT).search(clause.text)
    text = pattern(r"\bhalf\s+an\s+hour\b").sub("30 minutes", pattern(r"\ban?\s+hour\b").sub("1 hour", clause.text))
    lengths = find_durations(text)
    if word is None or len(lengths) != 1:
        return None
    spans = [(lengths[0].start, lengths[0].end), *(hit.span() for hit in pattern(_SHIFT).finditer(text))]
    if left_over(text, spans, "schedule"):
        return None
    old = revision.pipeline.schedule
    if not isinstance(old, CronSchedule) or len(old.expressions) != 1:
        raise InputError(
            f"{clause.text!r}: the pipeline has no single time of day", hint="say at what time it is to run"
        )
    minute, hour, *days = _fields(old)
    if not (minute.isdigit() and hour.isdigit()):
        raise InputError(
            f"{clause.text!r}: the pipeline has no single time of day", hint="say at what time it is to run"
        )
    back = pattern(r"\b(?:earlier|sooner|forward|advance[d]?)\b").search(clause.text) is not None
    moved = timedelta(hours=int(hour), minutes=int(minute)) + lengths[0].value * (-1 if back else 1)
    if not timedelta(0) <= moved < timedelta(days=1) and days != ["*", "*", "*"]:
        raise InputError(f"{clause.text!r} would move it to another day", hint="say the days and the time")
    minutes = int(moved.total_seconds() // 60) % (24 * 60)
    expression = " ".join([str(minutes % 60), str(minutes // 60), *days])
    return _with_fields(revision, {"expressions": (expression,)}, "time")


def _set(revision: Revision, schedule: Any, *facets: str) -> Revision:
    """Another schedule; what belongs to no sort of schedule (first day, catch-up) stays."""
    old = revision.pipeline.schedule
    kept = {name: getattr(old, name) for name in ("start", "end", "catchup", "max_active_runs")}
    zone = old.timezone if isinstance(schedule, (CronSchedule, IntervalSchedule)) else None
    if isinstance(schedule, (ManualSchedule, AssetSchedule)):
        kept = {name: value for name, value in kept.items() if name == "max_active_runs"}
    made = schedule.model_copy(update={**kept, "timezone": schedule.timezone or zone})
    return _faceted(revision, *facets).whole(schedule=made)


def _with_fields(revision: Revision, fields: dict[str, Any], *facets: str) -> Revision:
    revision = revision.settling(*(f"schedule.{name}" for name in fields if name in ("start", "timezone")))
    made = revision.pipeline.schedule.model_copy(update=fields)
    return _faceted(revision, *(facets or fields)).whole(schedule=made)


def _faceted(revision: Revision, *facets: str) -> Revision:
    """InputError when the sentence has said the same thing of the schedule before."""
    if revision.facets & set(facets):
        raise ContradictionError(
            "the text says two different things about the schedule", hint="say once when the pipeline runs"
        )
    return replace(revision, facets=revision.facets | set(facets))
