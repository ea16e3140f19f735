"""The stand-ins of the embedded environment are really reached by Airflow's own hooks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from airflow_llm.connectors.embedded import embedded_connection, embedded_path, embedded_settings
from airflow_llm.connectors.registry import find, known
from tests.connectors.servers import http_server, smtp_sink

pytestmark = pytest.mark.airflow


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def made(system: str, *, http_port: int = 1, smtp_port: int = 1) -> str:
        text = embedded_connection(find(system), "shop", tmp_path, http_port=http_port, smtp_port=smtp_port)
        monkeypatch.setenv("AIRFLOW_CONN_SHOP_DEV", text)
        return "shop_dev"

    return made


@pytest.mark.parametrize("system", [connector.name for connector in known() if connector.family == "sql"])
def test_a_sql_system_is_a_duckdb_file(connect, tmp_path: Path, system: str) -> None:
    from duckdb_provider.hooks.duckdb_hook import DuckDBHook

    (tmp_path / "embedded").mkdir()
    hook = DuckDBHook(duckdb_conn_id=connect(system))
    assert hook.get_first("SELECT 42") == (42,)
    assert (tmp_path / "embedded" / "shop.duckdb").exists()
    assert embedded_path(find(system), "shop", tmp_path) == tmp_path / "embedded" / "shop.duckdb"


@pytest.mark.parametrize("system", ["s3", "files"])
def test_a_store_is_a_folder(connect, tmp_path: Path, system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.providers.standard.hooks.filesystem import FSHook
    from airflow.sdk import ObjectStoragePath

    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    conn_id = connect(system)
    folder = Path(FSHook(fs_conn_id=conn_id).get_path())
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("here")
    url = embedded_settings(find(system), "shop")["shop_url"].replace("${AIRFLOW_HOME}", str(tmp_path))
    assert (ObjectStoragePath(url, conn_id=conn_id) / "a.txt").read_text() == "here"


def test_an_api_is_a_local_server(connect) -> None:
    from airflow.providers.http.hooks.http import HttpHook

    with http_server() as server:
        server.pages["/orders"] = [{"id": 1}]
        answer = HttpHook(method="GET", http_conn_id=connect("http", http_port=server.port)).run("orders")
        assert answer.json() == [{"id": 1}]


def test_slack_is_a_local_server(connect) -> None:
    from airflow.providers.slack.hooks.slack import SlackHook

    with http_server() as server:
        hook = SlackHook(slack_conn_id=connect("slack", http_port=server.port))
        hook.call("chat.postMessage", json={"channel": "#data", "text": "done"})
        assert server.requests == [("POST", "/api/chat.postMessage", {"channel": "#data", "text": "done"})]


def test_mail_goes_to_a_local_sink(connect) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    with smtp_sink() as (port, mails), SmtpHook(smtp_conn_id=connect("email", smtp_port=port)) as hook:
        hook.send_email_smtp(to="a@example.com", subject="Done", html_content="<p>done</p>")
        assert mails[0].rcpt_tos == ["a@example.com"]


def test_ports_may_be_filled_in_later(tmp_path: Path) -> None:
    for connector in known():
        text = embedded_connection(connector, "shop", tmp_path, http_port="@HTTP@", smtp_port="@SMTP@")
        filled = text.replace("@HTTP@", "8080").replace("@SMTP@", "2525")
        from airflow.sdk import Connection

        connection = Connection.from_json(filled, conn_id="shop_dev")
        assert connection.conn_type == json.loads(text)["conn_type"]


def test_no_stand_in_holds_a_real_secret(tmp_path: Path) -> None:
    for connector in known():
        connection = json.loads(embedded_connection(connector, "shop", tmp_path, http_port=1, smtp_port=1))
        assert connection.get("password") in (None, "embedded")
        assert "login" not in connection
