from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engines.warm_airflow import WarmAirflow, warm_airflow


@pytest.fixture(scope="package")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WarmAirflow]:
    with warm_airflow(tmp_path_factory.mktemp("warm")) as airflow:
        yield airflow
