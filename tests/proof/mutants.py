"""Small changes of a bundle's generated code, each of which alters what the pipeline means.

Left out is what changes no behaviour: documentation, display names, descriptions, log and alert texts, type notes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlglot
from sqlglot import exp

_SILENT = {
    "doc_md", "dag_display_name", "description", "text", "subject", "html_content", "message", "task_id", "dag_id",
    "multiple_outputs", "tags", "owner", "ignore_downstream_trigger_rules", "reset_dag_run", "trigger_run_id",
}  # fmt: skip
_DAG_CALLS = {"DAG", "Param", "SlackNotifier", "SmtpNotifier", "HttpNotifier", "Load", "datetime", "timedelta"}
# What Airflow, or pendulum, takes when nothing is said: without it the DAG is the same, so its removal is no mutant.
_DEFAULTS = {("DAG", "catchup", "False"), ("datetime", "tz", "'UTC'"), ("", "retry_delay", "timedelta(minutes=5)")}


@dataclass(frozen=True)
class Mutant:
    """One changed file of a bundle: its path from the DAGs folder, its new text, and what was changed."""

    file: str
    text: str
    what: str


def mutants(dags: Path, bundle_id: str) -> list[Mutant]:
    """Every mutant of the bundle's DAG file and of the SQL that its `dev` environment runs."""
    name = f"{bundle_id}.py"
    found = list(dag_mutants(name, (dags / name).read_text()))
    resources = dags / "resources" / bundle_id
    for path in sorted(resources.glob("*.sql")):
        if path.suffixes == [".sql"] and path.with_suffix(".duckdb.sql").exists():
            continue
        found += sql_mutants(f"resources/{bundle_id}/{path.name}", path.read_text())
    unique = {(mutant.file, mutant.text): mutant for mutant in found}
    return list(unique.values())


def dag_mutants(name: str, source: str) -> Iterator[Mutant]:
    """Keywords removed, values altered, dependencies removed, branches swapped."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(name, source, node)
        elif isinstance(node, ast.Dict):
            yield from _of_dict(name, source, node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.BinOp):
            yield Mutant(name, _cut(source, node, "None"), f"dependency removed: {ast.unparse(node)}")
        elif isinstance(node, ast.If):
            text = f"not ({ast.unparse(node.test)})"
            yield Mutant(name, _cut(source, node.test, text), f"condition negated: {ast.unparse(node.test)}")
        elif isinstance(node, ast.Return) and isinstance(node.value, ast.List) and node.value.elts:
            yield Mutant(name, _cut(source, node.value, "[]"), f"branch emptied: {ast.unparse(node)}")


def _of_call(name: str, source: str, node: ast.Call) -> Iterator[Mutant]:
    function = ast.unparse(node.func).rpartition(".")[2]
    if function in ("getenv", "get", "load", "Path", "chain"):
        return
    operator = function in _DAG_CALLS or function[0].isupper() or function in ("task", "sensor", "branch", "partial")
    for keyword in node.keywords:
        if keyword.arg in _SILENT or keyword.arg is None or not operator:
            continue
        where = f"{function}({keyword.arg}=)"
        if (function, keyword.arg, ast.unparse(keyword.value)) not in _DEFAULTS:
            removed = [other for other in node.keywords if other is not keyword]
            changed = ast.Call(node.func, node.args, removed)
            yield Mutant(name, _cut(source, node, ast.unparse(changed)), f"{where} removed")
        for text in _altered(keyword.value):
            yield Mutant(name, _cut(source, keyword.value, text), f"{where} altered to {text}")
    for argument in node.args if function in ("datetime", "expand", "Asset") else ():
        for text in _altered(argument):
            yield Mutant(name, _cut(source, argument, text), f"{function} argument altered to {text}")


def _of_dict(name: str, source: str, node: ast.Dict) -> Iterator[Mutant]:
    for key, value in zip(node.keys, node.values, strict=True):
        if not isinstance(key, ast.Constant) or key.value in _SILENT:
            continue
        rest = [(k, v) for k, v in zip(node.keys, node.values, strict=True) if k is not key]
        changed = ast.Dict([k for k, _ in rest], [v for _, v in rest])
        if ("", key.value, ast.unparse(value)) not in _DEFAULTS:
            yield Mutant(name, _cut(source, node, ast.unparse(changed)), f"entry {key.value!r} removed")
        for text in _altered(value):
            yield Mutant(name, _cut(source, value, text), f"entry {key.value!r} altered to {text}")


def _altered(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=bool() as flag):
            yield repr(not flag)
        case ast.Constant(value=int() | float() as number):
            yield repr(number + 1)
        case ast.Constant(value=str() as text):
            yield repr(_other_text(text))
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if len(elements) > 1:
            yield ast.unparse(type(value)(elements[1:], ast.Load()))


def _other_text(text: str) -> str:
    parts = text.split(" ")
    if len(parts) == 5:
        return " ".join([*parts[:1], "4", *parts[2:]])
    rules = {"none_failed_min_one_success": "all_success", "Europe/Berlin": "UTC", "UTC": "Asia/Tokyo"}
    modes = {"replace": "append", "merge": "append", "partition": "replace", "fail": "warn", "all_done": "all_success"}
    return {**rules, **modes}.get(text, f"{text}_x")


def _cut(source: str, node: ast.expr | ast.stmt, text: str) -> str:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = source.encode()
    first = starts[node.lineno - 1] + node.col_offset
    last = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
    return (data[:first] + text.encode() + data[last:]).decode()


def sql_mutants(name: str, source: str) -> Iterator[Mutant]:
    """Rules removed, predicates negated or dropped, keys and kinds of joins changed, columns dropped."""
    statements = [tree for tree in sqlglot.parse(source, dialect="duckdb") if tree is not None]
    for position, statement in enumerate(statements):
        for what, changed in _changed_queries(statement):
            texts = [tree.sql("duckdb") for tree in statements]
            texts[position] = changed.sql("duckdb")
            yield Mutant(name, ";\n".join(texts) + ";\n", f"statement {position + 1}: {what}")


def _changed_queries(tree: exp.Expr) -> Iterator[tuple[str, exp.Expr]]:
    changes: Mapping[type[exp.Expr], str] = {exp.Where: "filter dropped", exp.Qualify: "qualify dropped"}
    for kind, what in changes.items():
        for number, _ in enumerate(tree.find_all(kind)):
            copy = tree.copy()
            list(copy.find_all(kind))[number].pop()
            yield what, copy
    for number, join in enumerate(tree.find_all(exp.Join)):
        if join.args.get("using"):
            copy = tree.copy()
            list(copy.find_all(exp.Join))[number].set("using", [exp.to_identifier("other_key")])
            yield "join key changed", copy
        copy = tree.copy()
        node = list(copy.find_all(exp.Join))[number]
        node.set("side", None if join.side else "LEFT")
        node.set("kind", None)
        yield "kind of join changed", copy
    for number, column in enumerate(tree.expressions):
        if isinstance(column, exp.Alias) and len(tree.expressions) > 1:
            copy = tree.copy()
            copy.expressions[number].set("this", exp.Literal.number(0))
            yield f"{column.alias!r} made constant", copy
    flipped = {exp.GT: exp.LTE, exp.LT: exp.GTE, exp.EQ: exp.NEQ}
    for kind, other in flipped.items():
        for number, _ in enumerate(tree.find_all(kind)):
            copy = tree.copy()
            comparison = list(copy.find_all(kind))[number]
            comparison.replace(other(this=comparison.this, expression=comparison.expression))
            yield f"{kind.__name__} turned round", copy
