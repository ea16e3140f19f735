"""The spec on disk: `tasks.yml` holds the pipeline, `config.yml` its settings (`setting: {environment: value}`).

Reading and writing lose nothing; `update` leaves every byte alone that did not have to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from airflow_llm.errors import InputError
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.yaml_text import Word, write

if TYPE_CHECKING:
    from airflow_llm.spec.yaml_nodes import Node

VERSION = 1
TASKS_NAME = "tasks.yml"
CONFIG_NAME = "config.yml"

_FIRST = ("id", "name", "kind", "rule", "op", "on", "title", "description", "connection", "reads", "writes", "after")
_LAST = (
    *("for_each", "when", "trigger_rule", "group", "resources", "timeout", "retries", "retry_delay", "backoff"),
    *("pool", "pool_slots", "priority", "owner", "returns", "alerts", "parameters", "environments", "connections"),
    *("datasets", "steps", "assumptions", "questions", "doc", "origin", "confidence"),
)
_RANK = {name: rank - len(_FIRST) for rank, name in enumerate(_FIRST)} | {n: r for r, n in enumerate(_LAST, 1)}
_FREE = frozenset({"conf", "arguments", "environment", "headers", "parameters"})
_SPACED = frozenset({"steps", "datasets"})


def load(
    tasks_yml: str, config_yml: str | None = None, tasks_name: str = TASKS_NAME, config_name: str = CONFIG_NAME
) -> Pipeline:
    """The pipeline that the texts describe. InputError names the file, line and column, and what to do."""
    # Writing needs neither these nor what stands behind them.
    from airflow_llm.spec.yaml_nodes import compose, fail, plain

    root = compose(tasks_yml, tasks_name)
    if root is None or root.kind != "mapping":
        fail("this is not a pipeline: no fields", tasks_name, 0, 0, "start with `id: my_pipeline`")
    data = plain(root)
    _take_version(data, root, tasks_name)
    if "settings" in data:
        node = root.find("settings")
        line = node[0].line if node else 0
        fail("'settings' does not stand here", tasks_name, line, 0, f"settings live in {CONFIG_NAME}, one key each")
    settings, config_root = _load_config(config_yml, config_name)
    try:
        return Pipeline.model_validate(data | {"settings": settings})
    except ValidationError as error:
        if config_root is not None and all(problem["loc"][:1] == ("settings",) for problem in error.errors()):
            raise _explain_config(error, config_root, config_name) from None
        from airflow_llm.spec.problems import explain

        raise explain(error, root, tasks_name, Pipeline) from None


def dump(pipeline: Pipeline) -> tuple[str, str]:
    """`tasks.yml` and `config.yml`: the same bytes for the same pipeline; defaults are left out."""
    return write(tasks_data(pipeline), spaced=_SPACED), write(config_data(pipeline))


def update(pipeline: Pipeline, old_tasks_yml: str, old_config_yml: str | None = None) -> tuple[str, str]:
    """The old texts changed so that they say the pipeline: comments, order and layout of the rest stay.

    When nothing changed they are the old texts themselves.
    """
    old = load(old_tasks_yml, old_config_yml)
    tasks = _edited(old_tasks_yml, tasks_data(old), tasks_data(pipeline))
    if old_config_yml is None:
        config = write(config_data(pipeline))
    else:
        config = _edited(old_config_yml, config_data(old), config_data(pipeline))
    fresh_tasks, fresh_config = dump(pipeline)
    if not _says(pipeline, tasks, fresh_config):
        tasks = fresh_tasks
    return tasks, config if _says(pipeline, tasks, config) else fresh_config


def tasks_data(pipeline: Pipeline) -> dict[str, Any]:
    """What stands in `tasks.yml`, as plain data in the order in which it is written."""
    data = pipeline.model_dump(mode="json", exclude_defaults=True)
    data.pop("settings", None)
    return {"version": VERSION, **_ordered(data)}


def config_data(pipeline: Pipeline) -> dict[str, Any]:
    """What stands in `config.yml`, as plain data."""
    return {setting.name: dict(setting.values) for setting in pipeline.settings}


def _ordered(data: Any) -> Any:
    if isinstance(data, list):
        return [_ordered(item) for item in data]
    if not isinstance(data, dict):
        return data
    return {
        word: dict(data[key]) if key in _FREE and isinstance(data[key], dict) else _ordered(data[key])
        for key, word in _order(tuple(data))
    }


@lru_cache(maxsize=1024)
def _order(keys: tuple[str, ...]) -> tuple[tuple[str, Word], ...]:
    return tuple((key, Word(key)) for key in sorted(keys, key=lambda name: _RANK.get(name, 0)))


def _edited(text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    from airflow_llm.spec.yaml_edit import edit, same

    return text if same(old, new) else edit(text, old, new, spaced=_SPACED)


def _says(pipeline: Pipeline, tasks: str, config: str) -> bool:
    from airflow_llm.spec.yaml_edit import same

    try:
        found = load(tasks, config)
    except InputError:
        return False
    return same(tasks_data(found), tasks_data(pipeline)) and same(config_data(found), config_data(pipeline))


def _take_version(data: dict[str, Any], root: Node, name: str) -> None:
    version = data.pop("version", VERSION)
    if version is VERSION or (type(version) is int and version == VERSION):
        return
    from airflow_llm.spec.yaml_nodes import fail

    node = root.find("version")
    line, column = (node[1].line, node[1].column) if node else (0, 0)
    fail(f"version {version!r} of the format is not known", name, line, column, f"this release reads version {VERSION}")


def _load_config(text: str | None, name: str) -> tuple[list[dict[str, Any]], Node | None]:
    from airflow_llm.spec.yaml_nodes import compose, fail, plain

    if text is None:
        return [], None
    root = compose(text, name)
    if root is None or (root.kind == "mapping" and not root.entries):
        return [], root
    if root.kind != "mapping":
        fail("config.yml is one mapping of settings", name, root.line, root.column, "write `setting: {prod: value}`")
    for key, value in root.entries:
        if value.kind != "mapping":
            hint = f"write `{key.text}:` and below it a value for each environment, such as `prod: …`"
            fail(f"the setting {key.text!r} has no environments", name, value.line, value.column, hint)
        for environment, member in value.entries:
            for node in (key, environment, member):
                _refuse_ambiguous(node, name)
    return [{"name": key.text, "values": plain(value)} for key, value in root.entries], root


def _refuse_ambiguous(node: Node, name: str) -> None:
    """Airflow reads `config.yml` with a YAML 1.1 reader: what that one would take for something else is refused."""
    if node.kind != "scalar" or node.style:
        return
    import yaml

    from airflow_llm.spec.yaml_nodes import fail

    resolver: Any = yaml.resolver.Resolver()
    tag = resolver.resolve(yaml.ScalarNode, node.text, (True, False)).rpartition(":")[2]
    meant = {str: "str", bool: "bool", int: "int", float: "float", type(None): "null"}[type(node.value)]
    octal = meant == "int" and node.text.lstrip("+-").startswith("0") and node.text.lstrip("+-0") != ""
    if tag != meant or (octal and not node.text.lstrip("+-").lower().startswith("0x")):
        hint = f'write "{node.text}" in quotes if it is text, else true, false or a plain decimal number'
        fail(f"{node.text!r} means different things to different YAML readers", name, node.line, node.column, hint)


def _explain_config(error: ValidationError, root: Node, name: str) -> InputError:
    problem = error.errors()[0]
    location = problem["loc"]
    key, value = root.entries[int(location[1])] if len(location) > 1 else (root, root)
    node = key
    if location[2:3] == ("values",):
        node = value
        found = value.find(str(location[3])) if len(location) > 3 else None
        if found is not None:
            node = found[0] if "[key]" in location else found[1]
    hint = "a setting and an environment have names of lower-case letters, digits and underscores"
    return InputError(f"{key.text}: {problem['msg']}", hint=hint, place=f"{name}:{node.line + 1}:{node.column + 1}")
