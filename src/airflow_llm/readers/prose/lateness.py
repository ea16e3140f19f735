"""When a run is late and who is told: the deadlines of a text become alerts, or a question where nobody is named."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow_llm.readers.prose.alerts import AlertWords
from airflow_llm.readers.prose.deadlines import Deadline
from airflow_llm.readers.prose.drafts import Draft
from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.findings import Findings
from airflow_llm.readers.prose.flow import Flow
from airflow_llm.readers.prose.references import resolve
from airflow_llm.readers.prose.span import Found
from airflow_llm.spec.pipeline import Question
from airflow_llm.spec.schedule import CronSchedule, Schedule

_HOUR, _DAY = 60, 24 * 60
_CHANNELS = ("slack", "email", "http")  # those with a notifier that a deadline can call
_CHANGE = "name the time limit, or set `after` of the alert in tasks.yml"


class Lateness:
    """The deadlines of a text beside its schedule."""

    def __init__(self, drafts: Sequence[Draft], findings: Findings, flow: Flow) -> None:
        self.drafts = drafts
        self.flow = flow
        self.schedule = findings.schedule.value if findings.schedule is not None else None
        self.found = findings.deadlines
        self.covered: set[timedelta] = set()

    def limit(self, words: AlertWords) -> timedelta:
        """How long after its start a run is late for this alert; an hour, and an assumption, where nothing says it."""
        stated = [] if words.by is None else [Deadline(by=words.by)]
        for deadline in [*stated, *(hit.value for hit in self.found if not hit.value.each_task)]:
            length = words.after or self._after(deadline)
            if length is not None:
                self.covered.add(length)
                return length
        if words.after is not None:
            return words.after
        self.flow.assume("alerts", "the text does not say when a run is late; one hour is taken", _CHANGE)
        return timedelta(hours=1)

    def alerts(self, told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Alerts for the deadlines that no alert of the text is about: to whoever is told of failures."""
        late = any(alert["on"] == "deadline" for alert in told)
        failures = [
            alert for alert in told
            if alert["on"] == "failure" and alert["target"] and alert["connection"] in _CHANNELS
        ]  # fmt: skip
        made: list[dict[str, Any]] = []
        for hit in self.found:
            length = self._after(hit.value)
            if hit.value.each_task:
                self._of_tasks(hit)
                continue
            if late or length in self.covered:
                continue
            if length is None or not failures:
                self._ask(hit, length)
                continue
            self.covered.add(length)
            self._note(hit, length)
            made += [{**alert, "on": "deadline", "after": length} for alert in failures]
        return made

    def _after(self, deadline: Deadline) -> timedelta | None:
        """How long after the start of a run the deadline passes; None where the schedule does not tell."""
        if deadline.after is not None:
            return deadline.after
        starts = _starts(self.schedule)
        if deadline.by is None or not starts or self.schedule is None:
            return None
        by = _in_zone(deadline, self.schedule)
        if by in starts:
            return None  # the time by which it is wanted was taken for that of the run: when it starts is not said
        if len(starts) > 1:
            self.flow.assume("alerts", f"the deadline {_clock(by)} is that of the run right before it", _CHANGE)
        ends = (by, by + _DAY // 2) if deadline.half else (by,)
        return timedelta(minutes=min((end - start) % _DAY or _DAY for start in starts for end in ends))

    def _note(self, hit: Found[Deadline], length: timedelta) -> None:
        quote = " ".join(hit.text.split())
        self.flow.assume(
            "alerts",
            f"who is told of failures is told when a run has not ended {length} after its start ({quote!r})",
            "name who is told when a run is late",
        )
        about = resolve(tokenise(hit.value.subject).items, self.drafts, [], strict=True) if hit.value.subject else []
        ends = {draft.number for draft in self.drafts} - {up for draft in self.drafts for up in draft.ups}
        if about and not ends & {draft.number for draft in about}:
            self.flow.assume(
                "alerts",
                f"a deadline holds for a whole run, so {quote!r} is not only about {about[0].id}",
                f"give the step {about[0].id} a `timeout` in tasks.yml",
            )

    def _of_tasks(self, hit: Found[Deadline]) -> None:
        self.flow.assume(
            "alerts",
            f"{' '.join(hit.text.split())!r} is left out: Airflow 3 knows deadlines of whole runs, not of single tasks",
            "name a deadline of the run, or a time-out of the tasks",
        )

    def _ask(self, hit: Found[Deadline], length: timedelta | None) -> None:
        """The deadline is left out, and the user is told: a deadline without a start or a recipient tells nobody."""
        quote = " ".join(hit.text.split())
        unknown = "who is told when it has passed" if length is not None else "when a run starts"
        self.flow.assume(
            "alerts",
            f"{quote!r} is left out: the text does not say {unknown}",
            "add, for example: tell #channel on Slack when it is late"
            if length is not None
            else "name the time of day at which the pipeline runs",
        )
        text = "Who is told when a run misses its deadline?" if length is not None else "When does a run start?"
        self.flow.ask(Question(text=text, quote=quote, taken="nobody is told"))


def _starts(schedule: Schedule | None) -> list[int]:
    """The minutes of the day at which runs start, as far as they are the same every day."""
    if not isinstance(schedule, CronSchedule):
        return []
    starts: list[int] = []
    for expression in schedule.expressions:
        minute, _, rest = expression.partition(" ")
        hours = rest.partition(" ")[0].split(",")
        if expression.startswith("@"):
            starts += [0] if expression != "@hourly" else []
        elif minute.isdigit() and all(hour.isdigit() for hour in hours):
            starts += [int(hour) * _HOUR + int(minute) for hour in hours]
        else:
            return []
    return starts


def _in_zone(deadline: Deadline, schedule: Schedule) -> int:
    """The deadline's time of day in the schedule's zone, as it is on the schedule's first day."""
    by = deadline.by or 0
    if not deadline.timezone or not schedule.timezone or deadline.timezone == schedule.timezone:
        return by
    said = datetime.combine(schedule.start, time(by // _HOUR, by % _HOUR), ZoneInfo(deadline.timezone))
    there = said.astimezone(ZoneInfo(schedule.timezone))
    return there.hour * _HOUR + there.minute


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02d}:{minutes % _HOUR:02d}"
