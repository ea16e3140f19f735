"""Systems and data that a task of a structured description names."""

from __future__ import annotations

import re
from typing import Any

from airflow_llm.readers.prose.entities import tokenise
from airflow_llm.readers.prose.flow import Flow, format_of
from airflow_llm.readers.prose.lexicon import System, systems
from airflow_llm.readers.prose.outline.tasks.names import Names, Node, slug
from airflow_llm.readers.prose.spellings import lexicon, pattern
from airflow_llm.spec.datasets import Dataset

SQL, OBJECTS, FILES, HTTP = "sql", "objects", "files", "http"
_FILE = (
    r"(?<![\w@])((?:~|\.{1,2})?/?(?:[\w.*{}$()%+-]+/)*[\w*{}$()%+-]*\w[\w*{}$()%+-]*\.(csv|tsv|json|jsonl|"
    r"parquet|xlsx|xls|xml|txt|avro))\b"
)
_TABLE = (
    r"\b[`'\"]?([A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,2})[`'\"]?\s+tables?\b",
    r"\btable\s+[`'\"]?([A-Za-z_]\w*(?:\.\w+){0,2})[`'\"]?",
)
_VAGUE = r"\b(?:data\s*warehouse|database|dwh|warehouse|db)\b"


def systems_in(text: str) -> list[System]:
    """The systems that the text names, in order, each once."""
    found: dict[str, System] = {}
    for token in tokenise(text).items:
        if token.system is not None:
            found.setdefault(token.system.name, token.system)
    return list(found.values())


def slips_in(text: str) -> dict[str, str]:
    """The slips of systems' names that were corrected, with what is meant."""
    return {wrong: right for wrong, right in tokenise(text).slips.items() if right in systems()}


def files_in(text: str) -> list[tuple[str, str]]:
    """The data files that the text names, each with its ending."""
    return [(match[1], match[2].lower()) for match in pattern(_FILE).finditer(text) if "://" not in match[1]]


def tables_in(text: str, names: Names | None = None) -> list[str]:
    """The tables that the text names."""
    tables: dict[int, str] = {}
    for expression in _TABLE:
        for match in pattern(expression).finditer(text):
            bare = match[1].lower()
            if bare not in lexicon("no_tables") and not (names is not None and bare in names and "_" not in bare):
                tables[match.start(1)] = match[1]
    return list(dict.fromkeys(tables[at] for at in sorted(tables)))


def uris_in(text: str) -> list[str]:
    """The object-store addresses that the text names."""
    return [match.rstrip(".,;)") for match in pattern(r"\bs3[an]?://[^\s'\"`<>,;]+").findall(text)]


class Places:
    """The datasets and connections of the description, made on first use."""

    def __init__(self, names: Names) -> None:
        self.flow = Flow(())
        self.names = names

    def source(self, node: Node) -> str | None:
        """The dataset in a system that the task reads, None when its words name no place."""
        return self._place(node, node.item.text("input", "systems", "objective", "parameters"), "source")

    def target(self, node: Node) -> str | None:
        """The dataset in a system that the task writes."""
        text = node.item.text("output", "systems", "objective", "parameters")
        return self._place(node, text, "target")

    def _place(self, node: Node, text: str, role: str) -> str | None:
        systems = [system for system in systems_in(text) if system.family in (SQL, OBJECTS, FILES, HTTP)]
        sql = next((system for system in systems if system.family == SQL), None)
        uris, files, tables = uris_in(text), files_in(text), tables_in(text, self.names)
        if uris:
            return self._object(uris[0])
        if tables and (sql is not None or pattern(_VAGUE).search(text)):
            return self._table(node, tables[0], sql, role)
        if files:
            return self._file(*files[0])
        if sql is not None and not tables:
            return self._table(node, "_".join(node.words), sql, role)
        if tables:
            return self._table(node, tables[0], None, role)
        return self._loose_files(node, text)

    def _object(self, uri: str) -> str:
        connection = self.flow.connect("s3")
        location = re.sub(r"^s3[an]?://", "s3://", uri)
        name = slug(location.rstrip("/").rpartition("/")[2].partition(".")[0]) or "objects"
        return self._external(
            Dataset(name=name, kind="file", connection=connection, location=location, format=_format(uri))
        )

    def _table(self, node: Node, table: str, system: System | None, role: str) -> str:
        if system is not None:
            connection = self.flow.connection(system)
        else:
            connection = self.flow.connect("source" if role == "source" else "warehouse", "postgres")
            self.flow.assume(
                f"connections.{connection}",
                f"the text does not name the database of {table!r}; PostgreSQL is taken",
                f"change `connector` of connection `{connection}` in tasks.yml",
            )
        name = slug(table.rpartition(".")[2]) or "_".join(node.words)
        return self._external(Dataset(name=name, kind="table", connection=connection, location=table))

    def _file(self, path: str, ending: str) -> str:
        connection = self.flow.connect("files")
        plain = re.sub(r"\$\([^)]*\)|\{\{[^}]*\}\}|\$\{?\w+\}?", "*", path)
        name = slug(plain.rpartition("/")[2].rpartition(".")[0]) or "file"
        return self._external(
            Dataset(name=name, kind="file", connection=connection, location=plain, format=_format(f"x.{ending}"))
        )

    def _loose_files(self, node: Node, text: str) -> str | None:
        """`daily CSV files` without a name: the folder is called after the task."""
        kind = pattern(r"\b(csv|json|parquet|excel|xml)\b[\w\s]{0,20}\b(?:files?|data|exports?)\b").search(text)
        if kind is None:
            return None
        stem = "_".join(word for word in node.words[1:] if word not in ("csv", "json", "data", "file")) or node.id
        found = self._file(f"{stem}.{kind[1].lower()}", kind[1].lower())
        self.flow.assume(
            f"datasets.{found}",
            f"the text names no path for the {kind[1]} files of {node.id}; {found!r} is taken",
            f"set `location` of dataset `{found}` in tasks.yml",
        )
        return found

    def _external(self, dataset: Dataset) -> str:
        for name, held in self.flow.datasets.items():
            if (held.connection, held.location) == (dataset.connection, dataset.location):
                return name
        return self.flow.add(dataset, "external")

    def staged(self, node: Node) -> str:
        """What the task hands on, between two steps."""
        return self.flow.add(Dataset(name=f"{node.id[:70]}_data"), "staged")


def _format(name: str) -> Any:
    return format_of(tokenise(name).items)
