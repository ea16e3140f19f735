"""Reads the spec itself: `tasks.yml` with `config.yml` beside it, or one YAML file."""

from __future__ import annotations

import re
from pathlib import Path

from airflow_llm.errors import InputError
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.document import CONFIG_NAME, load

_SUFFIXES = (".yml", ".yaml")
_FIELD = re.compile(r"(?:id|version|steps)[ \t]*:(?:[ \t]|$)", re.MULTILINE)


class YamlReader:
    """The reader of specs; nothing is inferred, so its confidence is the spec's own."""

    name = "yaml"

    def claims(self, source: Source) -> float:
        """Sure of a YAML file, nearly sure of text whose first lines are fields of a spec."""
        if source.path is not None and source.path.suffix.lower() in _SUFFIXES:
            return 1.0
        head = [line for line in source.text[:4000].removeprefix("\ufeff").splitlines() if line.strip()]
        fields = [line for line in head if not line.lstrip().startswith("#")][:3]
        return 0.95 if fields and _FIELD.match(fields[0]) and len(fields) > 1 and ":" in fields[1] else 0.0

    def read(self, source: Source) -> Reading:
        """The pipeline that the file describes. InputError names the file, line and column."""
        config = _config_beside(source.path)
        text = config.read_bytes() if config is not None else None
        pipeline = load(
            source.text,
            None if text is None else decode(text, str(config)),
            tasks_name=source.name,
            config_name=str(config or CONFIG_NAME),
        )
        if source.pipeline_id is not None and source.pipeline_id != pipeline.id:
            pipeline = pipeline.model_copy(update={"id": source.pipeline_id})
        return Reading(pipeline, confidence=1.0 if pipeline.confidence is None else pipeline.confidence)


def decode(data: bytes, name: str) -> str:
    """The bytes of a file as text. InputError names the place of the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]  # without the byte order mark
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"the byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise InputError(message, hint="save the file as UTF-8", place=f"{name}:{line}:{column}") from None


def _config_beside(path: Path | None) -> Path | None:
    if path is None or path.name in ("config.yml", "config.yaml"):
        return None
    beside = path.with_name(CONFIG_NAME)
    return beside if beside.is_file() and path.stem == "tasks" else None


READER = YamlReader()
