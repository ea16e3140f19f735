"""The process behind `airflow-llm dev up`: the local stand-ins, until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from pathlib import Path

from airflow_llm.proof.worker import standins

STATE, RECEIVED = "dev.json", "received.jsonl"
_LOOK_SECONDS = 0.5


def serve(folder: Path, http_port: int, smtp_port: int) -> None:
    """Serves until SIGTERM; writes its ports to `dev.json` and what it is sent to `received.jsonl`."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    servers = standins.start(http_port, smtp_port)
    state = {
        "pid": os.getpid(),
        "http_port": servers.http.server_address[1],
        "smtp_port": servers.smtp.server_address[1],
    }
    temporary = folder / f"{STATE}.new"
    temporary.write_text(json.dumps(state), encoding="utf-8")
    os.replace(temporary, folder / STATE)
    while not stop.wait(_LOOK_SECONDS):
        _record(servers.received, folder / RECEIVED)
    _record(servers.received, folder / RECEIVED)
    servers.stop()


def _record(received: standins.Received, path: Path) -> None:
    rows = [{"kind": "request", **one} for one in received.requests] + [
        {"kind": "mail", **one} for one in received.mails
    ]
    if rows:
        received.clear()
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows)


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
