"""Another `resources` package that hides ours.

## What it finds
A file `resources.py` or `resources/__init__.py` beside the DAGs, or an installed package called `resources`.

## Why it hurts
The tasks import their functions from `resources.<pipeline>`. A regular package of that name wins over our
folder, and every task of every bundle fails with an import error.

## Example
```
dags/orders.py
dags/resources/__init__.py
```

## Use instead
```
dags/orders.py
dags/resources/orders/config.yml
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.machinery import PathFinder

from airflow_llm.checks.check import Files
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "foreign-resources"
deep = True
_WHY = "a regular package called `resources` wins over the bundle's folder, and every task fails to import its function"
_HIDES = re.compile(r"dags/resources(\.py|(/\w+)?/__init__\.py)")


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Files of the bundle that make `resources` a regular package, and a package of that name in this environment."""
    for path in sorted(files):
        if _HIDES.fullmatch(path):
            yield _finding(Place(file=path), f"{path} hides the folder that the tasks import from", "remove the file")
    found = PathFinder.find_spec("resources")
    if found is not None and found.origin is not None:
        message = f"an installed package is called 'resources' ({found.origin})"
        yield _finding(Place(path="id"), message, "uninstall it, or keep it out of Airflow's environment")


def _finding(place: Place, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, severity="error", message=message, place=place, why=_WHY, hint=hint)
