"""The two files of a bundle that are the spec itself: `tasks.yml` and `config.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from airflow_llm.compiler.compile import Compilation
from airflow_llm.compiler.layout import CONFIG, TASKS, Layout
from airflow_llm.compiler.manifest import Manifest, digest, spec_digest
from airflow_llm.errors import InputError
from airflow_llm.spec.pipeline import Pipeline


class SpecFiles(NamedTuple):
    """Their texts; `settled` names those on the disk whose edits the texts already hold."""

    pipeline: Pipeline
    tasks: str
    config: str
    settled: frozenset[str] = frozenset()


def spec_files(
    layout: Layout, compilation: Compilation, manifest: Manifest | None, *, keep_edits: bool = False
) -> SpecFiles:
    """The pipeline as text, with the comments of the files that are there.

    Edits of the spec on the disk are part of the new text when the pipeline was read from there, when only comments
    changed, and, for the values of settings, when edits are kept.
    """
    from airflow_llm.spec.document import dump, update

    pipeline = compilation.pipeline
    tasks, config = _text(layout.resources / TASKS), _text(layout.resources / CONFIG)
    fresh = dump(pipeline)
    both = frozenset(layout.prefix + name for name in (TASKS, CONFIG))
    if (tasks, config) == fresh:
        return SpecFiles(pipeline, *fresh, both)
    current = load_spec(layout, tasks, config)
    if tasks is None or current is None:
        return SpecFiles(pipeline, *fresh)
    settled: frozenset[str] = frozenset()
    if _read_from(compilation, layout) or (manifest is not None and spec_digest(current) == manifest.spec):
        settled = both
    elif keep_edits and config is not None and digest(config.encode()) != _recorded(manifest, layout.prefix + CONFIG):
        pipeline = _with_settings(pipeline, current)
        settled = frozenset({layout.prefix + CONFIG})
    new_tasks, new_config = update(pipeline, tasks, config)
    return SpecFiles(pipeline, new_tasks, new_config, settled)


def load_spec(layout: Layout, tasks: str | None, config: str | None) -> Pipeline | None:
    """The pipeline that the two texts hold; None when there is none, or people broke it."""
    from airflow_llm.spec.document import load

    if tasks is None:
        return None
    try:
        return load(tasks, config, str(layout.resources / TASKS), str(layout.resources / CONFIG))
    except InputError:
        return None


def _recorded(manifest: Manifest | None, name: str) -> str:
    return manifest.files.get(name, "") if manifest else ""


def _text(path: Path) -> str | None:
    if path.is_symlink() or not path.is_file():
        return None
    return path.read_bytes().decode("utf-8", "replace")


def _read_from(compilation: Compilation, layout: Layout) -> bool:
    path = compilation.source.path if compilation.source else None
    return path is not None and path.resolve() in (layout.resources / TASKS, layout.resources / CONFIG)


def _with_settings(pipeline: Pipeline, current: Pipeline) -> Pipeline:
    theirs = {setting.name: setting for setting in current.settings}
    merged = [theirs.pop(setting.name, setting) for setting in pipeline.settings]
    return pipeline.model_copy(update={"settings": (*merged, *theirs.values())})
