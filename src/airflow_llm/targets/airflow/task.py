"""How one step appears in the DAG file, and the files it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_llm.targets.python import Expression


@dataclass(frozen=True)
class TaskCode:
    """One task. Exactly one of the two styles is filled:

    - TaskFlow: `decorator` (`task`, `task.branch`, `task.sensor`, `task.short_circuit`), `parameters`, `body` and
      `returns`. `parameters` are the names of staged datasets that the function takes as URIs (the structure wires them to the
      upstream tasks' return values) and, for a mapped step, the item's name.
    - operator: `operator` is the class name, the task is `operator(task_id=…, **arguments)`.

    `arguments` are the keyword arguments of the decorator or the operator that are special to the step; what every
    task may have (retries, pool, trigger rule, time-out, outlets, callbacks) is added by the structure.
    `imports` are whole import lines for the top of the DAG file. `files` are texts by file name in the bundle's
    resources folder; `support` are the functions of `staging.py` that the body uses; `requirements` are pip names.
    """

    imports: tuple[str, ...] = ()
    decorator: str = ""
    parameters: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    returns: str = "None"
    operator: str = ""
    arguments: Mapping[str, Expression] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    support: frozenset[str] = frozenset()
    requirements: frozenset[str] = frozenset()
    uses_sql: bool = False
    """Whether it holds a database connection: in `dev` such tasks share the pool of one slot (DuckDB's one writer)."""
