from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pendulum
import pytest

Run = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """AIRFLOW_HOME with the folder of the stand-ins."""
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    (tmp_path / "embedded").mkdir()
    return tmp_path


@pytest.fixture
def run() -> Run:
    """A task's context, as Airflow itself sets it around a task."""

    @contextmanager
    def running(
        day: int = 5, *, map_index: int = -1, params: dict[str, Any] | None = None, **context: Any
    ) -> Iterator[None]:
        from airflow.sdk.execution_time.context import set_current_context

        start = pendulum.datetime(2026, 1, day, tz="UTC")
        values: dict[str, Any] = {
            "dag": SimpleNamespace(dag_id="shop"),
            "ti": SimpleNamespace(map_index=map_index),
            "run_id": "manual__2026-01-05",
            "params": params or {},
            "data_interval_start": start,
            "data_interval_end": start.add(days=1),
            "logical_date": start,
        }
        with set_current_context({**values, **context}):  # type: ignore[typeddict-item]  # what our functions read
            yield

    return running


@pytest.fixture
def database(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A DuckDB file behind an Airflow connection; gives the connection id."""

    def made(name: str = "shop") -> str:
        connection = {"conn_type": "duckdb", "host": str(home / "embedded" / f"{name}.duckdb")}
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(connection))
        return name

    return made


@pytest.fixture
def sql(home: Path) -> Callable[..., list[tuple[Any, ...]]]:
    """Runs statements on such a file."""

    def executed(statement: str, name: str = "shop") -> list[tuple[Any, ...]]:
        with duckdb.connect(str(home / "embedded" / f"{name}.duckdb")) as connection:
            return connection.execute(statement).fetchall()

    return executed


@pytest.fixture
def parquet(home: Path) -> Callable[..., str]:
    """Writes the rows of a query as a staged file; gives its URI."""

    def written(query: str, name: str = "rows") -> str:
        path = home / f"{name}.parquet"
        duckdb.sql(query).write_parquet(str(path))
        return f"file://{path}"

    return written


def rows(uri: str, query: str = "FROM staged ORDER BY ALL") -> list[tuple[Any, ...]]:
    """The rows of a staged file."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW staged AS FROM read_parquet('{uri.removeprefix('file://')}')")
        return connection.execute(query).fetchall()
