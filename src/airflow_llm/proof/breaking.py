"""Source data that breaks one rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow_llm.errors import AirflowLLMError
from airflow_llm.proof.sampled import as_sampled
from airflow_llm.spec.steps import ValidateStep

if TYPE_CHECKING:
    import pyarrow as pa

    from airflow_llm.proof.plan import Planner


@dataclass(frozen=True)
class Broken:
    """The changed tables of users' systems, and values for the recorded stand-ins that hand on changed ones.

    `reason` says why there are none.
    """

    tables: Mapping[str, pa.Table] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def broken_data(plan: Planner, step: ValidateStep, number: int) -> Broken:
    """What breaks that rule of the step."""
    from airflow_llm.samples.breaking import breaking_tables

    try:
        tables = breaking_tables(as_sampled(plan.pipeline, plan.reasons), step.id, number, plan.tables)
    except AirflowLLMError as error:
        return Broken(reason=error.message)
    tables = {name: _second_null(table, plan.tables.get(name)) for name, table in tables.items()}
    changed = {name: table for name, table in tables.items() if table is not plan.tables.get(name)}
    values = {}
    for writer in plan.pipeline.steps:
        if writer.id in plan.reasons and set(writer.writes) & set(changed):
            values[writer.id] = plan.understudies.table_value(writer, tables, f"{step.id}-{number}-{writer.id}")
    return Broken(changed, values)


def _second_null(table: pa.Table, before: pa.Table | None) -> pa.Table:
    """The table with another null where one was put: two nulls are not copies of each other, whatever a rule counts."""
    import pyarrow as pa

    if before is None or table is before or table.num_rows != before.num_rows or table.num_rows < 2:
        return table
    for position, name in enumerate(table.column_names):
        cells = table.column(name).to_pylist()
        if table.column(name).null_count != before.column(name).null_count + 1 or cells[-1] is None:
            continue
        field = table.schema.field(name)
        table = table.set_column(position, field, pa.array([*cells[:-1], None], type=field.type))
    return table
