"""The process of the local stubs: `-m airflow_llm.proof.stubs STATE_FILE HTTP_PORT SMTP_PORT`.

It prints what it gets, one line of JSON each.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from airflow_llm.proof.worker import standins

_LOOK_SECONDS = 0.5


def main(state: Path, http_port: int, smtp_port: int) -> None:
    """Serve until the process is told to end."""
    servers = standins.start(http_port, smtp_port)
    ports = {"http_port": servers.http.server_address[1], "smtp_port": servers.smtp.server_address[1]}
    attempt = state.with_suffix(".new")
    attempt.write_text(json.dumps({"pid": os.getpid(), **ports}), encoding="utf-8")
    attempt.replace(state)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while True:
            time.sleep(_LOOK_SECONDS)
            _print(servers.received)
    finally:
        _print(servers.received)


def _print(received: standins.Received) -> None:
    items = [*received.requests, *received.mails]
    received.clear()
    for item in items:
        print(json.dumps(item), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
