"""A system that no connector knows.

## What it finds
A connection whose `connector` is not the name of a known or installed connector.

## Why it hurts
Every step that uses the system becomes a hook: code that you have to write.

## Example
```yaml
connections:
  - {name: warehouse, connector: snowflaek}
```

## Use instead
```yaml
connections:
  - {name: warehouse, connector: snowflake}
```
"""

from __future__ import annotations

from collections.abc import Iterator

from airflow_llm.connectors.registry import get, nearest
from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline

code = "unknown-connector"
_WHY = "every step that uses the system becomes a hook: code that you have to write"


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Every unknown system; the nearest known name is offered, never taken without asking."""
    for connection in pipeline.connections:
        if get(connection.connector) is not None:
            continue
        near = nearest(connection.connector, limit=1)
        path = f"connections.{connection.name}.connector"
        edits = tuple(Edit(op="set", path=path, value=name) for name in near)
        yield Diagnostic(
            code=code,
            severity="warning",
            message=f"no connector is called {connection.connector!r}",
            place=Place(path=path),
            why=_WHY,
            hint=f"did you mean {near[0]!r}?" if near else "`airflow-llm connectors` lists those there are",
            fix=Fix(title=f"use {near[0]}", edits=edits, safe=False) if near else None,
        )
