"""The steps whose own work cannot run here: why, and what a recorded stand-in hands on in their place."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.proof.placement import write_table
from airflow_llm.spec.conditions import Combined, Comparison, Condition, Negated
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ChooseStep, Step, TriggerStep, ValidateStep, WaitStep

if TYPE_CHECKING:
    import pyarrow as pa

_ELSEWHERE = {
    "shell": "a quoted command is yours: it is recorded with its rendered arguments, never executed in a proof",
    "container": "no container is started in a proof: its image and command are recorded",
    "spark": "there is no Spark here: the application and its arguments are recorded",
    "dbt": "the dbt project is deployed beside the DAGs, not with this bundle: the command is recorded",
    "python": "the callable is your own code, which this bundle does not hold",
    "deploy": "there is nothing to deploy to: the call is recorded",
}
_ITEMS = ("first", "second", "third")


def unproven_reasons(pipeline: Pipeline, resources: Path | None = None) -> dict[str, str]:
    """The steps whose own work is not run, and why."""
    found = ((step.id, unproven_reason(pipeline, step, resources)) for step in pipeline.steps)
    return {step_id: reason for step_id, reason in found if reason is not None}


def unproven_reason(pipeline: Pipeline, step: Step, resources: Path | None = None) -> str | None:
    """Why the step's own work is not run in a proof; None when it is. A hook that was written is run."""
    reason = hook_reason(pipeline, step)
    if reason is not None:
        return None if resources is not None and _is_written(resources, step) else f"hook: {reason}"
    if isinstance(step, TriggerStep) and step.wait:
        return "the other DAG is not part of this proof, so nothing would end the wait: the call is recorded"
    return _ELSEWHERE.get(step.kind)


def _is_written(resources: Path, step: Step) -> bool:
    """Whether the user has written every function of the step's hook."""
    try:
        tree = ast.parse((resources / f"{step.id}_function.py").read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError):
        return False
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    return bool(functions) and not any(_only_raises(function) for function in functions)


def _only_raises(function: ast.FunctionDef) -> bool:
    last = function.body[-1]
    if not isinstance(last, ast.Raise) or len(function.body) > 2:
        return False
    raised = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


@dataclass(frozen=True)
class Understudies:
    """Makes what stand-ins hand on, from the sample tables."""

    pipeline: Pipeline
    tables: Mapping[str, pa.Table]
    folder: Path
    files: dict[str, dict[str, Any]]
    """Seeds of the files that the values point to, by name of the value; filled while values are made."""

    def value(self, step: Step, *, scalars: Mapping[str, Any] | None = None, rows: int | None = None) -> Any:
        """What the step's task returns: URIs of its staged writes and its scalars, in the shape that tasks use."""
        if isinstance(step, WaitStep):
            return True
        if isinstance(step, ChooseStep):
            return list(step.branches[0].then)
        uris = {name: self._uri(step, name, rows) for name in self._staged(step)}
        if len(uris) == 1 and not step.returns:
            return next(iter(uris.values()))
        values = {name: (scalars or {}).get(name, self._scalar(step, name)) for name in step.returns}
        if self._gives_items(step) and not step.returns and not uris:
            return list(_ITEMS)
        return {**uris, **values} if uris or values else None

    def table_value(self, step: Step, tables: Mapping[str, pa.Table], label: str) -> Any:
        """What the step's task returns when its staged writes hold these tables."""
        uris = {}
        for name in self._staged(step):
            uris[name] = self._store(f"{label}-{name}", tables[name] if name in tables else self._table(name))
        if len(uris) == 1 and not step.returns:
            return next(iter(uris.values()))
        return {**uris, **{name: self._scalar(step, name) for name in step.returns}}

    def _staged(self, step: Step) -> list[str]:
        known = {dataset.name: dataset for dataset in self.pipeline.datasets}
        return [name for name in step.writes if name in known and known[name].staged]

    def _uri(self, step: Step, name: str, rows: int | None) -> str:
        table = self._table(name)
        if rows is None:
            return self._store(f"{step.id}-{name}", table)
        return self._store(f"{step.id}-{name}-{rows}", _resized(table, rows))

    def _store(self, label: str, table: pa.Table) -> str:
        target = f"embedded/stand_ins/{label}.parquet"
        if target not in self.files:
            source = write_table(table, self.folder / f"{label}.parquet", "parquet")
            self.files[target] = {"kind": "file", "target": target, "source": str(source)}
        return f"file://@HOME@/{target}"

    def _table(self, name: str) -> pa.Table:
        import pyarrow as pa

        return self.tables[name] if name in self.tables else pa.table({"id": [1, 2, 3]})

    def _gives_items(self, step: Step) -> bool:
        return any(other.for_each is not None and other.for_each.step == step.id for other in self.pipeline.steps)

    def _scalar(self, step: Step, name: str) -> Any:
        if self._gives_items(step) and step.returns == (name,):
            return list(_ITEMS)
        for other in self.pipeline.steps:
            for condition in (other.when, *(branch.when for branch in getattr(other, "branches", ()))):
                for comparison in comparisons(condition):
                    if comparison.source == "metric" and comparison.name == name:
                        return comparison.right[0] if isinstance(comparison.right, tuple) else comparison.right
        return 1


def comparisons(condition: Condition | None) -> list[Comparison]:
    """Every comparison in the condition."""
    match condition:
        case Comparison():
            return [condition]
        case Combined(conditions=parts):
            return [found for part in parts for found in comparisons(part)]
        case Negated(condition=part):
            return comparisons(part)
    return []


def validates(pipeline: Pipeline) -> list[ValidateStep]:
    """The validate steps whose rules are SQL."""
    return [step for step in pipeline.steps if isinstance(step, ValidateStep) and hook_reason(pipeline, step) is None]


def _resized(table: pa.Table, rows: int) -> pa.Table:
    """The table's rows, repeated or cut to that number."""
    if rows <= table.num_rows or table.num_rows == 0:
        return table.slice(0, rows)
    import pyarrow as pa

    return table.take(pa.array([n % table.num_rows for n in range(rows)]))
