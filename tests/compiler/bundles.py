"""A small pipeline, and code for it that a test can change at will."""

from __future__ import annotations

from pathlib import Path

from airflow_llm.compiler.compile import Compilation
from airflow_llm.readers.reading import Reading, Source
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.target import Emission

PREFIX = "dags/resources/orders/"
SQL = PREFIX + "load.sql"
HOOK = PREFIX + "score_function.py"
DAG = "dags/orders.py"


def pipeline(pipeline_id: str = "orders", bucket: str = "orders-prod") -> Pipeline:
    return Pipeline.model_validate(
        {
            "id": pipeline_id,
            "connections": [{"name": "postgres", "connector": "postgresql"}],
            "settings": [{"name": "bucket", "values": {"prod": bucket, "dev": "orders-dev"}}],
            "steps": [
                {"id": "load", "kind": "sql", "connection": "postgres", "statement": "SELECT 1"},
                {"id": "score", "kind": "python", "after": ["load"]},
            ],
        }
    )


def compilation(
    spec: Pipeline | None = None, *, files: dict[str, str] | None = None, source: Path | None = None
) -> Compilation:
    spec = spec or pipeline()
    prefix = f"dags/resources/{spec.id}/"
    default = {
        f"dags/{spec.id}.py": "# the DAG\n",
        "dags/.airflowignore": "resources/\n",
        prefix + "load.sql": "SELECT 1\n",
        prefix + "score_function.py": "def score():\n    raise NotImplementedError\n",
    }
    texts = default | (files or {})
    return Compilation(
        Reading(spec),
        spec,
        Emission({name: text for name, text in texts.items() if text}, frozenset()),
        source=Source("", "spec", source) if source else None,
        target_version="3.3",
    )


def snapshot(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
