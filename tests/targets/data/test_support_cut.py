"""The plumbing's modules are cut by their margins; Python's own parser says where the definitions are."""

from __future__ import annotations

import ast
from importlib.resources import files

from airflow_llm.targets.airflow.data.support import _parts, support_functions, support_source


def test_the_cut_finds_every_definition_whole() -> None:
    folder = files("airflow_llm.targets.airflow.support")
    sources = [file.read_text(encoding="utf-8") for file in folder.iterdir() if file.name.endswith(".py")]
    expected = {dump for source in sources for dump in definitions(source)}
    emitted = definitions(support_source(support_functions()))
    assert emitted == expected


def definitions(source: str) -> set[str]:
    """The syntax of each top-level definition."""
    kinds = (ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign)
    return {ast.dump(node) for node in ast.parse(source).body if isinstance(node, kinds)}


def test_no_name_inside_of_a_function_is_that_of_another_part() -> None:
    """It would bring that part, and what that one needs, into bundles that never use it."""
    for name, part in _parts().items():
        defined = ast.parse(part.text).body[0]
        nodes = list(ast.walk(defined)) if isinstance(defined, ast.FunctionDef) else []
        bound = {node.arg for node in nodes if isinstance(node, ast.arg)}
        bound |= {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        assert not bound & _parts().keys(), name
