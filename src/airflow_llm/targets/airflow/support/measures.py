"""Scalars of staged datasets, for conditions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from airflow_llm.targets.airflow.support.engine import engine, parquet, quoted
from airflow_llm.targets.airflow.support.location import local_copies


def measured(uris: Iterable[str], names: Sequence[str]) -> dict[str, Any]:
    """These values of staged datasets: a column of that name, else the number of rows
    when the name says so. ValueError for anything else.
    """
    with engine() as connection, local_copies(uris) as paths:
        connection.execute(f"CREATE VIEW staged_rows AS FROM {parquet(paths)}")
        described = connection.execute("FROM staged_rows LIMIT 0").description
        columns = {column[0].casefold(): column[0] for column in described}
        values = {}
        for name in names:
            column = columns.get(name.casefold())
            if column is None and not {"count", "rows"} & set(name.split("_")):
                raise ValueError(f"no staged column is called {name!r}")
            value = "count(*)" if column is None else f"any_value({quoted(column)})"
            row = connection.execute(f"SELECT {value} FROM staged_rows").fetchone()
            values[name] = row[0] if row else None
    return values
