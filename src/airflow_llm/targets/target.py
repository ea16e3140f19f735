"""What a target is: it turns a pipeline into files, or refuses with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from airflow_llm.spec.pipeline import Pipeline


class Emission(NamedTuple):
    """The files of one bundle: POSIX path relative to the bundle root -> text. `tasks.yml`, `config.yml`,

    `manifest.json` and `proof.json` are not a target's: the compiler and the proof write them.
    """

    files: Mapping[str, str]
    editable: frozenset[str]
    """Paths that people are expected to edit (function and SQL files): never overwritten once edited."""
    plumbing: frozenset[str] = frozenset()
    """Paths of code that says nothing of the pipeline: the target's tests check it, not each compilation."""


class Target(Protocol):
    """One orchestrator."""

    name: str
    versions: tuple[str, ...]

    def emit(self, pipeline: Pipeline, *, version: str | None = None) -> Emission:
        """The bundle's code for that version (None: the newest). UnsupportedError when it cannot be expressed."""
        ...
