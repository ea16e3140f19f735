"""The local stand-ins: they start, answer, write down what they got, and stop."""

from __future__ import annotations

import json
import smtplib
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from .conftest import SPEC, Run


@pytest.mark.server
def test_the_stand_ins_come_up_answer_and_go_down(run: Run, tmp_path: Path) -> None:
    run("build", SPEC)
    home = tmp_path / "it's home"
    up = json.loads(run("dev", "up", "customer_orders", "--home", home, "--json").stdout)
    try:
        again = json.loads(run("dev", "up", "--home", home, "--json").stdout)
        assert again["pid"] == up["pid"], "a second `up` finds the first one's server"
        url = f"http://127.0.0.1:{up['http_port']}/api/chat.postMessage"
        with urllib.request.urlopen(url, data=b'{"text": "hello"}') as answer:
            assert json.load(answer)["ok"] is True
        with smtplib.SMTP("127.0.0.1", up["smtp_port"]) as mail:
            mail.sendmail("a@example.com", ["b@example.com"], "Subject: hello\n\nworld")
        received = Path(up["log"])
        deadline = time.monotonic() + 20
        while not received.exists() or "world" not in received.read_text():
            assert time.monotonic() < deadline, "nothing was written down"
            time.sleep(0.05)
        assert "/api/chat.postMessage" in received.read_text()
        shell = f'. "{up["environment"]}" && printf %s "$AIRFLOW_CONN_POSTGRES_DEV"'
        shown = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout
        assert json.loads(shown)["host"] == f"{home}/embedded/postgres.duckdb"
    finally:
        down = json.loads(run("dev", "down", "--home", home, "--json").stdout)
    assert down["stopped"] is True
    assert json.loads(run("dev", "down", "--home", home, "--json").stdout)["stopped"] is False


@pytest.mark.server
def test_a_port_that_is_taken_is_a_clear_error(run: Run, tmp_path: Path) -> None:
    import socket

    run("build", SPEC)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("dev", "up", "--home", tmp_path / "home", "--smtp-port", port)
    assert result.exit_code == 2
    assert "did not start" in result.stderr
