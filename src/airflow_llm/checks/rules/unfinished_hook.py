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
_FILE = "_function.py"
files_decide = True
_WHY = "the run stops at this step until the function is written, and the step is not proven"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every hook, with the reason why it is one."""
    for step, reason in _hooks(pipeline):
        hint = f"write {step}_function.py, or say in the spec what the step does"
        yield _finding(f"{step!r} is yours to write: {reason}", Place(path=f"steps.{step}"), hint)


def check_files(pipeline: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every function that still raises NotImplementedError, and hooks without a file; a written one is finished."""
    folder = f"dags/resources/{pipeline.id}/"
    functions = {path: text for path, text in files.items() if path.startswith(folder) and path.endswith(_FILE)}
    reasons = dict(_hooks(pipeline))
    for path in sorted(functions):
        reason = reasons.get(path.removeprefix(folder).removesuffix(_FILE), "")
        for line, column, name in _unwritten(functions[path]):
            message = f"{name}() is yours to write" + (f": {reason}" if reason else "")
            hint = "write it here; its docstring says what it gets and what it returns"
            yield _finding(message, Place(file=path, line=line, column=column), hint)
    for step, reason in reasons.items():
        if not any(path.startswith(f"{folder}{step}") for path in functions):
            hint = f"build the bundle again to get {step}{_FILE}"
            yield _finding(f"{step!r} is yours to write: {reason}", Place(path=f"steps.{step}"), hint)


def _hooks(pipeline: Pipeline) -> Iterator[tuple[str, str]]:
    for step in pipeline.steps:
        reason = hook_reason(pipeline, step)
        if reason is not None:
            yield step.id, reason


def _unwritten(text: str) -> Iterator[tuple[int, int, str]]:
    """Functions that raise NotImplementedError: line, column and name."""
    for function in ast.walk(parse(text) or ast.Module([], [])):
        if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for node in ast.walk(function):
                if isinstance(node, ast.Raise) and node.exc is not None and _says_unwritten(node.exc):
                    yield node.lineno, node.col_offset + 1, function.name


def _says_unwritten(raised: ast.expr) -> bool:
    name = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(name, ast.Name) and name.id == "NotImplementedError"


def _finding(message: str, place: Place, hint: str) -> Diagnostic:
    return Diagnostic(code=code, severity="info", message=message, place=place, why=_WHY, hint=hint)
