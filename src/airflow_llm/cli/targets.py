"""What the argument of a command means: a bundle, a spec or description in a file, a folder, or a text."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from airflow_llm.cli.sources import STDIN, exists, is_file, source_from
from airflow_llm.compiler.find import Bundle, bundle_ids, open_bundle
from airflow_llm.compiler.layout import TASKS
from airflow_llm.errors import InputError, NotFoundError
from airflow_llm.spec.pipeline import Pipeline

_SUFFIXES = (".yml", ".yaml", ".txt", ".md")


@dataclass(frozen=True)
class Subject:
    """A pipeline and where it came from: a bundle on the disk, or a source that has no code yet."""

    pipeline: Pipeline
    bundle: Bundle | None = None
    file: Path | None = None


def subject_of(argument: str, output_dir: Path) -> Subject:
    """The one pipeline that the argument means."""
    if argument == STDIN or _is_source_file(argument):
        return _read(argument)
    if " " in argument.strip() and not exists(argument):
        return _read(argument)
    bundle = open_bundle(argument, output_dir)
    return Subject(bundle.pipeline, bundle)


def subjects_of(argument: str, output_dir: Path) -> list[Subject]:
    """The pipelines that the argument means: all bundles of a folder, else the one."""
    path = Path(argument)
    known = bundle_ids(path) if exists(argument) and path.is_dir() else ()
    if not known:
        return [subject_of(argument, output_dir)]
    root = path.parent if path.name == "dags" else path
    return [Subject(bundle.pipeline, bundle) for bundle in (open_bundle(one, root) for one in known)]


def _is_source_file(argument: str) -> bool:
    """A spec or description that is not part of a bundle."""
    path = Path(argument)
    in_bundle = path.name == TASKS and path.absolute().parent.parent.name == "resources"
    return path.suffix in _SUFFIXES and is_file(argument) and not in_bundle


def bundles_of(arguments: list[str], output_dir: Path) -> list[Bundle]:
    """The bundles that the arguments mean; without an argument all of the output folder."""
    found: list[Bundle] = []
    for argument in arguments or [str(output_dir)]:
        if not arguments and not output_dir.exists():
            raise NotFoundError(f"there is no folder {argument!r}", hint="make a bundle with `airflow-llm generate`")
        for subject in subjects_of(argument, output_dir):
            if subject.bundle is None:
                raise InputError(f"{argument!r} is not a bundle", hint="build it first: `airflow-llm build`")
            found.append(subject.bundle)
    return found


def _read(argument: str) -> Subject:
    from airflow_llm.compiler.compile import read_source

    source = source_from(argument, None)
    return Subject(read_source(source).pipeline, file=source.path)
