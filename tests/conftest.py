"""Fixtures that several rooms use: real servers on loopback, started once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL; `make test` installs it, so its absence is a failure, not a skip."""
    with postgres.running() as server:
        yield server


@pytest.hookimpl(tryfirst=True)  # before xdist looks at the groups
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Tests of one file, and all tests that share a warm Airflow, run in one process."""
    for item in items:
        room = item.path.parent
        item.add_marker(pytest.mark.xdist_group(room.name if room.name in ("proof", "targets") else str(item.path)))
