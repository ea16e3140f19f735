"""`staging.py` of a bundle: the functions that it uses, taken from the modules in `support`, and what they need."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from symtable import SymbolTable, symtable
from typing import NamedTuple

from airflow_llm.targets.airflow.imports import import_block

_PACKAGE = "airflow_llm.targets.airflow.support"
_FOLDER = Path(__file__).parents[1] / "support"
_TABLES = ("LOADERS", "UNLOADERS")
_STATEMENT = re.compile(r"^(?:[#@].*\n(?:[ )].*\n)*)*\w.*\n(?:(?:[ )\]}].*)?\n)*", re.MULTILINE)
_DEFINITION = re.compile(r"^(?:def|class) (\w+)|^(\w+)(?:: .*?)? = ", re.MULTILINE)
_IMPORTS = ("import ", "from ", "if ")
_HEAD = '"""How this pipeline\'s data moves: shared by its tasks, never run by itself."""'


class _Module(NamedTuple):
    """The imports of one module of `support`: the lines, by the name that each brings."""

    imports: dict[str, str]
    type_imports: dict[str, str]


@dataclass
class _Part:
    """One top-level definition. It is parsed when it is asked for: a bundle needs few of them."""

    name: str
    text: str
    head: str  # of its module

    @property
    def module(self) -> _Module:
        """What its module imports."""
        return _imports(self.head)

    @cached_property
    def uses(self) -> frozenset[str]:
        """The names that it uses: all that are no attributes."""
        return frozenset(_identifiers(symtable(self.text, self.name, "exec"))) - {self.name}

    @property
    def imports(self) -> tuple[str, ...]:
        """The import lines that bring some of these names."""
        return tuple(line for alias, line in self.module.imports.items() if alias in self.uses)

    @property
    def type_imports(self) -> tuple[str, ...]:
        """The same, for annotations only."""
        return tuple(line for alias, line in self.module.type_imports.items() if alias in self.uses)

    @cached_property
    def table(self) -> tuple[str, ...]:
        """The functions that a table of functions offers; it keeps those that the bundle asks for."""
        return _table_functions(ast.parse(self.text).body[0]) if self.name in _TABLES else ()


@lru_cache(maxsize=256)
def support_source(functions: frozenset[str]) -> str:
    """The source of `staging.py` with these functions. KeyError names one that does not exist."""
    parts = _parts()
    needed = set(functions)
    waiting = sorted(functions)
    while waiting:
        part = parts[waiting.pop()]
        reached = part.uses - set(part.table) | (set(part.table) & functions)
        new = {name for name in reached if name in parts} - needed
        needed |= new
        waiting += sorted(new)
    chosen = [part for name, part in parts.items() if name in needed]
    return _assembled(chosen, functions)


def support_functions() -> frozenset[str]:
    """Every name that `support_source` knows."""
    return frozenset(_parts())


def _assembled(parts: list[_Part], functions: frozenset[str]) -> str:
    imports = {line for part in parts for line in part.imports}
    type_imports = {line for part in parts for line in part.type_imports} - imports
    if type_imports:
        imports.add("from typing import TYPE_CHECKING")
    lines = [_HEAD, "", *import_block(imports)]
    if type_imports:
        block = import_block(type_imports)[2:]
        lines += ["", "if TYPE_CHECKING:", *(f"    {line}" if line else "" for line in block)]
    after_definition = False
    for part in parts:
        text = _filtered(part, functions) if part.table else part.text
        definition = text.startswith(("def ", "class ", "@"))
        lines += [""] * (2 if definition or after_definition else 1)
        lines += text.splitlines()
        after_definition = definition
    return "\n".join(lines) + "\n"


def _filtered(part: _Part, functions: frozenset[str]) -> str:
    dropped = tuple(f": {name}," for name in part.table if name not in functions)
    return "\n".join(line for line in part.text.splitlines() if not dropped or not line.endswith(dropped))


@cache
def _parts() -> dict[str, _Part]:
    found: dict[str, _Part] = {}
    files = (file for file in sorted(_FOLDER.glob("*.py")) if file.name != "__init__.py")
    sources = {file.stem: file.read_text(encoding="utf-8") for file in files}
    for module in _ordered(sources):
        found |= {part.name: part for part in _module_parts(sources[module])}
    return found


def _ordered(sources: dict[str, str]) -> list[str]:
    """The modules so that each comes after those that it imports from, ties by name."""
    imported = {
        name: {found[1] for found in re.finditer(rf"^from {re.escape(_PACKAGE)}\.(\w+) import", source, re.MULTILINE)}
        for name, source in sources.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(sources):
        ordered.append(min(name for name in sources if name not in ordered and imported[name] <= set(ordered)))
    return ordered


def _module_parts(source: str) -> Iterator[_Part]:
    """The definitions of a module, cut at the lines that begin at its margin."""
    body = source.partition("from __future__ import annotations\n")[2]
    statements = [match.group().strip("\n") for match in _STATEMENT.finditer(body)]
    head = "\n".join(text for text in statements if text.startswith(_IMPORTS))
    for text in statements:
        found = _DEFINITION.search(text) if not text.startswith(_IMPORTS) else None
        if found is not None:
            yield _Part(found[1] or found[2], text, head)


@cache
def _imports(head: str) -> _Module:
    tree = ast.parse(head)
    guarded = [node for guard in tree.body if isinstance(guard, ast.If) for node in guard.body]
    return _Module(_import_lines(tree.body), _import_lines(guarded))


def _import_lines(nodes: list[ast.stmt]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                as_name = f" as {alias.asname}" if alias.asname else ""
                found[(alias.asname or alias.name).split(".")[0]] = f"import {alias.name}{as_name}"
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith((_PACKAGE, "__future__")):
            for alias in node.names:
                found[alias.name] = f"from {node.module} import {alias.name}"
    return {alias: line for alias, line in found.items() if alias != "TYPE_CHECKING"}


def _identifiers(scope: SymbolTable) -> Iterator[str]:
    """The names of a scope and of those inside it. A symbol table takes a third of the time of a syntax tree."""
    yield from scope.get_identifiers()
    for inner in scope.get_children():
        yield from _identifiers(inner)


def _table_functions(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
        values = node.value.values
        if all(isinstance(value, ast.Name) for value in values):
            return tuple(value.id for value in values if isinstance(value, ast.Name))
    return ()
