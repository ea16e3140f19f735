"""The import block of a generated file, sorted as ruff's isort does."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable

from airflow_llm.targets.airflow.layout import WIDTH

_FUTURE = "from __future__ import annotations"
_FROM = re.compile(r"from (\S+) import (.+)")


def import_block(lines: Iterable[str], *, future: bool = True) -> list[str]:
    """The lines of the block: the future, the standard library, then third parties; names of a module together."""
    plain: set[str] = set()
    members: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        match = _FROM.fullmatch(line.strip())
        if match is None:
            plain.add(line.strip().removeprefix("import "))
        else:
            members[match[1]].update(name.strip() for name in match[2].split(","))
    block = [_FUTURE] if future else []
    for standard in (True, False):
        section = [f"import {name}" for name in sorted(plain) if _is_standard(name) is standard]
        for module in sorted(members):
            if _is_standard(module) is standard:
                section += _from(module, sorted(members[module], key=_member_key))
        if section:
            block += ["", *section] if block else section
    return block


def local_imports(lines: Iterable[str]) -> list[str]:
    """Imports at the head of a function, with the blank line after them; nothing when there are none."""
    block = import_block(lines, future=False)
    return [*block, ""] if block else []


def _is_standard(module: str) -> bool:
    return module.partition(".")[0] in sys.stdlib_module_names


def _member_key(name: str) -> tuple[int, str]:
    head = name.partition(" as ")[0]
    kind = 0 if head.isupper() and len(head) > 1 else 1 if head[:1].isupper() else 2
    return kind, head


def _from(module: str, names: list[str]) -> list[str]:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"from {module} import (", *(f"    {name}," for name in names), ")"]
