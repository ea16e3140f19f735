"""What a data task hands on: the URIs of its staged datasets, then the scalars that it returns."""

from __future__ import annotations

from collections.abc import Mapping

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
    parts.use("measured")
    lines = [f"uris = {literal({name: Expression(value) for name, value in uris.items()})}"]
    return [*lines, f"return {{**uris, **measured(uris.values(), {literal(list(step.returns))})}}"], "dict[str, Any]"
