"""Finds targets: one folder each, by module name, or an installed entry point."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from airflow_llm.connectors.extensions import extensions
from airflow_llm.errors import NotFoundError
from airflow_llm.targets.target import Target

GROUP = "airflow_llm.targets"


@cache
def known() -> tuple[str, ...]:
    """The names of the targets."""
    package = import_module("airflow_llm.targets")
    own = [module.name for module in iter_modules(package.__path__) if module.ispkg]
    return tuple(sorted({*own, *(point.name for point in extensions(GROUP))}))


@cache
def find(name: str) -> Target:
    """The target with that name; NotFoundError names the known ones."""
    wanted = name.strip().lower()
    if wanted not in known():
        raise NotFoundError(f"there is no target called {name!r}", hint=f"known: {', '.join(known())}")
    for point in extensions(GROUP):
        if point.name == wanted:
            found: Target = point.load()
            return found
    own: Target = import_module(f"airflow_llm.targets.{wanted}.target").TARGET
    return own
