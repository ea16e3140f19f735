"""Unions whose members are built when one of them is first met: a pipeline uses few of the kinds that there are."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, PydanticKnownError, SchemaValidator, core_schema


class Deferred:
    """Marks a union that is told apart by the constant `tag` of its members.

    It validates and serialises as pydantic's own tagged union does, with the same errors.
    """

    __slots__ = ("tag",)

    def __init__(self, tag: str) -> None:
        self.tag = tag

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """A validator that asks the one member that the tag names."""
        members = _by_tag(source, self.tag)

        def validate(value: Any) -> Any:
            return value if isinstance(value, tuple(members.values())) else self._validate(members, value)

        return core_schema.no_info_plain_validator_function(
            validate, metadata={"deferred": tuple(dict.fromkeys(members.values()))}
        )

    def _validate(self, members: dict[Any, type[BaseModel]], value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise PydanticKnownError("model_attributes_type")
        if self.tag not in value:
            raise PydanticKnownError("union_tag_not_found", {"discriminator": repr(self.tag)})
        named = value[self.tag]
        member = members.get(named) if isinstance(named, str) else None
        if member is None:
            expected = ", ".join(map(repr, members))
            ctx = {"discriminator": repr(self.tag), "tag": str(named), "expected_tags": expected}
            raise PydanticKnownError("union_tag_invalid", ctx)
        try:
            return member.model_validate(value)
        except ValidationError:
            # The same again as a union of one, so that the place of the error names the tag.
            schema = core_schema.tagged_union_schema({named: member.__pydantic_core_schema__}, self.tag)
            return SchemaValidator(schema).validate_python(value)


def members_of(schema: Mapping[str, Any]) -> list[Any]:
    """The core schemas of the members of a deferred union; none for a schema that is none."""
    deferred = (schema.get("metadata") or {}).get("deferred", ())
    for member in deferred:
        member.model_rebuild()
    return [member.__pydantic_core_schema__ for member in deferred]


@cache
def _by_tag(source: Any, tag: str) -> dict[Any, type[BaseModel]]:
    return {value: member for member in get_args(source) for value in get_args(member.model_fields[tag].annotation)}
