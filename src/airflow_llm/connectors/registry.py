"""Finds connectors by any name that people use; members are the modules of `systems` and installed entry points."""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.extensions import extensions
from airflow_llm.errors import MachineError, NotFoundError

GROUP = "airflow_llm.connectors"


@cache
def known() -> tuple[Connector, ...]:
    """Every connector, by name. An error while one is loaded is raised, as is a name that two of them claim."""
    systems = import_module("airflow_llm.connectors.systems")
    own = [
        import_module(f"{systems.__name__}.{module.name}").CONNECTOR
        for module in iter_modules(systems.__path__)
        if not module.ispkg
    ]
    foreign = [_from_entry_point(point.name, point.load()) for point in extensions(GROUP)]
    connectors = tuple(sorted((*own, *foreign), key=lambda connector: connector.name))
    _refuse_twins(connectors)
    return connectors


def get(name: str) -> Connector | None:
    """The connector that goes by the name, whatever its case, hyphens and spaces; None when there is none."""
    return _by_name().get(_key(name))


def find(name: str) -> Connector:
    """The connector that goes by the name; NotFoundError offers the nearest."""
    connector = get(name)
    if connector is None:
        offers = " or ".join(repr(offer) for offer in nearest(name))
        hint = f"did you mean {offers}?" if offers else f"known are {', '.join(c.name for c in known())}"
        raise NotFoundError(f"no connector is called {name!r}", hint=hint)
    return connector


def nearest(name: str, limit: int = 2) -> tuple[str, ...]:
    """The names of the connectors whose own or other names are most like this one; empty when none is close."""
    from rapidfuzz import fuzz, process

    matches = process.extract(_key(name), list(_by_name()), scorer=fuzz.ratio, score_cutoff=60, limit=10)
    found = dict.fromkeys(_by_name()[match].name for match, _, _ in matches)
    return tuple(found)[:limit]


@cache
def _by_name() -> MappingProxyType[str, Connector]:
    return MappingProxyType({_key(name): connector for connector in known() for name in connector.names})


@lru_cache(maxsize=1024)
def _key(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _from_entry_point(name: str, loaded: object) -> Connector:
    if not isinstance(loaded, Connector):
        raise MachineError(
            f"the entry point {name!r} of {GROUP!r} is not a Connector but {type(loaded).__name__}",
            hint="point it at an instance of airflow_llm.connectors.connector.Connector",
        )
    return loaded


def _refuse_twins(connectors: tuple[Connector, ...]) -> None:
    owner: dict[str, str] = {}
    for connector in connectors:
        for key in dict.fromkeys(map(_key, connector.names)):
            if key in owner:
                raise MachineError(
                    f"the connectors {owner[key]!r} and {connector.name!r} both go by the name {key!r}",
                    hint="remove the name from one of them, or uninstall the package that brings it",
                )
            owner[key] = connector.name
