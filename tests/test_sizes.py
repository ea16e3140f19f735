"""The sizes that the house keeps: files, functions, `__init__` files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src"
FILE_LINES, FUNCTION_LINES, INIT_LINES = 400, 40, 40


def files() -> Iterator[tuple[Path, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE), path.read_text(encoding="utf-8")


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring: explaining more is not being longer."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)


def test_files_stay_short() -> None:
    long = {str(path): text.count("\n") for path, text in files() if text.count("\n") > FILE_LINES}
    assert not long


def test_functions_stay_short() -> None:
    long = {
        f"{path}:{node.name}": code_lines(node)
        for path, text in files()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and code_lines(node) > FUNCTION_LINES
    }
    assert not long


def test_packages_have_no_logic() -> None:
    inits = {str(path): text for path, text in files() if path.name == "__init__.py"}
    assert not [path for path, text in inits.items() if text.count("\n") > INIT_LINES]
    functions = {
        f"{path}:{node.name}"
        for path, text in inits.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }
    assert functions <= {"airflow_llm/__init__.py:__getattr__"}
