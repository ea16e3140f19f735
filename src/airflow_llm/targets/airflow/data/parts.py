"""What the body of a data task is put together from: where its inputs come from, and where its outputs go."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from airflow_llm.connectors.connector import Connector
from airflow_llm.connectors.registry import find
from airflow_llm.errors import UnsupportedError
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import StepBase
from airflow_llm.targets.airflow.task import TaskCode
from airflow_llm.targets.python import Expression, literal

STAGING = Expression('CONFIG["staging_url"]')
_FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".xlsx": "excel",
    ".xml": "xml",
}
_URL = re.compile(r"^(?a:[a-z][a-z0-9+.-]*)://[^/]*/?", re.IGNORECASE)


@dataclass(eq=False, repr=False)
class Parts:
    """Collects what one task needs while its body is written."""

    pipeline: Pipeline
    step: StepBase
    parameters: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    support: set[str] = field(default_factory=set)
    requirements: set[str] = field(default_factory=lambda: {"duckdb", "pyarrow"})
    uses_sql: bool = False

    def connector(self, dataset: Dataset) -> Connector:
        """The connector of a dataset that lies in a system. UnsupportedError for a staged one."""
        if dataset.connection is None:
            raise UnsupportedError(f"the dataset {dataset.name!r} lies in no system", place=f"steps.{self.step.id}")
        return find(self.pipeline.connection(dataset.connection).connector)

    def use(self, *functions: str) -> None:
        """These functions of `staging.py` are called."""
        self.support.update(functions)

    def use_system(self, verb: str, connector: Connector) -> None:
        """The functions that `load` or `unload` rows of that system and of its stand-in."""
        from airflow_llm.targets.airflow.data.support import support_functions

        own = f"{verb}_{connector.connection_type}"
        self.use(f"{verb}_duckdb", own if own in support_functions() else f"{verb}_any")
        self.uses_sql = True

    def parameter(self, name: str) -> str:
        """The staged dataset as a parameter of the task."""
        if name not in self.parameters:
            self.parameters.append(name)
        return name

    def staged(self, name: str) -> str:
        """The URI of a dataset of this run in staging."""
        self.use("staged")
        return f"staged({STAGING}, {literal(name)})"

    def setting(self, name: str) -> str | None:
        """The setting's value in the running environment; None when the pipeline has no such setting."""
        known = any(setting.name == name for setting in self.pipeline.settings)
        return f"CONFIG[{literal(name)}]" if known else None

    def file_name(self, dataset: str | None = None, suffix: str = ".sql") -> str:
        """A file of this task; with a dataset when the task has several of the kind."""
        return f"{self.step.id}-{dataset}{suffix}" if dataset else f"{self.step.id}{suffix}"

    def add_sql(self, text: str, stand_in: str | None, dataset: str | None = None) -> str:
        """A SQL file of this task, and its translation for the stand-in; the first one's name, as a literal."""
        self.files[self.file_name(dataset)] = text
        if stand_in is not None:
            self.files[self.file_name(dataset, ".duckdb.sql")] = stand_in
        return literal(self.file_name(dataset))

    def path(self, dataset: Dataset) -> str:
        """The path of a dataset inside of its store, as arguments: that of the item when the step is mapped."""
        path, each = path_of(dataset), self.step.for_each
        if each is None or any(self.pipeline.dataset(name).staged for name in self.step.reads):
            return literal(path)
        before, mark, after = path.partition(f"{{{each.name}}}")
        if not mark:
            before, after = f"{path}/", ""
        ends = f" + {literal(after)}" if after else ""
        return f"{literal(before)} + str({each.name}){ends}"

    def files_at(self, dataset: Dataset, connector: Connector, kind: str | None, encoding: str | None = None) -> str:
        """The files of a dataset in a folder or object store."""
        self.use("Files", "place")
        self.requirements.add(connector.requirement)
        arguments = [f'place(CONFIG["{dataset.connection}_url"], {self.path(dataset)})']
        if connector.family == "objects":
            arguments.append(f'conn_id=CONFIG["{dataset.connection}_conn_id"]')
        if kind is not None:
            arguments.append(f"file_format={literal(kind)}")
        if encoding is not None:
            arguments.append(f"encoding={encoding}")
        if kind == "excel":
            self.requirements.add("openpyxl")
        return f"Files({', '.join(arguments)})"

    def body(self, lines: Sequence[str]) -> tuple[str, ...]:
        """The lines, after the import of what they call."""
        imported = sorted(self._imported(lines))
        module = f"resources.{self.pipeline.id}.staging"
        return (f"from {module} import {', '.join(imported)}", "", *lines) if imported else tuple(lines)

    def code(self, lines: Sequence[str], returns: str) -> TaskCode:
        """The TaskFlow task with that body."""
        each = self.step.for_each
        mapped = [each.name] if each is not None and each.name in self._words(lines) else []
        return TaskCode(
            decorator="task",
            parameters=(*mapped, *self.parameters),
            body=self.body(lines),
            returns=returns,
            files=self.files,
            support=frozenset(self.support),
            requirements=frozenset(self.requirements),
            uses_sql=self.uses_sql,
        )

    def _imported(self, lines: Sequence[str]) -> set[str]:
        return self._words(lines) & self.support

    @staticmethod
    def _words(lines: Sequence[str]) -> set[str]:
        # Names inside of string literals are none.
        bare = re.sub(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'', "", "\n".join(lines))
        return set(re.findall(r"[A-Za-z_]\w*", bare))


def staged_writes(pipeline: Pipeline, step: StepBase) -> list[str]:
    """The datasets that the step writes into staging."""
    return [name for name in step.writes if pipeline.dataset(name).staged]


def file_format(dataset: Dataset) -> str | None:
    """The format of a dataset's files: the one that is named, or that the path tells; None when neither does."""
    if dataset.format is not None:
        return dataset.format
    name = path_of(dataset).rpartition("/")[2].lower().removesuffix(".gz").removesuffix(".zst")
    return _FORMATS.get(f".{name.rpartition('.')[2]}")


def path_of(dataset: Dataset) -> str:
    """The path or key of a dataset inside of its store."""
    return _URL.sub("", dataset.location or dataset.name).lstrip("/")
