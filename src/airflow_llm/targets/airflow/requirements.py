"""`requirements.txt`: what the bundle needs beside Airflow, in versions that go with the Airflow that it is for."""

from __future__ import annotations

import re
from functools import lru_cache

from airflow_llm.targets.airflow.versions import Features

# The first releases that have what the generated code uses on Airflow 3; upper ends are the next major one.
_RANGES = {
    "apache-airflow-providers-amazon": ">=9.6,<10",
    "apache-airflow-providers-apache-spark": ">=5.2,<7",
    "apache-airflow-providers-common-io": ">=1.5,<2",
    "apache-airflow-providers-common-sql": ">=1.26,<3",
    "apache-airflow-providers-docker": ">=4.3,<5",
    "apache-airflow-providers-google": ">=15.1,<23",
    "apache-airflow-providers-http": ">=5.2,<7",
    "apache-airflow-providers-microsoft-azure": ">=12.4,<16",
    "apache-airflow-providers-mysql": ">=6.2,<7",
    "apache-airflow-providers-postgres": ">=6.1,<8",
    "apache-airflow-providers-slack": ">=9.0,<10",
    "apache-airflow-providers-smtp": ">=2.0,<4",
    "apache-airflow-providers-snowflake": ">=6.3,<7",
    "apache-airflow-providers-ssh": ">=4.0,<6",
    "apache-airflow-providers-standard": ">=1.1,<2",
    "airflow-provider-duckdb": ">=0.2,<0.3",
    "dbt-core": ">=1.9,<2",
    "duckdb": ">=1.4,<3",
    "joblib": ">=1.4,<2",
    "lightgbm": ">=4.5,<5",
    "openpyxl": ">=3.1,<4",
    "pandas": ">=2.2,<4",
    "pyarrow": ">=18",
    "pyyaml": ">=6,<7",
    "scikit-learn": ">=1.5,<2",
    "xgboost": ">=2.1,<4",
}
_LIBRARIES = ("openpyxl", "pandas")
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?(?P<rest>.*)", re.DOTALL)


def requirements_text(wanted: frozenset[str], features: Features) -> str:
    """One requirement a line, Airflow first."""
    return "\n".join((f"apache-airflow{features.constraint}", *_lines(wanted | {"pyyaml"}))) + "\n"


@lru_cache(maxsize=256)
def imported_libraries(source: str) -> frozenset[str]:
    """The libraries that shared code imports for what only some files or systems need."""
    return frozenset(name for name in _LIBRARIES if re.search(rf"^\s+(?:from|import) {name}\b", source, re.MULTILINE))


def _lines(wanted: frozenset[str]) -> list[str]:
    """A package that two parts of the bundle want stands on one line, with the extras of both."""
    extras: dict[tuple[str, str], set[str]] = {}
    for requirement in sorted(wanted):
        match = _REQUIREMENT.fullmatch(requirement)
        name, more, rest = match.group("name", "extras", "rest") if match else (requirement, None, "")
        extras.setdefault((name, rest), set()).update(more.split(",") if more else ())
    return [
        name + (f"[{','.join(sorted(more))}]" if more else "") + (rest or _RANGES.get(name.lower(), ""))
        for (name, rest), more in extras.items()
    ]
