"""A load that runs once for each item and reads a table itself takes the rows of its item."""

from __future__ import annotations

import ast

from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source


def test_a_mapped_load_from_a_table_takes_its_item() -> None:
    text = "For each region load orders from MySQL into Postgres."
    emitted = compile_source(Source(text, by_rules=True, pipeline_id="regions")).emission.files
    tree = ast.parse(emitted["dags/regions.py"])
    step = next(
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "load_orders_to_postgres"
    )
    assert [argument.arg for argument in step.args.args] == ["region"]
    query = next(sql for name, sql in emitted.items() if name.endswith("-orders.sql"))
    assert "region = " in query
