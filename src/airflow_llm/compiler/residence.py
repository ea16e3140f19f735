"""Results between two steps that stay in the SQL system in which both of them work."""

from __future__ import annotations

from hashlib import sha256

from airflow_llm.connectors.residence import sql_system
from airflow_llm.spec.conditions import Condition
from airflow_llm.spec.datasets import Dataset
from airflow_llm.spec.pipeline import Assumption, Pipeline
from airflow_llm.spec.steps import LoadStep, Step, TransformStep

_LONGEST = 60


def keep_inside(pipeline: Pipeline) -> Pipeline:
    """Give each staged result a table of its own where all who touch it work in one SQL system."""
    if pipeline.schedule.max_active_runs != 1:
        # Two runs at once would write the same table.
        return pipeline
    used = {name for step in pipeline.steps for name in (*step.reads, *step.writes)}
    if not used <= {dataset.name for dataset in pipeline.datasets}:
        # The checks name the dataset that is not there.
        return pipeline
    places: dict[str, Dataset] = {}
    for step in pipeline.steps:
        dataset = _kept(pipeline, step, places) if isinstance(step, TransformStep) else None
        if dataset is not None:
            places[dataset.name] = dataset
    datasets = tuple(places.get(dataset.name, dataset) for dataset in pipeline.datasets)
    assumptions = [_assumption(pipeline, dataset) for dataset in places.values()]
    return pipeline.model_copy(update={"datasets": datasets, "assumptions": (*pipeline.assumptions, *assumptions)})


def _kept(pipeline: Pipeline, step: TransformStep, places: dict[str, Dataset]) -> Dataset | None:
    """The result of the step as a table, when it is made from tables of the system that it is loaded to."""
    ends = [places.get(name) or pipeline.dataset(name) for name in step.reads]
    load = _only_reader(pipeline, step)
    if load is None or not ends or step.for_each is not None or step.returns or load.for_each is not None:
        return None
    target = pipeline.dataset(load.writes[0])
    connections = {dataset.connection for dataset in (*ends, target)}
    connector = sql_system(pipeline, target.connection) if target.connection is not None else None
    if len(connections) != 1 or connector is None:
        return None
    from airflow_llm.connectors.sql.inside import is_portable
    from airflow_llm.connectors.sql.names import table_parts

    if not is_portable(step.operations, ends, connector.dialect or ""):
        return None
    schema = table_parts(target.location or target.name)[:-1]
    name = f"{pipeline.id}__{step.writes[0]}"
    if len(name) > _LONGEST:
        name = f"{name[: _LONGEST - 9]}_{sha256(name.encode()).hexdigest()[:8]}"
    location = ".".join((*(_quoted(part) for part in schema), name))
    return pipeline.dataset(step.writes[0]).model_copy(update={"connection": target.connection, "location": location})


def _only_reader(pipeline: Pipeline, step: TransformStep) -> LoadStep | None:
    """The load of the step's one staged result, when nobody else looks at that."""
    if len(step.writes) != 1 or not pipeline.dataset(step.writes[0]).staged:
        return None
    name = step.writes[0]
    writers = [other for other in pipeline.steps if name in other.writes]
    readers = [other for other in pipeline.steps if name in other.reads]
    load = readers[0] if len(writers) == len(readers) == 1 else None
    if not isinstance(load, LoadStep) or load.reads != (name,) or len(load.writes) != 1:
        return None
    # The rows of a table are counted where they were staged.
    looked_at = any(_looks_at(other, end) for other in pipeline.steps for end in (name, load.writes[0]))
    return None if looked_at else load


def _looks_at(step: Step, name: str) -> bool:
    """Whether a condition of the step, or what it sends, names the dataset."""
    conditions: list[Condition | None] = [step.when, *(branch.when for branch in getattr(step, "branches", ()))]
    texts = [condition.model_dump_json() for condition in conditions if condition is not None]
    return name in getattr(step, "attach", ()) or any(f'"{name}"' in text for text in texts)


def _assumption(pipeline: Pipeline, dataset: Dataset) -> Assumption:
    system = sql_system(pipeline, dataset.connection or "")
    return Assumption(
        subject=f"datasets.{dataset.name}",
        text=f"it waits as the table {dataset.location} in {system.title if system else dataset.connection}, "
        "where both the steps around it work",
        change=f"name another table as the location of {dataset.name} in tasks.yml",
    )


def _quoted(part: str) -> str:
    return part if part.isidentifier() else '"' + part.replace('"', '""') + '"'
