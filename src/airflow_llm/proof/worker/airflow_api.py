"""The parts of Airflow that the worker uses, found under the names that 3.0 to 3.3 give them."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

_PLACES = {
    "DagBag": ("airflow.dag_processing.dagbag", "airflow.models.dagbag"),
    "DagSerialization": ("airflow.serialization.serialized_objects",),
    "SerializedDAG": ("airflow.serialization.serialized_objects",),
    "XComModel": ("airflow.models.xcom",),
    "DagRun": ("airflow.models.dagrun",),
    "Pool": ("airflow.models.pool",),
    "MappedOperator": ("airflow.sdk.definitions.mappedoperator",),
    "BaseOperator": ("airflow.sdk",),
}


@cache
def find(name: str) -> Any:
    """The class of that name; ImportError when this Airflow has it nowhere."""
    problems = []
    for place in _PLACES[name]:
        try:
            return getattr(import_module(place), name)
        except (ImportError, AttributeError) as error:
            problems.append(str(error))
    raise ImportError(f"this Airflow has no {name}: {'; '.join(problems)}")


def serialize(dag: Any) -> dict[str, Any]:
    """The DAG as the scheduler would store it; raises what the real serialisation raises."""
    try:
        serializer = find("DagSerialization")
    except ImportError:
        serializer = find("SerializedDAG")
    data: dict[str, Any] = serializer.to_dict(dag)
    return data
