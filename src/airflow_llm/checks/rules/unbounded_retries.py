"""Retries that go on for too long, or without a pause.

## What it finds
More than ten retries, retries with no delay between them, and retries whose delays add up to more than a day.

## Why it hurts
A failure that will not heal is noticed hours or days late, and a system in trouble is hit again and again.

## Example
```yaml
defaults: {retries: 50, retry_delay: 0s}
```

## Use instead
```yaml
defaults: {retries: 3, retry_delay: 5m, backoff: true, max_retry_delay: 1h}
```
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.model import format_duration
from airflow_llm.spec.pipeline import Defaults, Pipeline
from airflow_llm.spec.steps import Step

code = "unbounded-retries"
_WHY = "a failure that will not heal is noticed late, and a system in trouble is hit again and again"
_MOST = 10
_LONGEST = timedelta(days=1)
_AIRFLOW_DELAY = timedelta(minutes=5)
_AIRFLOW_CEILING = timedelta(days=1)


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """The defaults, and every step that says something of its own about retries."""
    yield from _findings("defaults", "the default", pipeline.defaults, pipeline.defaults)
    for step in pipeline.steps:
        if step.retries is not None or step.retry_delay is not None:
            yield from _findings(f"steps.{step.id}", repr(step.id), step, pipeline.defaults)


def _findings(path: str, who: str, own: Defaults | Step, defaults: Defaults) -> Iterator[Diagnostic]:
    retries = own.retries if own.retries is not None else defaults.retries or 0
    delay = own.retry_delay if own.retry_delay is not None else defaults.retry_delay
    if retries > _MOST:
        edits = (Edit(op="set", path=f"{path}.retries", value=3),)
        yield _finding(
            f"{path}.retries",
            f"{who} is {retries} retries; more than {_MOST} hide a failure",
            "retry a few times and alert on the failure",
            Fix(title="retry 3 times", edits=edits, safe=False),
        )
    if retries and delay == timedelta(0):
        edits = (Edit(op="set", path=f"{path}.retry_delay", value="1m"),)
        message = f"{who} retries {retries} times without a pause"
        yield _finding(f"{path}.retry_delay", message, "wait between tries", Fix(title="wait 1m", edits=edits))
    total = _total(retries, delay if delay is not None else _AIRFLOW_DELAY, own, defaults)
    if retries <= _MOST and total > _LONGEST:
        message = f"{who} waits {format_duration(total)} in total over {retries} retries before it fails"
        yield _finding(f"{path}.retries", message, "set `max_retry_delay`, a shorter delay or fewer retries", None)


def _total(retries: int, delay: timedelta, own: Defaults | Step, defaults: Defaults) -> timedelta:
    """All waiting together; with back-off each delay is twice the one before, up to the ceiling."""
    backoff = own.backoff if own.backoff is not None else defaults.backoff
    if not backoff:
        return delay * retries
    ceiling = defaults.max_retry_delay or _AIRFLOW_CEILING
    return sum((min(delay * 2**n, ceiling) for n in range(min(retries, _MOST))), timedelta(0))


def _finding(path: str, message: str, hint: str, fix: Fix | None) -> Diagnostic:
    place = Place(path=path)
    return Diagnostic(code=code, severity="warning", message=message, place=place, why=_WHY, hint=hint, fix=fix)
