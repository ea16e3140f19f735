"""Hypothesis strategies for specs: `pipelines()` is any valid one, built from the models' own annotations.

References need not resolve (that is for the checks to say); texts are hostile. `only` limits the kinds of steps.
"""

import types
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, MinLen
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from airflow_llm.spec import model as spec_model
from airflow_llm.spec import schedule as spec_schedule
from airflow_llm.spec.conditions import Combined, Comparison, Described, Negated, Outcome
from airflow_llm.spec.model import Model
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import Pattern, Range
from airflow_llm.spec.schedule import CronSchedule, IntervalSchedule, ScheduleBase
from airflow_llm.spec.steps import Alert, ForEach, LoadStep, Step

HOSTILE = (
    "",
    " ",
    "nul\x00",
    "plain",
    "two words",
    "null",
    "yes",
    "on",
    "~",
    "1",
    "1e3",
    "0x1F",
    "010",
    "12:30:45",
    "2026-01-01",
    "#x",
    "a: b",
    "a #b",
    "- x",
    "{{ ds }}",
    '"""',
    "'''",
    "\\",
    "'\"",
    "$(rm -rf /)",
    "'; DROP TABLE t; --",
    "<script>",
    "!!python/object:os",
    "&a *a",
    "[x, y]",
    "{a: b}",
    "%TAG",
    "@x",
    "`x`",
    "| ",
    ">-",
    "line\nline",
    "line\n\n  indented\n",
    "\n",
    "a\n\n",
    "  lead\nx",
    "tab\there",
    "\ttab",
    "\x07bell",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\xa0",
    "\u2028",
    "\ufeffbom",
    "\u202eevil",
    "\U0001f600",
    "\ufffe",
    "\U0010ffff",
    "é",
    "x" * 300,
    "word " * 60,
    "word " * 60 + "\nlast",
    "trailing \nspace",
    "---",
    "...",
    "=",
    "<<",
    "\r\n",
    "a:",
    ":a",
    "a,b",
    "it's",
    "back\\slash: yes",
    "#!/bin/sh\nset -e\n\techo hi\n",
)

_printable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
texts = st.sampled_from(HOSTILE) | _printable
words = st.sampled_from(
    ["", "orders", "A title", "It's 5 o'clock", "customers: all", "line one\nline two", "ünïcode 🙂"]
)
identifiers = st.sampled_from(
    ["a", "orders", "customers", "load_orders", "x1", "on_", "yes", "on", "no", "null", "y", "n" * 80]
)
columns = st.sampled_from(
    ["id", "customer id", 'a"b', "Straße", "on", "1", "select", "a.b", "x" * 255]
) | _printable.filter(bool)
durations = st.integers(0, 3660 * 86400 * 1000 - 1).map(lambda ms: timedelta(milliseconds=ms)) | st.sampled_from(
    [timedelta(0), timedelta(minutes=10), timedelta(days=1), timedelta(seconds=90), timedelta(milliseconds=1)]
)
floats = st.floats(allow_nan=False) | st.sampled_from([0.0, 0.5, 1e22, 1e-7, -1.0, 5e-324])
scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | floats | texts
memory = st.sampled_from(["8Gi", "512M", "1.5Gi", "100"])
_field = st.sampled_from(["*", "1", "5", "*/5", "1-5", "1,3", "5/2"])
crons = st.sampled_from(sorted(spec_schedule.PRESETS)) | st.tuples(_field, _field, _field, _field, _field).map(" ".join)
timezones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
dates = st.dates(date(2000, 1, 1), date(2099, 12, 31))

_BY_ALIAS: tuple[tuple[Any, st.SearchStrategy[Any]], ...] = (
    (spec_model.Identifier, identifiers),
    (spec_model.Text, texts),
    (spec_model.ColumnName, columns),
    (spec_model.Duration, durations),
    (spec_schedule.Cron, crons),
    (spec_schedule.TimeZone, timezones),
    (spec_model.Scalar, scalars),
)
_BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    bool: st.booleans(),
    str: texts,
    int: st.integers(0, 100),
    float: floats,
    date: dates,
    datetime: st.datetimes(datetime(2000, 1, 1), datetime(2099, 1, 1)).map(lambda value: value.replace(fold=0)),
    time: st.times().map(lambda value: value.replace(fold=0)),
    type(None): st.none(),
}


@lru_cache(maxsize=512)
def models(model: type[Model]) -> st.SearchStrategy[Any]:
    """Any valid value of a model of the spec."""
    hints = get_type_hints(model, include_extras=True)
    required, optional = {}, {}
    for name, info in model.model_fields.items():
        place = required if info.is_required() else optional
        place[name] = st.deferred(lambda name=name, info=info: _strategy(hints[name], info))
    return _build(model, required, optional)


@st.composite
def _build(draw: st.DrawFn, model: type[Model], required: dict[str, Any], optional: dict[str, Any]) -> Any:
    values = {name: draw(strategy) for name, strategy in required.items()}
    # A few optional fields at a time: wide models stay small, and over many examples every field is met.
    names = draw(st.lists(st.sampled_from(sorted(optional)), max_size=4, unique=True)) if optional else []
    values |= {name: draw(optional[name]) for name in names if name not in ("kind", "rule", "op") or len(optional) == 1}
    return model(**_valid(model, values))


def _strategy(annotation: Any, info: FieldInfo | None = None) -> st.SearchStrategy[Any]:
    for alias, strategy in _BY_ALIAS:
        if annotation == alias:
            return (
                strategy.filter(bool).map(lambda text: text[:250])
                if _least(info) and alias == spec_model.Text
                else strategy
            )
    origin = get_origin(annotation)
    if origin is Annotated:
        return _annotated(annotation, info)
    if origin in (Union, types.UnionType):
        return st.one_of([_strategy(member, info) for member in get_args(annotation)])
    if origin is Literal:
        return st.sampled_from(get_args(annotation))
    if origin is tuple:
        return st.lists(_strategy(get_args(annotation)[0]), min_size=_least(info), max_size=3).map(tuple)
    if origin is dict:
        key, value = get_args(annotation)
        return st.dictionaries(_strategy(key), _strategy(value), min_size=_least(info), max_size=3)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return models(annotation)
    return _number(annotation, info) if annotation in (int, float) else _of_text(annotation, info)


def _annotated(annotation: Any, info: FieldInfo | None) -> st.SearchStrategy[Any]:
    inner, *metadata = get_args(annotation)
    if inner == timedelta:
        return durations.filter(bool)
    fields = [FieldInfo.from_annotation(Annotated[inner, item]) for item in metadata if isinstance(item, FieldInfo)]
    pattern = next((item.pattern for field in fields for item in field.metadata if hasattr(item, "pattern")), None)
    if pattern is not None:
        return memory if "Ki" in pattern else st.sampled_from(["pkg.module.run", "a.b", "_x._y1"])
    return _strategy(inner, fields[0] if fields else info)


def _of_text(annotation: Any, info: FieldInfo | None) -> st.SearchStrategy[Any]:
    return texts.filter(bool) if annotation is str and _least(info) else _BY_TYPE[annotation]


def _least(info: FieldInfo | None) -> int:
    return max((item.min_length for item in (info.metadata if info else ()) if isinstance(item, MinLen)), default=0)


def _number(annotation: type, info: FieldInfo | None) -> st.SearchStrategy[Any]:
    metadata = info.metadata if info else ()
    low = next((item.ge for item in metadata if isinstance(item, Ge)), None)
    low = next((item.gt + 1 for item in metadata if isinstance(item, Gt)), low)
    high = next((item.le for item in metadata if isinstance(item, Le)), None)
    if annotation is float:
        return st.floats(low, high, allow_nan=False, allow_infinity=False) if low is not None else floats
    return st.integers(low if low is not None else -1000, min(high, 1000) if high is not None else 1000)


def _valid(model: type[Model], values: dict[str, Any]) -> dict[str, Any]:
    """The values bent so that the model's own rules across fields hold."""
    for owner, mend in _MENDERS:
        if issubclass(model, owner):
            values = mend(values)
    return values


def _mend_comparison(values: dict[str, Any]) -> dict[str, Any]:
    if values["operator"] in ("in", "not in"):
        return values | {"right": values["right"] if isinstance(values["right"], tuple) else (values["right"],)}
    right = values["right"][0] if isinstance(values["right"], tuple) and values["right"] else values["right"]
    right = 0 if isinstance(right, tuple) else right
    ordered = values["operator"] not in ("==", "!=")
    number = isinstance(right, (int, float)) and not isinstance(right, bool)
    return values | {"right": right if number or not ordered else 7}


def _mend_alert(values: dict[str, Any]) -> dict[str, Any]:
    late = values.get("on") == "deadline"
    return {**values, "after": values.get("after") or timedelta(hours=1) if late else None}


def _mend_for_each(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("items"):
        return {**values, "step": None, "parameter": None}
    return {**values, "items": (), "step": None if values.get("parameter") else "orders"}


def _mend_range(values: dict[str, Any]) -> dict[str, Any]:
    bounds = [values[name] for name in ("minimum", "maximum") if values.get(name) is not None] or [0.0]
    return {**values, "minimum": min(bounds), "maximum": max(bounds) if len(bounds) > 1 else None}


def _mend_pattern(values: dict[str, Any]) -> dict[str, Any]:
    custom = values.get("format", "custom") == "custom"
    return {**values, "regex": (values.get("regex") or "[a-z]+") if custom else ""}


def _mend_schedule(values: dict[str, Any]) -> dict[str, Any]:
    return values | ({"end": date(2100, 1, 1)} if values.get("end") else {})


def _mend_load(values: dict[str, Any]) -> dict[str, Any]:
    return values | ({"keys": ("id",)} if values.get("mode") == "merge" and not values.get("keys") else {})


def _mend_names(values: dict[str, Any]) -> dict[str, Any]:
    for field in ("steps", "datasets", "connections", "parameters", "settings"):
        if field in values:
            values = values | {field: _unique(values[field], "id" if field == "steps" else "name")}
    return values


def _unique(members: tuple[Model, ...], name: str) -> tuple[Model, ...]:
    kept = {getattr(member, name): member for member in members}
    return tuple(kept.values())


_MENDERS = (
    (Comparison, _mend_comparison),
    (Alert, _mend_alert),
    (ForEach, _mend_for_each),
    (Range, _mend_range),
    (Pattern, _mend_pattern),
    (ScheduleBase, _mend_schedule),
    (LoadStep, _mend_load),
    (Pipeline, _mend_names),
)

STEP_CLASSES: tuple[type[Model], ...] = get_args(get_args(Step)[0])
_CONDITION_LEAVES = st.deferred(lambda: models(Comparison) | models(Outcome) | models(Described))


def conditions() -> st.SearchStrategy[Any]:
    """Any condition, at most a few levels deep."""
    return st.recursive(
        _CONDITION_LEAVES,
        lambda inner: (
            st.builds(Negated, condition=inner)
            | st.builds(
                Combined, match=st.sampled_from(["all", "any"]), conditions=st.lists(inner, min_size=2, max_size=3)
            )
        ),
        max_leaves=4,
    )


def steps(only: tuple[str, ...] = ()) -> st.SearchStrategy[Any]:
    """Any step, or one of the named kinds."""
    classes = [member for member in STEP_CLASSES if not only or member.model_fields["kind"].default in only]
    return st.sampled_from(classes).flatmap(models)


def schedules() -> st.SearchStrategy[Any]:
    """Any schedule."""
    return _strategy(spec_schedule.Schedule)


@st.composite
def pipelines(draw: st.DrawFn, only: tuple[str, ...] = (), max_steps: int = 4) -> Pipeline:
    """Any valid pipeline."""
    base = draw(models(Pipeline))
    drawn = draw(st.lists(steps(only), max_size=max_steps))
    return base.model_copy(update={"steps": _unique(tuple(drawn), "id"), "title": draw(words)})


__all__ = ["HOSTILE", "CronSchedule", "IntervalSchedule", "conditions", "models", "pipelines", "schedules", "steps"]
