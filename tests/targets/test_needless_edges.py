"""Edges that follow from others are not written; those that matter to a trigger rule are."""

from airflow_llm.compiler.compile import compile_source
from airflow_llm.readers.reading import Source

HEAD = """
version: 1
id: nightly
owners: [data]
schedule: {kind: manual}
connections: [{name: lake, connector: duckdb}]
steps:
"""


def dag_file(steps: str) -> str:
    files = compile_source(Source(text=HEAD + steps, name="nightly.yml")).emission.files
    return files["dags/nightly.py"]


def test_an_edge_beside_a_longer_way_is_not_written() -> None:
    text = dag_file(
        """
- {id: first, kind: shell, command: "true"}
- {id: second, kind: shell, command: "true", after: [first]}
- {id: third, kind: shell, command: "true", after: [first, second]}
"""
    )
    assert "first >> second" in text
    assert "second >> third" in text
    assert "[first, second]" not in text


def test_it_is_written_where_a_trigger_rule_could_tell_the_difference() -> None:
    text = dag_file(
        """
- {id: first, kind: shell, command: "true"}
- {id: second, kind: shell, command: "true", after: [first], trigger_rule: all_done}
- {id: third, kind: shell, command: "true", after: [first, second]}
"""
    )
    assert "[first, second] >> third" in text
