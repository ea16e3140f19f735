"""What a run may be given: the pipeline's parameters, and what its validations do with invalid rows."""

from __future__ import annotations

from airflow_llm.spec.model import Scalar
from airflow_llm.spec.pipeline import Parameter, Pipeline
from airflow_llm.spec.steps import ValidateStep
from airflow_llm.targets.python import Expression, call, literal

ON_INVALID = "on_invalid"
_CHOICES = ("fail", "quarantine", "warn")
_TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"), (tuple, "array"))


def param_arguments(pipeline: Pipeline) -> dict[str, Expression]:
    """One `Param` for each, by name."""
    found = {parameter.name: _param(parameter) for parameter in pipeline.parameters}
    policies = {step.on_invalid for step in pipeline.steps if isinstance(step, ValidateStep)}
    if policies and ON_INVALID not in found:
        common = policies.pop() if len(policies) == 1 else None
        choices: list[Scalar] = list(_CHOICES) if common else [None, *_CHOICES]
        text = "What happens to rows that break a rule: stop, set them aside, or only report."
        found[ON_INVALID] = call("Param", {"default": common, "enum": choices, "description": text})
    return found


def _param(parameter: Parameter) -> Expression:
    arguments: dict[str, object] = {"default": _plain(parameter.default)}
    if parameter.values:
        choices = list(parameter.values)
        if parameter.default not in choices:
            choices.insert(0, parameter.default if not isinstance(parameter.default, tuple) else None)
        arguments["enum"] = choices
    else:
        arguments["type"] = _type(parameter.default)
    if parameter.description:
        arguments["description"] = parameter.description
    return call("Param", {name: value for name, value in arguments.items() if name == "default" or value is not None})


def _type(default: object) -> object:
    for kind, name in _TYPES:
        if isinstance(default, kind):
            return name
    return None


def _plain(default: Scalar | tuple[Scalar, ...]) -> Expression:
    return literal(list(default) if isinstance(default, tuple) else default)
