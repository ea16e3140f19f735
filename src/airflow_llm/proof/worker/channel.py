"""How the worker speaks: events as JSON lines on the real standard output, everything else into log files."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

MARK = "\x1e"
_TAIL_BYTES = 16_384


class Channel:
    """The standard output for events alone: what Airflow and the tasks print goes to `log`."""

    def __init__(self, log: Path) -> None:
        self._events = os.dup(1)
        os.set_inheritable(self._events, False)
        self.log = log
        self.redirect(log)

    def redirect(self, log: Path) -> None:
        """Send everything that is printed from now on to that file."""
        log.parent.mkdir(parents=True, exist_ok=True)
        sys.stdout.flush()
        sys.stderr.flush()
        target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(target, 1)
        os.dup2(target, 2)
        os.close(target)
        self.log = log

    def send(self, event: str, **fields: Any) -> None:
        """One event, in one write so that events of two processes do not mix."""
        os.write(self._events, (MARK + json.dumps({"event": event, **fields}, default=str) + "\n").encode())

    def position(self) -> int:
        """Where the log ends now."""
        sys.stdout.flush()
        sys.stderr.flush()
        return self.log.stat().st_size

    def tail(self, start: int = 0) -> str:
        """The last part of what was logged since that position."""
        end = self.position()
        with self.log.open("rb") as file:
            file.seek(max(start, end - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
