"""Changes of retries, pauses, time-outs, pools, priorities and resources: of the tasks that are named, else of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from airflow_llm.errors import InputError
from airflow_llm.readers.prose.durations import LENGTH, duration, find_durations, masked, number, number_words
from airflow_llm.readers.prose.edits.revision import Revision
from airflow_llm.readers.prose.edits.wording import Clause, left_over, listed, one_of, words_in
from airflow_llm.readers.prose.policies import find_priority, find_timeouts
from airflow_llm.readers.prose.pools import find_pools
from airflow_llm.readers.prose.resources import find_needs, together
from airflow_llm.readers.prose.retries import find_retries
from airflow_llm.readers.prose.retry_delays import find_retry_delay
from airflow_llm.readers.prose.run_settings import find_depends_on_past
from airflow_llm.readers.prose.spellings import pattern
from airflow_llm.spec.steps import Resources, Step

_SLOT = (
    r"(?P<slot>time-?\s?out|time\s+limit|(?:retry\s+|re-try\s+)?(?:delay|pause)|retry\s+(?:interval|wait)|"
    r"(?:number\s+of\s+|max(?:imum)?\s+)?(?:re-?tries|retry\s+(?:count|number)|attempts)|priority|"
    r"pool(?:\s+slots)?)"
)
_SET = (
    r"(?:(?:set|change|make|increase|raise|lower|reduce|decrease|put|bump|extend|shorten|adjust|update|limit|"
    r"cut)\s+(?:up\s+|down\s+)?)?"
)
_TO = r"(?:\s+(?:to|is|of|should\s+be|shall\s+be|must\s+be|at|up\s+to|down\s+to|becomes)\s+|\s*[=:]\s*)"
_OF = rf"{_SET}(?:the\s+)?{_SLOT}\s+(?:of|for|on|in)\s+(?:the\s+)?(?P<about>.+?){_TO}(?P<value>\S.*)"
_OWN = rf"{_SET}(?P<about>\S.*?)(?:'s|s')\s+{_SLOT}{_TO}(?P<value>\S.*)"
_PLAIN = (
    rf"{_SET}(?:the\s+|a\s+|its\s+|all\s+(?:the\s+)?)*{_SLOT}(?:{_TO}|\s+)(?P<value>\d.*|one\b.*|two\b.*|"
    r"three\b.*|four\b.*|five\b.*|ten\b.*)"
)
_GIVEN = rf"(?:give|allow)\s+(?P<about>.+?)\s+(?:an?\s+)?{_SLOT}\s+(?:of\s+)?(?P<value>\d.*)"
_REMOVED = (
    rf"(?:{one_of('remove')}|disable|turn\s+off|switch\s+off|unset|clear)\s+(?:any\s+|all\s+|the\s+|more\s+|"
    r"further\s+|automatic\s+|exponential\s+)*(?P<slot>time-?\s?outs?|time\s+limits?|re-?tries|retry(?:ing)?|"
    r"(?:retry\s+)?(?:delay|pause)s?|back-?\s?off|pool|priority)(?:\s+(?:of|for|on|in|from)\s+(?P<about>.+))?"
)
_BACKOFF = (
    r"\b(?:with\s+|use\s+|using\s+|an?\s+)*(?:exponential(?:ly)?(?:\s+(?:growing\s+)?(?:back-?\s?off|delays?|"
    r"pauses?))?|back(?:ing)?-?\s?off(?:\s+exponentially)?)\b"
)
_RUN = (
    r"\b(?:give\s+up|kill|stop|abort|cancel|time\s?out)\s+(?:on\s+)?(?:a\s+|the\s+|each\s+|every\s+|"
    r"any\s+)?(?:whole\s+)?(?:run|pipeline|dag|dag\s+run)\s+(?:after|when\s+it\s+takes\s+(?:more|"
    rf"longer)\s+than|at)\s+(?P<length>{LENGTH})"
)
_ALL = r"\b(?:all|every|each|any)\s+(?:of\s+)?(?:the\s+)?(?:tasks?|steps?|jobs?)\b|\beverything\b|\beverywhere\b"
_OF_STEPS = frozenset({"retries", "retry_delay", "backoff", "timeout", "pool", "priority"})
_SLOTS = (
    ("^time", "timeout"), ("delay|pause|interval|wait", "retry delay"), ("retr|re-tr|attempt", "retries"),
    ("slots", "pool slots"), ("pool", "pool"), ("priority", "priority"),
)  # fmt: skip
_FURTHER = (
    rf"\b(?P<count>{number_words()})?\s*(?:more|additional|extra|further)\s+(?:re-?tries|re-?try|"
    r"attempts?)\b(?<!no\smore\sretries)"
)
_PAUSE = (
    r"\b(?:pause|wait|delay|sleep)\s+(?:of\s+|for\s+|"
    rf"by\s+)?(?P<length>{LENGTH})\s+(?:in\s+)?between\s+(?:the\s+|two\s+)?(?:re-?tries|tries|attempts)"
)
_AT_MOST = r"\b(?:no|not)\s+more\s+than\s+(?P<count>\w+)\s+re-?tr(?:y|ies)\b"
_ON_ITS_OWN = (
    r"^(?:set|change|make|increase|raise|lower|reduce|decrease|use|retry|give|limit|put|bump|kill|stop|cancel|"
    r"don't|do\s+not|no\s+"
    r"(?:more\s+)?retries|never|disable|enable)\b|\b(?:all|every|each|whole|entire|everything|pipeline|dag|"
    r"run|default|defaults)\b"
)
_ALL_BUT = (
    r"\b(?:all|every\w*|everything|each|tasks|steps)\s+(?:\w+\s+)?(?:but|except|apart\s+from|other\s+than|"
    r"besides)\b"
)
_NEVER_MORE = (
    r"\s*\b(?:should|must|may|can|shall)?\s*(?:not|"
    r"never)\s+(?:be\s+)?re-?tried\s+more\s+than\s+(?P<count>\w+)(?:\s+times)?"
)
_WHOLE_RUN = (
    r"\b(?:whole|entire|complete|full|total)\s+(?:pipeline|dag|run|thing|job|workflow)\b|\bper\s+(?:dag\s+)?run\b"
)
_NEEDS = ("cpu", "memory", "disk", "gpu")
_THINGS = frozenset(
    ["file", "files", "data", "table", "dag", "flag", "upstream", "sensor", "wait", "waiting", "trigger", "it"]
)
_POINTS = r"\b(?:it|this|that|them|these|those)\b(?!\s+(?:fails?|breaks?|takes?))"


@dataclass
class _Asked:
    """What is asked: fields of the steps (or of all), a time-out of the run, and the words that name the tasks."""

    fields: dict[str, Any] = field(default_factory=dict)
    run_timeout: Any = None
    resources: dict[str, Any] = field(default_factory=dict)
    pipeline: dict[str, Any] = field(default_factory=dict)
    about: str = ""
    further: int = 0
    """How many retries more than there are."""
    waits: bool = False


def policy_changed(clause: Clause, revision: Revision) -> Revision | None:
    """`retry load_orders 5 times`, `time-out 2h`, `no retries`, `give the training 4 CPUs`."""
    asked = _removed(clause.text) or _asked(clause.text, revision)
    if asked is None:
        return None
    ids = _waiting(asked, revision) if asked.waits else revision.meant(asked.about)
    if asked.run_timeout is not None and not ids:
        revision = revision.whole(timeout=asked.run_timeout)
    elif asked.run_timeout is not None:
        asked.fields["timeout"] = asked.run_timeout
    if asked.resources:
        revision = _resourced(revision, ids, asked.resources)
    return _given(clause.text, revision, ids, asked)


def _given(text: str, revision: Revision, ids: Sequence[str], asked: _Asked) -> Revision:
    if asked.further and ids:
        default = revision.pipeline.defaults.retries or 0
        revision = revision.change_steps(
            ids, lambda step: {"retries": (default if step.retries is None else step.retries) + asked.further}
        )
    elif asked.further:
        asked.fields["retries"] = (revision.pipeline.defaults.retries or 0) + asked.further
    if ids and asked.fields:
        revision = revision.set_steps(ids, **asked.fields)
    elif asked.fields:
        slots = set(asked.fields) & {"pool_slots"}
        if slots:
            raise InputError("pool slots are said of a task", hint="name the task")
        revision = revision.whole(defaults=revision.pipeline.defaults.model_copy(update=asked.fields))
        if pattern(_ALL).search(text):
            revision = _cleared(revision, asked.fields)
    if asked.pipeline:
        revision = revision.whole(defaults=revision.pipeline.defaults.model_copy(update=asked.pipeline))
    return revision


def _cleared(revision: Revision, fields: dict[str, Any]) -> Revision:
    """What is said of every task holds for those too that had a value of their own."""
    recent = revision.recent
    ids = [step.id for step in revision.pipeline.steps if any(getattr(step, name, None) is not None for name in fields)]
    cleared = {name: None for name in fields if name in _OF_STEPS}
    return revision.set_steps(ids, **cleared).speaking_of(recent) if ids and cleared else revision


def _removed(text: str) -> _Asked | None:
    match = pattern(_REMOVED).fullmatch(text)
    if match is None:
        return None
    slot = match["slot"].lower().replace("-", "").replace(" ", "")
    about = match["about"] or ""
    if pattern(r"(?:it|the\s+(?:pipeline|dag)|everything|all\s+(?:tasks|steps))").fullmatch(about):
        about = ""
    for opening, fields in (
        ("retr", {"retry_delay": None} if "delay" in slot or "pause" in slot else {"retries": 0}),
        ("back", {"backoff": False}), ("delay", {"retry_delay": None}), ("pause", {"retry_delay": None}),
        ("time", {"timeout": None}), ("pool", {"pool": None}), ("prio", {"priority": None}),
    ):  # fmt: skip
        if slot.startswith(opening):
            asked = _Asked(dict(fields), about=about)
            if opening == "time" and not about:
                asked.fields = {}
                asked.pipeline = {"timeout": None}
            return asked
    return None


def _asked(text: str, revision: Revision) -> _Asked | None:
    wanted, about = _canonical(text)
    asked = _Asked()
    spans = [*_retries(wanted, asked), *_limits(wanted, asked), *_shares(wanted, asked)]
    if not spans:
        return None
    spans += [match.span() for match in pattern(_ALL).finditer(wanted)]
    left = left_over(wanted, spans, "policies")
    if pattern(r".*\b\d+\b.*").fullmatch(left):
        return None  # a number that nothing has read is about something else
    if pattern(_ALL_BUT).search(wanted):
        raise InputError(
            f"{text[:80]!r} says two things", hint="say it in two parts: retry all 4 times; no retries for x"
        )
    counted = pattern(number_words())
    named = next((hit.value.about for hit in find_retries(wanted) if not counted.fullmatch(hit.value.about)), "")
    asked.about = _told(about, named or _inside(wanted), left)
    if not asked.about and revision.recent and pattern(_POINTS).search(wanted):
        asked.about = "it"
    # `give x 5 retries and a time-out of 2 hours`: what goes on without a verb is about the same task.
    if not asked.about and revision.subject and not pattern(_ON_ITS_OWN).search(wanted):
        asked.about = ", ".join(revision.subject)
    return asked


def _inside(text: str) -> str:
    """`retry only the load, 4 times`: the words between those that say how often."""
    for hit in find_retries(text):
        spans = [found.span() for found in pattern(rf"\b{number_words()}\b|\b\d+x?\b|\d").finditer(hit.text)]
        spans += [(one.start, one.end) for one in find_durations(hit.text)]
        left = left_over(hit.text, spans, "policies")
        if _telling(left) and not pattern(_ALL).search(hit.text):
            return left
    return ""


def _told(about: str, named: str, left: str) -> str:
    """The words that name the tasks: those in front of the value, those inside of it, those that are left."""
    if about:
        return f"{about} {left}".strip()
    if named and left and left.lower() not in named.lower() and _telling(left):
        return left if named.lower() in left.lower() else f"{named}, {left}"
    return named or left


def _telling(left: str) -> bool:
    """Whether words are left that have to name something."""
    return any(word.lower() not in listed("whole") for word in words_in(left))


def _canonical(text: str) -> tuple[str, str]:
    """`set the time-out of x to 30 minutes` as `timeout 30 minutes`, about `x`."""
    text = pattern(_AT_MOST).sub(r"\g<count> retries", text)
    text = pattern(_NEVER_MORE).sub(r" \g<count> retries", text)
    pause = pattern(_PAUSE).search(masked(text))
    if pause is not None:
        length = text[slice(*pause.span("length"))]
        text = f"{text[: pause.start()]}retry delay {length}{text[pause.end() :]}"
    for form in (_OF, _GIVEN, _OWN, _PLAIN):
        match = pattern(form).fullmatch(text)
        if match is None:
            continue
        name = next(name for opening, name in _SLOTS if pattern(opening).search(match["slot"]))
        about = match.groupdict().get("about") or ""
        return f"{name} {_value(name, match['value'])}", pattern(
            r"^(?:the\s+)?(?:whole\s+)?(?:pipeline|dag|it|everything)$"
        ).sub("", about)
    return text, ""


def _value(name: str, words: str) -> str:
    return pattern(r"^(?:only\s+|now\s+)").sub("", words) if name != "pool" else words


def _retries(text: str, asked: _Asked) -> list[tuple[int, int]]:
    """How often and after what pause: the fields, and where they stand."""
    further = pattern(_FURTHER).search(text)
    if further is not None:
        asked.further = int(number(further["count"] or "1"))
        return [further.span()]
    spans: list[tuple[int, int]] = []
    for hit in find_retries(text):
        said = {"retries": hit.value.count, "retry_delay": hit.value.delay, "backoff": hit.value.backoff}
        told = {name: value for name, value in said.items() if value is not None}
        place = asked.pipeline if hit.value.scope == "rest" else asked.fields
        twice = [name for name, value in told.items() if place.get(name, value) != value]
        if twice:
            raise InputError(f"{text[:80]!r} says two different things", hint="say them apart, each with its task")
        place.update(told)
        spans.append((hit.start, hit.end))
    more = pattern(r"\b(?:no|without)\s+(?:more\s+|any\s+|further\s+)*re-?tries\b").search(text)
    if more is not None:
        asked.fields["retries"] = 0
        spans.append(more.span())
    pause = find_retry_delay(text)
    if pause is not None:
        asked.fields["retry_delay"] = pause.value
        spans.append((pause.start, pause.end))
    backoff = pattern(_BACKOFF).search(text)
    if backoff is not None:
        denied = list(pattern(r"\b(?:no|not|without|don't|disable)\b").finditer(text))
        asked.fields["backoff"] = not any(hit.start() < backoff.end() for hit in denied)
        spans += [backoff.span(), *(hit.span() for hit in denied)]
    return spans


def _limits(text: str, asked: _Asked) -> list[tuple[int, int]]:
    run = pattern(_RUN).search(masked(text))
    if run is not None:
        asked.run_timeout = duration(text[slice(*run.span("length"))])
        return [run.span()]
    spans = []
    for hit in find_timeouts(text):
        spans.append((hit.start, hit.end))
        if hit.value.scope == "run" or (hit.value.scope != "task" and pattern(_WHOLE_RUN).search(text)):
            asked.run_timeout = hit.value.length
        else:
            asked.fields["timeout"] = hit.value.length
            asked.waits = hit.value.scope == "wait"
    return spans


def _shares(text: str, asked: _Asked) -> list[tuple[int, int]]:
    """Pools, priorities, resources, and whether a run waits for the one before."""
    spans: list[tuple[int, int]] = []
    for hit in find_pools(text):
        asked.fields |= {"pool": hit.value.name} | ({"pool_slots": hit.value.slots} if hit.value.slots != 1 else {})
        spans.append((hit.start, hit.end))
    priority = find_priority(text)
    if priority is not None:
        asked.fields["priority"] = priority.value
        spans.append((priority.start, priority.end))
    past = find_depends_on_past(text)
    if past is not None:
        asked.pipeline["depends_on_past"] = past.value
        spans.append((past.start, past.end))
    needs = find_needs(text)
    if needs:
        whole = together(needs)
        asked.resources = {name: held for name in _NEEDS if (held := getattr(whole, name)) is not None}
        if not asked.resources:
            return spans
    return spans + [(hit.start, hit.end) for hit in needs]


def _waiting(asked: _Asked, revision: Revision) -> tuple[str, ...]:
    """Which sensors a time limit for waiting is about."""
    waits = revision.steps(kind="wait")
    telling = [word for word in words_in(asked.about) if word.lower() not in _THINGS]
    if not telling and len(waits) == 1:
        return (waits[0].id,)
    if not telling and len(waits) > 1:
        names = ", ".join(step.id for step in waits)
        raise InputError(f"several tasks wait: {names}", hint="name the one that is meant")
    return revision.meant(asked.about)


def _resourced(revision: Revision, ids: Sequence[str], resources: dict[str, Any]) -> Revision:
    if not ids:
        raise InputError("it is not said which task is to have these resources", hint="name the task")

    def changed(step: Step) -> dict[str, Any]:
        old = step.resources.model_dump() if step.resources is not None else {}
        return {"resources": Resources.model_validate(old | resources)}

    return revision.change_steps(ids, changed)
