"""Every text of a spec, with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from airflow_llm.spec.pipeline import Pipeline

_WITH_TEXT = (str, dict, list, tuple)


class Found(NamedTuple):
    """A text at a dotted path; `key` is the mapping key or setting name that it is the value of."""

    path: str
    key: str
    text: str


def texts(pipeline: Pipeline) -> Iterator[Found]:
    """Every text that somebody wrote into the spec, in its order. Members of a list are named as in an edit."""
    data = pipeline.model_dump(exclude_defaults=True, exclude={"settings"})
    found: list[Found] = []
    _collect("", "", data, found)
    yield from found
    for setting in pipeline.settings:
        for environment, value in setting.values.items():
            if isinstance(value, str):
                yield Found(f"settings.{setting.name}.values.{environment}", setting.name, value)


def _collect(path: str, key: str, value: Any, found: list[Found]) -> None:
    if isinstance(value, str):
        found.append(Found(path, key, value))
    elif isinstance(value, dict):
        for name, member in value.items():
            if isinstance(member, _WITH_TEXT):
                _collect(f"{path}.{name}" if path else str(name), str(name), member, found)
    elif isinstance(value, (list, tuple)):
        for number, member in enumerate(value):
            if isinstance(member, _WITH_TEXT):
                _collect(f"{path}.{_name(member, number)}", key, member, found)


def _name(member: Any, number: int) -> str:
    if isinstance(member, dict):
        return str(member.get("id") or member.get("name") or number)
    return str(number)
