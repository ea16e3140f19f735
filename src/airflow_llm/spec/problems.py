"""What pydantic finds wrong with a document, said at the place in the file, with what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from airflow_llm.errors import InputError
from airflow_llm.spec.model import Model
from airflow_llm.spec.yaml_nodes import Node, compose

_TAGS = ("kind", "rule", "op", "on")
_NOUNS = ("kind", "rule")
_SHOWN = 60


def explain(error: ValidationError, root: Node, name: str, model: type[Model]) -> InputError:
    """The first problem as an InputError with `name:line:column`; the hint counts the others."""
    problems = error.errors(include_url=False)
    # A misspelt field is often reported as a missing one too: the spelling is the cause.
    first = next((problem for problem in problems if problem["type"] == "extra_forbidden"), problems[0])
    node, path = _locate(root, first["loc"], key=first["type"] == "extra_forbidden")
    hint = _hint(first, model)
    others = [_locate(root, problem["loc"])[0].line + 1 for problem in problems if problem is not first]
    if others:
        lines = ", ".join(map(str, sorted(set(others))[:5]))
        hint += f"; {len(others)} more problem{'s' if len(others) > 1 else ''}, on line {lines}"
    return InputError(_message(first, path), hint=hint, place=f"{name}:{node.line + 1}:{node.column + 1}")


def _locate(root: Node, location: Sequence[int | str], *, key: bool = False) -> tuple[Node, str]:
    """The node that a pydantic location speaks of (or the nearest around it), and the location without union tags.

    `key`: the place of the last key, not of its value.
    """
    node, path, tagged = root, [], False
    for part in location:
        if isinstance(part, str) and not tagged and _has_tag(node, part):
            tagged = True
            continue
        path.append(str(part))
        if isinstance(part, int):
            node = node.items[part] if part < len(node.items) else node
        else:
            found = node.find(part)
            if found is not None:
                node = found[0] if key and part == location[-1] else found[1]
        tagged = False
    return node, ".".join(path)


def positions(text: str, name: str) -> Callable[[str], tuple[int, int] | None]:
    """Finds what a dotted path of the spec (`steps.load.reads`) speaks of in the text, or what is nearest around it.

    The function's answer is a line and column, or None when the text is no spec or has nothing of it.
    """
    try:
        root = compose(text, name)
    except InputError:
        root = None

    def find(path: str) -> tuple[int, int] | None:
        node = root
        for part in path.split("."):
            found = _member(node, part) if node is not None else None
            if found is None:
                break
            node = found
        return None if node is None or node is root else (node.line + 1, node.column + 1)

    return find


def nearest(word: str, words: Iterable[str]) -> str:
    """The word that was probably meant, or nothing."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word, list(words), scorer=fuzz.ratio, score_cutoff=55)
    return found[0] if found else ""


def _member(node: Node, part: str) -> Node | None:
    """The value of a field, or the member of a list that goes by that id, name or position."""
    found = node.find(part)
    if found is not None:
        return found[1]
    for item in node.items:
        named = next((entry for entry in map(item.find, ("id", "name")) if entry is not None), None)
        if named is not None and named[1].text == part:
            return item
    return node.items[int(part)] if part.isdecimal() and int(part) < len(node.items) else None


def _has_tag(node: Node, part: str) -> bool:
    return any(entry is not None and entry[1].text == part for entry in map(node.find, _TAGS))


def _message(problem: ErrorDetails, path: str) -> str:
    value = problem["input"]
    match problem["type"]:
        case "extra_forbidden":
            return f"{_quote(str(problem['loc'][-1]))} is not a field here"
        case "missing":
            return f"the field {str(problem['loc'][-1])!r} is missing"
        case "union_tag_not_found":
            return f"{path}: the field {_discriminator(problem)} is missing"
        case "union_tag_invalid":
            name = _discriminator(problem)
            return f"{_quote(problem['ctx']['tag'])} is not a {name if name in _NOUNS else f'value of `{name}`'}"
        case "value_error":
            return f"{path}: {problem['ctx']['error']}" if path else str(problem["ctx"]["error"])
    shown = "" if isinstance(value, (Mapping, list, tuple)) else f", not {_quote(value)}"
    return f"{path}: {problem['msg'][0].lower()}{problem['msg'][1:]}{shown}"


def _hint(problem: ErrorDetails, model: type[Model]) -> str:
    location = problem["loc"]
    match problem["type"]:
        case "extra_forbidden":
            fields = _fields(model, location[:-1])
            near = nearest(str(location[-1]), fields)
            return f"did you mean {near!r}?" if near else f"the fields are {', '.join(fields)}"
        case "union_tag_invalid":
            tags = [tag.strip(" '") for tag in problem["ctx"]["expected_tags"].split(",")]
            near = nearest(str(problem["ctx"]["tag"]), tags)
            return f"did you mean {near!r}?" if near else f"one of {', '.join(tags)}"
        case "missing" | "union_tag_not_found":
            return "add it"
        case "string_type":
            return "write text; quotes make text of a number"
        case "tuple_type":
            return "write a list: one `- item` a line, or [a, b]"
        case "string_pattern_mismatch" if "[a-z]" in problem["ctx"]["pattern"]:
            return "a name has lower-case letters, digits and underscores, and starts with a letter"
    return "`airflow-llm schema` says what may stand here"


def _quote(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _discriminator(problem: ErrorDetails) -> str:
    return str(problem["ctx"]["discriminator"]).strip("'")


def _fields(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """The field names of the model that a location leads to."""
    models: list[type[BaseModel]] = [model]
    for part in location:
        if isinstance(part, int):
            continue
        tagged = [member for member in models if part in _tag_values(member)]
        if tagged and len(models) > 1:
            models = tagged
            continue
        fields = [member.model_fields[part] for member in models if part in member.model_fields]
        models = [found for info in fields for found in _models_in(info.annotation)] or models
    return list(dict.fromkeys(name for member in models for name in member.model_fields))


def _tag_values(model: type[BaseModel]) -> tuple[str, ...]:
    for name in _TAGS:
        values = get_args(model.model_fields[name].annotation) if name in model.model_fields else ()
        if len(values) == 1:
            return (str(values[0]),)
    return ()


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if get_origin(annotation) is None:
        return [annotation] if isinstance(annotation, type) and issubclass(annotation, BaseModel) else []
    return [found for argument in get_args(annotation) for found in _models_in(argument)]
