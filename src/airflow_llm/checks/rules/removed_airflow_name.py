"""A name from Airflow 2 that Airflow 3 no longer has.

## What it finds
Imports of removed modules, removed arguments, and removed template and context variables such as
`execution_date`, in any file of the bundle: most often after an edit by hand or a paste from an older DAG.

## Why it hurts
A removed import or argument makes the whole DAG disappear with an import error; a removed variable fails the
task when it runs.

## Example
```py
from airflow.operators.bash_operator import BashOperator

with DAG("orders", schedule_interval="@daily"):
    BashOperator(task_id="show", bash_command="echo {{ execution_date }}")
```

## Use instead
```py
from airflow.providers.standard.operators.bash import BashOperator

with DAG("orders", schedule="@daily"):
    BashOperator(task_id="show", bash_command="echo {{ logical_date }}")
```
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import aliases, dotted, imported, python_files
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "removed-airflow-name"
_WHY = "Airflow 3 no longer has it: the DAG disappears with an import error, or the task fails when it runs"
# Tried with Airflow 3.3.2: an import of each of these fails.
_MODULES = {
    "airflow.operators.bash_operator": "airflow.providers.standard.operators.bash",
    "airflow.operators.python_operator": "airflow.providers.standard.operators.python",
    "airflow.operators.dummy_operator": "airflow.providers.standard.operators.empty.EmptyOperator",
    "airflow.operators.dummy": "airflow.providers.standard.operators.empty.EmptyOperator",
    "airflow.operators.email_operator": "airflow.providers.smtp.operators.smtp.EmailOperator",
    "airflow.operators.subdag": "a task group",
    "airflow.operators.subdag_operator": "a task group",
    "airflow.operators.sql": "airflow.providers.common.sql.operators.sql",
    "airflow.operators.mysql_operator": "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator",
    "airflow.operators.postgres_operator": "airflow.providers.common.sql.operators.sql.SQLExecuteQueryOperator",
    "airflow.operators.http_operator": "airflow.providers.http.operators.http.HttpOperator",
    "airflow.sensors.external_task_sensor": "airflow.providers.standard.sensors.external_task",
    "airflow.sensors.base_sensor_operator": "airflow.sdk.BaseSensorOperator",
    "airflow.sensors.s3_key_sensor": "airflow.providers.amazon.aws.sensors.s3",
    "airflow.sensors.sql": "airflow.providers.common.sql.sensors.sql",
    "airflow.sensors.http_sensor": "airflow.providers.http.sensors.http",
    "airflow.hooks.base_hook": "airflow.sdk.BaseHook",
    "airflow.hooks.dbapi": "airflow.providers.common.sql.hooks.sql",
    "airflow.hooks.dbapi_hook": "airflow.providers.common.sql.hooks.sql",
    "airflow.hooks.postgres_hook": "airflow.providers.postgres.hooks.postgres",
    "airflow.hooks.mysql_hook": "airflow.providers.mysql.hooks.mysql",
    "airflow.hooks.S3_hook": "airflow.providers.amazon.aws.hooks.s3",
    "airflow.hooks.http_hook": "airflow.providers.http.hooks.http",
    "airflow.utils.dates.days_ago": "a fixed pendulum.datetime(…)",
    "airflow.utils.decorators.apply_defaults": "nothing: it is not needed any more",
    "airflow.utils.helpers.chain": "airflow.sdk.chain",
    "airflow.utils.helpers.cross_downstream": "airflow.sdk.cross_downstream",
    "airflow.utils.file.TemporaryDirectory": "tempfile.TemporaryDirectory",
    "airflow.utils.log.secrets_masker": "airflow.sdk.log.mask_secret",
    "airflow.utils.weekday": "airflow.providers.standard.utils.weekday",
    "airflow.datasets": "airflow.sdk.Asset",
    "airflow.timetables.datasets": "airflow.timetables.assets.AssetOrTimeSchedule",
    "airflow.executors.celery_executor": "airflow.providers.celery.executors.celery_executor",
    "airflow.executors.kubernetes_executor": "airflow.providers.cncf.kubernetes.executors.kubernetes_executor",
    "airflow.kubernetes": "airflow.providers.cncf.kubernetes",
    "airflow.contrib": "the provider packages, airflow.providers.…",
    "airflow.www": "FastAPI apps of a plugin",
    "airflow.lineage.entities": "airflow.sdk.Asset as an inlet or outlet",
    "airflow.io.store": "airflow.sdk.ObjectStoragePath",
    "airflow.providers.http.operators.http.SimpleHttpOperator": "airflow.providers.http.operators.http.HttpOperator",
    "airflow.providers.snowflake.operators.snowflake.SnowflakeOperator": "SQLExecuteQueryOperator of common.sql",
    "airflow.providers.postgres.operators": "SQLExecuteQueryOperator of common.sql",
    "airflow.providers.mysql.operators": "SQLExecuteQueryOperator of common.sql",
}


def _package(name: str) -> str:
    """As much of a removed name as any import of it spells out."""
    parts = name.split(".")
    return ".".join(parts[: 4 if parts[1] == "providers" else 2])


_ARGUMENTS = {
    "schedule_interval": "schedule",
    "timetable": "schedule",
    "concurrency": "max_active_tasks",
    "fail_stop": "fail_fast",
    "task_concurrency": "max_active_tis_per_dag",
    "default_view": "",
    "orientation": "",
    "provide_context": "",
}
_VARIABLES = {
    "execution_date": "logical_date",
    "next_execution_date": "data_interval_end",
    "prev_execution_date": "prev_data_interval_start_success",
    "prev_execution_date_success": "prev_data_interval_start_success",
    "next_ds": "data_interval_end | ds",
    "next_ds_nodash": "data_interval_end | ds_nodash",
    "prev_ds": "prev_data_interval_start_success | ds",
    "prev_ds_nodash": "prev_data_interval_start_success | ds_nodash",
    "yesterday_ds": "macros.ds_add(ds, -1)",
    "yesterday_ds_nodash": "macros.ds_add(ds, -1) without dashes",
    "tomorrow_ds": "macros.ds_add(ds, 1)",
    "tomorrow_ds_nodash": "macros.ds_add(ds, 1) without dashes",
    "triggering_dataset_events": "triggering_asset_events",
}
_DOCUMENTATION = frozenset({"doc_md", "doc", "description", "doc_json", "doc_yaml", "doc_rst", "title"})
# Compiled when a template is met.
_TEMPLATE = r"\{[{%][^{}]{0,500}?\b(?<![.'\"])(" + "|".join(_VARIABLES) + r")\b[^{}]{0,500}?[%}]\}"
_MENTION = ("airflow import", *sorted({_package(name) for name in _MODULES}), *_ARGUMENTS, *_VARIABLES)


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Removed imports, arguments and context keys in Python; removed variables in every template."""
    for path, tree in python_files(files, _MENTION):
        names = aliases(tree)
        for node in ast.walk(tree):
            for name, replacement in _removed(node, names):
                place = Place(file=path, line=getattr(node, "lineno", None), column=getattr(node, "col_offset", 0) + 1)
                yield _finding(place, name, replacement)
        for text, node in _templates(tree):
            for match in re.finditer(_TEMPLATE, text):
                place = Place(file=path, line=node.lineno, column=node.col_offset + 1)
                yield _finding(place, f"the template variable {match[1]}", _VARIABLES[match[1]])
    for path in sorted(path for path in files if path.endswith(".sql") and "{" in files[path]):
        for number, line in enumerate(files[path].splitlines(), start=1):
            for match in re.finditer(_TEMPLATE, line):
                place = Place(file=path, line=number, column=match.start(1) + 1)
                yield _finding(place, f"the template variable {match[1]}", _VARIABLES[match[1]])


def _templates(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    """Texts that may be templates: values of arguments and variables, but no documentation."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _DOCUMENTATION:
            continue
        if isinstance(node, (ast.keyword, ast.Assign, ast.AnnAssign)) and node.value is not None:
            for part in [node.value, *getattr(node.value, "elts", []), *getattr(node.value, "values", [])]:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, part


def _removed(node: ast.AST, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, _statement in imported(node):
        gone = next((one for one in _MODULES if name == one or name.startswith(one + ".")), None)
        if gone is not None:
            yield name, _MODULES[gone]
    if isinstance(node, ast.Call):
        yield from _arguments(node, names)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in ("context", "kwargs"):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(key, str) and key in _VARIABLES:
            yield f"the context key {key}", _VARIABLES[key]


def _arguments(node: ast.Call, names: dict[str, str]) -> Iterator[tuple[str, str]]:
    called = dotted(node.func, names)
    if not called.startswith("airflow."):
        return
    for keyword in node.keywords:
        if keyword.arg in _ARGUMENTS and not (keyword.arg == "timetable" and not called.lower().endswith("dag")):
            yield f"the argument {keyword.arg}", _ARGUMENTS[keyword.arg]


def _finding(place: Place, name: str, replacement: str) -> Diagnostic:
    return Diagnostic(
        code=code,
        severity="error",
        message=f"{name} was removed in Airflow 3",
        place=place,
        why=_WHY,
        hint=f"use {replacement}" if replacement else "leave it out",
    )
