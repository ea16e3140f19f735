"""How one step appears in the DAG file, and the files it brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from airflow_llm.targets.python import Expression


@dataclass(frozen=True)
class TaskCode:
    """One task. Exactly one of the two styles is filled:

    - TaskFlow: `decorator` (`task`, `task.branch`, `task.sensor`, `task.short_circuit`), `parameters`, `body` and
      `returns`. `parameters` are the names of staged datasets that the function takes as URIs (the structure wires them
      to the upstream tasks' return values and types them: `str`, or `list[str]` when the writer is mapped), names in
      `scalars`, and, for a mapped step, the item's name.
    - operator: `operator` is the class name, the task is `operator(task_id=…, **arguments)`.

    What a task returns: its outputs are its staged `writes`, then its `returns`. Exactly one staged write and no
    `returns`: the URI itself. Otherwise a dict by those names (the structure adds `multiple_outputs=True`).
    Nothing to hand on: None. A load returns nothing that the structure uses.

    `body` lines are indented from 0 and may use the module's `CONFIG`, `RESOURCES` and `ENVIRONMENT`.
    `arguments` are the keyword arguments of the decorator or the operator that are special to the step; what every
    task may have (retries, pool, trigger rule, time-out, outlets, callbacks, doc) is added by the structure.
    `imports` are whole import lines for the top of the DAG file, one name a line. `files` are texts by file name in the
    bundle's resources folder; `support` are the functions of `staging.py` that the body uses; `requirements` are pip
    names. Every generated Python text is in the shape of `ruff format --isolated` (88 columns).
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
    scalars: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Parameters that take one scalar of another step: parameter name -> (step id, name in its `returns`)."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    """Annotations of parameters that the structure cannot know (those of `scalars`; `Any` when they are not given)."""
    mapped_argument: str = ""
    """For an operator with `for_each`: the argument that differs from item to item (`env`, `conf`…)."""
    mapped_value: Expression = Expression("item")  # noqa: RUF009 - an immutable str
    """The value of that argument, as an expression over `item`."""
