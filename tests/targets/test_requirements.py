"""What `requirements.txt` asks for."""

from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.compiler.completion import complete
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.targets.airflow.requirements import requirements_text
from airflow_llm.targets.airflow.versions import features
from airflow_llm.targets.registry import find

SPEC: dict[str, Any] = {
    "id": "p",
    "connections": [{"name": "shop", "connector": "postgres"}],
    "datasets": [{"name": "orders", "kind": "table", "connection": "shop", "location": "orders"}, {"name": "copy"}],
    "steps": [{"id": "take", "kind": "extract", "reads": ["orders"], "writes": ["copy"]}],
}


def _names(**spec: Any) -> list[str]:
    pipeline = complete(Pipeline.model_validate(SPEC | spec))
    lines = find("airflow").emit(pipeline).files["dags/resources/p/requirements.txt"].splitlines()
    return [line.partition(">=")[0] for line in lines]


def test_the_assumed_staging_location_brings_what_reads_and_writes_there() -> None:
    assert "apache-airflow-providers-amazon[s3fs]" in _names()


@pytest.mark.parametrize(
    ("url", "package"),
    [
        ("gs://company-staging", "apache-airflow-providers-google"),
        ("abfs://staging@company.dfs.core.windows.net", "apache-airflow-providers-microsoft-azure"),
    ],
)
def test_another_store_brings_its_own_provider(url: str, package: str) -> None:
    values = {"prod": url, "staging": "file:///data/staging", "dev": "file:///tmp/staging"}
    names = _names(settings=[{"name": "staging_url", "values": values}])
    assert package in names
    assert not any("amazon" in name for name in names)


def test_a_package_stands_on_one_line_with_all_extras() -> None:
    wanted = frozenset(
        {"apache-airflow-providers-amazon", "apache-airflow-providers-amazon[s3fs]", "mine[b]", "mine[a]"}
    )
    assert requirements_text(wanted | {"their>=3"}, features("3.0")).splitlines()[1:] == [
        "apache-airflow-providers-amazon[s3fs]>=9.6,<10",
        "mine[a,b]",
        "pyyaml>=6,<7",
        "their>=3",
    ]
