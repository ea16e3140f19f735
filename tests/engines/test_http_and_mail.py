"""Bundles that ask a real HTTP server and tell a real mail server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from airflow_llm.proof.worker import standins
from tests import postgres
from tests.connectors.servers import HttpServer, http_server
from tests.engines.warm_airflow import Run, WarmAirflow

pytestmark = [pytest.mark.airflow, pytest.mark.server]


@dataclass
class Rates:
    """The bundle with its API, its table and its mail server."""

    warm: WarmAirflow
    dag_file: Path
    api: HttpServer
    mail: standins.StandIns
    store: psycopg.Connection[Any]

    def run(self, world: str, **ports: int) -> Run:
        """One run; `rates` and `mail` are other ports than those of the servers."""
        sender = {"disable_ssl": True, "disable_tls": True, "from_email": "airflow@example.com", "retry_limit": 1}
        smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": self.mail.smtp.server_address[1], "extra": sender}
        http = {"conn_type": "http", "schema": "http", "host": "127.0.0.1", "port": self.api.port}
        connections = {
            "mart": f"postgres://postgres@127.0.0.1:{self.store.info.port}/postgres",
            "rates": json.dumps(http | ({"port": ports["rates"]} if "rates" in ports else {})),
            "mail": json.dumps(smtp | ({"port": ports["mail"]} if "mail" in ports else {})),
        }
        return self.warm.run(self.dag_file, world, connections)

    @property
    def mails(self) -> list[dict[str, Any]]:
        return self.mail.received.mails


@pytest.fixture(scope="module")
def copy_rates(warm: WarmAirflow) -> Path:
    return warm.bundle("copy_rates")


@pytest.fixture
def rates(warm: WarmAirflow, copy_rates: Path, postgres_server: postgres.Server) -> Iterator[Rates]:
    options = {"host": "127.0.0.1", "port": postgres_server.port, "user": "postgres"}
    with http_server() as api, psycopg.connect(**options, autocommit=True) as store:
        store.execute("DROP TABLE IF EXISTS rates")
        servers = standins.start()
        yield Rates(warm, copy_rates, api, servers, store)
        servers.stop()


def test_all_pages_are_loaded_and_the_mail_arrives(rates: Rates) -> None:
    rates.api.pages["/v1/rates"] = {"data": [{"currency": "EUR", "rate": 1}], "next": "/v1/rates?page=2"}
    rates.api.pages["/v1/rates?page=2"] = {"data": [{"currency": "JPY", "rate": 161.5}], "next": "?page=3"}
    rates.api.pages["/v1/rates?page=3"] = {"data": [{"currency": "U$D", "rate": 1.09}], "next": None}
    for _ in range(2):
        run = rates.run("pages")
        assert run.state == "success", run
        rows = rates.store.execute("SELECT currency, rate::float FROM rates ORDER BY 1").fetchall()
        assert rows == [("EUR", 1.0), ("JPY", 161.5), ("U$D", 1.09)]
    mail, again = rates.mails
    assert (mail["to"], mail["subject"], mail["from"]) == (["finance@example.com"], "New rates", "airflow@example.com")
    assert "The rates are loaded." in mail["body"]
    assert again["subject"] == mail["subject"]


@pytest.mark.parametrize(("path", "status"), [("/v1/rates", 500), ("/v1/rates?page=2", 503)])
def test_a_failing_api_fails_its_task_clearly_and_the_alert_arrives(rates: Rates, path: str, status: int) -> None:
    rates.api.pages["/v1/rates"] = {"data": [{"currency": "EUR", "rate": 1}], "next": "/v1/rates?page=2"}
    rates.api.failing[path] = status
    run = rates.run(f"failing_{status}")
    assert (run.state, run.tasks["fetch_rates"]) == ("failed", "failed")
    assert run.tasks["load_rates"] == run.tasks["tell_finance"] == "upstream_failed"
    (error,) = run.errors("fetch_rates")
    assert str(status) in error
    assert path in error
    assert not list((rates.warm.folder / f"failing_{status}").rglob("*.parquet"))
    assert rates.store.execute("SELECT to_regclass('rates')").fetchall() == [(None,)]
    (alert,) = rates.mails
    assert alert["to"] == ["ops@example.com", "finance@example.com"]
    assert "fetch_rates" in alert["subject"]
    assert "copy_rates" in alert["subject"]
    assert str(status) in alert["body"]


def test_a_server_that_is_not_there_is_named(rates: Rates) -> None:
    port = postgres.free_port()
    run = rates.run("gone", rates=port)
    assert run.tasks["fetch_rates"] == "failed"
    assert str(port) in run.errors("fetch_rates")[-1]
    assert len(rates.mails) == 1


def test_a_mail_server_that_is_down_does_not_hide_the_failure(rates: Rates) -> None:
    rates.api.failing["/v1/rates"] = 500
    run = rates.run("no_mail", mail=postgres.free_port())
    assert (run.state, run.tasks["fetch_rates"]) == ("failed", "failed")
    assert "500" in run.errors("fetch_rates")[-1]
    assert rates.mails == []
