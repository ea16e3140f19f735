"""Where a column of a dataset comes from: the way back through the steps to the data that no step makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from airflow_llm.connectors.registry import get
from airflow_llm.samples.sql_usage import Usage, usage
from airflow_llm.spec.operations import (
    Aggregate,
    Deduplicate,
    Derive,
    DropNulls,
    Fill,
    Join,
    Operation,
    Query,
    Rename,
    Union,
)
from airflow_llm.spec.pipeline import Pipeline
from airflow_llm.spec.steps import ExtractStep, SqlStep, Step, TransformStep

Place = tuple[str, str]
"""A dataset and one of its columns."""


@dataclass(frozen=True)
class Passage:
    """A step that a column comes through on its way back, from a column of an input to one of the output."""

    step: Step
    column: str
    source: Place


class Lineage:
    """The way back for every column of one pipeline."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._datasets = {dataset.name: dataset for dataset in pipeline.datasets}
        self._writers: dict[str, Step] = {}
        for step in pipeline.steps:
            for name in step.writes:
                if name not in step.reads:
                    self._writers.setdefault(name, step)

    def is_source(self, dataset: str) -> bool:
        """Whether no step makes the dataset."""
        return dataset not in self._writers

    def sources(self, dataset: str, column: str, *, stop: Callable[[Passage], bool] | None = None) -> tuple[Place, ...]:
        """The source columns that the column shows unchanged; `stop` cuts a way at a passage."""
        found: dict[Place, None] = {}
        self._walk((dataset, column), found, set(), stop)
        return tuple(found)

    def row_sources(self, dataset: str) -> tuple[str, ...]:
        """The sources whose rows become the dataset's rows: the first input at each step, all of a union's."""
        if self.is_source(dataset):
            return (dataset,)
        found: dict[str, None] = {}
        seen: set[str] = set()
        waiting = [dataset]
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen.add(name)
            step = self._writers.get(name)
            if step is None:
                found[name] = None
            elif isinstance(step, TransformStep) and any(isinstance(operation, Union) for operation in step.operations):
                waiting.extend(step.reads)
            elif step.reads:
                waiting.append(paired(step, name))
        return tuple(found)

    def steps_behind(self, dataset: str) -> Iterator[Step]:
        """The steps that the dataset is made by, nearest first."""
        seen: set[str] = set()
        waiting = [dataset]
        while waiting:
            step = self._writers.get(waiting.pop(0))
            if step is not None and step.id not in seen:
                seen.add(step.id)
                yield step
                waiting.extend(step.reads)

    def columns(self, dataset: str, _seen: frozenset[str] = frozenset()) -> frozenset[str]:
        """The columns that the dataset is known to have."""
        known = self._datasets.get(dataset)
        names = {column.name for column in known.columns} | set(known.keys) if known else set()
        step = self._writers.get(dataset)
        if names or step is None or dataset in _seen:
            return frozenset(names)
        if isinstance(step, ExtractStep) and step.query:
            names |= set(usage(step.query, self.dialect(step)).outputs)
        for name in step.reads if isinstance(step, TransformStep) else step.reads and (paired(step, dataset),):
            names |= self.columns(name, _seen | {dataset})
        return frozenset(names)

    def dialect(self, step: Step) -> str:
        """The SQL dialect of the system that a step works in, or reads."""
        datasets = [self._datasets[name] for name in step.reads if name in self._datasets]
        names = [step.connection] if isinstance(step, SqlStep) else [dataset.connection for dataset in datasets]
        for connection in self._pipeline.connections:
            connector = get(connection.connector) if connection.name in names else None
            if connector is not None and connector.dialect:
                return connector.dialect
        return "duckdb"

    def named(self, table: str, among: tuple[str, ...]) -> str | None:
        """The dataset that a SQL text means by a table's name."""
        wanted = table.lower()
        for name in among:
            dataset = self._datasets.get(name)
            location = dataset.location.lower() if dataset else ""
            if wanted in (name, location, location.rpartition(".")[2].strip('"`[]')):
                return name
        return None

    def owners(self, column: str, among: tuple[str, ...], keys: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Which of several inputs a column of their join comes from."""
        if column in keys or len(among) <= 1:
            return among
        having = [name for name in among if column in self.columns(name)]
        if having:
            return (having[0],)
        open_ones = [name for name in among if not self.columns(name)] or list(among)
        speaking = [name for name in open_ones if column.lower().startswith(stem(name))]
        return ((speaking or open_ones)[0],)

    def _walk(
        self, place: Place, found: dict[Place, None], seen: set[Place], stop: Callable[[Passage], bool] | None
    ) -> None:
        if place in seen:
            return
        seen.add(place)
        step = self._writers.get(place[0])
        if step is None:
            found[place] = None
            return
        for source in self.inputs(step, *place):
            if stop is None or not stop(Passage(step, place[1], source)):
                self._walk(source, found, seen, stop)

    def inputs(self, step: Step, dataset: str, column: str) -> tuple[Place, ...]:
        """The columns of the step's inputs that a column of its output shows unchanged."""
        if isinstance(step, TransformStep):
            return self._transformed(step, column)
        if isinstance(step, ExtractStep) and step.query:
            return self.through(usage(step.query, self.dialect(step)), column, step.reads)
        if isinstance(step, SqlStep) and step.statement:
            return self.through(usage(step.statement, self.dialect(step)), column, step.reads)
        return ((paired(step, dataset), column),) if step.reads else ()

    def through(self, text: Usage, column: str, reads: tuple[str, ...]) -> tuple[Place, ...]:
        """The same through a SELECT over the named inputs."""
        source = text.source_of(column)
        if source is None:
            return ()
        table = self.named(source[0], reads) if source[0] else None
        return tuple((name, source[1]) for name in ((table,) if table else self.owners(source[1], reads)))

    def before(self, step: TransformStep, position: int, column: str) -> tuple[Place, ...]:
        """The same for a column as it is before the step's operation at a position."""
        return self._transformed(step, column, step.operations[:position])

    def _transformed(
        self, step: TransformStep, column: str, operations: Sequence[Operation] | None = None
    ) -> tuple[Place, ...]:
        keys: tuple[str, ...] = ()
        reads = step.reads
        for position, operation in reversed(list(enumerate(step.operations if operations is None else operations))):
            match operation:
                case Rename(column=old, to=new) if new == column:
                    column = old
                case Derive(column=made) if made == column:
                    return ()
                case Aggregate(by=by) if column not in by:
                    return ()
                case Query(sql=sql):
                    text = usage(sql)
                    source = text.source_of(column)
                    if source is None:
                        return ()
                    if position == 0 or (source[0] and source[0] != "input"):
                        return self.through(text, column, reads)
                    column = source[1]
                case Join(keys=join_keys):
                    keys = join_keys
                case Union():
                    return tuple((name, column) for name in reads)
        return tuple((name, column) for name in self.owners(column, reads, keys))


def paired(step: Step, dataset: str) -> str:
    """The input that goes with an output of a step whose reads and writes go in pairs."""
    position = step.writes.index(dataset) if dataset in step.writes else 0
    return step.reads[min(position, len(step.reads) - 1)]


def stem(name: str) -> str:
    """A dataset's name as a column would begin with it: `raw_customers` gives `customer`."""
    word = name.removesuffix("_staged").removesuffix("_raw").removeprefix("raw_").removeprefix("staged_")
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word.removesuffix("s") if len(word) > 3 else word


def makes_unique(passage: Passage, columns: tuple[str, ...]) -> bool:
    """Whether the step itself sees to it that the columns are unique in its output."""
    operations = passage.step.operations if isinstance(passage.step, TransformStep) else ()
    for operation in operations:
        if isinstance(operation, Deduplicate) and operation.keys and set(operation.keys) <= set(columns):
            return True
        if isinstance(operation, Aggregate) and set(operation.by) <= set(columns):
            return True
    return False


def fills_nulls(passage: Passage) -> bool:
    """Whether the step itself sees to it that the column has no nulls in its output."""
    operations = passage.step.operations if isinstance(passage.step, TransformStep) else ()
    return any(
        (isinstance(operation, DropNulls) and (not operation.columns or passage.column in operation.columns))
        or (isinstance(operation, Fill) and operation.column == passage.column)
        for operation in operations
    )
