"""What a check is: one module with a `code`, a documented reason to exist, and one or two functions that find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from inspect import getdoc
from types import ModuleType
from typing import NamedTuple

from airflow_llm.errors import InputError
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline

Files = Mapping[str, str]
"""The files of a bundle: POSIX path relative to the bundle root -> text."""

SECTIONS = ("What it finds", "Why it hurts", "Example", "Use instead")
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Check(NamedTuple):
    """A check, made from its module.

    `on_pipeline` looks at the spec, `on_files` at the files of the bundle. A `deep` check starts a program or looks
    at the machine: it runs only when asked for. With `files_decide` the files, where there are any, say it better than
    the spec, which is then not asked.
    """

    code: str
    summary: str
    sections: Mapping[str, str]
    deep: bool = False
    files_decide: bool = False
    on_pipeline: Callable[[Pipeline], Iterable[Diagnostic]] | None = None
    on_files: Callable[[Pipeline, Files], Iterable[Diagnostic]] | None = None


def from_module(module: ModuleType) -> Check:
    """The check that a module defines: `code`, the documented sections, `check_pipeline` and / or `check_files`.

    InputError when something is missing, so that a broken check can never pass for a quiet one.
    """
    code = getattr(module, "code", None)
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise _broken(module, f"`code` is {code!r}", "give it a name such as `append-load`")
    on_pipeline, on_files = getattr(module, "check_pipeline", None), getattr(module, "check_files", None)
    if not (callable(on_pipeline) or callable(on_files)):
        raise _broken(module, "it finds nothing", "define `check_pipeline(pipeline)` or `check_files(pipeline, files)`")
    summary, sections = _documentation(module)
    deep, files_decide = (getattr(module, name, False) is True for name in ("deep", "files_decide"))
    return Check(code, summary, sections, deep, files_decide, on_pipeline, on_files)


def _documentation(module: ModuleType) -> tuple[str, dict[str, str]]:
    head, *parts = _HEADING.split(getdoc(module) or "")
    sections = {title.strip(): body.strip() for title, body in zip(parts[::2], parts[1::2], strict=True)}
    missing = [title for title in SECTIONS if not sections.get(title)]
    if missing or not head.strip():
        raise _broken(
            module, f"its docstring lacks {missing or ['a summary']}", f"it has the sections {list(SECTIONS)}"
        )
    return head.strip(), sections


def _broken(module: ModuleType, what: str, hint: str) -> InputError:
    return InputError(f"the check {module.__name__} cannot be used: {what}", hint=hint, place=str(module.__file__))
