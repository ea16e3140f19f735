"""What two pipelines say differently, each place by its path: the answer to "what did that change?"."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Pipeline

_KEYS = ("id", "name", "subject")


class Difference(NamedTuple):
    """One place: a dotted path, what stood there and what stands there now; None where there was, or is, nothing.

    Members of a list are named by their `id`, `name` or `subject`, else by position. What was added or removed as a
    whole is shown without its defaults.
    """

    path: str
    old: Any
    new: Any


def difference(old: Pipeline, new: Pipeline) -> tuple[Difference, ...]:
    """Every place at which the two differ, in the order of the spec."""
    return tuple(_between("", old, new))


def _between(path: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, Model) and type(old) is type(new):
        for name in type(old).model_fields:
            yield from _between(_join(path, name), getattr(old, name), getattr(new, name))
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys([*old, *new]):
            yield from _between(_join(path, str(name)), old.get(name), new.get(name))
    elif _listed(old) and _listed(new) and (old or new):
        yield from _lists(path, old, new)
    else:
        yield Difference(path, _plain(old), _plain(new))


def _listed(value: Any) -> bool:
    return isinstance(value, (tuple, list)) and all(isinstance(item, BaseModel) for item in value)


def _lists(path: str, old: Sequence[Model], new: Sequence[Model]) -> Iterator[Difference]:
    key = next((name for name in _KEYS if all(hasattr(item, name) for item in (*old, *new))), None)
    if key is not None and _distinct(old, key) and _distinct(new, key):
        yield from _named(path, {getattr(item, key): item for item in old}, {getattr(item, key): item for item in new})
        return
    said_old, said_new = ([json.dumps(_plain(item), sort_keys=True) for item in items] for items in (old, new))
    for tag, start, stop, first, last in SequenceMatcher(None, said_old, said_new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        pairs = min(stop - start, last - first)
        for place in range(pairs):
            yield from _between(_join(path, str(first + place)), old[start + place], new[first + place])
        for place in range(start + pairs, stop):
            yield Difference(_join(path, str(place)), _plain(old[place]), None)
        for place in range(first + pairs, last):
            yield Difference(_join(path, str(place)), None, _plain(new[place]))


def _named(path: str, old: dict[str, Model], new: dict[str, Model]) -> Iterator[Difference]:
    for name in dict.fromkeys([*old, *new]):
        yield from _between(_join(path, name), old.get(name), new.get(name))
    common = [[name for name in one if name in other] for one, other in ((old, new), (new, old))]
    if common[0] != common[1]:
        yield Difference(path, common[0], common[1])


def _distinct(items: Sequence[Model], key: str) -> bool:
    return len({getattr(item, key) for item in items}) == len(items)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_defaults=True)
    return _duration(value) if hasattr(value, "total_seconds") else to_jsonable_python(value)


def _duration(value: Any) -> str:
    from airflow_llm.spec.model import format_duration

    return format_duration(value)
