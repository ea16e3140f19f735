"""A Python file of the bundle that cannot be read.

## What it finds
Syntax errors in the `.py` files of a bundle, most often after an edit by hand.

## Why it hurts
Airflow shows an import error instead of the DAG; a broken function file fails only when its task runs.

## Example
```py
def clean(orders: str) -> str
    return orders
```

## Use instead
```py
def clean(orders: str) -> str:
    return orders
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import parse, strictly
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "syntax-error"


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every Python file that does not parse, with the place where it stops making sense."""
    for path in sorted(files):
        if path.endswith(".py") and parse(files[path]) is None:
            place, reason = _where(path, files[path])
            yield Diagnostic(
                code=code,
                severity="error",
                message=f"this is not valid Python: {reason}",
                place=place,
                why="Airflow cannot import the file",
                hint="correct it, or generate the bundle again",
            )


def _where(path: str, text: str) -> tuple[Place, str]:
    try:
        strictly(text)
    except SyntaxError as error:
        return Place(file=path, line=error.lineno, column=error.offset or None), error.msg
    except (ValueError, RecursionError, MemoryError) as error:
        return Place(file=path), str(error) or "it is nested too deeply"
    return Place(file=path), "it could not be read"
