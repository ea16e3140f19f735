"""Changes what is there by a sentence: a bundle is built again from its changed spec, a spec file is rewritten."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from airflow_llm.compiler.bundle import WrittenBundle, write
from airflow_llm.compiler.compile import DEFAULT_TARGET, Compilation, compile_pipeline, compile_reading
from airflow_llm.compiler.edits import content
from airflow_llm.compiler.find import Bundle
from airflow_llm.compiler.folder import file_source
from airflow_llm.compiler.layout import CONFIG, IGNORE_FILE, TASKS
from airflow_llm.compiler.manifest import digest
from airflow_llm.compiler.spec_files import spec_files
from airflow_llm.errors import CheckError, InputError
from airflow_llm.readers.prose.edits.editing import Edited, edit
from airflow_llm.readers.reading import Reading
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline


@dataclass(frozen=True)
class FileChange:
    """One file that the change touches: its name from the root, and a unified diff."""

    name: str
    diff: str
    added: int
    removed: int


@dataclass(frozen=True)
class Change:
    """What a sentence makes of a bundle, before anything is written."""

    bundle: Bundle
    edited: Edited
    compilation: Compilation

    def files(self) -> tuple[FileChange, ...]:
        """Every file that will be other; hand-written ones as if they gave way."""
        layout, emission = self.bundle.layout, self.compilation.emission
        spec = spec_files(layout, self.compilation, self.bundle.manifest)
        texts = {name: text for name, text in emission.files.items() if name != IGNORE_FILE}
        texts |= {layout.prefix + TASKS: spec.tasks, layout.prefix + CONFIG: spec.config}
        known = self.bundle.manifest.files if self.bundle.manifest is not None else {}
        gone = {name: "" for name in known if name not in texts and layout.path(name).is_file()}
        old = {name: (content(layout.path(name)) or b"").decode("utf-8", "replace") for name in {*texts, *gone}}
        return tuple(_differences(old, texts | gone, first=(layout.prefix + TASKS, layout.prefix + CONFIG)))

    def write(self, *, force: bool = False, keep_edits: bool = False) -> WrittenBundle:
        """The bundle with the change; on any error nothing is other."""
        return write(self.compilation, self.bundle.root, force, keep_edits)


def change_bundle(bundle: Bundle, text: str) -> Change:
    """The bundle as the text asks for it. InputError when it is not understood; CheckError when it would be wrong."""
    edited = edit(bundle.pipeline, text)
    edited = replace(edited, notes=(*edited.notes, *_orphans(bundle, edited.pipeline)))
    manifest = bundle.manifest
    target = manifest.target if manifest and manifest.target else DEFAULT_TARGET
    version = manifest.target_version if manifest and manifest.target_version else None
    source = file_source(bundle.resources / TASKS)
    reading = Reading(edited.pipeline, confidence=edited.pipeline.confidence or 1.0)
    compilation = compile_reading(reading, target, version, source=source)
    _refuse_new_errors(bundle.pipeline, compilation)
    return Change(bundle, edited, compilation)


def _orphans(bundle: Bundle, new: Pipeline) -> Iterator[str]:
    """Functions that people wrote for steps that are gone, or have another name now: they stay, unused."""
    known = bundle.manifest.files if bundle.manifest is not None else {}
    left = {step.id for step in new.steps}
    for step in bundle.pipeline.steps:
        name = f"{bundle.layout.prefix}{step.id}_function.py"
        data = content(bundle.layout.path(name))
        if step.id not in left and data is not None and digest(data) != known.get(name):
            yield f"{name} was written by hand and stays; nothing uses it any more: move its code or delete it"


def change_file(path: Path, pipeline: Pipeline, text: str) -> tuple[Edited, tuple[FileChange, ...], dict[Path, str]]:
    """The spec file as the text asks for it: what became other, the diffs, and the new texts of the files.

    The settings of a `tasks.yml` are in the `config.yml` beside it; another spec file has none.
    """
    from airflow_llm.spec.document import update

    edited = edit(pipeline, text)
    _refuse_new_errors(pipeline, compile_pipeline(edited.pipeline))
    config = path.with_name(CONFIG) if path.name == TASKS and path.with_name(CONFIG).is_file() else None
    if config is None and edited.pipeline.settings != pipeline.settings:
        raise InputError(
            f"{path.name} cannot hold a setting", hint=f"settings stand in {CONFIG} beside {TASKS}: edit the bundle"
        )
    old = {one: file_source(one).text for one in (path, config) if one is not None}
    tasks, settings = update(edited.pipeline, old[path], old[config] if config is not None else None)
    new = {path: tasks} | ({config: settings} if config is not None else {})
    before, after = ({one.name: held for one, held in side.items()} for side in (old, new))
    return edited, tuple(_differences(before, after)), {one: text for one, text in new.items() if text != old[one]}


def _refuse_new_errors(old: Pipeline, compilation: Compilation) -> None:
    """CheckError for what the change would break; what was wrong before is for `check` to say."""
    if not compilation.errors:
        return
    known = {_said(finding) for finding in compile_pipeline(old).errors}
    new = [finding for finding in compilation.errors if _said(finding) not in known]
    if new:
        more = f" (and {len(new) - 1} more)" if len(new) > 1 else ""
        raise CheckError(
            f"the change would break the pipeline: {new[0].message}{more}",
            hint=f"{new[0].hint}; nothing was written" if new[0].hint else "nothing was written",
            place=str(new[0].place),
        )


def _said(finding: Diagnostic) -> tuple[str, str]:
    return finding.code, finding.message


def _differences(old: Mapping[str, str], new: Mapping[str, str], first: tuple[str, ...] = ()) -> Iterator[FileChange]:
    for name in sorted(new, key=lambda one: (one not in first, one)):
        before, after = old.get(name, ""), new[name]
        if before == after:
            continue
        lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm=""))
        added = sum(line.startswith("+") for line in lines[2:])
        removed = sum(line.startswith("-") for line in lines[2:])
        yield FileChange(name, "\n".join(lines) + "\n", added, removed)
