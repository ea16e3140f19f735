"""A package that the bundle uses but does not ask for.

## What it finds
A provider that a connection in use needs, that a Python file of the bundle imports, or without which Airflow cannot
reach an object store that `config.yml` names in some environment (`staging_url`, `{connection}_url`), and that is
missing from the bundle's `requirements.txt`. For `s3://` it is `apache-airflow-providers-amazon[s3fs]`, for `gs://`
`apache-airflow-providers-google`, for `abfs://` `apache-airflow-providers-microsoft-azure`.

## Why it hurts
The DAG works where the package happens to be installed, and fails with an import error or an unknown connection
type on the next machine.

## Example
```
# requirements.txt, for a pipeline that loads Snowflake
apache-airflow-providers-postgres
```

## Use instead
```
# requirements.txt, for a pipeline that loads Snowflake
apache-airflow-providers-postgres
apache-airflow-providers-snowflake
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from airflow_llm.checks.check import Files
from airflow_llm.checks.source import imports, python_files
from airflow_llm.connectors.object_stores import store_requirements
from airflow_llm.connectors.registry import get
from airflow_llm.spec.diagnostic import Diagnostic, Place
from airflow_llm.spec.pipeline import Pipeline

code = "missing-requirement"
_WHY = "the DAG works only where the package happens to be installed"
_FAMILIES = frozenset({"apache", "cncf", "common", "microsoft", "dbt", "atlassian"})
_WITH_AIRFLOW = frozenset(
    f"apache-airflow-providers-{name}" for name in ("common-compat", "common-io", "common-sql", "smtp", "standard")
)
_LIBRARIES = {
    "duckdb_provider": "airflow-provider-duckdb",
    "duckdb": "duckdb",
    "pyarrow": "pyarrow",
    "pandas": "pandas",
    "polars": "polars",
    "sklearn": "scikit-learn",
    "joblib": "joblib",
    "openpyxl": "openpyxl",
    "boto3": "boto3",
    "snowflake": "snowflake-connector-python",
}
_BRINGS = {
    "apache-airflow-providers-amazon": "boto3",
    "apache-airflow-providers-snowflake": "snowflake-connector-python",
}
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(.+)$", re.MULTILINE)
_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?")


def check_files(pipeline: Pipeline, files: Files) -> Iterator[Diagnostic]:
    """What is used, compared with what `requirements.txt` asks for."""
    path = f"dags/resources/{pipeline.id}/requirements.txt"
    if path not in files:
        return
    asked = _asked(files[path])
    missing = {name: why for name, why in _needed(pipeline, files, asked) if not _parts(name) <= asked}
    for name, why in sorted(missing.items()):
        yield Diagnostic(
            code=code,
            severity="error",
            message=f"{name} is not in requirements.txt, but {why}",
            place=Place(file=path),
            why=_WHY,
            hint=f"add {name}",
        )


def _asked(text: str) -> set[str]:
    """The packages that are installed for the lines; an extra counts as the package of its name."""
    asked = set(_WITH_AIRFLOW).union(*map(_parts, text.splitlines()))
    return asked | {_BRINGS[name] for name in asked & _BRINGS.keys()}


def _parts(requirement: str) -> set[str]:
    match = _REQUIREMENT.match(requirement)
    names = [match[1], *(match[2] or "").split(",")] if match else []
    return {_plain(name.strip()) for name in names if name.strip()}


def _needed(pipeline: Pipeline, files: Files, asked: set[str]) -> Iterator[tuple[str, str]]:
    # Most files need nothing more than what is asked for: their imports are seen without a syntax tree.
    telling = {path: text for path, text in files.items() if path.endswith(".py") and not _mentioned(text) <= asked}
    for path, tree in python_files(telling):
        for module, _statement in imports(tree):
            package = _package(module)
            if package:
                yield package, f"{path} imports {'.'.join(module.split('.')[:4])}"
    yield from store_requirements(pipeline)
    for connection in pipeline.connections:
        connector = get(connection.connector)
        used = any(f"{connection.name}_conn_id" in text for path, text in files.items() if path.endswith(".py"))
        if used and connector is not None and connector.provider:
            yield connector.provider, f"the connection {connection.name!r} is {connector.title}"


@lru_cache(maxsize=64)
def _mentioned(text: str) -> frozenset[str]:
    """The packages that lines which look like imports are about; the plumbing of many bundles is the same text."""
    words = {word for line in _IMPORT.findall(text) for word in re.findall(r"[\w.]+", line)}
    unclear = {"airflow.providers"} & words
    return frozenset(unclear | {_plain(package) for word in words if (package := _package(word))})


def _package(module: str) -> str:
    parts = module.split(".")
    if parts[:2] == ["airflow", "providers"] and len(parts) > 2:
        return _provider("-".join(parts[2:4] if parts[2] in _FAMILIES else parts[2:3]))
    return _LIBRARIES.get(parts[0], "")


def _provider(name: str) -> str:
    return f"apache-airflow-providers-{name}"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).casefold()
