"""The local stubs of `dev up`: they start once, answer, and end."""

from __future__ import annotations

import json
import smtplib
import time
import urllib.request
from pathlib import Path

from airflow_llm.proof.dev import dev_down, dev_status, dev_up, exports
from airflow_llm.spec.pipeline import Pipeline


def test_up_and_down(tmp_path: Path) -> None:
    stubs = dev_up(tmp_path)
    try:
        assert dev_up(tmp_path).pid == stubs.pid
        request = urllib.request.Request(
            f"http://127.0.0.1:{stubs.http_port}/api/chat.postMessage",
            data=json.dumps({"channel": "#a", "text": "hello"}).encode(),
            headers={"Content-Type": "application/json"},
        )
        assert json.load(urllib.request.urlopen(request))["ok"] is True
        with smtplib.SMTP("127.0.0.1", stubs.smtp_port) as smtp:
            smtp.sendmail("a@example.com", ["b@example.com"], "Subject: Größe\r\n\r\n.dot\r\n".encode())
    finally:
        assert dev_down(tmp_path) is not None
    assert dev_status(tmp_path) is None
    assert dev_down(tmp_path) is None
    log = _log(Path(stubs.log))
    assert '"#a"' in log
    assert "b@example.com" in log


def test_exports_are_shell_lines() -> None:
    from airflow_llm.proof.dev import Stubs

    pipeline = Pipeline.model_validate(
        {"id": "p", "connections": [{"name": "shop", "connector": "postgres"}, {"name": "chat", "connector": "slack"}]}
    )
    lines = exports([pipeline], Stubs(1, 8081, 8025, "log"), Path("/tmp/it's here"))
    assert lines[0] == "export AIRFLOW_HOME='/tmp/it'\"'\"'s here'"
    assert any(line.startswith("export AIRFLOW_CONN_SHOP_DEV=") and "duckdb" in line for line in lines)
    assert any(line.startswith("export AIRFLOW_CONN_CHAT_DEV=") and "8081" in line for line in lines)


def _log(path: Path) -> str:
    """What the process wrote while it ended."""
    for _ in range(100):
        if path.read_text().count("\n") >= 2:
            break
        time.sleep(0.05)
    return path.read_text()
