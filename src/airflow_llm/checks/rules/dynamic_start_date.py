"""A date in a DAG file that is different every time it is parsed.

## What it finds
`datetime.now()`, `pendulum.today()`, `days_ago()` and the like where Airflow evaluates them while it parses the
file.

## Why it hurts
A start date that moves with the clock means that intervals never end, or runs appear and vanish; any other
value that changes on every parse makes a new version of the DAG each time.

## Example
```py
with DAG("orders", start_date=datetime.now()):
    ...
```

## Use instead
```py
with DAG("orders", start_date=pendulum.datetime(2026, 1, 1, tz="Europe/Berlin")):
    ...
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import aliases, at_parse_time, dag_files, dotted
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "dynamic-start-date"
_WHY = "Airflow parses the file again and again: a date that moves gives runs that never start, appear or vanish"
_CLOCKS = frozenset(
    {
        "datetime.datetime.now",
        "datetime.datetime.utcnow",
        "datetime.datetime.today",
        "datetime.date.today",
        "pendulum.now",
        "pendulum.today",
        "pendulum.yesterday",
        "pendulum.tomorrow",
        "pendulum.DateTime.now",
        "airflow.utils.dates.days_ago",
        "airflow.utils.timezone.utcnow",
        "airflow.sdk.timezone.utcnow",
        "time.time",
        "pandas.Timestamp.now",
        "pandas.Timestamp.today",
    }
)


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every look at the clock while a DAG file is parsed."""
    for path, tree in dag_files(files):
        names = aliases(tree)
        for node in at_parse_time(tree):
            if isinstance(node, ast.Call) and (name := dotted(node.func, names)) in _CLOCKS:
                yield Diagnostic(
                    code=code,
                    severity="error",
                    message=f"{name}() is evaluated every time Airflow parses the file",
                    place=Place(file=path, line=node.lineno, column=node.col_offset + 1),
                    why=_WHY,
                    hint="use a fixed date (pendulum.datetime(2026, 1, 1, tz=…)); in a task use the data interval",
                )
