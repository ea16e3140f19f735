from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_llm.targets.airflow.support.api import post_records, unload_api
from tests.connectors.servers import HttpServer, http_server
from tests.targets.data.conftest import rows

pytestmark = [pytest.mark.airflow, pytest.mark.server]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch):
    with http_server() as running:
        connection = {"conn_type": "http", "host": "127.0.0.1", "port": running.port, "schema": "http"}
        monkeypatch.setenv("AIRFLOW_CONN_API", json.dumps(connection))
        yield running


def test_pages_are_followed(server: HttpServer, home: Path) -> None:
    server.pages["/orders"] = {"results": [{"id": 1, "made": "2026-01-05T10:00:00"}], "next": "/orders?page=2"}
    server.pages["/orders?page=2"] = {"results": [{"id": 2, "note": {"a": [1]}}], "next": None}
    uri = unload_api("api", "orders", f"file://{home}/o.parquet")
    assert rows(uri, "SELECT id, year(made), note.a FROM staged ORDER BY id") == [(1, 2026, None), (2, None, [1])]


def test_a_page_on_another_server_is_refused(server: HttpServer, home: Path) -> None:
    server.pages["/orders"] = {"data": [{"id": 1}], "next": "http://192.0.2.1/orders"}
    with pytest.raises(ValueError, match="another server"):
        unload_api("api", "orders", f"file://{home}/o.parquet")
    assert not (home / "o.parquet").exists()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [([], []), ({"data": []}, []), ([1, 2], [(1,), (2,)]), ({"id": 3}, [(3,)])],
)
def test_any_shape_of_answer(server: HttpServer, home: Path, answer: object, expected: list[object]) -> None:
    server.pages["/x"] = answer
    assert rows(unload_api("api", "/x", f"file://{home}/o.parquet", columns=() if expected else ("id",))) == expected


def test_only_the_interval(server: HttpServer, home: Path, run) -> None:
    server.pages["/x"] = [{"id": 1, "at": "2026-01-04T10:00:00"}, {"id": 2, "at": "2026-01-05T10:00:00"}]
    with run(5):
        uri = unload_api("api", "x", f"file://{home}/o.parquet", columns=("id",), incremental="at")
    assert rows(uri) == [(2,)]


def test_rows_are_sent_as_json(server: HttpServer, parquet) -> None:
    assert post_records("api", "orders", parquet("SELECT 1 AS id, 'é\"' AS name UNION ALL SELECT 2, NULL")) == 2
    (sent,) = server.requests
    assert sent[:2] == ("POST", "/orders")
    assert sorted(sent[2], key=str) == [{"id": 1, "name": 'é"'}, {"id": 2, "name": None}]
