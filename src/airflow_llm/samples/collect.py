"""Collects what the whole pipeline says about its sources: columns, rules, joins, filters, SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airflow_llm.connectors.registry import get
from airflow_llm.connectors.sql.rules import subject
from airflow_llm.samples.collect_operations import collect_operation
from airflow_llm.samples.collect_rules import collect_rule
from airflow_llm.samples.lineage import Lineage, Passage, Place, fills_nulls, makes_unique
from airflow_llm.samples.needs import ColumnNeed, TableNeed
from airflow_llm.samples.sql_usage import Comparison, Usage, usage
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.operations import Join
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.rules import ForeignKey
from airflow_llm.spec.steps import (
    CleanupStep,
    EvaluateStep,
    ExtractStep,
    ForEach,
    LoadStep,
    SqlStep,
    Step,
    TrainStep,
    TransformStep,
    ValidateStep,
    WaitStep,
)
from airflow_llm.spec.waits import ForData, ForQuery

ITEMS = ("first", "second", "third")
"""What a mapped step runs for in a proof where the spec does not list its items."""


def collect(pipeline: Pipeline) -> dict[str, TableNeed]:
    """What each source of the pipeline needs, by dataset name, in the order of the datasets."""
    return Collector(pipeline).collect()


class Collector:
    """The needs of one pipeline while they are being gathered."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.lineage = Lineage(pipeline)
        self.tables = {name: TableNeed(name) for name in _sources(pipeline, self.lineage)}
        self._groups: dict[str, str] = {}

    def collect(self) -> dict[str, TableNeed]:
        """All of it."""
        for dataset in self.pipeline.datasets:
            self._declared(dataset)
        for step in self.pipeline.steps:
            self._step(step)
        self._name_domains()
        return self.tables

    def at(
        self, dataset: str, columns: Iterable[str], stop: Callable[[Passage], bool] | None = None
    ) -> list[ColumnNeed]:
        """The source columns behind some columns of a dataset; they exist from now on."""
        places = [place for column in columns for place in self.lineage.sources(dataset, column, stop=stop)]
        return self.needs(places)

    def needs(self, places: Iterable[Place]) -> list[ColumnNeed]:
        """The needs at some places of sources or of datasets on the way."""
        found = []
        for dataset, column in places:
            for source, name in self.lineage.sources(dataset, column):
                if source in self.tables:
                    need = self.tables[source].column(name)
                    need.used = True
                    found.append(need)
        return found

    def unite(self, places: Iterable[Place], bundle: str) -> None:
        """These columns share their values: rows with equal ones meet in a join."""
        sources = [source for place in places for source in self.lineage.sources(*place) if source[0] in self.tables]
        names = [f"{dataset}.{column}" for dataset, column in sources]
        for need in self.needs(sources):
            need.bundle = need.bundle or bundle
        for name in names[1:]:
            self._groups[self._group(name)] = self._group(names[0])
        for name in names[:1]:
            self._groups.setdefault(name, name)

    def read_sql(self, text: Usage, place: Callable[[str, str], tuple[Place, ...]], bundle: str) -> None:
        """What a SQL text uses; `place` finds the datasets behind a table and column of it."""
        for (table, column), kind in text.columns.items():
            for need in self.needs(place(table, column)):
                need.vote(kind)
        for comparison in text.comparisons:
            for need in self.needs(place(comparison.table, comparison.column)):
                need.hints.append(comparison)
        for one, other in text.equal:
            self.unite([*place(*one), *place(*other)], bundle)

    def make_unique(self, dataset: str, columns: tuple[str, ...]) -> None:
        """No two rows of the dataset agree in the columns: so in the source, and joins add no copies."""

        passed: list[Step] = []

        def stop(passage: Passage) -> bool:
            if makes_unique(passage, columns):
                return True
            passed.append(passage.step)
            return False

        places = [place for column in columns for place in self.lineage.sources(dataset, column, stop=stop)]
        for source in dict.fromkeys(place[0] for place in places):
            names = tuple(dict.fromkeys(name for owner, name in places if owner == source))
            if source in self.tables and len(names) == len(columns):
                self._unique_in(source, names)
        for step in passed:
            if isinstance(step, TransformStep):
                self._no_fan_out(step)

    def _no_fan_out(self, step: TransformStep) -> None:
        for join in [operation for operation in step.operations if isinstance(operation, Join)]:
            for name in step.reads[1:]:
                for source in self.lineage.row_sources(name):
                    keys = [k for key in join.keys for s, k in self.lineage.sources(name, key) if s == source]
                    if source in self.tables and len(keys) == len(join.keys):
                        self._unique_in(source, tuple(keys))

    def _unique_in(self, source: str, names: tuple[str, ...]) -> None:
        table = self.tables[source]
        if names not in table.unique:
            table.unique.append(names)
        for name in names:
            table.column(name).used = True
        if len(names) == 1:
            table.column(names[0]).unique = True

    def _declared(self, dataset: Dataset) -> None:
        own = dataset.name in self.tables
        for column in dataset.columns:
            known = [self.tables[dataset.name].column(column.name)] if own else []
            for need in known or self.at(dataset.name, [column.name], fills_nulls):
                need.vote(column.type, sure=own)
                need.declared = need.declared or own
                need.nullable = need.nullable and column.nullable
                if column.values:
                    need.allow_only(column.values)
        for need in self.at(dataset.name, dataset.keys):
            need.nullable = False
        if dataset.keys:
            self.make_unique(dataset.name, dataset.keys)
        if dataset.partition is not None:
            self._in_interval(dataset.name, dataset.partition)

    def _in_interval(self, dataset: str, column: str) -> None:
        for need in self.at(dataset, [column]):
            need.vote("timestamp")
            need.in_interval, need.nullable = True, False

    def _step(self, step: Step) -> None:
        match step:
            case ExtractStep():
                self._extract(step)
            case TransformStep():
                for position in range(len(step.operations)):
                    collect_operation(self, step, position)
            case ValidateStep():
                for rule in step.rules if step.reads else ():
                    collect_rule(self, subject(step, rule), rule, step.id)
            case LoadStep():
                self._load(step)
            case _:
                self._other_step(step)

    def _other_step(self, step: Step) -> None:
        match step:
            case SqlStep(statement=str(statement)):
                self._sql(statement, step.connection, step)
            case WaitStep(wait_for=ForQuery(connection=connection, sql=sql)):
                self._sql(sql, connection, step)
            case TrainStep() | EvaluateStep():
                self._learning(step)
            case CleanupStep(dataset=str(name), column=str(column)):
                for need in self.at(name, [column]):
                    need.vote("timestamp")

    def _extract(self, step: ExtractStep) -> None:
        for name in step.reads:
            self.at(name, () if step.query else step.columns)
            if step.incremental is not None:
                self._in_interval(name, step.incremental)
            if step.for_each is not None and (step.query is None or len(step.reads) > 1):
                self._of_items(name, step.for_each)
        if step.query:
            self.read_sql(usage(step.query, self.lineage.dialect(step)), self._finder(step.reads), step.id)

    def _of_items(self, name: str, each: ForEach) -> None:
        """A mapped step takes from a database the rows whose column, named like the item, has the item's value."""
        dataset = self.pipeline.dataset(name)
        system = next((held.connector for held in self.pipeline.connections if held.name == dataset.connection), "")
        connector = get(system)
        if connector is None or connector.family != "sql":
            return
        held = [known.default for known in self.pipeline.parameters if known.name == each.parameter]
        listed = each.items or tuple(value for default in held if isinstance(default, tuple) for value in default)
        values = tuple(value for value in listed if isinstance(value, str | int | float)) or ITEMS
        for need in self.at(name, [each.name]):
            need.hints.append(Comparison(name, each.name, "in", values))

    def _load(self, step: LoadStep) -> None:
        for name in step.reads:
            if step.incremental is not None:
                self._in_interval(name, step.incremental)
            if step.for_each is not None:
                self._of_items(name, step.for_each)
            if step.keys:
                self.make_unique(name, step.keys)
                for need in self.at(name, step.keys):
                    need.nullable = False

    def _sql(self, statement: str, connection: str, step: Step) -> None:
        among = tuple(d.name for d in self.pipeline.datasets if d.connection == connection)
        written = [name for name in step.writes if name not in step.reads]
        finder = self._finder(tuple(name for name in among if name not in written))
        self.read_sql(usage(statement, self.lineage.dialect(step)), finder, step.id)

    def _finder(self, among: tuple[str, ...]) -> Callable[[str, str], tuple[Place, ...]]:
        def place(table: str, column: str) -> tuple[Place, ...]:
            if table:
                name = self.lineage.named(table, among)
                return ((name, column),) if name else ()
            return tuple((name, column) for name in self.lineage.owners(column, among))[:1]

        return place

    def _learning(self, step: TrainStep | EvaluateStep) -> None:
        names = [name for name in step.reads if self.pipeline_kind(name) != "model"][:1]
        for name in names:
            for need in self.at(name, [] if step.target is None else [step.target]):
                need.nullable = False
                if isinstance(step, TrainStep) and "regress" in (step.algorithm or "").lower().replace("logistic", ""):
                    need.vote("number")
                else:
                    need.category = True
            for need in self.at(name, step.features if isinstance(step, TrainStep) else ()):
                need.vote("number")

    def pipeline_kind(self, name: str) -> str:
        """The kind of a dataset; a table when it is not described."""
        return next((d.kind for d in self.pipeline.datasets if d.name == name), "table")

    def known(self) -> set[str]:
        """The names of all datasets."""
        return {dataset.name for dataset in self.pipeline.datasets}

    def _group(self, name: str) -> str:
        while self._groups.setdefault(name, name) != name:
            name = self._groups[name]
        return name

    def _name_domains(self) -> None:
        for name in list(self._groups):
            dataset, _, column = name.partition(".")
            self.tables[dataset].column(column).domain = self._group(name)


def _sources(pipeline: Pipeline, lineage: Lineage) -> list[str]:
    """The datasets that are read (or waited for, or referred to) and made by no step; models are not tables."""
    models = {dataset.name for dataset in pipeline.datasets if dataset.kind in ("model", "metric")}
    read: dict[str, None] = {}
    for step in pipeline.steps:
        read |= dict.fromkeys(step.reads)
        if isinstance(step, WaitStep) and isinstance(step.wait_for, ForData):
            read[step.wait_for.dataset] = None
        if isinstance(step, ValidateStep):
            read |= {rule.references: None for rule in step.rules if isinstance(rule, ForeignKey)}
    ordered = [dataset.name for dataset in pipeline.datasets if dataset.name in read]
    names = [*ordered, *(name for name in read if name not in ordered)]
    return [name for name in names if lineage.is_source(name) and name not in models]
