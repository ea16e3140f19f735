"""Code that talks to Airflow's own database.

## What it finds
Sessions and database models of Airflow (`provide_session`, `create_session`, `settings.Session`, `DagRun`,
`TaskInstance` and others) in any Python file of the bundle.

## Why it hurts
In Airflow 3 a worker has no access to that database: the task fails with "Direct database access via the ORM is
not allowed". `dag.test()` runs in one process and does allow it, so a green test proves nothing here.

## Example
```py
from airflow.models import DagRun
from airflow.utils.session import create_session

with create_session() as session:
    runs = session.query(DagRun).all()
```

## Use instead
What the task's context offers, or Airflow's REST API:
```py
from airflow.sdk import get_current_context

runs = get_current_context()["ti"].get_dr_count(dag_id="orders")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import aliases, at_run_time, dotted, imported, python_files
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "orm-access-in-task"
_WHY = "in Airflow 3 a worker has no access to the metadata database; dag.test() allows what a worker refuses"
_HINT = "use the task's context (`get_current_context()`), or Airflow's REST API"
_MODULES = ("airflow.utils.session", "airflow.utils.db", "airflow.api.common", "airflow.jobs")
_MENTION = (
    *("airflow.models", "airflow.settings", "airflow.utils", "airflow.api", "airflow.jobs"),
    *("airflow import", "import airflow"),
)
_MODELS = frozenset(
    {
        "DagRun",
        "TaskInstance",
        "DagModel",
        "DagBag",
        "DagTag",
        "DagVersion",
        "DagCode",
        "DagWarning",
        "Log",
        "Pool",
        "RenderedTaskInstanceFields",
        "SerializedDagModel",
        "SlaMiss",
        "TaskFail",
        "TaskReschedule",
        "Trigger",
        "XCom",
        "XComModel",
        "Callback",
        "ImportError",
        "AssetEvent",
        "AssetModel",
        "clear_task_instances",
    }
)
_SETTINGS = frozenset({"Session", "engine", "async_engine", "AsyncSession", "NonScopedSession", "SASession"})


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every import or use of a database session or model of Airflow."""
    for path, tree in python_files(files, _MENTION):
        names = aliases(tree)
        for node in at_run_time(tree):
            found = [name for name, _statement in imported(node) if _is_orm(name)]
            if isinstance(node, ast.Attribute) and _is_orm(name := dotted(node, names)):
                found.append(name)
            for name in dict.fromkeys(found):
                yield Diagnostic(
                    code=code,
                    severity="error",
                    message=f"{name} reaches into Airflow's own database",
                    place=Place(
                        file=path, line=getattr(node, "lineno", None), column=getattr(node, "col_offset", 0) + 1
                    ),
                    why=_WHY,
                    hint=_HINT,
                )


def _is_orm(name: str) -> bool:
    if not name.startswith("airflow."):
        return False
    module, _, member = name.rpartition(".")
    if name in _MODULES or module in _MODULES:
        return True
    if module == "airflow.settings":
        return member in _SETTINGS
    return (module == "airflow.models" or module.startswith("airflow.models.")) and member in _MODELS
