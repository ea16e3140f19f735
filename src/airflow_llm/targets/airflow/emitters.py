"""Finds `emit_<kind>`: in the module of that name, else in any module beside it. No list is edited."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step
from airflow_llm.targets.airflow.task import TaskCode

_PACKAGES = ("airflow_llm.targets.airflow.control", "airflow_llm.targets.airflow.data")


def emit_step(pipeline: Pipeline, step: Step) -> TaskCode:
    """The step's code. UnsupportedError when nothing emits its kind."""
    code = emitter(step.kind)(pipeline, step)
    if not isinstance(code, TaskCode):
        raise TypeError(f"emit_{step.kind} returned {type(code).__name__}")
    return code


@cache
def emitter(kind: str) -> Callable[[Pipeline, Any], TaskCode]:
    """The function that emits steps of the kind."""
    name = f"emit_{kind}"
    for module in _candidates(kind):
        found = getattr(module, name, None)
        if found is not None:
            return found  # type: ignore[no-any-return]  # found by name; emit_step checks what it returns
    raise UnsupportedError(
        f"steps of kind {kind!r} cannot be written for Airflow",
        hint="use another kind: a python step can do anything that you write yourself",
    )


def _candidates(kind: str) -> Iterator[ModuleType]:
    for package in _PACKAGES:
        if find_spec(f"{package}.{kind}") is not None:
            yield import_module(f"{package}.{kind}")
    for package in _PACKAGES:
        for module in iter_modules(import_module(package).__path__, f"{package}."):
            yield import_module(module.name)
