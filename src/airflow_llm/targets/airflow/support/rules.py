"""Data-quality rules, checked over staged files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.engine import engine, parquet, quoted
from airflow_llm.targets.airflow.support.location import (
    interval_end,
    local_copies,
    publish,
)
from airflow_llm.targets.airflow.support.rows import BATCH_ROWS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, Statement

log = logging.getLogger(__name__)

WARNING = " (warning)"


@dataclass(frozen=True)
class Check:
    """The rules of one dataset as queries: how many rows break each rule, which rows
    break one, and which break none. A rule only warns when its name ends so.
    """

    dataset: str
    counts: Statement
    broken: Statement
    kept: Statement


def check_rules(
    sql_file: Path,
    inputs: Mapping[str, str | Iterable[str]],
    *,
    passed: Mapping[str, str],
    quarantine: Mapping[str, str],
    on_invalid: str,
) -> dict[str, Any]:
    """Check rules on staged inputs and return where the rows lie that may go on.

    The SQL file has the three queries of a `Check` for each dataset in `quarantine`, in
    its order. When rows break a rule, `fail` raises ValueError, `warn` goes on with all
    rows, and `quarantine` publishes the bad rows at the dataset's URI in `quarantine`
    and the others at that in `passed`. The run's parameter `on_invalid` goes before the
    one given here.
    """
    from airflow.sdk import get_current_context

    policy = get_current_context()["params"].get("on_invalid") or on_invalid
    checked: dict[str, Any] = dict(inputs)
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        for name, uris in inputs.items():
            paths = stack.enter_context(local_copies(uris))
            connection.execute(f"CREATE VIEW {quoted(name)} AS FROM {parquet(paths)}")
        for check in checks(sql_file, quarantine):
            failed = broken_rules(connection, check)
            if failed and policy == "fail":
                # Rows may be personal data, and this text goes into logs and alerts.
                raise ValueError(f"{failed}; on_invalid=quarantine sets the rows aside")
            if failed and policy == "quarantine":
                name = check.dataset
                set_aside(connection, check, quarantine[name], passed[name])
                checked[name] = passed[name]
    return checked


def checks(sql_file: Path, datasets: Iterable[str]) -> Iterator[Check]:
    """The queries of the file, three for each dataset."""
    import duckdb

    queries = iter(duckdb.extract_statements(sql_file.read_text(encoding="utf-8")))
    for name in datasets:
        yield Check(name, next(queries), next(queries), next(queries))


def broken_rules(connection: DuckDBPyConnection, check: Check) -> str:
    """The rules that rows break, in words; empty when none is, or when they only warn."""
    needs_end = "interval_end" in check.counts.named_parameters
    bounds = {"interval_end": interval_end()} if needs_end else {}
    result = connection.execute(check.counts, bounds)
    rules = [column[0] for column in result.description]
    failed = []
    for rule, count in zip(rules, result.fetchall()[0], strict=True):
        level = logging.WARNING if count else logging.INFO
        log.log(level, "%s: %r is broken %d times", check.dataset, rule, count)
        if count and not rule.endswith(WARNING):
            failed.append(f"{rule!r} is broken {count} times")
    return f"{check.dataset}: {'; '.join(failed)}" if failed else ""


def set_aside(
    connection: DuckDBPyConnection, check: Check, bad: str, good: str
) -> None:
    """Publish the bad and the good rows. ValueError when those still break a rule.

    The good rows may take the place of the input, so they come last: whatever happens
    in between, the next attempt still finds every row.
    """
    with publish(good) as good_file:
        with publish(bad) as bad_file:
            rows = write_result(connection, check.broken, bad_file)
        write_result(connection, check.kept, good_file)
        view = f"CREATE OR REPLACE VIEW {quoted(check.dataset)}"
        connection.execute(f"{view} AS FROM {parquet([str(good_file)])}")
        failed = broken_rules(connection, check)
        if failed:
            raise ValueError(f"setting {rows} rows aside is not enough: {failed}")
    log.warning("%s: %d rows set aside in %s", check.dataset, rows, bad)


def write_result(connection: DuckDBPyConnection, query: Statement, path: Path) -> int:
    """Write the rows of a query to a Parquet file, batch by batch; return their number."""
    import pyarrow.parquet as pq

    rows = 0
    reader: Any = connection.sql(query).to_arrow_reader(BATCH_ROWS)
    with pq.ParquetWriter(path, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
            rows += batch.num_rows
    return rows
