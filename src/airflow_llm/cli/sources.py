"""Where the text comes from: an argument, a file, or standard input."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import typer

from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Source

STDIN = "-"
_MOST_PATH = 4096


def source_from(
    text: str | None,
    file: Path | None,
    pipeline_id: str | None = None,
    *,
    by_rules: bool = False,
    traced: bool = False,
) -> Source:
    """The source that the arguments mean: exactly one of a text (`-`: standard input, or a file's path) and a file."""
    return replace(_source(text, file, pipeline_id), by_rules=by_rules, traced=traced)


def _source(text: str | None, file: Path | None, pipeline_id: str | None) -> Source:
    if (text is None) == (file is None):
        raise InputError(
            "give one description: as an argument, from a file with --file, or from standard input with -",
            hint='for example: airflow-llm generate "Every day load orders from Postgres into Snowflake"',
        )
    if file is not None:
        return _from_file(file, pipeline_id)
    if text == STDIN:
        return Source(_stdin(), "stdin", None, pipeline_id)
    value = text or ""
    if is_file(value):
        return _from_file(Path(value), pipeline_id)
    return Source(value.encode("utf-8", "replace").decode("utf-8"), "argument", None, pipeline_id)


def is_file(text: str) -> bool:
    """Whether an argument is the path of a file rather than a description."""
    return exists(text) and Path(text).is_file()


def exists(text: str) -> bool:
    """Whether an argument is the path of anything; a long text is none, which the system may say by an error."""
    if not text or len(text) > _MOST_PATH or "\n" in text or "\0" in text:
        return False
    try:
        return Path(text).exists()
    except OSError:
        return False


def _from_file(path: Path, pipeline_id: str | None) -> Source:
    from airflow_llm.compiler.folder import file_source

    return file_source(path, pipeline_id)


def _stdin() -> str:
    from airflow_llm.compiler.folder import MAX_BYTES
    from airflow_llm.readers.yaml import decode

    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(f"standard input is larger than {MAX_BYTES // 1_000_000} MB", place="stdin")
    return decode(data, "stdin")


def pipeline_id(value: str | None) -> str | None:
    """An id given by option: checked before anything is read."""
    from pydantic import TypeAdapter, ValidationError

    from airflow_llm.spec.model import Identifier

    if value is None:
        return None
    try:
        return str(TypeAdapter(Identifier).validate_python(value))
    except ValidationError:
        raise typer.BadParameter(
            f"{value!r} cannot be an id: lower-case letters, digits and underscores, a letter first, at most 80"
        ) from None
