"""Assets: what a load updates, and what a schedule waits for, by one name that every DAG can know."""

from __future__ import annotations

from urllib.parse import quote

from airflow_llm.spec.datasets import Dataset
from airflow_llm.targets.python import Expression, literal

_KEPT_SCHEMES = ("s3", "gs", "file", "http", "https")
_LONGEST = 1500


def asset(dataset: Dataset) -> Expression:
    """The asset of a dataset: its location in its system, else its name."""
    return asset_named(dataset.location.strip() or dataset.name)


def asset_named(name: str) -> Expression:
    """The asset with that name or URI, in the form that Airflow accepts."""
    scheme, separator, _ = name.partition("://")
    if separator and scheme.lower() not in _KEPT_SCHEMES and not scheme.lower().startswith("x-"):
        name = f"x-{name}"  # the providers' own schemes refuse URIs that lack a part
    safe = quote(name, safe="/:.-_~@ #[](),+=*&%!$'{}?")[:_LONGEST].strip()
    if safe in ("", "self", "context"):
        safe = f"asset {safe}".strip()
    return Expression(f"Asset({literal(safe)})")
