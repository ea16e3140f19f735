"""What a data task hands on: the URIs of its staged datasets, then the scalars that it returns."""

from __future__ import annotations

from collections.abc import Mapping

from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.steps import ValidateStep
from airflow_llm.targets.airflow.data.parts import Parts
from airflow_llm.targets.python import Expression, literal


def returned(parts: Parts, uris: Mapping[str, str]) -> tuple[list[str], str]:
    """The lines that return these URIs, given as expressions, and the annotation of what they return."""
    step = parts.step
    if not uris and not step.returns:
        return [], "None"
    if len(uris) == 1 and not step.returns:
        return [f"return {next(iter(uris.values()))}"], "str"
    if not step.returns:
        result = literal({name: Expression(value) for name, value in uris.items()})
        return [f"return {result}"], "dict[str, str]"
    _refuse_unknown(parts)
    parts.use("measured")
    if not uris:
        read = [parts.parameter(name) for name in step.reads if parts.pipeline.dataset(name).staged]
        return [f"return measured([{', '.join(read)}], {literal(list(step.returns))})"], "dict[str, Any]"
    lines = [f"uris = {literal({name: Expression(value) for name, value in uris.items()})}"]
    return [*lines, f"return {{**uris, **measured(uris.values(), {literal(list(step.returns))})}}"], "dict[str, Any]"


def _refuse_unknown(parts: Parts) -> None:
    """A check counts rows in other ways than this measures: better no number than the wrong one."""
    step = parts.step
    staged = any(parts.pipeline.dataset(name).staged for name in (*step.reads, *step.writes))
    counts = all(name in ("rows", "count", "row_count") for name in step.returns)
    if not staged or (isinstance(step, ValidateStep) and not counts):
        raise UnsupportedError(
            f"{step.id!r} returns {', '.join(step.returns)}, which it does not measure",
            hint="return it from a transform or sql step that has a column of that name",
            place=f"steps.{step.id}.returns",
        )
