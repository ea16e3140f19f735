"""Fixtures that several rooms use: real servers on loopback, started once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A real PostgreSQL; `make test` installs it, so its absence is a failure, not a skip."""
    with postgres.running() as server:
        yield server
