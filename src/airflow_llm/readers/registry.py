"""Asks the readers in turn which of them a source is for."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec

from airflow_llm.connectors.extensions import extensions
from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Reader, Reading, Source

GROUP = "airflow_llm.readers"
_OWN = ("airflow_llm.readers.yaml", "airflow_llm.readers.prose.outline.reader", "airflow_llm.readers.prose.reader")


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader: our own, and those of entry points. An error while one is loaded is raised."""
    own = [import_module(name).READER for name in _OWN if find_spec(name) is not None]
    foreign = [point.load() for point in extensions(GROUP)]
    return (*own, *foreign)


def read(source: Source) -> Reading:
    """The source as a pipeline, read by the reader that claims it most surely (the first of equals)."""
    best, sure = None, 0.0
    for reader in readers():
        claim = reader.claims(source)
        if claim > sure:
            best, sure = reader, claim
        if sure >= 1:
            break
    if best is None:
        raise InputError("the text is empty", hint="describe the pipeline, or name a file that does", place=source.name)
    return best.read(source)
