"""A step that only your own code can do, and that is still to be written.

## What it finds
Steps, conditions and rules that no connector, SQL, quoted command or field library can carry out. Each becomes
a hook: a function file with a typed signature and its contract, which fails with a clear message until it is
written.

## Why it hurts
The pipeline stops at this step, and the proof says that the step is not proven.

## Example
```yaml
steps:
  - {id: score_risk, kind: transform, reads: [orders], writes: [scored], operations: []}
```

## Use instead
Write the function in `score_risk_function.py`, or say what it does:
```yaml
steps:
  - id: score_risk
    kind: transform
    reads: [orders]
    writes: [scored]
    operations: [{op: derive, column: risk, expression: "amount / credit_limit"}]
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import parse
from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "unfinished-hook"
_WHY = "the run stops at this step until the function is written, and the step is not proven"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every hook, with the reason why it is one."""
    for step in pipeline.steps:
        reason = hook_reason(pipeline, step)
        if reason is not None:
            yield Diagnostic(
                code=code,
                severity="info",
                message=f"{step.id!r} is yours to write: {reason}",
                place=Place(path=f"steps.{step.id}"),
                why=_WHY,
                hint=f"write {step.id}_function.py, or say in the spec what the step does",
            )


def check_files(pipeline: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every function file that still raises NotImplementedError."""
    for path in sorted(files):
        if not path.startswith(f"dags/resources/{pipeline.id}/") or not path.endswith("_function.py"):
            continue
        for node in ast.walk(parse(files[path]) or ast.Module([], [])):
            if isinstance(node, ast.Raise) and node.exc is not None and _is_unwritten(node.exc):
                yield Diagnostic(
                    code=code,
                    severity="info",
                    message="the function is not written yet",
                    place=Place(file=path, line=node.lineno, column=node.col_offset + 1),
                    why=_WHY,
                    hint="write it here; its docstring says what it gets and what it returns",
                )


def _is_unwritten(raised: ast.expr) -> bool:
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"
