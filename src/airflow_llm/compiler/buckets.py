"""Addresses that name their bucket: it becomes the address of the connection, one value per environment."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airflow_llm.connectors.registry import get
from airflow_llm.spec.datasets import Connection, Dataset
from airflow_llm.spec.model import Scalar
from airflow_llm.spec.pipeline import Pipeline, Setting

_ADDRESS = re.compile(r"(?P<bucket>[a-z0-9]+://[^/\s]+)/*(?P<key>.*)", re.DOTALL)
_LONGEST = 40


def separate_buckets(pipeline: Pipeline, embedded: str, home: str) -> Pipeline:
    """The pipeline with `s3://bucket/key` split: the key stays in the dataset, the bucket goes to `config.yml`.

    Production keeps the bucket that was named, the `embedded` environment has a folder below `home`, any other has
    the bucket's name with its own behind it. A second bucket of the same system gets a connection of its own.
    """
    named = {dataset.name: match for dataset in pipeline.datasets if (match := _bucket(pipeline, dataset))}
    if not named:
        return pipeline
    connections = {connection.name: connection for connection in pipeline.connections}
    settings = {setting.name: setting for setting in pipeline.settings}
    datasets = []
    for dataset in pipeline.datasets:
        match = named.get(dataset.name)
        if match is None or dataset.connection is None:
            datasets.append(dataset)
            continue
        name = _connection_for(match["bucket"], connections[dataset.connection], connections, settings)
        values = _values(match["bucket"], name, pipeline.environments, embedded, home)
        settings.setdefault(f"{name}_url", Setting(name=f"{name}_url", values=values))
        datasets.append(dataset.model_copy(update={"connection": name, "location": match["key"]}))
    return pipeline.model_copy(
        update={
            "connections": tuple(connections.values()),
            "settings": tuple(settings.values()),
            "datasets": tuple(datasets),
        }
    )


def _bucket(pipeline: Pipeline, dataset: Dataset) -> re.Match[str] | None:
    if dataset.connection is None or dataset.connection not in {c.name for c in pipeline.connections}:
        return None
    connector = get(pipeline.connection(dataset.connection).connector)
    if connector is None or connector.family != "objects":
        return None
    return _ADDRESS.fullmatch(dataset.location)


def _connection_for(
    bucket: str, wanted: Connection, connections: dict[str, Connection], settings: dict[str, Setting]
) -> str:
    for name in _candidates(bucket, wanted.name):
        known = settings.get(f"{name}_url")
        if name not in connections or known is None or bucket in known.values.values():
            connections.setdefault(name, wanted.model_copy(update={"name": name}))
            return name
    raise AssertionError("the candidates never end")


def _candidates(bucket: str, name: str) -> Iterator[str]:
    yield name
    words = re.sub(r"[^a-z0-9]+", "_", bucket.partition("://")[2].lower()).strip("_")[:_LONGEST]
    yield f"{name}_{words}"
    number = 2
    while True:
        yield f"{name}_{words}_{number}"
        number += 1


def _values(bucket: str, name: str, environments: tuple[str, ...], embedded: str, home: str) -> dict[str, Scalar]:
    values: dict[str, Scalar] = {}
    for position, environment in enumerate(environments):
        if environment == embedded:
            values[environment] = f"{home}/{name}"
        else:
            values[environment] = bucket if position == 0 else f"{bucket}-{environment}"
    return values
