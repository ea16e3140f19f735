"""Data-quality rules, checked over staged files."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow_llm.targets.airflow.support.engine import copy_to, engine, parquet, quoted
from airflow_llm.targets.airflow.support.location import (
    interval_end,
    local_copies,
    publish,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, Statement

log = logging.getLogger(__name__)

SAMPLE_ROWS = 3


def check_rules(
    sql_file: Path,
    inputs: Mapping[str, str | Iterable[str]],
    on_invalid: str,
    quarantine: Mapping[str, tuple[str, str]],
    warnings: Iterable[str] = (),
) -> dict[str, Any]:
    """Check rules on staged inputs and return where the rows lie that may go on.

    The SQL file has three queries for each dataset in `quarantine`, in its order: how many rows break each rule, the
    rows that break one, the others. When rows break a rule, `fail` raises ValueError, `warn` goes on with all rows,
    and `quarantine` publishes the bad and the good rows at the two URIs given for the dataset. A rule about a whole
    dataset has no row to set aside: it fails unless it only warns. Rules in `warnings` are never more than reported.
    """
    import duckdb

    checked: dict[str, Any] = dict(inputs)
    queries = duckdb.extract_statements(sql_file.read_text(encoding="utf-8"))
    with ExitStack() as stack:
        connection = stack.enter_context(engine())
        for name, uris in inputs.items():
            paths = stack.enter_context(local_copies(uris))
            connection.execute(f"CREATE VIEW {quoted(name)} AS FROM {parquet(paths)}")
        for number, (name, (bad, good)) in enumerate(quarantine.items()):
            counts, broken, kept = queries[3 * number : 3 * number + 3]
            failed = broken_rules(connection, name, counts, frozenset(warnings))
            if failed and on_invalid == "fail":
                raise ValueError(f"{name}: {failed}{sample(connection, broken)}")
            if failed and on_invalid == "quarantine":
                set_aside(
                    connection,
                    name,
                    (counts, broken, kept),
                    (bad, good),
                    frozenset(warnings),
                )
                checked[name] = good
    return checked


def broken_rules(
    connection: DuckDBPyConnection,
    name: str,
    counts: Statement,
    warnings: frozenset[str] = frozenset(),
) -> str:
    """The rules that rows break, with their number; all are logged, those that only warn are left out."""
    bounds = {"interval_end": interval_end()} if counts.named_parameters else {}
    result = connection.execute(counts, bounds)
    rules = [column[0] for column in result.description]
    found = dict(zip(rules, result.fetchone() or (), strict=True))
    for rule, count in found.items():
        log.log(
            logging.WARNING if count else logging.INFO,
            "%s: %r is broken by %d rows",
            name,
            rule,
            count,
        )
    return "; ".join(
        f"{rule!r} is broken by {count} rows"
        for rule, count in found.items()
        if count and rule not in warnings
    )


def sample(connection: DuckDBPyConnection, broken: Statement) -> str:
    """A few of the rows that break a rule, cut short."""
    rows = connection.execute(broken).fetchmany(SAMPLE_ROWS)
    return "".join(f"\n  {', '.join(str(value)[:40] for value in row)}" for row in rows)


def set_aside(
    connection: DuckDBPyConnection,
    name: str,
    queries: tuple[Statement, Statement, Statement],
    targets: tuple[str, str],
    warnings: frozenset[str],
) -> None:
    """Publish the bad and the good rows. ValueError when the good rows alone still break a rule."""
    counts, broken, kept = queries
    bad, good = targets
    with publish(bad) as bad_file, publish(good) as good_file:
        count = copy_to(connection, broken.query, bad_file)
        copy_to(connection, kept.query, good_file)
        connection.execute(
            f"CREATE OR REPLACE VIEW {quoted(name)} AS FROM {parquet([str(good_file)])}"
        )
        failed = broken_rules(connection, name, counts, warnings)
        if failed:
            raise ValueError(
                f"{name}: setting {count} rows aside is not enough: {failed}"
            )
    log.warning("%s: %d rows set aside in %s", name, count, bad)
