from __future__ import annotations

from typing import Any

import pytest

from airflow_llm.connectors.hooks import hook_reason
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import Step

CONNECTIONS = [
    {"name": "shop", "connector": "postgres"},
    {"name": "team", "connector": "slack"},
    {"name": "crm", "connector": "salesforce"},
    {"name": "lake", "connector": "s3"},
]
DATASETS = [
    {"name": "orders_table", "connection": "shop", "location": "orders"},
    {"name": "leads", "connection": "crm", "location": "Lead"},
    {"name": "channel", "connection": "team", "location": "#data"},
    {"name": "dump", "connection": "lake", "location": "dump.xml", "format": "xml"},
    {"name": "orders"},
    {"name": "model", "kind": "model"},
]


def reason_of(**step: Any) -> str | None:
    data = {"id": "p", "connections": CONNECTIONS, "datasets": DATASETS, "steps": [{"id": "s", **step}]}
    pipeline = Pipeline.model_validate(data)
    found: Step = pipeline.steps[0]
    return hook_reason(pipeline, found)


@pytest.mark.parametrize(
    "step",
    [
        {"kind": "extract", "reads": ["orders_table"], "writes": ["orders"]},
        {"kind": "load", "reads": ["orders"], "writes": ["orders_table"]},
        {"kind": "transform", "reads": ["orders"], "operations": [{"op": "limit", "rows": 1}]},
        {"kind": "notify", "connection": "team", "target": "#data"},
        {"kind": "sql", "connection": "shop", "statement": "SELECT 1"},
        {"kind": "train", "reads": ["orders"], "writes": ["model"], "algorithm": "random forest", "target": "churned"},
        {"kind": "report", "reads": ["orders"], "format": "html"},
        {"kind": "cleanup", "staging": True},
        {"kind": "cleanup", "dataset": "orders_table", "older_than": "30d", "column": "created_at"},
        {"kind": "marker"},
    ],
)
def test_what_a_connector_can_do_is_no_hook(step: dict[str, Any]) -> None:
    assert reason_of(**step) is None


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"kind": "extract", "reads": ["leads"], "writes": ["orders"]}, "'salesforce'"),
        ({"kind": "extract", "reads": ["channel"], "writes": ["orders"]}, "Slack has no way"),
        ({"kind": "extract", "reads": ["dump"], "writes": ["orders"]}, "xml"),
        ({"kind": "extract", "writes": ["orders"]}, "both what is read"),
        ({"kind": "extract", "reads": ["orders"], "writes": ["model"]}, "from which system"),
        ({"kind": "load", "reads": ["orders_table"], "writes": ["orders"]}, "into which system"),
        ({"kind": "load", "reads": ["orders"], "writes": ["leads"]}, "'salesforce'"),
        ({"kind": "notify", "connection": "shop"}, "PostgreSQL has no way"),
        ({"kind": "transform", "reads": ["orders"]}, "only your own code"),
        ({"kind": "train", "algorithm": "magic", "target": "churned"}, "'magic'"),
        ({"kind": "train"}, "algorithm or the target"),
        ({"kind": "deploy"}, "into service"),
        ({"kind": "evaluate", "reads": ["orders"], "target": "churned"}, "which model"),
        ({"kind": "report", "reads": ["orders"], "format": "pdf"}, "PDF"),
        ({"kind": "cleanup", "dataset": "orders_table", "older_than": "30d"}, "age of a row"),
        ({"kind": "sql", "connection": "shop", "action": "create_table", "writes": ["orders_table"]}, "columns"),
    ],
)
def test_a_hook_says_why(step: dict[str, Any], words: str) -> None:
    assert words in (reason_of(**step) or "")
