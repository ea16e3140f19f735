"""All checks there are, and running them: ours are found by module name in `rules/`, others by entry point."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from itertools import groupby
from pkgutil import iter_modules
from types import ModuleType

from airflow_llm.checks import rules
from airflow_llm.checks.check import Check, Files, from_module
from airflow_llm.connectors.extensions import extensions
from airflow_llm.errors import InputError
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline

ENTRY_POINTS = "airflow_llm.checks"
Known = Mapping[str, Sequence[Diagnostic]]
_RANK = {"error": 0, "warning": 1, "info": 2}


@cache
def checks() -> tuple[Check, ...]:
    """Every check, by code. An error while one is loaded is raised, never swallowed."""
    found: dict[str, Check] = {}
    for module in _modules():
        check = from_module(module)
        if check.code in found:
            raise InputError(f"two checks have the code {check.code!r}", hint="rename one", place=str(module.__file__))
        found[check.code] = check
    return tuple(found[code] for code in sorted(found))


def check(
    pipeline: Pipeline, files: Files | None = None, *, deep: bool = False, known: Known | None = None
) -> tuple[Diagnostic, ...]:
    """What all checks find in the spec and, when given, in the files of its bundle: errors first, then by place.

    `deep` adds the checks that start a program or look at the machine. `known` is what some of them found in the spec
    already, by code: they do not look at it again.
    """
    chosen = [member for member in checks() if deep or not member.deep]
    return tuple(found for found, _ in groupby(sorted(_found(chosen, pipeline, files, known or {}), key=_sort_key)))


def describe() -> tuple[Check, ...]:
    """Code, summary and documentation of every check: what the documentation pages are made of."""
    return checks()


def _found(chosen: Iterable[Check], pipeline: Pipeline, files: Files | None, known: Known) -> Iterator[Diagnostic]:
    for member in chosen:
        if member.code in known:
            yield from known[member.code]
        elif member.on_pipeline is not None and not (member.files_decide and files is not None):
            yield from member.on_pipeline(pipeline)
        if member.on_files is not None and files is not None:
            yield from member.on_files(pipeline, files)


def _modules() -> Iterator[ModuleType]:
    for member in iter_modules(rules.__path__):
        yield import_module(f"{rules.__name__}.{member.name}")
    for entry_point in extensions(ENTRY_POINTS):
        yield entry_point.load()


def _sort_key(found: Diagnostic) -> tuple[int, str, int, int, str, str, str]:
    place = found.place
    return _RANK[found.severity], place.file, place.line or 0, place.column or 0, place.path, found.code, found.message
