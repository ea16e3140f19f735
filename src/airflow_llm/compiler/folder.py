"""Builds a folder of specs, one after the other; a bad one does not stop the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from airflow_llm.compiler.bundle import WrittenBundle, finish, write
from airflow_llm.compiler.compile import DEFAULT_TARGET, Compilation, compile_source
from airflow_llm.compiler.layout import TASKS
from airflow_llm.errors import AirflowLLMError, InputError, MachineError
from airflow_llm.readers.reading import Source
from airflow_llm.readers.yaml import decode
from airflow_llm.spec.diagnostic import Diagnostic

SPEC_SUFFIXES = (".yml", ".yaml")
TEXT_SUFFIXES = (".txt", ".md")
MAX_BYTES = 16_000_000
# Read first: room for the largest file would be made anew for each.
_USUAL_BYTES = 65_536


@dataclass(frozen=True)
class Built:
    """One spec and what became of it: a bundle with findings, or an error."""

    source: Path
    bundle: WrittenBundle | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    error: AirflowLLMError | None = None


def sources_in(folder: Path) -> tuple[Path, ...]:
    """The specs and descriptions in a folder and below, sorted; of a bundle's folder only its `tasks.yml`."""
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        in_bundle = path.name != TASKS and (path.parent / TASKS).is_file()
        if path.suffix in SPEC_SUFFIXES + TEXT_SUFFIXES and path.is_file() and not hidden and not in_bundle:
            found.append(path)
    return tuple(found)


@dataclass(frozen=True)
class BuildOptions:
    """What holds for every source of a folder."""

    target: str = DEFAULT_TARGET
    version: str | None = None
    force: bool = False
    keep_edits: bool = False


def build_all(sources: Iterable[Path], output_dir: Path, options: BuildOptions = BuildOptions()) -> Iterator[Built]:
    """Each source in turn. Two of one id are an error of the second."""
    seen: dict[str, Path] = {}
    try:
        for path in sources:
            try:
                yield _build(path, output_dir, options, seen)
            except AirflowLLMError as error:
                yield Built(path, error=error)
    finally:
        finish(output_dir)


def _build(path: Path, output_dir: Path, options: BuildOptions, seen: dict[str, Path]) -> Built:
    compilation = compile_path(path, options.target, options.version)
    first = seen.setdefault(compilation.pipeline.id, path)
    if first != path:
        raise InputError(f"{path} and {first} both make {compilation.pipeline.id!r}", place=str(path))
    bundle = write(compilation, output_dir, options.force, options.keep_edits, more_follow=True)
    return Built(path, bundle, compilation.diagnostics)


def compile_path(path: Path, target: str = DEFAULT_TARGET, version: str | None = None) -> Compilation:
    """The way from a file to code. A bundle's `tasks.yml` is read together with its `config.yml`."""
    return compile_source(file_source(path), target, version)


def file_source(path: Path, pipeline_id: str | None = None) -> Source:
    """A file's text with its name. InputError when it is no text, MachineError when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(_USUAL_BYTES)
            if len(data) == _USUAL_BYTES:
                data += file.read(MAX_BYTES + 1 - _USUAL_BYTES)
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}", place=str(path)) from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB", place=str(path))
    return Source(decode(data, str(path)), str(path), path, pipeline_id)
