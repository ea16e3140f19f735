"""Data that breaks one rule, put where the step that checks it will read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_llm.errors import AirflowLLMError
from airflow_llm.proof.understudies import writer_of
from airflow_llm.spec.steps import ValidateStep

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]  # pyarrow ships no types

    from airflow_llm.proof.plan import Planner


@dataclass(frozen=True)
class Broken:
    """Tables of users' systems, and values for the tasks that hand on the step's staged inputs."""

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def broken_data(plan: Planner, step: ValidateStep, number: int) -> Broken:
    """What breaks that rule of the step and no other; `reason` says why there is none."""
    from airflow_llm.samples.breaking import breaking_tables

    try:
        tables = breaking_tables(plan.pipeline, step, number, dict(plan.tables))
    except AirflowLLMError as error:
        return Broken(reason=error.message)
    changed = {name: table for name, table in tables.items() if table is not plan.tables.get(name)}
    values = {}
    for name in step.reads:
        writer = writer_of(plan.pipeline, name, step)
        if writer is not None and plan.pipeline.dataset(name).staged:
            label = f"broken-{step.id}-{number}-{writer.id}"
            values[writer.id] = plan.understudies.table_value(writer, {**plan.tables, **tables}, label)
    return Broken(tables=changed, values=values)
