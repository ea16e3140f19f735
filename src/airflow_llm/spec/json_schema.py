"""The published JSON schema of `tasks.yml` and `config.yml`, for editors and for other tools."""

from __future__ import annotations

import re
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core.core_schema import definition_reference_schema

from airflow_llm.spec.deferred import members_of
from airflow_llm.spec.document import VERSION
from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Pipeline

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LONG_NAME = re.compile(r"airflow_llm__spec__(\w+?)s__(\w+)")
_CODE = re.compile(r"`([^`]*)`")


def tasks_schema() -> dict[str, Any]:
    """The schema of `tasks.yml`: a pipeline without its settings."""
    schema = _tidied(Pipeline.model_json_schema(mode="validation", schema_generator=_Published))
    properties = schema.pop("properties")
    properties.pop("settings", None)
    definitions = schema.pop("$defs")
    definitions.pop("Setting", None)
    version = {"const": VERSION, "title": "Version", "description": "The version of this format."}
    return {
        "$schema": DIALECT,
        **schema,
        "title": "AirflowLLM pipeline (tasks.yml)",
        "properties": {"version": version, **properties},
        "$defs": {name: _polished(definition) for name, definition in sorted(definitions.items())},
    }


def config_schema() -> dict[str, Any]:
    """The schema of `config.yml`: for each setting a value for each environment."""
    name = r"^[a-z][a-z0-9_]{0,79}$"
    values = {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": name},
        "additionalProperties": {"type": ["boolean", "number", "string", "null"]},
    }
    return {
        "$schema": DIALECT,
        "title": "AirflowLLM settings (config.yml)",
        "description": "For each setting a value for each environment. Never a credential.",
        "type": "object",
        "propertyNames": {"pattern": name},
        "additionalProperties": values,
    }


class _Published(GenerateJsonSchema):
    """A deferred union is one of its members: validators tell them apart by their constant tags."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._met: set[str] = set()

    def function_plain_schema(self, schema: Any) -> dict[str, Any]:
        members = members_of(schema)
        return (
            {"oneOf": [self._member(member) for member in members]}
            if members
            else super().function_plain_schema(schema)
        )

    def _member(self, schema: Any) -> dict[str, Any]:
        """A member is defined once, however often and however deep it is met."""
        ref = schema["ref"]
        if ref in self._met:
            return self.definition_ref_schema(definition_reference_schema(ref))
        self._met.add(ref)
        return self.generate_inner(schema)


def _tidied(value: Any) -> Any:
    """Without the bound of texts that every string has, and with short names for classes of the same name."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return _LONG_NAME.sub(_short_name, value) if isinstance(value, str) else value
    bound = Model.model_config["str_max_length"]
    return {
        _LONG_NAME.sub(_short_name, key): _tidied(member)
        for key, member in value.items()
        if not (key == "maxLength" and member == bound)
    }


def _short_name(match: re.Match[str]) -> str:
    return match[2] + match[1].capitalize()


def _polished(definition: dict[str, Any]) -> dict[str, Any]:
    """A title in words, the docstring as one paragraph, and the tag of a union's member required."""
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", definition.get("title", ""))
    text = " ".join(_CODE.sub(r"\1", definition.get("description", "")).split())
    tags = [name for name in ("kind", "rule", "op", "on") if "const" in definition.get("properties", {}).get(name, {})]
    required = [*tags, *(name for name in definition.get("required", []) if name not in tags)]
    found = {**definition, "title": title.capitalize(), "description": text}
    return found | ({"required": required} if required else {})
