"""What the other parts of the comparison share: the spec, one environment's settings, and how values are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.registry import get
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline

_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)


@dataclass(frozen=True)
class Expected:
    """The spec as one environment sees it."""

    pipeline: Pipeline
    environment: str

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The environment's values."""
        return {setting.name: setting.values.get(self.environment) for setting in self.pipeline.settings}

    @cached_property
    def datasets(self) -> dict[str, Dataset]:
        """The datasets by name."""
        return {dataset.name: dataset for dataset in self.pipeline.datasets}

    def connection_id(self, connection: str) -> Any:
        """The Airflow connection of a logical one; None when the settings do not say."""
        return self.settings.get(f"{connection}_conn_id")

    def connector(self, connection: str | None) -> Connector | None:
        """The system behind a logical connection."""
        known = {item.name: item.connector for item in self.pipeline.connections}
        return get(known.get(connection, connection)) if connection is not None else None

    @staticmethod
    def seconds(duration: timedelta | None) -> float | None:
        """A duration as the worker reports it."""
        return None if duration is None else duration.total_seconds()


def differs(what: str, wanted: Any, found: Any) -> Iterator[str]:
    """One sentence when the two values are not equal."""
    if wanted != found:
        yield f"{what} is {found!r}, not {wanted!r}"


def same_text(wanted: str, found: object) -> bool:
    """Whether the DAG holds the text as data: what looks like a template may be written in an escaped form."""
    if not isinstance(found, str):
        return False
    if not re.search(r"\{[{%#]|[<>&\"']", wanted) and not wanted.endswith((".sql", ".sh", ".html", ".j2")):
        return found.strip() == wanted.strip()
    words = re.findall(r"\w+", _JINJA.sub(" ", wanted))
    return all(word in found for word in words)
