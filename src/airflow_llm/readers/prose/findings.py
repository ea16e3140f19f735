"""Everything that the grammars find in a text, asked once, and the places that are thereby read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from airflow_llm.readers.prose.alerts import AlertWords, find_alerts, find_unwanted
from airflow_llm.readers.prose.deadlines import Deadline, find_deadlines
from airflow_llm.readers.prose.increments import find_increments
from airflow_llm.readers.prose.named_tries import with_named
from airflow_llm.readers.prose.policies import (
    Limit,
    find_priority,
    find_timeouts,
)
from airflow_llm.readers.prose.pools import Pool, find_pools
from airflow_llm.readers.prose.reloads import Reload, find_reloads
from airflow_llm.readers.prose.resources import Needs, find_needs
from airflow_llm.readers.prose.retries import Retries, find_retries
from airflow_llm.readers.prose.retry_delays import find_retry_delay
from airflow_llm.readers.prose.run_settings import (
    find_catchup,
    find_depends_on_past,
    find_end,
    find_max_active_runs,
    find_start,
)
from airflow_llm.readers.prose.schedules.reading import read_schedule
from airflow_llm.readers.prose.span import Found
from airflow_llm.spec.schedule import Schedule


@dataclass(slots=True)
class Findings:
    """What is regular in a text; lists hold one entry for each place."""

    schedule: Found[Schedule] | None = None
    retries: Sequence[Found[Retries]] = ()
    retry_delay: Found[timedelta] | None = None
    timeouts: Sequence[Found[Limit]] = ()
    alerts: Sequence[Found[AlertWords]] = ()
    deadlines: Sequence[Found[Deadline]] = ()
    no_alerts: Found[bool] | None = None
    needs: Sequence[Found[Needs]] = ()
    increments: Sequence[Found[bool]] = ()
    reloads: Sequence[Found[Reload]] = ()
    catchup: Found[bool] | None = None
    depends_on_past: Found[bool] | None = None
    max_active_runs: Found[int] | None = None
    start: Found[date] | None = None
    end: Found[date] | None = None
    pools: Sequence[Found[Pool]] = ()
    priority: Found[int] | None = None
    notes: list[str] = field(default_factory=list)

    def spans(self) -> Iterator[tuple[int, int]]:
        """The places that the grammars have read."""
        singles: list[Found[Any] | None] = [
            self.schedule, self.retry_delay, self.no_alerts, self.catchup, self.depends_on_past, self.max_active_runs,
            self.start, self.end, self.priority,
        ]  # fmt: skip
        lists: list[Sequence[Found[Any]]] = [
            self.retries, self.timeouts, self.alerts, self.deadlines, self.pools, self.needs, self.increments,
            self.reloads,
        ]  # fmt: skip
        for hit in [*singles, *(hit for hits in lists for hit in hits)]:
            if hit is not None:
                yield hit.start, hit.end


def find_all(text: str) -> Findings:
    """What the grammars find. InputError for a value that cannot be."""
    reloads = find_reloads(text)
    return Findings(
        schedule=read_schedule(_without(text, reloads)),
        retries=with_named(text, find_retries(text)),
        retry_delay=find_retry_delay(text),
        timeouts=find_timeouts(text),
        alerts=find_alerts(text),
        deadlines=find_deadlines(text),
        no_alerts=find_unwanted(text),
        needs=find_needs(text),
        increments=find_increments(text),
        reloads=reloads,
        catchup=find_catchup(text),
        depends_on_past=find_depends_on_past(text),
        max_active_runs=find_max_active_runs(text),
        start=find_start(text),
        end=find_end(text),
        pools=find_pools(text),
        priority=find_priority(text),
    )


def _without(text: str, hits: Sequence[Found[Any]]) -> str:
    """The text with blanks in those places: a day on which everything is taken is not the day of the schedule."""
    for hit in hits:
        text = text[: hit.start] + " " * (hit.end - hit.start) + text[hit.end :]
    return text
