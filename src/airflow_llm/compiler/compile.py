"""Read, complete, check, emit: the one file that knows the order."""

from __future__ import annotations

from dataclasses import dataclass

from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.diagnostic import Diagnostic
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.target import Emission

DEFAULT_TARGET = "airflow"


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
    return compile_reading(read_source(source), target, version, source=source)


def compile_pipeline(pipeline: Pipeline, target: str = DEFAULT_TARGET, version: str | None = None) -> Compilation:
    """The way from a pipeline to code."""
    return compile_reading(Reading(pipeline), target, version)


def compile_reading(
    reading: Reading, target: str = DEFAULT_TARGET, version: str | None = None, *, source: Source | None = None
) -> Compilation:
    """The way from a reading to code: complete, emit, check both. Errors of the spec's order stop before emission."""
    from airflow_llm.checks.registry import check
    from airflow_llm.compiler.completion import complete
    from airflow_llm.targets.registry import find

    emitter = find(target)
    pipeline = complete(reading.pipeline)
    _refuse_cycle(pipeline)
    emission = emitter.emit(pipeline, version=version)
    findings = check(pipeline, emission.files)
    noticed = tuple(finding for finding in reading.diagnostics if finding not in findings)
    used = version or emitter.versions[-1]
    return Compilation(reading, pipeline, emission, (*noticed, *findings), source, emitter.name, used)


def _refuse_cycle(pipeline: Pipeline) -> None:
    from airflow_llm.errors import InputError
    from airflow_llm.spec.graph import cycle

    steps = cycle(pipeline)
    if not steps:
        return
    words = [origin.text for step in steps if (origin := pipeline.step(step).origin) is not None]
    quoted = f", from the words {' … '.join(map(repr, words))}" if words else ""
    raise InputError(
        f"the steps wait for each other in a circle: {' -> '.join((*steps, steps[0]))}{quoted}",
        hint="take out one of these dependencies",
        place=f"steps.{steps[0]}",
    )
