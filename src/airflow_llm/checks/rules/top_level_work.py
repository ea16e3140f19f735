"""Work that is done every time Airflow parses a DAG file.

## What it finds
Queries, requests, commands, Airflow variables and connections, and slow imports at the top level of a DAG file,
and of the functions decorated with `@dag` or `@task_group`.

## Why it hurts
Airflow parses each file about twice a minute and again in every task: slow parsing delays all DAGs, and a
system that does not answer makes the DAG disappear.

## Example
```py
import pandas as pd
from airflow.sdk import Variable

limit = Variable.get("limit")
```

## Use instead
```py
@task
def extract() -> None:
    import pandas as pd

    limit = Variable.get("limit")
```
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import aliases, at_parse_time, dag_files, dotted, imported
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "top-level-work"
_WHY = "Airflow parses the file about twice a minute and in every task: this delays all DAGs, or makes this one vanish"
_SLOW_MODULES = frozenset(
    {
        "pandas",
        "numpy",
        "polars",
        "duckdb",
        "pyarrow",
        "sklearn",
        "scipy",
        "tensorflow",
        "torch",
        "transformers",
        "xgboost",
        "lightgbm",
        "matplotlib",
        "pyspark",
        "sqlalchemy",
        "boto3",
        "botocore",
        "snowflake",
        "psycopg",
        "psycopg2",
        "requests",
        "httpx",
        "google",
        "azure",
        "kubernetes",
        "dask",
        "ray",
        "mlflow",
        "great_expectations",
        "openai",
        "anthropic",
        "resources",
    }
)
_CALLS = frozenset(
    {
        "airflow.sdk.Variable.get",
        "airflow.sdk.Connection.get",
        "airflow.models.Variable.get",
        "airflow.models.variable.Variable.get",
        "airflow.models.Connection.get_connection_from_secrets",
        "airflow.hooks.base.BaseHook.get_connection",
        "airflow.sdk.BaseHook.get_connection",
        "airflow.sdk.bases.hook.BaseHook.get_connection",
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.Popen",
        "os.system",
        "os.popen",
        "time.sleep",
        "socket.create_connection",
        "sqlite3.connect",
        "smtplib.SMTP",
        "ftplib.FTP",
        "glob.glob",
        "os.walk",
        "os.listdir",
    }
)
_WORKING_PACKAGES = (
    "requests.",
    "httpx.",
    "pandas.read_",
    "psycopg",
    "mysql.",
    "duckdb.",
    "boto3.",
    "sqlalchemy.create_",
)
_HOOK_METHODS = frozenset(
    {
        "get_records",
        "get_first",
        "get_pandas_df",
        "get_df",
        "get_conn",
        "run",
        "execute",
        "fetchall",
        "read_key",
        "load_file",
        "list_keys",
        "check_for_key",
    }
)


def check_files(_: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """Every slow import and every call that reaches outside while a DAG file is parsed."""
    for path, tree in dag_files(files):
        names = aliases(tree)
        for node in at_parse_time(tree):
            for module, _statement in imported(node):
                if module.partition(".")[0] in _SLOW_MODULES:
                    yield _finding(path, node, f"{module} is imported at parse time", "import it inside the task")
                    break
            if isinstance(node, ast.Call) and (what := _work(node, names)):
                yield _finding(
                    path, node, f"{what} is called at parse time", "call it inside a task, or use a template"
                )


def _work(node: ast.Call, names: dict[str, str]) -> str:
    name = dotted(node.func, names)
    if name in _CALLS or name.startswith(_WORKING_PACKAGES):
        return f"{name}()"
    if isinstance(node.func, ast.Attribute) and node.func.attr in _HOOK_METHODS:
        owner = node.func.value
        made = dotted(owner.func, names) if isinstance(owner, ast.Call) else ""
        if made.endswith("Hook"):
            return f"{made.rpartition('.')[2]}().{node.func.attr}()"
    return ""


def _finding(path: str, node: ast.AST, message: str, hint: str) -> Diagnostic:
    place = Place(file=path, line=getattr(node, "lineno", None), column=getattr(node, "col_offset", 0) + 1)
    return Diagnostic(code=code, severity="error", message=message, place=place, why=_WHY, hint=hint)
