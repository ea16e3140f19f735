"""What a check says, and the edits that would mend it."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import ValidationError

from airflow_llm.errors import InputError
from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Pipeline

Severity = Literal["error", "warning", "info"]


class Place(Model):
    """Where: a dotted spec path (`steps.load.mode`), or a file with line and column (both from 1)."""

    path: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        position = "".join(f":{number}" for number in (self.line, self.column) if number is not None)
        return f"{self.file}{position}" if self.file else self.path


class Edit(Model):
    """One change of the spec. `path` is dotted; members of a list are named by their `id` or `name`, or by position."""

    op: Literal["set", "add", "remove"]
    path: str
    value: Any = None


class Fix(Model):
    """Edits that belong together. `safe` means that the meaning of the pipeline stays the same."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = True


class Diagnostic(Model):
    """A finding: what is wrong (`message`), where, why it hurts, what to do instead, and a fix where one is safe."""

    code: str
    severity: Severity
    message: str
    place: Place = Place()
    why: str = ""
    hint: str = ""
    fix: Fix | None = None


def apply(pipeline: Pipeline, edits: Iterable[Edit]) -> Pipeline:
    """The pipeline with the edits made, in order. InputError when a path does not exist or the result is invalid."""
    data = pipeline.model_dump(mode="json")
    for edit in edits:
        _apply_one(data, edit)
    try:
        return Pipeline.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"the edited spec is invalid: {first['msg']}", place=place) from error


def _apply_one(data: Any, edit: Edit) -> None:
    *parents, last = edit.path.split(".")
    node = data
    for part in parents:
        node = _child(node, part, edit)
    if isinstance(node, dict):
        _edit_mapping(node, last, edit)
    else:
        _edit_list(node, last, edit)


def _child(node: Any, part: str, edit: Edit) -> Any:
    if isinstance(node, dict) and (part in node or not node):
        if node.get(part) is None:
            node[part] = {}
        return node[part]
    return node[_existing(node, part, edit)]


def _edit_mapping(node: dict[str, Any], key: str, edit: Edit) -> None:
    if edit.op == "set":
        node[key] = edit.value
    elif edit.op == "remove":
        if key not in node:
            raise InputError(f"the spec has no {edit.path!r}", hint=f"{key!r} was not found")
        del node[key]
    elif isinstance(node.get(key) or [], list):
        node[key] = [*(node.get(key) or []), edit.value]
    else:
        raise InputError(f"{edit.path!r} is not a list", hint="set it instead of adding to it")


def _edit_list(node: Any, key: str, edit: Edit) -> None:
    position = _existing(node, key, edit)
    if edit.op == "remove":
        del node[position]
    elif edit.op == "add":
        node.insert(position, edit.value)
    else:
        node[position] = edit.value


def _existing(node: Any, part: str, edit: Edit) -> int:
    position = _position(node, part) if isinstance(node, list) else None
    if position is None:
        raise InputError(f"the spec has no {edit.path!r}", hint=f"{part!r} was not found")
    return position


def _position(node: list[Any], part: str) -> int | None:
    for position, item in enumerate(node):
        if isinstance(item, dict) and part in (item.get("id"), item.get("name")):
            return position
    return int(part) if part.isdecimal() and len(part) < 9 and int(part) < len(node) else None
