"""Reading Python files without running them: what is imported, what a name stands for, what runs at parse time."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from airflow_llm.checks.check import Files

_PARSE_TIME_DECORATORS = ("dag", "task_group")
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PARTLY = (*_FUNCTIONS, ast.Lambda, ast.If)
# Half of all nodes, with nothing in them.
_LEAVES = frozenset({ast.Constant, ast.Name, ast.alias})
_BLOCKS = frozenset({"body", "handlers", "orelse", "finalbody", "cases"})
# Fields that hold words and numbers, and the context of a name, which says nothing that is asked here.
_WORDS = frozenset({"id", "attr", "arg", "asname", "module", "level", "kind", "type_comment", "conversion", "ctx"})


@lru_cache(maxsize=256)
def parse(text: str) -> ast.Module | None:
    """The syntax tree; None for text that is not Python (the check on syntax errors says where)."""
    try:
        return strictly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def strictly(text: str) -> ast.Module:
    """The syntax tree, or Python's own error; warnings about the text are the linter's to give."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def python_files(files: Files, mention: Iterable[str] = ("",)) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of the bundle that parses, by path; with `mention` only those that hold one of the words.

    Walking a tree costs far more than searching a text, and most files mention nothing that a check is about.
    """
    words = tuple(mention)
    for path in sorted(files):
        if path.endswith(".py") and _mentions(files[path], words):
            tree = parse(files[path])
            if tree is not None:
                yield path, tree


@lru_cache(maxsize=256)
def _mentions(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text; the plumbing of many bundles is the same text."""
    return any(word in text for word in words)


def dag_files(files: Files) -> Iterator[tuple[str, ast.Module]]:
    """The files that Airflow parses again and again: those directly in `dags/`."""
    for path, tree in python_files(files):
        if path.startswith("dags/") and path.count("/") == 1:
            yield path, tree


@lru_cache(maxsize=256)
def statements(tree: ast.Module) -> tuple[ast.AST, ...]:
    """The module and every statement in it, in the order of `ast.walk`, which looks into expressions as well."""
    found: list[ast.AST] = [tree]
    for node in found:
        for name in _blocks(node._fields):
            found.extend(getattr(node, name))
    return tuple(found)


@cache
def _blocks(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the fields of a kind of node that hold statements, or what holds them."""
    return tuple(name for name in fields if name in _BLOCKS)


def _children(node: ast.AST) -> list[ast.AST]:
    found: list[ast.AST] = []
    for name in _with_nodes(node._fields):
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif isinstance(value, list):
            found.extend([item for item in value if isinstance(item, ast.AST)])
    return found


@cache
def _with_nodes(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the fields of a kind of node that may hold nodes."""
    return tuple(name for name in fields if name not in _WORDS)


@lru_cache(maxsize=256)
def aliases(tree: ast.Module) -> dict[str, str]:
    """What each imported name stands for: `{"pd": "pandas", "DAG": "airflow.sdk.DAG"}`."""
    found: dict[str, str] = {}
    for node in statements(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def dotted(node: ast.AST, names: dict[str, str]) -> str:
    """The full name that an expression such as `pd.read_csv` stands for; empty when it is not a plain name."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])


@lru_cache(maxsize=256)
def imports(tree: ast.Module) -> tuple[tuple[str, ast.Import | ast.ImportFrom], ...]:
    """Every imported module or member, by full name, with its statement."""
    return tuple(found for node in statements(tree) for found in imported(node))


def imported(node: ast.AST) -> Iterator[tuple[str, ast.Import | ast.ImportFrom]]:
    """What one import statement imports; nothing for any other node."""
    if isinstance(node, ast.Import):
        for name in node.names:
            yield name.name, node
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        for name in node.names:
            yield f"{node.module}.{name.name}", node


def at_run_time(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node that some run evaluates: all but what only type checkers see."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        yield node
        only_types = isinstance(node, ast.If) and _only_for_types(node.test)
        pending.extend(
            reversed(node.orelse if isinstance(node, ast.If) and only_types else [*ast.iter_child_nodes(node)])
        )


@lru_cache(maxsize=64)
def at_parse_time(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Every node that is evaluated when Airflow parses the file, in order.

    Bodies of functions wait, except those of `@dag` and `@task_group`, which run while the DAG is built.
    """
    names = aliases(tree)
    found: list[ast.AST] = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        found.append(node)
        if type(node) in _LEAVES:
            continue
        children = list(_evaluated(node, names)) if isinstance(node, _PARTLY) else _children(node)
        children.reverse()
        pending += children
    return tuple(found)


def _evaluated(node: ast.AST, names: dict[str, str]) -> Iterator[ast.AST]:
    """What is evaluated at parse time of a node of which not everything is."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, _FUNCTIONS):
        yield from node.decorator_list
        yield from (default for default in (*node.args.defaults, *node.args.kw_defaults) if default is not None)
        if any(_builds_dag(decorator, names) for decorator in node.decorator_list):
            yield from node.body
        return
    if isinstance(node, ast.If) and _only_for_main_or_types(node.test):
        yield from node.orelse
        return
    yield from _children(node)


def _builds_dag(decorator: ast.expr, names: dict[str, str]) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    full = dotted(target, names)
    return full.startswith("airflow.") and full.rpartition(".")[2] in _PARSE_TIME_DECORATORS


def _only_for_main_or_types(test: ast.expr) -> bool:
    is_main = isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"
    return is_main or _only_for_types(test)


def _only_for_types(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))
