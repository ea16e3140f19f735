"""A load that adds the same rows again when it runs again.

## What it finds
A load in mode `append`, and a SQL statement that only inserts, unless it leaves out the rows that the table holds
already (`EXCEPT`, `NOT EXISTS`, `NOT IN` or an anti join over the table itself).

## Why it hurts
Every retry and every cleared task of the same data interval doubles the rows.

## Example
```yaml
steps:
  - {id: load, kind: load, reads: [orders], writes: [sales], mode: append}
```

## Use instead
```yaml
steps:
  - {id: load, kind: load, reads: [orders], writes: [sales], mode: merge, keys: [order_id]}
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from airflow_llm.spec.diagnostic import Diagnostic, Edit, Fix, Place
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import LoadStep, SqlStep

code = "non-idempotent-load"
_WHY = "every retry and every cleared task of the same data interval adds the same rows again"
_QUOTED = r"'(?:[^']|'')*'|--[^\n]*|/\*(?s:.)*?\*/"
_INSERT = r"\binsert\s+into\b"
_REPEATABLE = (
    r"\b(delete\s+from|merge|truncate|on\s+conflict|on\s+duplicate|insert\s+(?:overwrite|or\s+(?:ignore|replace))"
    r"|insert\s+ignore|replace\s+into|create\s+or\s+replace|drop\s+table)\b"
)


def check_pipeline(pipeline: Pipeline) -> Iterator[Diagnostic]:
    """Loads that append, with a merge as the fix where the keys are known, and inserts without a matching delete."""
    for step in pipeline.steps:
        if isinstance(step, LoadStep) and step.mode == "append":
            yield _append(pipeline, step)
        elif isinstance(step, SqlStep) and step.statement:
            sql = re.sub(_QUOTED, " ", step.statement)
            inserts = re.search(_INSERT, sql, re.IGNORECASE) and not re.search(_REPEATABLE, sql, re.IGNORECASE)
            if inserts and not _only_new(step.statement):
                yield Diagnostic(
                    code=code,
                    severity="warning",
                    message=f"{step.id!r} inserts rows without removing those of an earlier run",
                    place=Place(path=f"steps.{step.id}.statement"),
                    why=_WHY,
                    hint="delete the interval's rows first, or use MERGE or INSERT … ON CONFLICT",
                )


def _only_new(statement: str) -> bool:
    """Whether every insert leaves out the rows that its own table holds: EXCEPT, NOT EXISTS, NOT IN, an anti join."""
    import sqlglot
    from sqlglot import exp

    try:
        trees = [tree for tree in sqlglot.parse(statement, error_level=sqlglot.ErrorLevel.RAISE) if tree is not None]
    except (sqlglot.errors.SqlglotError, RecursionError):
        return False
    inserts = [insert for tree in trees for insert in tree.find_all(exp.Insert)]
    return bool(inserts) and all(_leaves_out_own(insert) for insert in inserts)


def _leaves_out_own(insert: Any) -> bool:
    """Whether the insert's query takes away what the table that it writes holds already."""
    from sqlglot import exp

    query = insert.expression
    target = insert.this.find(exp.Table) if insert.this is not None else None
    if query is None or target is None:
        return False
    name = target.sql().lower() if not target.alias else target.name.lower()

    def own(tree: Any) -> bool:
        return tree is not None and any(_same(table, name) for table in tree.find_all(exp.Table))

    taken_away = [found.expression for found in query.find_all(exp.Except)]
    for negated in query.find_all(exp.Not):
        taken_away += list(negated.find_all(exp.Exists, exp.In))[:1]
    if any(own(tree) for tree in taken_away):
        return True
    return any(own(join.this) and _anti(query, join) for join in query.find_all(exp.Join))


def _same(table: Any, name: str) -> bool:
    bare = table.copy()
    bare.set("alias", None)
    return str(bare.sql()).lower() == name


def _anti(query: Any, join: Any) -> bool:
    """`LEFT JOIN t … WHERE t.id IS NULL`, `LEFT ANTI JOIN t`."""
    from sqlglot import exp

    if "ANTI" in (join.kind, join.side):
        return True
    where = query.args.get("where")
    alias = join.this.alias_or_name.lower()
    nulls = where.find_all(exp.Is) if where is not None else ()
    return join.side == "LEFT" and any(
        isinstance(found.expression, exp.Null)
        and isinstance(found.this, exp.Column)
        and found.this.table.lower() == alias
        for found in nulls
    )


def _append(pipeline: Pipeline, step: LoadStep) -> Diagnostic:
    keys = list(step.keys or _keys(pipeline, step))
    at = f"steps.{step.id}"
    edits = (Edit(op="set", path=f"{at}.mode", value="merge"), Edit(op="set", path=f"{at}.keys", value=keys))
    return Diagnostic(
        code=code,
        severity="warning",
        message=f"{step.id!r} appends, so a second run of the same interval doubles its rows",
        place=Place(path=f"{at}.mode"),
        why=_WHY,
        hint=f"merge by {', '.join(keys)}" if keys else "use mode merge with keys, partition, or replace",
        fix=Fix(title=f"merge by {', '.join(keys)}", edits=edits) if keys else None,
    )


def _keys(pipeline: Pipeline, step: LoadStep) -> tuple[str, ...]:
    """The keys of the written datasets, when they are known and agree."""
    known = {dataset.keys for dataset in pipeline.datasets if dataset.name in step.writes}
    return known.pop() if len(known) == 1 else ()
