"""Read, complete, check, emit: the one file that knows the order."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_llm.errors import AirflowLLMError, InputError
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.target import Emission

DEFAULT_TARGET = "airflow"


class BrokenSpecError(InputError):
    """A pipeline from which no code can follow: its order is a circle, or it names what is not there."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        first, *rest = diagnostics
        more = f" (and {len(rest)} more: `airflow-llm check` lists them)" if rest else ""
        super().__init__(first.message + more, hint=first.hint, place=str(first.place))
        self.diagnostics = diagnostics


@dataclass(frozen=True)
class Compilation:
    """A source on its way to a bundle: what was read, the completed pipeline, its code, and what was found."""

    reading: Reading
    pipeline: Pipeline
    emission: Emission
    diagnostics: tuple[Diagnostic, ...] = ()
    source: Source | None = None
    target: str = DEFAULT_TARGET
    target_version: str = ""

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The findings that say the pipeline is wrong."""
        return tuple(finding for finding in self.diagnostics if finding.severity == "error")


def read_source(source: Source) -> Reading:
    """The source as a pipeline; InputError quotes the words when there is nothing to be read."""
    from airflow_llm.readers.registry import read

    return read(source)


def compile_source(source: Source, target: str = DEFAULT_TARGET, version: str | None = None) -> Compilation:
    """The whole way from text or a spec to code."""
    return compile_read(source, read_source(source), target, version)


def compile_read(
    source: Source, reading: Reading, target: str = DEFAULT_TARGET, version: str | None = None
) -> Compilation:
    """The way from what was read from a source to code.

    The place of an error about a part of the spec is the line and column where the source says that part.
    """
    try:
        return compile_reading(reading, target, version, source=source)
    except AirflowLLMError as error:
        from airflow_llm.spec.problems import positions

        found = positions(source.text, source.name)(error.place)
        error.place = f"{source.name}:{found[0]}:{found[1]}" if found else error.place
        raise


def compile_pipeline(pipeline: Pipeline, target: str = DEFAULT_TARGET, version: str | None = None) -> Compilation:
    """The way from a pipeline to code."""
    return compile_reading(Reading(pipeline), target, version)


def compile_reading(
    reading: Reading, target: str = DEFAULT_TARGET, version: str | None = None, *, source: Source | None = None
) -> Compilation:
    """The way from a reading to code: complete, emit, check both. BrokenSpecError where no code can follow."""
    from airflow_llm.checks.registry import check
    from airflow_llm.compiler.completion import complete
    from airflow_llm.targets.registry import find

    emitter = find(target)
    pipeline = complete(reading.pipeline)
    known = _refuse_broken(pipeline)
    emission = emitter.emit(pipeline, version=version)
    own = {path: text for path, text in emission.files.items() if path not in emission.plumbing}
    findings = check(pipeline, own, known=known)
    noticed = tuple(finding for finding in reading.diagnostics if finding not in findings)
    used = version or emitter.versions[-1]
    return Compilation(reading, pipeline, emission, (*noticed, *findings), source, emitter.name, used)


def _refuse_broken(pipeline: Pipeline) -> dict[str, tuple[Diagnostic, ...]]:
    """What the checks found that no code can be made without, by code."""
    from airflow_llm.checks.rules import cycle, unknown_reference

    found = {rule.code: tuple(rule.check_pipeline(pipeline)) for rule in (cycle, unknown_reference)}
    broken = tuple(finding for findings in found.values() for finding in findings if finding.severity == "error")
    if broken:
        raise BrokenSpecError(broken)
    return found
