"""AirflowLLM: say what pipeline you want, get production code for Apache Airflow that is proven to run."""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_EXPORTS = {
    "EnterpriseDAGFactory": "airflow_llm.dag_factory",
    "NaturalLanguageDAGGenerator": "airflow_llm.dag_factory",
}
__all__ = ["EnterpriseDAGFactory", "NaturalLanguageDAGGenerator", "__version__"]


def __getattr__(name: str) -> Any:
    if name in _EXPORTS:
        return getattr(import_module(_EXPORTS[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
