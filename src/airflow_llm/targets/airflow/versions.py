"""What the versions of Airflow can and how they spell it: flags that the emitters read, in one table."""

from __future__ import annotations

from typing import NamedTuple

from airflow_llm.errors import NotFoundError


class Features(NamedTuple):
    """One minor version of Airflow."""

    version: str
    deadline_alerts: bool = True
    """`DAG(deadline=DeadlineAlert(…))`, new in 3.1."""
    backoff_multiplier: bool = True
    """`retry_exponential_backoff` is a number, not a flag."""
    timetables: str = "airflow.sdk"
    """Where the cron and delta timetables are imported from; empty: from their own modules in the core."""
    conf: str = "airflow.sdk"
    """Where `conf` is imported from."""
    deadline_module: str = "airflow.sdk.definitions.deadline"
    """Where the deadline alerts are imported from."""
    callback_module: str = "airflow.sdk.definitions.callback"
    """Where their callbacks are imported from."""
    constraint: str = ""
    """The pip requirement."""

    def timetable_import(self, name: str) -> str:
        """The import line of a timetable."""
        if self.timetables:
            return f"from {self.timetables} import {name}"
        return f"from airflow.timetables.{'trigger' if 'Trigger' in name else 'interval'} import {name}"


_TABLE = (
    Features(
        "3.0",
        deadline_alerts=False,
        backoff_multiplier=False,
        timetables="",
        conf="airflow.configuration",
        constraint=">=3.0,<3.1",
    ),
    Features(
        "3.1",
        backoff_multiplier=False,
        timetables="",
        conf="airflow.configuration",
        callback_module="airflow.sdk.definitions.deadline",
        constraint=">=3.1,<3.2",
    ),
    Features("3.2", conf="airflow.sdk", constraint=">=3.2,<3.3"),
    Features("3.3", conf="airflow.sdk", constraint=">=3.3,<3.4"),
)
VERSIONS = tuple(features.version for features in _TABLE)


def features(version: str | None) -> Features:
    """The flags of a version (`3.3`, `3.3.2`); None means the newest. NotFoundError names the known ones."""
    if version is None:
        return _TABLE[-1]
    for found in _TABLE:
        if version == found.version or version.startswith(f"{found.version}."):
            return found
    raise NotFoundError(f"there is no target for Airflow {version!r}", hint=f"known: {', '.join(VERSIONS)}")
