"""What every part of the spec is built from: the frozen base model, names, text and durations."""

import keyword
import re
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    SerializerFunctionWrapHandler,
    StringConstraints,
    WithJsonSchema,
    model_serializer,
)
from pydantic_core import CoreSchema, core_schema

Scalar = bool | int | float | str | None

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*((?a:d|h|m|s))", re.IGNORECASE)
_TAGS = ("kind", "rule", "op", "on")
_MAX_DURATION = timedelta(days=3660)


class Model(BaseModel):
    """Frozen and strict about names: an unknown field is an error, never ignored."""

    model_config = ConfigDict(
        defer_build=True,
        frozen=True,
        extra="forbid",
        ser_json_inf_nan="constants",
        str_max_length=1_100_000,
        protected_namespaces=(),  # no field of ours begins so, and each would be compared with them
    )


class Tagged(Model):
    """A member of a union: a field with one value only tells it apart."""

    @model_serializer(mode="wrap")
    def _keep_tag(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """`exclude_defaults` must not drop the tag."""
        data: dict[str, Any] = handler(self)
        tag = tag_of(type(self))
        return data if tag is None else {tag: getattr(self, tag), **data}


@cache
def tag_of(model: type[BaseModel]) -> str | None:
    """The field that tells the model apart in a union."""
    for name in _TAGS:
        field = model.model_fields.get(name)
        if field is not None and len(get_args(field.annotation)) == 1:
            return name
    return None


def parse_duration(value: object) -> object:
    """`"10m"`, `"1h30m"`, `"2d"`, `"90"` or a number of seconds; anything else is left to pydantic (ISO 8601)."""
    if isinstance(value, bool):
        raise ValueError("a duration is written like 10m, 1h30m or 45s")
    if isinstance(value, (int, float)):
        return _seconds(value)
    if not isinstance(value, str) or value.strip().upper().startswith("P"):
        return value
    text = value.strip()
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return _seconds(float(text))
    if not re.fullmatch(rf"(?:{_PART.pattern}\s*)+", text, re.IGNORECASE):
        raise ValueError(f"{value!r} is not a duration; write it like 10m, 1h30m or 45s")
    return _seconds(sum(float(number) * _UNITS[unit.lower()] for number, unit in _PART.findall(text)))


def _seconds(count: float) -> timedelta:
    try:
        return timedelta(seconds=count)
    except OverflowError:
        raise ValueError("a duration lies between 0s and ten years") from None


def format_duration(value: timedelta) -> str:
    """The shortest spelling that `parse_duration` reads back to the same value (whole microseconds)."""
    seconds, micro = value.days * 86400 + value.seconds, value.microseconds
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    if micro:
        parts.append(f"{seconds}.{micro:06d}".rstrip("0") + "s")
    elif seconds or not parts:
        parts.append(f"{seconds}s")
    return "".join(parts)


def _in_range(value: timedelta) -> timedelta:
    if value < timedelta(0) or value > _MAX_DURATION:
        raise ValueError("a duration lies between 0s and ten years")
    return timedelta(days=value.days, seconds=value.seconds, microseconds=value.microseconds // 1000 * 1000)


def _no_surrogates(value: str) -> str:
    return value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "�")


def _no_keyword(value: str) -> str:
    if keyword.iskeyword(value):
        raise ValueError(f"{value!r} is a Python keyword; choose another name")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    AfterValidator(_in_range),
    PlainSerializer(format_duration, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["10m", "1h30m", "45s"]}),
]
"""A length of time, written `10m`, `1h30m`, `45s`; whole milliseconds, at most ten years."""


class _After:
    """pydantic's AfterValidator for functions of one value: looking at their signature for every field takes long."""

    __slots__ = ("function",)

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema of what stands before, with the function behind it."""
        return core_schema.no_info_after_validator_function(self.function, handler(source))


Text = Annotated[str, _After(_no_surrogates)]
"""Any human text. It is data: it never becomes code, SQL, shell or markup unescaped."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,79}$"), _After(_no_keyword)]
"""A name that is also a Python name, a file stem and an Airflow id: `[a-z][a-z0-9_]*`, at most 80 characters."""

ColumnName = Annotated[str, StringConstraints(min_length=1, max_length=255), _After(_no_surrogates)]
