"""Loads every bundle of a DAGs folder as Airflow does: `python load_bundles.py FOLDER`, in the Python that has Airflow.

The answer is JSON on standard output: for each DAG file the problems found. A file is good when it is imported without
an error or a deprecation, its DAGs are serialised and read back, and every import of its bundle, also those inside of
functions, is there in this version.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
import traceback
import warnings
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).resolve().parents[2] / "src" / "airflow_llm"


def airflow_api() -> Any:
    """The proof's list of where each version keeps what; it needs nothing but the standard library."""
    spec = spec_from_file_location("airflow_api", SOURCES / "proof" / "worker" / "airflow_api.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load(folder: Path) -> dict[str, list[str]]:
    """The problems of each DAG file of the folder, by its name."""
    import airflow

    api = airflow_api()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bag = api.find("DagBag")(dag_folder=str(folder), safe_mode=False, load_op_links=False)
    captured = [str(warning) for found in bag.captured_warnings.values() for warning in found]
    captured += [f"{warning.filename}: {warning.category.__name__}: {warning.message}" for warning in caught]
    problems: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*.py")):
        found = [str(error) for place, error in bag.import_errors.items() if Path(str(place)).name == file.name]
        dags = [dag for dag in bag.dags.values() if Path(dag.fileloc).name == file.name]
        if not found and not dags:
            found.append("no DAG was found in the file")
        for dag in dags:
            found += attempt(lambda dag=dag: round_trip(dag, api))
        found += [text for text in captured if "Deprecat" in text and str(file) in text]
        bundle = [file, *sorted((folder / "resources" / file.stem).glob("*.py"))]
        found += [problem for path in bundle for problem in missing_imports(path)]
        problems[file.stem] = found
    problems["(version)"] = [airflow.__version__]
    return problems


def round_trip(dag: Any, api: Any) -> None:
    """Serialise the DAG as the DAG processor does, and read it as the scheduler does."""
    dag.validate()
    data = json.loads(json.dumps(api.serialize(dag)))
    read = reader(api).from_dict(data)
    assert set(read.task_dict) == set(dag.task_dict), "reading it back changed the tasks"


def reader(api: Any) -> Any:
    """The class that reads a serialised DAG: one of its own since 3.2."""
    try:
        return api.find("DagSerialization")
    except ImportError:
        return api.find("SerializedDAG")


def missing_imports(path: Path) -> list[str]:
    """The names of Airflow that a file imports anywhere and this version lacks."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("airflow", "duckdb_provider"):
            for alias in node.names:
                problems = attempt(lambda node=node, alias=alias: imported(str(node.module), alias.name), limit=-1)
                found += [f"{path.name}:{node.lineno}: {problem}" for problem in problems]
    return found


def imported(module: str, name: str) -> None:
    if not hasattr(importlib.import_module(module), name):
        importlib.import_module(f"{module}.{name}")


def attempt(step: Callable[[], None], limit: int = -4) -> list[str]:
    try:
        step()
    except Exception:
        return [traceback.format_exc(limit=limit).strip()]
    return []


if __name__ == "__main__":
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    json.dump(load(Path(sys.argv[1])), answer)
    answer.close()
